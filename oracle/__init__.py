"""Checks hand-written backpropagation against torch.autograd.

    oracle verify                the derivations in reference/
    oracle check FILE[::NAME]    yours
    oracle trace SCRIPT          a training script, line by line
    oracle explain NAME          a derivation, or what a finding means

and in Python ``oracle.check(forward, backward, shapes="X: N D, W: D M")``, which returns a report,
``oracle.assert_correct``, which raises an ``AssertionError`` that carries it, and
``oracle.trace("train.py")``. In a notebook ``%load_ext oracle`` makes the magic ``%%oracle``.
"""

TYPE_CHECKING = False  # not from typing: the command imports nothing before it holds Ctrl-C

__version__ = "0.1.0"
__all__ = ["__version__", "assert_correct", "check", "load_ipython_extension", "trace"]

if TYPE_CHECKING:
    from typing import Any

    from oracle.commands.api import assert_correct, check, trace
    from oracle.commands.notebook import load_ipython_extension


def __getattr__(name: str) -> "Any":
    # Torch takes over a second to import: it waits until something is checked.
    if name in ("assert_correct", "check", "trace"):
        from oracle.commands import api

        return getattr(api, name)
    if name == "load_ipython_extension":
        from oracle.commands import notebook

        return notebook.load_ipython_extension
    raise AttributeError(f"module 'oracle' has no attribute {name!r}")
