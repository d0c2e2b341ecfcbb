"""The Python interface: ``oracle.check``, ``oracle.assert_correct`` and ``oracle.trace``."""

import io
import os
import sys
import tempfile
from collections.abc import Callable
from typing import Any

from rich.console import Console
from rich.terminal_theme import TerminalTheme

from oracle import discovery
from oracle.cases import DTYPES
from oracle.commands import ignored
from oracle.commands.check import Settings, judge
from oracle.commands.traced_script import traced
from oracle.discovery.text.places import spoken
from oracle.report import check_page, trace_page
from oracle.report.escaped import MARKED, escaped, one_line
from oracle.report.html import trace_html
from oracle.report.traced_lines import remarks
from oracle.results import Failure, Gradient, Note, Report, Result, worst
from oracle.subject import Unusable

# Of middling brightness: the contrast with white, and with black, is 4.5 to 1. Text without a
# colour takes that of the page, and dim text the mean of the first two colours.
COLOURS = [
    (118, 118, 118), (215, 58, 53), (46, 132, 64), (148, 113, 0),
    (38, 115, 222), (176, 73, 190), (0, 128, 140), (118, 118, 118),
]  # fmt: skip
EITHER = TerminalTheme((235, 234, 233), (1, 2, 3), COLOURS)


def as_html(printed: Callable[[Console], Console]) -> str:
    """The text of a console as HTML, whose colours suit light and dark pages."""
    screen = Console(
        file=io.StringIO(), width=100, record=True, force_terminal=True, highlight=False
    )
    style = (
        "white-space:pre-wrap;line-height:1.4;font-family:ui-monospace,Menlo,Consolas,monospace;"
        "color:inherit;background:transparent"
    )
    page = printed(screen).export_html(
        theme=EITHER,
        inline_styles=True,
        code_format=f'<pre style="{style}"><code>{{code}}</code></pre>',
    )
    for colour in (EITHER.foreground_color, EITHER.background_color):
        page = page.replace(f"background-color: {colour.hex}", "background: none")
        page = page.replace(f"color: {colour.hex}", "color: inherit")
    return page


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
        return as_html(self._printed)

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


class Traced:
    """A traced script: the verdict, its gradients, and the annotated source as text and HTML."""

    def __init__(self, report: Report, script: str) -> None:
        self.report = report
        self.script = script

    @property
    def verdict(self) -> str:
        """The worst of the gradients' verdicts; "undecidable" if there is none."""
        found = [gradient.verdict for gradient in self.gradients]
        return worst(found) if found else "undecidable"

    @property
    def gradients(self) -> list[Gradient]:
        """In the order of the source: a name may be assigned on several lines."""
        return [gradient for result in self.report.results for gradient in result.gradients]

    @property
    def findings(self) -> list[str]:
        """The names of all findings."""
        return [note.name for gradient in self.gradients for note in gradient.findings]

    @property
    def remarks(self) -> list[Note]:
        """Remarks on what keeps the training from learning, even where every gradient is right."""
        return remarks(self.report)

    def __bool__(self) -> bool:
        """True if nothing is wrong and something was judged."""
        return bool(self.gradients) and self.verdict in ("correct", "unstable", "undecidable")

    def __repr__(self) -> str:
        screen = Console(file=io.StringIO(), width=120, record=True, highlight=False)
        trace_page.print_on(screen, self.report, self.script)
        return screen.export_text()

    def _repr_html_(self) -> str:
        return trace_html.fragment(self.report, self.script)


def trace(
    script: str | os.PathLike[str],
    *arguments: str,
    steps: int = 3,
    loss: str = "",
    to_end: bool = False,
) -> Traced:
    """Run a training script as it stands, in a process of its own, and judge its gradients.

    Args:
        script: the path of a Python file.
        arguments: the script's own.
        steps: how many steps of the training are judged.
        loss: the variable that holds the loss, if it has no usual name.
        to_end: let the script run on to its own end.

    Returns:
        The report, with ``.verdict``, ``.gradients``, ``.findings`` and ``.remarks``; print it, or
        show it. What the script prints is printed.

    Raises:
        FileNotFoundError: there is no such script.
    """
    path = os.fspath(script)
    if not os.path.isfile(path):
        raise FileNotFoundError(f"there is no script {path!r}")
    asked = {"steps": steps, "loss": loss, "to_end": to_end, "verbose": False}
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as printed:
        report = traced(path, arguments, asked, printed)  # a notebook shows our standard output
        printed.seek(0)
        sys.stdout.write(printed.read())
    ignored.silence(report)
    return Traced(report, path)


__all__ = ["Checked", "Traced", "assert_correct", "check", "trace"]
