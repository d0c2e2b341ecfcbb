"""Changes a user's file: all of the change or nothing of it, and nothing else about the file.

The new text is written to a file beside the old one, which it then replaces in one step. Mode,
owner, extended attributes, encoding, byte order mark and line ends stay as they are, and a link
goes on leading to the file.
"""

import contextlib
import difflib
import os
import re
import shutil
import stat
import tempfile
from pathlib import Path

from oracle.discovery.text import notebooks, reading

LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|$)")


class NotWritten(Exception):  # noqa: N818
    """The reason for which a file was left unchanged."""


def replace(file: Path, before: str, after: str) -> None:
    """Put a text in place of the one that was judged.

    Args:
        file: the file, or a link to it.
        before: its text when it was judged; which line ends stand in it does not matter.
        after: the text that it is to have.

    Raises:
        NotWritten: the file is not the one that was judged any more, or is not to be written.
        OSError: it could not be written, and is as it was.
    """
    file = file.resolve()
    raw = reading.data(file)
    expect_same(reading.read(file), before)
    if not os.access(file, os.W_OK) or not file.stat().st_mode & 0o222:
        raise NotWritten("it is read-only")
    _put(file, raw, changed(file, raw, after))


def changed(file: Path, raw: bytes, after: str) -> bytes:
    """The bytes of a file with another Python text; of a notebook, with other cells.

    Raises:
        NotWritten: the text cannot be written so.
    """
    if file.suffix == notebooks.SUFFIX:
        try:
            return notebooks.put_back(raw.decode(), after).encode()
        except ValueError as error:
            raise NotWritten(f"the change does not fit into its cells: {error}") from error
    encoding = reading.encoding_of(raw)
    try:
        return with_line_ends_of(reading.decoded(raw), after).encode(encoding)
    except UnicodeEncodeError as error:
        raise NotWritten(f"its encoding, {encoding}, lacks a character of the change") from error


def expect_same(now: str, judged: str) -> None:
    """Compare two texts of a file; their line ends do not matter.

    Raises:
        NotWritten: they are not the same.
    """
    if reading.with_line_feeds(now) != reading.with_line_feeds(judged):
        raise NotWritten("it has changed since it was judged")


def lines(text: str) -> list[str]:
    """The lines of a text as Python counts them, with their ends."""
    return [line for line in LINE.findall(text) if line]


def with_line_ends_of(old: str, new: str) -> str:
    """The new text, each line that it shares with the old one ended as there."""
    olds, news = lines(old), lines(new)
    ends = [_end(line) for line in olds if _end(line)]
    usual = max(dict.fromkeys(ends), key=ends.count) if ends else "\n"
    bare, changed = ([line.rstrip("\r\n") for line in part] for part in (olds, news))
    same = difflib.SequenceMatcher(None, bare, changed, autojunk=False)
    found: list[str] = []
    for _, first, last, start, stop in same.get_opcodes():
        for at in range(start, stop):
            like = min(first + at - start, last - 1)
            old_end = _end(olds[like]) if first < last else usual
            found.append(changed[at] + (old_end or usual) * bool(_end(news[at])))
    return "".join(found)


def _end(line: str) -> str:
    """The line's own end: "" for the last line of a text that has none."""
    return line[len(line.rstrip("\r\n")) :]


def _put(file: Path, raw: bytes, new: bytes) -> None:
    """Replace the bytes of a file in one step; of one with several names, in place."""
    status = file.stat()
    descriptor, name = tempfile.mkstemp(prefix=f".{file.name}.", suffix=".tmp", dir=file.parent)
    made = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as opened:
            opened.write(new)
            opened.flush()
            os.fsync(opened.fileno())
        os.chmod(made, stat.S_IMODE(status.st_mode))
        with contextlib.suppress(OSError, AttributeError):
            os.chown(made, status.st_uid, status.st_gid)
        with contextlib.suppress(OSError):
            shutil.copystat(file, made)
            os.utime(made)
        if reading.data(file) != raw:
            raise NotWritten("it has changed since it was judged")
        if status.st_nlink == 1:
            os.replace(made, file)
            _sync(file.parent)
        else:  # its other names stay names of it
            with file.open("r+b") as opened:
                opened.write(new)
                opened.truncate()
                opened.flush()
                os.fsync(opened.fileno())
    finally:
        made.unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
