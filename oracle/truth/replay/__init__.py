"""Replaying: torch runs the notes of a recording, in float64, and differentiates them.

    recording = record(forward, (X, W))
    plan = Plan(recording)
    run = plan.run()                        # or plan.run(inputs={(0,): X2})
    gradients = run.gradients(upstream)     # {(0,): dX, (1,): dW}

``replay(recording, upstream)`` does all of it at once, and checks first that torch's value is the
recorded one. A call without a rule, a rule that gives a different value, or a value that left the
record raises ``NotReplayable`` with the call and its line; ``oracle.truth.differences`` can still
differentiate such a function.

    plan.py          a recording made ready, its runs and their gradients; cuts that matter
    steps.py         one note and the rule for it

and the rules, by NumPy's names:

    elementwise.py   ufuncs
    ufunc_methods.py the methods of ufuncs
    reductions.py    sums, means, extremes, sorts, quantiles, covariances
    products.py      products; linalg.py: linear algebra and transforms
    movement.py      functions that only move elements
    others.py        the rest
"""

from oracle.truth.replay.plan import Plan, Replayed, Run, replay
from oracle.truth.replay.steps import DecisionChanged, NotReplayable, TorchCall

__all__ = ["DecisionChanged", "NotReplayable", "Plan", "Replayed", "Run", "TorchCall", "replay"]
