"""``oracle check --fix``: changes of the user's lines, each proved before it is shown.

The cure of a finding is written into a copy of the file, and the check runs on the copy. A change
counts only if it makes that gradient right, no other gradient worse, and leaves the value as it is.
"""

import contextlib
import difflib
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from oracle.commands import workers, writing
from oracle.commands.check import Settings
from oracle.commands.workers import Job
from oracle.diagnosis.repair import line_edits
from oracle.discovery.importing import homes
from oracle.discovery.text import reading
from oracle.results import VERDICTS, Gradient, Kind, Report, Result

CASES = 30  # of one proof
BAD = ("wrong", "inherited")


@dataclass
class Fixed:
    """One file: its text before and after, what was changed, and what was not, and why."""

    file: Path
    before: str
    after: str
    changed: list[str]
    kept: list[str]

    def diff(self) -> str:
        """The change as a unified diff."""
        name = self.file.as_posix()
        raw = reading.data(self.file)  # a patch needs the file as it is, its line ends and all
        new, old = (
            reading.decoded(writing.changed(self.file, raw, text))
            for text in (self.after, self.before)
        )
        lines = difflib.unified_diff(writing.lines(old), writing.lines(new), name, name)
        return "".join(
            ln if ln.endswith("\n") else ln + "\n\\ No newline at end of file\n" for ln in lines
        )


def fixes(report: Report, settings: Settings, timeout: float) -> list[Fixed]:
    """For each file with something wrong in it: what can be changed, one gradient after another."""
    settings = replace(settings, cases=CASES, case="", repro=False)
    found: dict[str, Fixed] = {}
    for result in report.results:
        wrong = [g for g in result.gradients if g.verdict == "wrong" and not g.ignored]
        for gradient in wrong:
            if result.file not in found:
                text = _read(Path(result.file))
                found[result.file] = Fixed(Path(result.file), text, text, [], [])
            _fix(found[result.file], result, gradient, settings, timeout)
    return list(found.values())


def _fix(
    fixed: Fixed, result: Result, gradient: Gradient, settings: Settings, timeout: float
) -> None:
    file, line = result.place_of(gradient)
    where = f"{file}:{line}: {gradient.name}"
    if gradient.file:
        fixed.kept.append(f"{where}: its line is in a different file than {fixed.file}")
        return
    note = gradient.findings[0]  # the likeliest one: the others may follow from it
    if note.cure is None:
        fixed.kept.append(f"{where}: the cure of {note.name} is no simple change of a line")
        return
    tried = line_edits.candidates(fixed.after, gradient.line, note.cure)
    before = None
    if tried or fixed.changed:
        before = _checked(fixed, fixed.after, result.target, settings, timeout)
    if before is not None and fixed.changed and _is_better(before, before, gradient):
        return  # what was changed for a different gradient has cured this one as well
    if before is None or not tried:
        fixed.kept.append(f"{where}: no change of its line would apply the cure")
        return
    for text in tried:
        after = _checked(fixed, text, result.target, settings, timeout)
        if after is not None and _is_better(before, after, gradient):
            fixed.after = text
            fixed.changed.append(f"{where} ({note.name})")
            return
    fixed.kept.append(f"{where}: none of the changes of its line that were tried makes it right")


def _checked(
    fixed: Fixed, text: str, target: str, settings: Settings, timeout: float
) -> Result | None:
    """The result of the check for the file with a changed text; None if there is none."""
    with _copy(fixed.file, text) as file:
        compared = replace(settings, original=str(fixed.file.resolve()))
        report = workers.check([Job(file, target)], compared, timeout, 1)
    return next((r for r in report.results if r.target == target), None)


def _is_better(before: Result, after: Result, gradient: Gradient) -> bool:
    """True if the gradient is right in ``after``, and no other is worse or missing."""
    ranks = [
        {g.of: VERDICTS.index(g.verdict) for g in result.gradients if not _is_step(g)}
        for result in (before, after)
    ]
    if set(ranks[0]) != set(ranks[1]) or any(ranks[1][of] > ranks[0][of] for of in ranks[0]):
        return False
    if not _is_step(gradient):
        return ranks[1][gradient.of] < VERDICTS.index("unstable")
    bad = [sum(g.verdict in BAD for g in result.gradients) for result in (before, after)]
    return bad[1] < bad[0] and all(g.line != gradient.line for g in after.gradients if _bad(g))


def _is_step(gradient: Gradient) -> bool:
    return gradient.kind is Kind.INTERMEDIATE


def _bad(gradient: Gradient) -> bool:
    return gradient.verdict == "wrong"


@contextlib.contextmanager
def _copy(file: Path, text: str) -> Iterator[Path]:
    """A file with a different text in a folder of its own, with links to all that is beside it."""
    file = file.resolve()
    top = homes.project(file)
    with tempfile.TemporaryDirectory(prefix="oracle-") as made:
        folder, real = Path(made).resolve(), top
        for part in file.relative_to(top).parts:
            for other in real.iterdir():
                if other.name != part and other.name != "__pycache__":
                    _beside(folder / other.name, other)
            folder, real = folder / part, real / part
            if real != file:
                folder.mkdir()
        folder.write_bytes(writing.changed(file, reading.data(file), text))
        yield folder


def _beside(link: Path, real: Path) -> None:
    try:
        os.symlink(real, link, target_is_directory=real.is_dir())
    except OSError:  # on some systems not everybody may make links
        if real.suffix == ".py":
            shutil.copy(real, link)


def _read(file: Path) -> str:
    return reading.read(file)
