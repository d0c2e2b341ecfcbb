"""Comments directly above a function or class, or above one of its decorators."""

import re
from collections.abc import Iterable

from oracle.discovery.text.source import Text

READING = re.compile(r"\s*#\s*oracle\s*:\s*reading\b\s*:?\s*(.*?)\s*$", re.IGNORECASE)


def above(user: Text | None, names: Iterable[str], pattern: re.Pattern[str]) -> tuple[str, int]:
    """The first group of the first comment above any of these, and its line; ("", 0) if none."""
    for name in names if user is not None else ():
        assert user is not None
        node = user.functions.get(name) or user.classes.get(name)
        if node is None:
            continue
        for first in (node.lineno, *(d.lineno for d in node.decorator_list)):
            at = first - 1
            while at >= 1 and user.lines[at - 1].lstrip().startswith("#"):
                if found := pattern.match(user.lines[at - 1]):
                    return found[1], at
                at -= 1
    return "", 0
