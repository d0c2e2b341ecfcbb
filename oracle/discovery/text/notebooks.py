"""A Jupyter notebook as one Python text: its code cells in order, each below a line that names it.

Lines keep their places: a magic or a shell command becomes ``pass``, a cell that is no Python
becomes comments. So a line of the text is a line of a cell, and a changed text can be put back.
"""

import ast
import difflib
import io
import json
import re
import tokenize
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

SUFFIX = ".ipynb"
MARK = "# %% cell {}"
MARKED = re.compile(r"# %% cell \d+\Z")
# Cell magics below which there is Python.
OF_PYTHON = {"time", "timeit", "capture", "prun", "memit", "oracle", "snakeviz", "heat", "lprun"}
COMMAND = re.compile(r"\s*(%|!|\?)|\s*[\w.]+\?{1,2}\s*\Z|\s*[\w ,.\[\]'\"]+=\s*[!%]\s*\w")


class OtherLanguage(ValueError):  # noqa: N818
    """It is a notebook, and not one of Python."""


@dataclass(frozen=True)
class Cell:
    """A code cell: its number, counted from 1, its lines, and as what Python reads them."""

    number: int
    first: int  # the line of the whole text that its first line is
    lines: tuple[str, ...]
    read: tuple[str, ...]
    broken: tuple[int, str] = (0, "")  # the line, and why it is no Python


@dataclass(frozen=True)
class Notebook:
    """The code cells of a notebook, and the text that they make."""

    cells: tuple[Cell, ...]

    @property
    def text(self) -> str:
        """The text of all code cells."""
        parts = (
            f"{MARK.format(c.number)}\n" + "".join(f"{ln}\n" for ln in c.read) for c in self.cells
        )
        return "".join(parts)

    def place(self, line: int) -> tuple[int, int]:
        """The cell that a line of the text belongs to, and the line in it, both from 1."""
        cell = next((c for c in reversed(self.cells) if c.first - 1 <= line), self.cells[0])
        return cell.number, max(1, min(line - cell.first + 1, len(cell.lines)))

    def lines_around(self, line: int, around: int) -> tuple[int, list[str]]:
        """Some lines of the cell that a line belongs to, and the number of the first in it."""
        number, within = self.place(line)
        lines = self.cells[number - 1].lines
        first = max(1, within - around)
        return first, list(lines[first - 1 : within + around])


def parse(text: str) -> Notebook:
    """The notebook that a JSON text is.

    Raises:
        ValueError: it is no notebook, or not one of format 4 in Python.
    """
    import nbformat  # takes a tenth of a second, which files without notebooks need not wait for

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of ids that cells lack
            whole: Any = nbformat.reads(text, as_version=nbformat.NO_CONVERT)
        version, cells = whole.get("nbformat"), whole.get("cells")
    except Exception as error:
        raise ValueError(f"it is no notebook: {error}") from error
    if version != 4 or not isinstance(cells, list):
        raise ValueError(
            f"it is a notebook of format {version}, and only format 4 is read: "
            "jupyter nbconvert --to notebook converts it"
        )
    language = _language(whole)
    if language != "python":
        raise OtherLanguage(f"its language is {language}, not Python")
    return _assembled([_source(cell) for cell in cells if cell.get("cell_type") == "code"])


def _language(whole: Any) -> str:
    about = whole.get("metadata", {})
    named = about.get("language_info", {}).get("name") or about.get("kernelspec", {}).get(
        "language"
    )
    said = str(named or "python").lower()
    return "python" if said.startswith(("python", "ipython")) else said


def _source(cell: Any) -> str:
    source = cell.get("source", "")
    return source if isinstance(source, str) else "".join(source)


def _assembled(sources: Sequence[str]) -> Notebook:
    cells: list[Cell] = []
    at = 0
    for number, source in enumerate(sources, 1):
        lines = tuple(source.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
        read, broken = _as_python(lines)
        cells.append(Cell(number, at + 2, lines, read, broken))
        at += 1 + len(lines)
    return Notebook(tuple(cells))


def _as_python(lines: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[int, str]]:
    """The lines of a cell as Python reads them; the line and message of an error."""
    if lines[0].startswith("%%"):
        name = lines[0][2:].split()[:1]
        if not name or name[0] not in OF_PYTHON:
            return _commented(lines), (0, "")
        lines = (f"pass  # {lines[0]}", *lines[1:])
    if not _error("\n".join(lines))[0]:
        return lines, (0, "")
    read = _without_commands(lines)
    line, message = _error("\n".join(read))
    return (_commented(lines), (line, message)) if line else (read, (0, ""))


def _commented(lines: Sequence[str]) -> tuple[str, ...]:
    return tuple(f"# {line}" for line in lines)


def _error(text: str) -> tuple[int, str]:
    """The line at which a text is no Python, and why; 0 where it is Python."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # "\d" in a string
            ast.parse(text)
    except SyntaxError as error:
        return error.lineno or 1, f"{type(error).__name__}: {error.msg}"
    except (ValueError, RecursionError, MemoryError) as error:
        return 1, f"{type(error).__name__}: {error}"
    return 0, ""


def _without_commands(lines: Sequence[str]) -> tuple[str, ...]:
    """The lines with ``pass`` in place of magics and shell commands, also of several lines."""
    read: list[str] = []
    goes_on = False
    for line in lines:
        if goes_on:
            read.append(f"# {line}")
        elif COMMAND.match(line) and _begins_statement(read):
            indent = line[: len(line) - len(line.lstrip())]
            read.append(f"{indent}pass  # {line.strip()}")
            goes_on = True
        else:
            read.append(line)
        goes_on = goes_on and line.rstrip().endswith("\\")
    return tuple(read)


def _begins_statement(before: Sequence[str]) -> bool:
    """True if a new line begins a statement, and is not inside brackets or a string."""
    if before and before[-1].rstrip().endswith("\\"):
        return False
    try:
        list(tokenize.generate_tokens(io.StringIO("\n".join([*before, ""])).readline))
    except tokenize.TokenError:
        return False
    except SyntaxError:  # of an indentation
        return True
    return True


# -- a changed text, put back -----------------------------------------------------------------


def put_back(old: str, after: str) -> str:
    """The JSON text of a notebook with the changes of its Python text, and nothing else changed.

    Raises:
        ValueError: the text does not consist of the same cells any more.
    """
    notebook = parse(old)
    texts: list[list[str]] = []
    for line in after.split("\n")[:-1]:
        if MARKED.match(line) and line == MARK.format(len(texts) + 1):
            texts.append([])
        elif not texts:
            raise ValueError("the text does not begin with a cell")
        else:
            texts[-1].append(line)
    if len(texts) != len(notebook.cells):
        raise ValueError("the text does not consist of the same cells")
    sources = {
        cell.number: "\n".join(_restored(cell, lines))
        for cell, lines in zip(notebook.cells, texts)
        if list(cell.read) != lines
    }
    return with_sources(old, sources)


def _restored(cell: Cell, lines: list[str]) -> list[str]:
    """Changed lines of a cell, its magics and commands as they were."""
    found: list[str] = []
    same = difflib.SequenceMatcher(None, cell.read, lines, autojunk=False)
    for tag, first, last, start, stop in same.get_opcodes():
        found += cell.lines[first:last] if tag == "equal" else lines[start:stop]
    return found


# The sources of a notebook's cells, replaced in its JSON text: every other character stays.

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
