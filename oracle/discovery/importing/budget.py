"""How long the top-level statements of a file may compute.

A file is imported for its definitions. A training loop at its top level is ended after a while, and
the definitions are taken from what ran. What is counted is the time that the process computes, so
that a busy machine changes nothing; time that only passes (a download, ``sleep``) is limited as
well, and more generously.
"""

import contextlib
import signal
import threading
from collections.abc import Iterator

COMPUTING = 5.0  # seconds of all statements of a file that are neither imports nor definitions
WAITING = 15.0  # seconds on the clock
LEAST = 0.5  # that a statement has when nothing is left
AGAIN = 0.25  # the user's ``except:`` may have caught the end


class Ended(BaseException):
    """A statement has used up the time."""


class Budget:
    """What is left of the time."""

    def __init__(self, computing: float = COMPUTING, waiting: float = WAITING) -> None:
        self._left = {signal.ITIMER_PROF: computing, signal.ITIMER_REAL: waiting}
        self._running = False

    @contextlib.contextmanager
    def spent(self) -> Iterator[None]:
        """Raise ``Ended`` in what runs here when the time is up; nested uses count once."""
        main = threading.current_thread() is threading.main_thread()
        if self._running or not main or any(map(_is_used, self._left)):
            yield
            return
        self._running = True
        before = {s: signal.signal(s, _end) for s in (signal.SIGPROF, signal.SIGALRM)}
        try:
            for timer, seconds in self._left.items():
                signal.setitimer(timer, max(LEAST, seconds), AGAIN)
            yield
        finally:
            self._running = False
            for timer, seconds in self._left.items():
                left, _ = signal.setitimer(timer, 0)
                self._left[timer] = min(max(0.0, seconds), left)
            for number, handler in before.items():
                signal.signal(number, handler)


def _is_used(timer: int) -> bool:
    return signal.getitimer(timer)[0] > 0


def _end(*_: object) -> None:
    raise Ended
