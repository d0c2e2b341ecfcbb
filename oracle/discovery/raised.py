"""Exceptions of a user's code: their text, their line, and whose they are."""

import os
import traceback
from pathlib import Path

from oracle.discovery import removed
from oracle.subject import Unusable, WrongReturn
from oracle.truth.recording.tape import is_user_file


def said(error: BaseException) -> str:
    """An exception as Python's own last line has it; ours by its message alone."""
    if isinstance(error, WrongReturn | Unusable):
        return str(error)
    lines = "".join(traceback.format_exception_only(error)).strip().splitlines()
    if isinstance(error, SyntaxError):
        return lines[-1]
    hint = removed.today(error)
    return f"{lines[0]} ({hint})" if hint else lines[0]


def line_in(error: BaseException, file: Path | str) -> int:
    """The last line of a file that an exception went through; 0 if it did not."""
    name = os.path.abspath(file)
    if isinstance(error, SyntaxError) and os.path.abspath(error.filename or "") == name:
        return error.lineno or 0
    frames = traceback.extract_tb(error.__traceback__)
    own = (f.lineno or 0 for f in reversed(frames) if os.path.abspath(f.filename) == name)
    return next(own, 0)


def is_ours(error: Exception) -> bool:
    """Tell whether an exception is a mistake of our own, in which the user's code has no part."""
    if isinstance(error, TypeError | WrongReturn):  # called with something unfit
        return False
    frames = traceback.extract_tb(error.__traceback__)
    return not any(is_user_file(frame.filename) for frame in frames)


def is_misfit(error: BaseException) -> bool:
    """Tell whether a function could not be entered with the arguments that we gave it."""
    if not isinstance(error, TypeError) or error.__traceback__ is None:
        return False
    frames = traceback.extract_tb(error.__traceback__)
    return not any(is_user_file(frame.filename) for frame in frames)
