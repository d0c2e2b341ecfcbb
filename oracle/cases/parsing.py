"""The text of a case, as a failure prints it, read back."""

from typing import Any

from oracle.cases.case import DTYPES, Case, Drawable
from oracle.cases.plan import REGIMES
from oracle.cases.shapes import Size
from oracle.subject import Option


def parse(text: str, derivation: Drawable) -> Case:
    """The case that ``str(case)`` wrote.

    Raises:
        ValueError: the text is no case of this derivation; the message says what is wrong.
    """
    form = "DTYPE/REGIME/SIZE=N,.../SEED"
    parts = text.split("/")
    if len(parts) != 4 or parts[0] not in DTYPES or parts[1] not in REGIMES:
        raise ValueError(f"{text!r} is no case; expected {form}, as a failure prints it")
    given = dict(pair.partition("=")[::2] for pair in parts[2].split(",") if pair)
    try:
        sizes = {name: _size(name, given.pop(name.lstrip("*"))) for name in derivation.sizes}
        options = {o.name: _option(o, given.pop(o.name)) for o in derivation.options}
        seed = int(parts[3])
    except KeyError as missing:
        raise ValueError(f"{text!r} does not say {missing}, which {derivation.name} has") from None
    except ValueError:
        raise ValueError(f"{text!r} has something else where a number is expected") from None
    if given:
        raise ValueError(f"{text!r} says {', '.join(given)}, which {derivation.name} has not")
    return Case(parts[0], parts[1], sizes, options, seed)


def _option(option: Option, text: str) -> Any:
    if option.kind in ("axis", "whole"):
        return int(text)
    if option.kind == "number":
        return float(text)
    found = [choice for choice in option.choices if str(choice) == text]
    if not found:
        raise ValueError(text)
    return found[0]


def _size(name: str, text: str) -> Size:
    if name.startswith("*"):
        return tuple(int(extent) for extent in text.split("x") if extent)
    return int(text)
