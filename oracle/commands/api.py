"""The Python interface, for notebooks and tests: ``oracle.check`` and ``oracle.assert_correct``."""

import io
from collections.abc import Callable
from typing import Any

from rich.console import Console

from oracle import discovery
from oracle.cases import DTYPES
from oracle.commands.check import Settings, judge
from oracle.report import check_page
from oracle.results import Failure, Gradient, Result, worst
from oracle.subject import Unusable


class Checked:
    """What a check has found: the verdict, each gradient with its findings, and a page of text."""

    def __init__(self, result: Result, seed: int) -> None:
        self.result = result
        self.seed = seed

    @property
    def verdict(self) -> str:
        """correct, undecidable, unstable, inherited or wrong: the worst of the gradients'."""
        return worst(gradient.verdict for gradient in self.result.gradients)

    @property
    def gradients(self) -> dict[str, Gradient]:
        """By the user's own name: verdict, line, findings, smallest counterexample."""
        return {gradient.name: gradient for gradient in self.result.gradients}

    @property
    def findings(self) -> list[str]:
        """The names of all findings."""
        return [note.name for g in self.result.gradients for note in g.findings]

    def __bool__(self) -> bool:
        """Whether nothing is wrong."""
        return self.verdict in ("correct", "unstable", "undecidable")

    def __repr__(self) -> str:
        return self._printed(Console(file=io.StringIO(), width=100, record=True)).export_text()

    def _repr_html_(self) -> str:
        screen = self._printed(
            Console(
                file=io.StringIO(), width=100, record=True, force_terminal=True, highlight=False
            )
        )
        style = (
            "white-space:pre-wrap;line-height:1.4;font-family:ui-monospace,Menlo,Consolas,monospace"
        )
        return screen.export_html(
            inline_styles=True, code_format=f'<pre style="{style}"><code>{{code}}</code></pre>'
        )

    def _printed(self, screen: Console) -> Console:
        check_page.print_result(screen, self.result, quiet=False)
        return screen


def check(
    forward: Callable[..., Any],
    backward: Callable[..., Any] | None = None,
    *,
    shapes: str = "",
    cases: int = 200,
    seed: int = 0,
    max_dim: int = 7,
) -> Checked:
    """Check a hand-written backward pass against torch.autograd through its own forward.

    Args:
        forward: a function, or a class with ``forward`` and ``backward``, or a function that
            returns the value with its gradient or its pullback.
        backward: takes the upstream gradient first, then any of the forward's inputs by name.
        shapes: as in ``"X: N D, W: D M, y: N labels(C)"``, where annotations do not say.
        cases: how many random cases.
        seed: another seed, other cases.
        max_dim: the largest extent of random shapes.

    Returns:
        The report, with ``.verdict``, ``.gradients`` and ``.findings``; print it, or show it.

    Raises:
        ValueError: it cannot be judged: a shape is missing, say; the message says which.
    """
    try:
        subject = discovery.subject(forward, backward, shapes)
    except Unusable as error:
        raise ValueError(str(error)) from None
    outcome = judge(subject, Settings(cases, seed, max_dim, DTYPES))
    if isinstance(outcome, Failure):
        raise ValueError(outcome.message)
    return Checked(outcome, seed)


def assert_correct(
    forward: Callable[..., Any],
    backward: Callable[..., Any] | None = None,
    *,
    shapes: str = "",
    cases: int = 200,
    seed: int = 0,
    max_dim: int = 7,
) -> None:
    """``check``, as a test: AssertionError, with the report as its text, if a gradient is wrong."""
    found = check(forward, backward, shapes=shapes, cases=cases, seed=seed, max_dim=max_dim)
    if found.verdict not in ("correct", "unstable"):
        raise AssertionError("\n" + repr(found))


__all__ = ["Checked", "assert_correct", "check"]
