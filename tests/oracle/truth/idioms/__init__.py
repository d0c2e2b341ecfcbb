"""Everyday NumPy, as users write it: each function here is one idiom.

Nothing in these files knows of the oracle. An argument's name says what it is: see
``arguments`` in test_idioms.py. ``ENDS`` in a file tells which of its idioms do not end as the
others do, differentiated to rounding: as a ``cut`` that is noted, or as ``not replayable``.
"""
