"""Findings that the user has silenced: ``# oracle: ignore[FINDING]``, --select and --ignore."""

import re
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from oracle.discovery.text import reading
from oracle.results import Gradient, Report, Result

COMMENT = re.compile(r"#\s*oracle:\s*ignore(?:\[([\w\s,-]*)\])?")


def silence(report: Report, select: Collection[str] = (), ignore: Collection[str] = ()) -> None:
    """Mark gradients as ignored all of whose findings are silenced; in place of the results."""
    report.results[:] = [_silenced(result, select, ignore) for result in report.results]


def _silenced(result: Result, select: Collection[str], ignore: Collection[str]) -> Result:
    comments = {file: _comments(file) for file, _ in map(result.place_of, result.gradients)}
    found: list[Gradient] = []
    for gradient in result.gradients:
        file, line = result.place_of(gradient)
        at = comments[file].get(line)
        names = [note.name for note in gradient.findings]
        silent = gradient.verdict != "correct" and bool(names)
        silent = silent and all(_hushed(n, at, select, ignore) for n in names)
        found.append(replace(gradient, ignored=gradient.ignored or silent))
    return replace(result, gradients=tuple(_followed(found)))


def _hushed(
    name: str, comment: Collection[str] | None, select: Collection[str], ignore: Collection[str]
) -> bool:
    if comment is not None and (not comment or name in comment):
        return True
    return name in ignore or (bool(select) and name not in select)


def _followed(gradients: list[Gradient]) -> list[Gradient]:
    """The same gradients; what follows from a silenced step is silenced with it."""
    ignored = any(g.ignored for g in gradients)
    if ignored and not any(g.verdict == "wrong" and not g.ignored for g in gradients):
        return [replace(g, ignored=g.ignored or g.verdict == "inherited") for g in gradients]
    return gradients


def _comments(file: str) -> dict[int, set[str]]:
    """By line: the findings that a comment there silences; an empty set for all of them."""
    try:
        lines = reading.lines_of(reading.read(Path(file)))
    except reading.ERRORS:
        return {}
    found: dict[int, set[str]] = {}
    for at, line in enumerate(lines, 1):
        comment = COMMENT.search(line)
        if comment:
            found[at] = {n.strip() for n in (comment[1] or "").split(",") if n.strip()}
    return found
