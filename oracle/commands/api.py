"""The Python interface, for notebooks and tests: ``oracle.check`` and ``oracle.assert_correct``."""

import io
from collections.abc import Callable
from typing import Any

from rich.console import Console
from rich.terminal_theme import TerminalTheme

from oracle import discovery
from oracle.cases import DTYPES
from oracle.commands.check import Settings, judge
from oracle.discovery.text.places import spoken
from oracle.report import check_page
from oracle.report.escaped import MARKED, escaped, one_line
from oracle.results import Failure, Gradient, Result, worst
from oracle.subject import Unusable

# Of middling brightness: the contrast with white, and with black, is 4.5 to 1. Text without a
# colour takes that of the page, and dim text the mean of the first two colours.
COLOURS = [
    (118, 118, 118), (215, 58, 53), (46, 132, 64), (148, 113, 0),
    (38, 115, 222), (176, 73, 190), (0, 128, 140), (118, 118, 118),
]  # fmt: skip
EITHER = TerminalTheme((235, 234, 233), (1, 2, 3), COLOURS)


class Checked:
    """The result of a check: the verdict, each gradient with its findings, and a page of text."""

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

    def headline(self) -> str:
        """The first of the worst gradients in one line: what was found, and where it stands."""
        verdict = self.verdict
        worst_one = next((g for g in self.result.gradients if g.verdict == verdict), None)
        if worst_one is None:
            return f"{self.result.target}: nothing was judged"
        notes = [*worst_one.findings, *worst_one.remarks]
        name, message = (f" [{notes[0].name}]", notes[0].message) if notes else ("", "")
        where = f"{spoken(self.result.file)}:{worst_one.line}: {self.result.target}"
        return one_line(f"{worst_one.name} is {verdict}{name} at {where}: {message}")

    def __bool__(self) -> bool:
        """True if nothing is wrong."""
        return self.verdict in ("correct", "unstable", "undecidable")

    def __repr__(self) -> str:
        return self._printed(Console(file=io.StringIO(), width=100, record=True)).export_text()

    def _repr_html_(self) -> str:
        screen = Console(
            file=io.StringIO(), width=100, record=True, force_terminal=True, highlight=False
        )
        style = (
            "white-space:pre-wrap;line-height:1.4;font-family:ui-monospace,Menlo,Consolas,monospace;"
            "color:inherit;background:transparent"
        )
        page = self._printed(screen).export_html(
            theme=EITHER,
            inline_styles=True,
            code_format=f'<pre style="{style}"><code>{{code}}</code></pre>',
        )
        for colour in (EITHER.foreground_color, EITHER.background_color):
            page = page.replace(f"background-color: {colour.hex}", "background: none")
            page = page.replace(f"color: {colour.hex}", "color: inherit")
        return page

    def _printed(self, screen: Console) -> Console:
        check_page.print_result(screen, escaped(self.result, MARKED), quiet=False)
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
    __tracebackhide__ = True
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
    """``check``, as a test: an AssertionError if a gradient is wrong or could not be judged.

    The first line of its text says which gradient, what was found, and where; the report follows.
    """
    __tracebackhide__ = True  # pytest shows the line that called
    found = check(forward, backward, shapes=shapes, cases=cases, seed=seed, max_dim=max_dim)
    if found.verdict not in ("correct", "unstable"):
        raise AssertionError(f"{found.headline()}\n{found!r}")


__all__ = ["Checked", "assert_correct", "check"]
