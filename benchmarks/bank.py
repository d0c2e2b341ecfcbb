"""Planted mistakes: how many are found and named, and which names are confused.

    python -m benchmarks.bank [FOLDER ...]     default: tests/mistakes/*

An entry is one edit of a right file. It counts as named if one of the names that it accepts came,
and as confused with the first name that came otherwise. Takes some ten minutes.
"""

import shutil
import sys
import tempfile
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

from benchmarks.corpus import BAD
from oracle.commands import workers
from oracle.commands.check import Settings
from oracle.commands.workers import Job
from oracle.results import Result

BANK = Path(__file__).parent.parent / "tests/mistakes"


def planted(folder: Path, entries: list[dict[str, Any]], into: Path) -> list[Path]:
    """The file of each entry, with its mistake, in a folder of its own beside all helpers."""
    files = []
    for at, entry in enumerate(entries):
        place = into / str(at)
        place.mkdir()
        for file in folder.glob("*.py"):
            shutil.copy(file, place)
        file = place / entry["file"]
        file.write_text(file.read_text(encoding="utf-8").replace(*entry["replace"]))
        files.append(file)
    return files


def came(files: list[Path]) -> dict[Path, list[str] | None]:
    """The names of what is found in each file, in order; None for one that was not judged."""
    report = workers.check([Job(file) for file in files], Settings(), 120.0, 0)
    found: dict[Path, list[str] | None] = dict.fromkeys(files)
    for result in report.results:
        assert isinstance(result, Result)
        names = found[Path(result.file)] or []
        for gradient in result.gradients:
            if gradient.verdict in BAD:
                names += [note.name for note in gradient.findings] or ["unexplained"]
        found[Path(result.file)] = names
    return found


def main() -> None:
    folders = [Path(a) for a in sys.argv[1:]] or sorted(p.parent for p in BANK.glob("*/*.toml"))
    print(f"{'bank':12}{'files':>6}{'accused':>9}{'entries':>9}{'found':>7}{'named':>7}")
    confused: Counter[tuple[str, str]] = Counter()
    for folder in folders:
        entries = tomllib.loads((folder / "mistakes.toml").read_text(encoding="utf-8"))["mistake"]
        right = sorted(folder.glob("*.py"))
        accused = sum(bool(names) for names in came(right).values())
        with tempfile.TemporaryDirectory() as temporary:
            files = planted(folder, entries, Path(temporary))
            names = came(files)
        found = named = 0
        for entry, file in zip(entries, files, strict=True):
            what = names[file] or ["not found"]
            found += bool(names[file])
            would_do = [name for name in what if name in entry["findings"]]
            named += bool(would_do)
            confused[entry["findings"][0], (would_do or what)[0]] += 1
        print(f"{folder.name:12}{len(right):6}{accused:9}{len(entries):9}{found:7}{named:7}")
    print("\nexpected -> came")
    for (expected, got), count in sorted(confused.items()):
        print(f"    {count:3}  {expected}" + (f" -> {got}" if got != expected else ""))


if __name__ == "__main__":
    main()
