"""Text of the user's made safe to print: what would steer a terminal, or a log, is shown escaped.

Names, messages and paths come from the user's files. An escape sequence in one of them moves the
cursor, a mark of direction shows a line in a different order, half of a surrogate pair cannot be
written at all, and ``::error`` at the beginning of a line is a command to GitHub's runners.
"""

import unicodedata
from dataclasses import fields, is_dataclass, replace
from typing import Any

DIRECTIONS = {0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)}
INVISIBLE = {0xFEFF, 0x200B, *range(0xE0000, 0xE0080)}
COMMAND = "##["  # an older form of workflow commands, read anywhere in a line


def shown(text: str) -> str:
    """The text with everything escaped that is no visible character, blank, tab or line feed."""
    if text.isascii() and text.isprintable() and COMMAND not in text:
        return text
    return "".join(map(_shown, text)).replace(COMMAND, "##\\[")


def _shown(character: str) -> str:
    number = ord(character)
    if character in "\n\t" or not (
        unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp")
        or number in DIRECTIONS
        or number in INVISIBLE
    ):
        return character
    if number < 0x100:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def one_line(text: str) -> str:
    """The text as ``shown``, with line feeds escaped, too."""
    return shown(text).replace("\n", "\\n").replace("\t", "\\t")


def escaped(value: Any, line_feed: str = "\n") -> Any:
    """Plain data, or a data class of it, with every text in it as ``shown``.

    ``line_feed`` stands for each line feed: on a terminal it begins the next line with a mark, so
    that no line of a message can be taken for one of ours, or for a command.
    """
    if isinstance(value, str):
        return shown(value).replace("\n", line_feed)
    if is_dataclass(value) and not isinstance(value, type):
        texts = {
            f.name: escaped(getattr(value, f.name), line_feed) for f in fields(value) if f.init
        }
        return replace(value, **texts)
    if isinstance(value, dict):
        return {escaped(key, line_feed): escaped(item, line_feed) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)([escaped(entry, line_feed) for entry in value])
    return value


MARKED = "\n    | "  # the line feed of messages in text


def path(file: str) -> str:
    """A path as the beginning of a line, which a name like ``::error::.py`` must not steer."""
    text = one_line(file)
    return f"./{text}" if text.lstrip().startswith(":") else text
