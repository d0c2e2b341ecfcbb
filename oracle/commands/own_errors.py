"""Errors of this tool, told as such: nothing of the user's code is to blame for them."""

import traceback
from pathlib import Path


def told(error: BaseException, verbose: bool) -> str:
    """One line with the place in our code; with ``verbose`` the whole traceback below it."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f" ({Path(frames[-1].filename).name}, line {frames[-1].lineno})" if frames else ""
    line = (
        f"an error of oracle itself, not of this file: {text_of(error)}{where}; "
        "please report it, with what --verbose prints"
    )
    if not verbose:
        return line
    return line + "\n" + "".join(traceback.format_exception(error)).rstrip()


def text_of(error: BaseException) -> str:
    """``KeyError: 'W'``, also where the exception cannot show its own text."""
    try:
        name = str.__str__(type(error).__name__)
        return f"{name}: {error}"
    except BaseException:  # the class is the user's: also SystemExit
        return "an exception that cannot be shown"
