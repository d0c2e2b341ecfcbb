"""What the check says of public repositories: found, judged, called wrong though right.

    python -m benchmarks.field FOLDER [--hints] [--save FOLDER]

FOLDER holds copies that you have made yourself, named as in field.toml; others are left out.
The ledger keeps names, counts, commits and what is known of each piece by other means than this
tool: right, wrong or unknown. A piece is one hand-written backward; it is judged if each of its
gradients is called correct, unstable or wrong. Some do not run by themselves, whoever runs them.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tomllib
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

LEDGER = Path(__file__).with_name("field.toml")
VERDICTS = ("correct", "undecidable", "unstable", "inherited", "wrong")
SHOWN = ("correct", "unstable", "wrong")
SECONDS = 1800
LISTS = ("accused", "caught", "cleared", "open", "partly", "unlisted")


@dataclass(frozen=True)
class Piece:
    """One hand-written backward: where it stands, and what is known of it."""

    file: str
    name: str
    expected: str  # right, wrong or unknown
    gradients: int = 0  # how many it makes; 0 if nobody has counted
    alone: bool = False  # whether it was once judged without a hint
    runs: bool = True  # whether its author's code runs by itself, on any Python

    def is_meant_by(self, target: str) -> bool:
        """Whether a target of the check is this piece: ``Net.loss`` is of ``Net``."""
        return target == self.name or target.startswith(f"{self.name}.")


@dataclass(frozen=True)
class Repository:
    """A public repository at one commit, and the pieces in it."""

    name: str
    commit: str
    roots: tuple[str, ...]  # folders that are checked, each with itself on the path of imports
    pieces: tuple[Piece, ...]


@dataclass
class Tally:
    """The row of one repository."""

    pieces: int = 0
    run: int = 0  # of them, those whose code runs by itself
    found: int = 0
    judged: int = 0  # correct, unstable or wrong for every gradient
    undecidable: int = 0  # some gradient is
    verdicts: Counter[str] = field(default_factory=Counter)  # the worst one of each piece
    gradients: Counter[str] = field(default_factory=Counter)
    accused: list[str] = field(default_factory=list)  # right, and called wrong
    caught: list[str] = field(default_factory=list)  # wrong, and called wrong
    cleared: list[str] = field(default_factory=list)  # wrong, and called correct
    open: list[str] = field(default_factory=list)  # called wrong, and nobody knows
    partly: list[str] = field(default_factory=list)  # fewer gradients than it makes, unsaid
    unlisted: list[str] = field(default_factory=list)  # judged, and not in the ledger

    def add(self, other: "Tally") -> None:
        for name in ("pieces", "run", "found", "judged", "undecidable"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.verdicts += other.verdicts
        self.gradients += other.gradients
        for name in LISTS:
            getattr(self, name).extend(getattr(other, name))


def ledger(file: Path = LEDGER) -> list[Repository]:
    """The repositories of the ledger with their pieces."""
    return [
        Repository(
            name,
            known["commit"],
            tuple(known.get("roots", ["."])),
            tuple(Piece(*where.split("::"), **about) for where, about in known["pieces"].items()),
        )
        for name, known in tomllib.loads(file.read_text(encoding="utf-8")).items()
    ]


def checked(root: Path) -> dict[str, Any]:
    """The JSON document of ``oracle check`` on a folder; an error in it where it has none."""
    command = [sys.executable, "-m", "oracle", "check", ".", "--format", "json", "--quiet"]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    try:
        came = subprocess.run(
            command, cwd=root, env=environment, capture_output=True, text=True, timeout=SECONDS
        )
        return dict(json.loads(came.stdout))
    except subprocess.TimeoutExpired:
        message = f"no result after {SECONDS} s"
    except json.JSONDecodeError:
        message = (came.stderr.strip().splitlines() or ["nothing was printed"])[-1]
    print(f"{root}: {message}", file=sys.stderr)
    return {"results": [], "errors": [{"file": ".", "line": 0, "message": message}]}


def document(repository: Repository, folder: Path) -> dict[str, Any]:
    """What is said of all roots of a copy, with files as the ledger names them."""
    whole: dict[str, Any] = {"results": [], "errors": [], "not_judged": []}
    for root in repository.roots:
        part = checked((folder / repository.name / root).resolve())
        for kind in whole:
            for entry in part.get(kind, []):
                entry["file"] = (Path(root) / entry["file"]).as_posix()
                whole[kind].append(entry)
    return whole


def verdict(result: dict[str, Any]) -> str:
    return max((g["verdict"] for g in result["gradients"]), key=VERDICTS.index, default="correct")


def tally(repository: Repository, said: dict[str, Any], hints: bool) -> Tally:
    """How far what is said agrees with what is known."""
    row = Tally(pieces=len(repository.pieces), run=sum(p.runs for p in repository.pieces))
    for piece in repository.pieces:
        results = [r for r in said["results"] if _of(piece, r["file"], r["target"])]
        errors = [
            e for e in said["errors"] if _of(piece, e["file"], re.split("[: ]", e["message"])[0])
        ]
        row.found += bool(results or errors)
        if not results:
            continue
        worst = max(map(verdict, results), key=VERDICTS.index)
        row.verdicts[worst] += 1
        made = [g["verdict"] for r in results for g in r["gradients"]]
        row.undecidable += "undecidable" in made
        row.judged += "undecidable" not in made and len(made) >= max(1, piece.gradients)
        row.gradients.update(g["verdict"] for r in results for g in r["gradients"])
        _compare(row, piece, worst, f"{repository.name}/{piece.file}::{piece.name}")
        partial = sum(len(r["gradients"]) for r in results) < piece.gradients
        if partial and not any(_of(piece, n["file"], n["target"]) for n in said["not_judged"]):
            row.partly.append(f"{repository.name}/{piece.file}::{piece.name}")
    for result in said["results"]:
        if not any(_of(piece, result["file"], result["target"]) for piece in repository.pieces):
            row.unlisted.append(f"{repository.name}/{result['file']}::{result['target']}")
    lost = sum(p.alone for p in repository.pieces) - row.judged
    if not hints and lost > 0:
        print(f"{repository.name}: {lost} fewer are judged than could be", file=sys.stderr)
    return row


def _of(piece: Piece, file: str, target: str) -> bool:
    return file == piece.file and piece.is_meant_by(target)


def _compare(row: Tally, piece: Piece, worst: str, name: str) -> None:
    wrong = worst in ("wrong", "inherited")
    lists = {
        ("right", True): row.accused,
        ("wrong", True): row.caught,
        ("unknown", True): row.open,
        ("wrong", False): row.cleared,
    }
    if worst != "undecidable" and (piece.expected, wrong) in lists:
        lists[piece.expected, wrong].append(name)


def line(name: str, row: Tally) -> str:
    gradients = "/".join(str(row.gradients[v]) for v in SHOWN)
    cells = [row.pieces, row.run, row.found, row.judged, row.undecidable]
    cells += [row.verdicts[v] for v in SHOWN]
    cells += [len(row.accused), len(row.caught), len(row.cleared), len(row.partly)]
    return f"{name:30}" + "".join(f"{cell:12}" for cell in cells) + f"  {gradients}"


def shares(row: Tally) -> str:
    """How much is found of all pieces, and how much is judged of those that run by themselves."""
    return (
        f"found {row.found / row.pieces:.0%}, judged {row.judged / row.run:.0%} of those that run"
    )


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("folder", type=Path)
    asked.add_argument("--hints", action="store_true", help="the copies bear shapes comments")
    asked.add_argument("--save", type=Path, help="where the JSON of each repository is written")
    given = asked.parse_args()
    heads = ("pieces", "run", "found", "judged", "undecidable", *SHOWN)
    heads += ("accused", "caught", "cleared", "partly")
    print(f"{'repository':30}" + "".join(f"{head:>12}" for head in heads) + "  gradients")
    whole = Tally()
    for repository in ledger():
        if not (given.folder / repository.name).is_dir():
            continue
        said = document(repository, given.folder)
        if given.save:
            given.save.mkdir(parents=True, exist_ok=True)
            (given.save / f"{repository.name}.json").write_text(json.dumps(said), encoding="utf-8")
        row = tally(repository, said, given.hints)
        print(line(repository.name, row), flush=True)
        whole.add(row)
    print(line("all", whole))
    if whole.run:
        print(shares(whole))
    for name in LISTS:
        for piece in getattr(whole, name):
            print(f"    {name}: {piece}")


if __name__ == "__main__":
    main()
