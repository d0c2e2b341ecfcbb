"""NumPy's warnings, shown where the user's code caused them.

A warning that NumPy's C code gives bears the line of the Python code that called it, and that is a
line of ours. While recording, such a warning is given again with the user's file and line, so that
it is filtered, counted and printed as it would be without us.
"""

import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from oracle.truth.recording.tape import OUR_FOLDER, is_user_file


@contextmanager
def at_the_users_line() -> Iterator[None]:
    shown = warnings.showwarning

    def show(message: Any, category: Any, filename: str, lineno: int, *rest: Any) -> None:
        frame = sys._getframe(1)
        while frame is not None and not is_user_file(frame.f_code.co_filename):
            frame = frame.f_back  # type: ignore[assignment]
        if frame is None or not filename.startswith(OUR_FOLDER):
            shown(message, category, filename, lineno, *rest)
            return
        warnings.showwarning = shown
        try:
            warnings.warn_explicit(
                message,
                category,
                frame.f_code.co_filename,
                frame.f_lineno,
                frame.f_globals.get("__name__"),
                frame.f_globals.setdefault("__warningregistry__", {}),
            )
        finally:
            warnings.showwarning = show  # type: ignore[assignment]

    warnings.showwarning = show  # type: ignore[assignment]
    try:
        yield
    finally:
        if warnings.showwarning is show:
            warnings.showwarning = shown
