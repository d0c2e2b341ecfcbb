"""Findings that the user has silenced: ``# oracle: ignore[FINDING]``, --select and --ignore."""

import re
from collections.abc import Collection
from pathlib import Path

from oracle.discovery.text import reading
from oracle.results import Gradient, Report

COMMENT = re.compile(r"#\s*oracle:\s*ignore(?:\[([\w\s,-]*)\])?")


def silence(report: Report, select: Collection[str] = (), ignore: Collection[str] = ()) -> None:
    """Mark gradients as ignored all of whose findings are silenced; in place."""
    for result in report.results:
        comments = _comments(result.file)
        for gradient in result.gradients:
            at = comments.get(gradient.line)
            names = [note.name for note in gradient.findings]
            if gradient.verdict == "correct" or not names:
                continue
            left = [n for n in names if not _hushed(n, at, select, ignore)]
            if not left:
                gradient.ignored = True
        _follow(result.gradients)


def _hushed(
    name: str, comment: Collection[str] | None, select: Collection[str], ignore: Collection[str]
) -> bool:
    if comment is not None and (not comment or name in comment):
        return True
    return name in ignore or (bool(select) and name not in select)


def _follow(gradients: list[Gradient]) -> None:
    """What follows from a silenced step is silenced with it."""
    if any(g.ignored for g in gradients) and not any(
        g.verdict == "wrong" and not g.ignored for g in gradients
    ):
        for gradient in gradients:
            gradient.ignored |= gradient.verdict == "inherited"


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
