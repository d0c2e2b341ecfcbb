"""What every program returns, rows of figures, and the table that shows them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text


@dataclass(frozen=True)
class Row:
    """One line: figures as ``reference/`` has them, as they were published, as torch has them.

    ``published`` is text as it was printed, numbers apart by spaces: our figure is due to be the
    same in all of its digits but one in the last place (sources round and cut off), or ``within``
    so much. "≤" or "≥" before a number is a claim, "…" a number that was not printed. ``wrong``
    says why a published figure is not what the formula gives; ``note`` says something else.
    ``mistake`` says that our figure is a mistake, made to be seen, and which: what is due beside it
    is right, and has to be another. ``rtol`` is what torch may differ by, as part of the largest
    number of the row; where it computes something else, ``torch_differs`` says what.
    """

    what: str
    ours: Any
    published: str = ""
    torch: Any = None
    wrong: str = ""
    note: str = ""
    mistake: str = ""
    torch_differs: str = ""
    within: float | None = None
    rtol: float = 1e-12

    @property
    def numbers(self) -> np.ndarray:
        if isinstance(self.ours, str):  # a heading
            return np.empty(0)
        return np.ravel(np.asarray(self.ours, dtype=np.float64))

    @property
    def is_as_published(self) -> bool:
        figures = self.published.split()
        return not figures or (
            len(figures) == self.numbers.size
            and all(
                _is_as(number, figure, self.within) for number, figure in zip(self.numbers, figures)
            )
        )

    @property
    def is_as_torch(self) -> bool:
        if self.torch is None:
            return True
        torch = np.ravel(np.asarray(self.torch, dtype=np.float64))
        if torch.shape != self.numbers.shape:
            return False
        limit = self.rtol * np.abs(torch).max(initial=0)
        return bool((np.abs(torch - self.numbers) <= limit).all())


def contradictions(rows: Iterable[Row]) -> list[str]:
    """What is not as it should be: a program without any is right, and its remarks are true."""
    found = []
    for row in rows:
        if row.is_as_published and row.wrong:
            found.append(
                f"{row.what}: {row.ours} is as published, {row.published}, yet called wrong"
            )
        if row.published and row.is_as_published and row.mistake:
            found.append(f"{row.what}: {row.ours} is as due, {row.published}, yet called a mistake")
        if not row.is_as_published and not (row.wrong or row.mistake):
            found.append(f"{row.what}: {row.ours}, published is {row.published}")
        if row.is_as_torch and row.torch_differs:
            found.append(f"{row.what}: {row.ours} is as torch has it, yet said to differ")
        if not row.is_as_torch and not row.torch_differs:
            found.append(f"{row.what}: {row.ours}, torch has {row.torch}")
    return found


def show(title: str, rows: Sequence[Row], console: Console | None = None) -> None:
    """The table, and below it what is wrong with a published figure, and why."""
    console = console or Console()
    table = Table(box=box.SIMPLE_HEAD, title=title, title_justify="left", title_style="bold")
    table.add_column("", overflow="fold")
    for heading in ("published, or due", "reference/", "torch"):
        table.add_column(heading, justify="right", no_wrap=True)
    remarks: list[str] = []
    for row in rows:
        number = len(remarks) + 1
        style, mark = "", ""
        if row.published:
            holds = row.is_as_published or row.mistake
            style = "yellow" if row.wrong else "green" if holds else "red"
        said = [row.mistake and f"✗ {row.mistake}", row.wrong or row.note, row.torch_differs]
        if any(said):
            mark = f" [{number}]"
            remarks.append(f"[{number}] {row.what.strip()}: {'; '.join(filter(None, said))}")
        torch = "" if row.torch is None else _text(row.torch)
        odd = "yellow" if row.torch_differs else "" if row.is_as_torch else "red"
        table.add_row(
            Text(row.what),
            Text("\n".join(row.published.split()) + mark, style),
            Text(f"✗ {_text(row.ours)}", "magenta") if row.mistake else Text(_text(row.ours)),
            Text(torch, odd),
        )
    console.print(table)
    for remark in remarks:
        console.print(Text(remark))
    for problem in contradictions(rows):
        console.print(Text(f"does not hold: {problem}", "bold red"))


def _is_as(number: float, figure: str, within: float | None) -> bool:
    if figure == "…":
        return True
    if figure[0] in "≤≥":
        limit = float(figure[1:])
        return number <= limit if figure[0] == "≤" else number >= limit
    if within is not None:
        return abs(number - float(figure)) <= within
    mantissa, _, exponent = figure.lower().partition("e")
    decimals = len(mantissa.partition(".")[2]) - int(exponent or 0)
    unit = 10.0**-decimals if decimals else 0.5  # a whole number is exact
    return bool(abs(number - float(figure)) <= unit * (1 + 1e-6))


def _text(numbers: Any) -> str:
    if isinstance(numbers, str):
        return numbers
    flat = np.ravel(np.asarray(numbers))
    if flat.dtype.kind in "iub":
        return "\n".join(f"{number:,}" for number in flat.tolist())
    return "\n".join(f"{number:.11g}" for number in flat.tolist())
