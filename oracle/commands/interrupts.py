"""Ctrl-C, and the signals that ask a program to end: what is known by then is still reported.

This module is imported before anything else of the command, so it imports little.
"""

import contextlib
import os
import signal
import threading
from collections.abc import Iterator
from typing import Any

SIGNALS = [s for s in (getattr(signal, n, None) for n in ("SIGINT", "SIGTERM", "SIGHUP")) if s]
ASKED_TWICE = 128  # plus the signal: the exit status that shells know

STOP = threading.Event()  # set by the first signal
_state = {"held": False, "raises": False}


@contextlib.contextmanager
def held() -> Iterator[threading.Event]:
    """Within it a signal sets the event, and interrupts nothing; a second SIGTERM ends at once."""
    if _state["held"] or threading.current_thread() is not threading.main_thread():
        yield STOP
        return
    STOP.clear()
    before = {each: signal.signal(each, _noted) for each in SIGNALS}
    _state["held"] = True
    try:
        yield STOP
    finally:
        _state["held"] = False
        for each, handler in before.items():
            signal.signal(each, handler)


@contextlib.contextmanager
def raising() -> Iterator[None]:
    """Within it the first signal raises KeyboardInterrupt, as does one that came before."""
    _state["raises"] = True
    try:
        if STOP.is_set():
            raise KeyboardInterrupt
        yield
    finally:
        _state["raises"] = False


def _noted(number: int, frame: Any) -> None:
    if STOP.is_set() and number != signal.SIGINT:
        os._exit(ASKED_TWICE + number)
    STOP.set()
    if _state["raises"]:
        _state["raises"] = False
        raise KeyboardInterrupt
