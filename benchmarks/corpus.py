"""Whole files: how many mistakes are found, blamed and named, and how many right files accused.

    python -m benchmarks.corpus [--seed N] [FOLDER ...]     default: all that are in tests/

Each folder has an expected.toml: what is wrong with each file, and one edit that mends it. Then the
confusion of names: the finding expected (the first of those accepted), and the one that came.
"""

import argparse
import tempfile
import tomllib
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from oracle.commands import workers
from oracle.commands.check import Settings
from oracle.commands.workers import Job
from oracle.results import Report, Result

TESTS = Path(__file__).parent.parent / "tests"
UNSEEN = (
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
)
FOLDERS = (TESTS / "user_files", *(TESTS / "unseen" / name for name in UNSEEN))
BAD = ("wrong", "unstable")


@dataclass
class Score:
    """Counts over the files of a folder."""

    wrong: int = 0
    found: int = 0
    guilty: int = 0
    named: int = 0
    right: int = 0
    accused: list[str] = field(default_factory=list)
    not_judged: list[str] = field(default_factory=list)
    confused: Counter[tuple[str, str]] = field(default_factory=Counter)


def judged(files: list[Path], seed: int) -> Report:
    settings = Settings(cases=100, seed=seed)
    return workers.check([Job(file) for file in files], settings, 120.0, 0)


def of_folder(folder: Path, seed: int) -> tuple[Score, Score]:
    """Scores of the files as they are, and of the wrong ones once mended."""
    expected = tomllib.loads((folder / "expected.toml").read_text(encoding="utf-8"))
    as_they_are = Score()
    report = judged([folder / name for name in expected], seed)
    for name, wanted in expected.items():
        _count(as_they_are, name, wanted, _of(report, name, wanted))
    mended = Score()
    with tempfile.TemporaryDirectory() as temporary:
        for file in folder.glob("*.py"):  # helpers stand in the same folder
            text = file.read_text(encoding="utf-8")
            old, new = expected.get(file.name, {}).get("mend", ("", ""))
            (Path(temporary) / file.name).write_text(text.replace(old, new) if old else text)
        names = [name for name, wanted in expected.items() if "mend" in wanted]
        report = judged([Path(temporary) / name for name in names], seed)
        for name in names:
            right = {"gradients": {}, "findings": {}}
            _count(mended, name, right, _of(report, name, expected[name]))
    return as_they_are, mended


def _of(report: Report, name: str, wanted: dict[str, Any]) -> Result | None:
    """The result of a file that is meant: by its name, or by those of its gradients."""
    target = wanted["target"]

    def alike(result: Result) -> tuple[bool, int]:
        named = result.target == target or result.target.endswith(target)
        return named, len({g.name for g in result.gradients} & set(wanted["gradients"]))

    results = [r for r in report.results if Path(r.file).name == name]
    return max(results, key=alike, default=None)


def _count(score: Score, name: str, wanted: dict[str, Any], result: Result | None) -> None:
    if result is None:
        score.not_judged.append(name)
        return
    guilty = {g for g, verdict in wanted["gradients"].items() if verdict in BAD}
    bad = {g.name for g in result.gradients if g.verdict in BAD}
    if not guilty:
        score.right += 1
        score.accused += [name] if bad else []
        return
    score.wrong += 1
    score.found += bool(bad)
    score.guilty += bad == guilty
    would_do = [f for findings in wanted.get("findings", {}).values() for f in findings]
    notes = [n for g in result.gradients for n in (*g.findings, *g.remarks)] + [*result.remarks]
    came = {note.name for note in notes}
    score.named += bool(came & set(would_do))
    if would_do:
        first = next((n.name for g in result.gradients for n in g.findings), "nothing")
        score.confused[would_do[0], next((f for f in would_do if f in came), first)] += 1


def main() -> None:
    print(f"{'folder':18}{'wrong':>6}{'found':>7}{'guilty':>8}{'named':>7}", end="")
    print(f"{'right':>7}{'accused':>9}{'mended':>8}{'accused':>9}{'not judged':>12}")
    confused: Counter[tuple[str, str]] = Counter()
    asked = argparse.ArgumentParser()
    asked.add_argument("folders", nargs="*", type=Path, default=FOLDERS)
    asked.add_argument("--seed", type=int, default=0)
    given = asked.parse_args()
    for folder in given.folders:
        one, mended = of_folder(folder, given.seed)
        confused += one.confused
        print(f"{folder.name:18}{one.wrong:6}{one.found:7}{one.guilty:8}{one.named:7}", end="")
        print(f"{one.right:7}{len(one.accused):9}{mended.right:8}{len(mended.accused):9}", end="")
        print(f"{len(one.not_judged):12}")
        for what, names in (
            ("accused", one.accused), ("accused once mended", mended.accused),
            ("not judged", one.not_judged),
        ):  # fmt: skip
            if names:
                print(f"    {what}: {', '.join(names)}")
    print("\nnot named as its author would: expected -> came")
    for (wanted, came), count in sorted(confused.items()):
        if wanted != came:
            print(f"    {count:3}  {wanted} -> {came}")


if __name__ == "__main__":
    main()
