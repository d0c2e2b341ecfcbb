"""The text of a Python file, read as Python reads it: encoding, byte order mark and line ends.

Lines are Python's: they end at a line feed, a carriage return or both, and at nothing else. (Those
of ``str.splitlines`` end at form feeds and at U+2028 as well, and are numbered differently.)
"""

import io
import os
import stat
import tokenize
from pathlib import Path

from oracle.discovery.text import notebooks

LARGEST = 16 * 2**20  # bytes of a file
# What reading and parsing a file may raise: each is an error of that file alone.
ERRORS = (OSError, SyntaxError, ValueError, RecursionError, MemoryError)


def read(file: Path) -> str:
    """The Python text of a file, its lines ended by line feeds; of a notebook, all code cells.

    Raises:
        OSError: it is no regular file, is too large, or cannot be read.
        SyntaxError: its encoding is unknown, or it is not encoded so.
        ValueError: it is named as a notebook, and is none.
    """
    known = notebook(file)
    return with_line_feeds(exact(file)) if known is None else known.text


def notebook(file: Path) -> notebooks.Notebook | None:
    """The notebook that a file is; None of other files."""
    if file.suffix != notebooks.SUFFIX:
        return None
    return notebooks.parse(data(file).decode("utf-8-sig"))


def exact(file: Path) -> str:
    """The text of a file as it is but for a byte order mark, with the line ends that it has.

    Raises:
        OSError: it is no regular file, is too large, or cannot be read.
        SyntaxError: its encoding is unknown, or it is not encoded so.
    """
    return decoded(data(file))


def data(file: Path) -> bytes:
    """The bytes of a file.

    Raises:
        OSError: it is no regular file (a pipe or device never ends), or is too large.
    """
    # A pipe that nobody writes to would block here before anything is known about it.
    descriptor = os.open(file, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    with os.fdopen(descriptor, "rb") as opened:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise OSError(f"it is no regular file but {kind(status.st_mode)}")
        if status.st_size > LARGEST:
            raise OSError(f"it has {status.st_size:,} bytes; at most {LARGEST:,} are read")
        return opened.read()


def decoded(raw: bytes) -> str:
    """Bytes as the text that Python takes them for, with their own line ends.

    Raises:
        SyntaxError: the encoding is unknown, or the bytes are not encoded so.
    """
    encoding = encoding_of(raw)
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        message = f"{encoding} cannot decode byte 0x{raw[error.start]:02x}: {error.reason}"
        raise SyntaxError(message, ("", line, None, None)) from None


def encoding_of(raw: bytes) -> str:
    """The encoding that a file's first lines declare; "utf-8-sig" where it has a byte order mark.

    Raises:
        SyntaxError: there is no such encoding.
    """
    first = b"\n".join(raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n", 2)[:2])
    return tokenize.detect_encoding(io.BytesIO(first + b"\n").readline)[0]


def with_line_feeds(text: str) -> str:
    """The text with a line feed at the end of each of its lines."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def lines_of(text: str) -> list[str]:
    """The lines of a text as Python counts them, without their ends."""
    lines = with_line_feeds(text).split("\n")
    return lines[:-1] if lines[-1] == "" else lines


def kind(mode: int) -> str:
    """The kind of a file that is not a regular one: "a pipe", "a device", ..."""
    kinds = (
        (stat.S_ISDIR, "a folder"), (stat.S_ISFIFO, "a pipe"), (stat.S_ISSOCK, "a socket"),
        (stat.S_ISCHR, "a device"), (stat.S_ISBLK, "a device"),
    )  # fmt: skip
    return next((name for is_one, name in kinds if is_one(mode)), "something else")
