"""Shapes found by running, where files say them in a comment: the comment is left out, and checked.

    python -m benchmarks.shapes_by_running [--every K] [--seed N]

The files are those of tests/user_files and tests/unseen with a shapes comment, as they are and
mended. Each is judged without its comment, and held against what its folder's expected.toml says:
found (some gradient got a verdict), the same (what is wrong is called wrong, and nothing else is),
accused (right, and called wrong), cleared (wrong, and all is called correct), and the seconds that
discovery takes. ``--every K`` takes each K-th file.
"""

import argparse
import statistics
import tempfile
import time
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.corpus import FOLDERS
from oracle import discovery
from oracle.commands import workers
from oracle.commands.check import Settings
from oracle.commands.workers import Job
from oracle.discovery.shapes.declared import COMMENT
from oracle.results import Report, Result

BAD = ("wrong", "unstable", "inherited")


@dataclass(frozen=True)
class File:
    """A file without its shapes comments, and what is wrong with it."""

    name: str  # folder/file.py
    folder: Path  # where its helpers stand as well
    text: str
    wrong: frozenset[str]  # names of gradients


@dataclass
class Score:
    """Counts over files."""

    files: int = 0
    found: int = 0
    same: int = 0
    accused: list[str] = field(default_factory=list)
    cleared: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)


def without_comments(text: str) -> str:
    """The text without its shapes comments; its lines keep their numbers."""
    return "\n".join("#" if COMMENT.match(line) else line for line in text.split("\n"))


def files() -> Iterator[File]:
    """The files that say shapes, as they are and mended."""
    for folder in FOLDERS:
        expected = tomllib.loads((folder / "expected.toml").read_text(encoding="utf-8"))
        for name, about in expected.items():
            text = (folder / name).read_text(encoding="utf-8")
            if not any(map(COMMENT.match, text.split("\n"))):
                continue
            wrong = frozenset(n for n, v in about.get("gradients", {}).items() if v in BAD)
            yield File(f"{folder.name}/{name}", folder, text, wrong)
            if "mend" in about:
                yield File(
                    f"{folder.name}/{name} mended",
                    folder,
                    text.replace(*about["mend"]),
                    frozenset(),
                )


def placed(one: File, folder: Path) -> Path:
    """The file without its comments in a folder of its own, beside its helpers."""
    for helper in one.folder.glob("*.py"):
        text = without_comments(helper.read_text(encoding="utf-8"))
        (folder / helper.name).write_text(text, encoding="utf-8")
    place = folder / Path(one.name.partition(" ")[0]).name
    place.write_text(without_comments(one.text), encoding="utf-8")
    return place


def count(score: Score, one: File, results: list[Result]) -> None:
    """Add what came of one file."""
    score.files += 1
    verdicts = {g.name: g.verdict for result in results for g in result.gradients}
    decided = [v for v in verdicts.values() if v != "undecidable"]
    score.found += bool(decided)
    bad = {name for name, verdict in verdicts.items() if verdict in BAD}
    if not decided:
        return
    if not one.wrong and any(verdict == "wrong" for verdict in verdicts.values()):
        score.accused.append(one.name)
    elif one.wrong and not bad and len(decided) == len(verdicts):
        score.cleared.append(one.name)
    else:
        score.same += bool(bad) == bool(one.wrong)


def score_of(chosen: list[File], seed: int) -> Score:
    score = Score()
    settings = Settings(cases=60, seed=seed)
    for one in chosen:
        with tempfile.TemporaryDirectory() as temporary:
            place = placed(one, Path(temporary))
            began = time.perf_counter()
            discovery.subjects(place)
            score.seconds.append(time.perf_counter() - began)
            report: Report = workers.check([Job(place)], settings, 120.0, 1)
            count(score, one, report.results)
    return score


def printed(score: Score) -> Iterator[str]:
    times = sorted(score.seconds)
    yield f"{score.files} files without their shapes comments"
    yield f"  found {score.found}, the same verdict {score.same}"
    yield f"  accused {len(score.accused)}, cleared {len(score.cleared)}"
    yield (
        f"  seconds of discovery: median {statistics.median(times):.2f}, "
        f"90th percentile {times[int(0.9 * len(times))]:.2f}"
    )
    for what, names in (("accused", score.accused), ("cleared", score.cleared)):
        yield from (f"    {what}: {name}" for name in names)


def main(argv: list[str] | None = None) -> Any:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--every", type=int, default=1, metavar="K")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(argv)
    print("\n".join(printed(score_of(list(files())[:: options.every], options.seed))))


if __name__ == "__main__":
    main()
