"""Tracing: the user's training script runs unchanged, and every gradient in it is judged by line.

instrument.py  the script's code, compiled so that it reports what it stores
watch.py       what it reports to; run.py: runs it as ``__main__``, recorded
recorded.py    what a run leaves behind
updates.py     which values are parameters, and what their updates subtract
steps.py       the steps of the training
loss.py        which value is the loss; or which loss these gradients belong to
written.py     the kind of loss that a file writes down; shared.py: whose forward gradients use
truth.py       the gradient of the loss with respect to every value of the forward
rerun.py       recorded calls, run again by NumPy from other numbers
match.py       which stored value is meant to be the gradient of which
blame.py       which of the wrong ones are wrong by themselves
helpers.py     the line of a helper function that computes a gradient
naming.py      the name of a mistake, and its cure
judge.py       all of it: from a recorded run to a result
"""
