"""The sources of a notebook's cells, replaced in its JSON text: every other character stays."""

import json
import re
from collections.abc import Iterator, Mapping

BLANK = re.compile(r"[ \t\r\n]*")
DECODER = json.JSONDecoder(strict=False)


def with_sources(text: str, sources: Mapping[int, str]) -> str:
    """The text with new sources of some code cells, by number from 1."""
    number, found, at = 0, "", 0
    cells, _ = _member(text, _blank(text, 0), "cells")
    for start, _ in _entries(text, cells):
        if json.loads(text[slice(*_member(text, start, "cell_type"))]) != "code":
            continue
        number += 1
        if number in sources:
            first, last = _member(text, start, "source")
            found += text[at:first] + _spelled(text[first:last], sources[number])
            at = last
    return found + text[at:]


def _spelled(old: str, new: str) -> str:
    """A new source, written as the old one was: as a string, or as a list of lines."""
    plain = old.isascii() and "\\u" in old
    if old[0] == '"':
        return json.dumps(new, ensure_ascii=plain)
    spans = list(_entries(old, 0))
    known = {json.loads(old[a:b]).removesuffix("\n"): old[a:b] for a, b in spans}
    before = old[1 : spans[0][0]] if spans else ""
    after = old[spans[-1][1] : -1] if spans else ""
    between = old[spans[0][1] : spans[1][0]] if len(spans) > 1 else f",{before}"
    lines = new.splitlines(keepends=True)
    items = [
        known[bare] if json.loads(known.get(bare := line.removesuffix("\n"), '""')) == line
        else json.dumps(line, ensure_ascii=plain)
        for line in lines
    ]  # fmt: skip
    return f"[{before}{between.join(items)}{after}]"


def _blank(text: str, at: int) -> int:
    match = BLANK.match(text, at)
    assert match is not None
    return match.end()


def _value_end(text: str, at: int) -> int:
    return DECODER.raw_decode(text, at)[1]


def _member(text: str, at: int, name: str) -> tuple[int, int]:
    """Where a member of the object at a place begins and ends."""
    at = _blank(text, at + 1)
    while text[at] != "}":
        key, at = DECODER.raw_decode(text, at)
        start = _blank(text, _blank(text, at) + 1)  # after the colon
        end = _value_end(text, start)
        if key == name:
            return start, end
        at = _blank(text, end)
        at = _blank(text, at + 1) if text[at] == "," else at
    raise ValueError(f"a cell, or the notebook, has no {name}")


def _entries(text: str, at: int) -> Iterator[tuple[int, int]]:
    """Where the entries of the list at a place begin and end."""
    at = _blank(text, at + 1)
    while text[at] != "]":
        end = _value_end(text, at)
        yield at, end
        at = _blank(text, end)
        at = _blank(text, at + 1) if text[at] == "," else at
