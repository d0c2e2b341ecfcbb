"""Exceptions and places of arrays as one writes them."""

from oracle.discovery import removed
from oracle.subject import Path


def told(error: BaseException) -> str:
    """An exception as a traceback's last line writes it."""
    hint = removed.today(error)
    return f"{type(error).__name__}: {error}" + (f" ({hint})" if hint else "")


def spoken(path: Path) -> str:
    """A path as one writes it: X, parameters["W1"], layer.W."""
    text = str(path[0]) if path else ""
    for part in path[1:]:
        if text == "self" or (isinstance(part, str) and path[0] == "self" and "." not in text):
            text += f".{part}"
        else:
            text += f'["{part}"]' if isinstance(part, str) else f"[{part}]"
    return text
