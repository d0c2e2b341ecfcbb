"""Code that trains and was not run: why a trace has nothing to judge, in the user's own names."""

from pathlib import Path

from oracle.discovery import find, uses
from oracle.discovery.text import reading, source


def told(file: str) -> str:
    """Which functions of a file would train if they were called; "" if there are none."""
    try:
        text = source.parse(reading.read(Path(file)), file)
        made = uses.uses(text, find.candidates(text))
    except reading.ERRORS:
        return ""
    known = text.functions
    found = {use.target: known[use.target].lineno for use in made if use.target in known}
    if not found:
        return ""
    names = " and ".join(f"{name} (line {line})" for name, line in list(found.items())[:3])
    seen = "updates parameters and was" if len(found) == 1 else "update parameters and were"
    return f"{names} {seen} not called: call it at the end of the file"
