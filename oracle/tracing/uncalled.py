"""Code that trains and was not run: why a trace has nothing to judge, in the user's own names."""

from collections.abc import Collection
from pathlib import Path

from oracle.discovery import find, uses
from oracle.discovery.text import reading, source
from oracle.discovery.text.functions import Function


def told(file: str, ran: Collection[int]) -> str:
    """The functions of a file that update parameters, and why none was seen; "" if there are none.

    ``ran``: lines of the file that computed or stored something.
    """
    try:
        text = source.parse(reading.read(Path(file)), file)
        made = uses.uses(text, find.candidates(text))
    except reading.ERRORS:
        return ""
    known = text.functions
    found = {use.target: known[use.target] for use in made if use.target in known}
    if not found:
        return ""
    idle = {n: f for n, f in found.items() if not any(f.lineno < at <= _end(f) for at in ran)}
    shown = list((idle or found).items())[:3]
    names = " and ".join(f"{name} (line {function.lineno})" for name, function in shown)
    if not idle:
        return f"what is computed in {names} is used in a way that is not followed yet"
    seen = "updates parameters and was" if len(idle) == 1 else "update parameters and were"
    return f"{names} {seen} not called: call it at the end of the file"


def _end(function: Function) -> int:
    return function.end_lineno or function.lineno
