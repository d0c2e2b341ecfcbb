"""Any value as plain data: text, finite numbers, lists and dicts, as JSON can hold them.

Values come from the user's code, where a key may be an enumeration, a number a subclass of float,
and an array anything. Nothing of theirs goes any further than this: each comes out as an exact
``str``, ``int``, ``float``, ``bool`` or None, or as text that describes it.
"""

import math
from typing import Any

import numpy as np

LONGEST = 10_000  # characters of one text
DEEPEST = 24  # lists within lists
MOST = 20_000  # entries of one list
LARGEST = 10**300  # whole numbers; Python itself refuses to print much longer ones


def plain(value: Any, depth: int = 0) -> Any:
    """The value as plain data; numbers that are not finite stay as they are."""
    if value is None or value is True or value is False:
        return value
    if isinstance(value, str):
        return cut(value)
    if isinstance(value, np.ndarray):
        return plain(np.ndarray.tolist(value), depth)
    if isinstance(value, np.bool_):
        return bool(value)
    if isinstance(value, int | np.integer):
        whole = int.__int__(value) if isinstance(value, int) else int(value)
        return whole if abs(whole) < LARGEST else f"a whole number of {whole.bit_length()} bits"
    if isinstance(value, float):
        return float.__float__(value)
    if isinstance(value, np.floating):
        return float(value)
    if isinstance(value, complex | np.complexfloating):
        number = complex(value)
        return {"re": number.real, "im": number.imag}
    if depth > DEEPEST:
        return "…"
    if isinstance(value, dict):
        items = list(dict.items(value))[:MOST]
        return {key_of(key): plain(item, depth + 1) for key, item in items}
    if isinstance(value, list | tuple):
        entries = list(value)
        more = [f"… {len(entries) - MOST} more"] * (len(entries) > MOST)
        return [plain(entry, depth + 1) for entry in entries[:MOST]] + more
    return described(value)


def key_of(key: Any) -> str:
    """The key of a dict as text."""
    return cut(key) if isinstance(key, str) else described(key)


def described(value: Any) -> str:
    """Any object as text, also where its own ``repr`` raises."""
    try:
        return cut(repr(value))
    except BaseException:  # the user's code: also SystemExit and KeyboardInterrupt
        return f"an object of {cut(type(value).__name__)}"


def cut(text: str) -> str:
    """The text as an exact ``str``; the rest of a long one is left out, and that is said."""
    whole = str.__str__(text)
    if len(whole) <= LONGEST:
        return whole
    return f"{whole[:LONGEST]}… (cut: {len(whole):,} characters)"


def finite(value: Any) -> Any:
    """Plain data in which "nan", "inf" and "-inf" stand for the numbers that JSON lacks."""
    if isinstance(value, dict):
        return {key: finite(item) for key, item in value.items()}
    if isinstance(value, list):
        return [finite(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value
