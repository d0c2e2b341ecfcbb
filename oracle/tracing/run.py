"""Runs the user's script as ``__main__``, recorded, until enough steps of its training are done."""

import atexit
import builtins
import functools
import importlib.abc
import importlib.machinery
import linecache
import os
import sys
import time
import traceback
import types
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

from oracle.tracing.instrument import ENDING, Program
from oracle.tracing.recorded import INTERRUPTED, Recorded, Stored
from oracle.tracing.steps import may_end_a_step
from oracle.tracing.watch import Watch
from oracle.truth.recording import names
from oracle.truth.recording.names import BUILTINS
from oracle.truth.recording.stand_ins import stand_in_for
from oracle.truth.recording.tape import OUR_FOLDER, Tape, is_user_file

MOST_NOTES = 200_000  # recorded calls: what is longer could not be judged in useful time

Enough = Callable[[Sequence[Stored], Sequence[Any]], bool]


class _End(BaseException):
    """Enough was seen."""


class _Tape(Tape):
    """A tape that knows when a value left it."""

    def __init__(self) -> None:
        super().__init__(everything=True)
        self.times: list[int] = []

    def cut(self, kind: str, text: str) -> None:
        super().cut(kind, text)
        self.times.append(len(self.notes))


class Session:
    """One run: the tape, what is stored, and the decision to end."""

    def __init__(self, steps: int, enough: Enough, to_end: bool) -> None:
        self.program = Program()
        self.tape = _Tape()
        self.watch = Watch(self.program, self.tape)
        self.enough = enough
        self.to_end = to_end
        self.ending = False
        self.quiet = False  # True: definitions are executed, which do not train
        self.began = time.perf_counter()
        self.first_asked = steps + 1  # the turn of an update from which on it is asked,
        self.ask_at: dict[int, int] = {}  # that of a statement which was asked in vain,
        self.ask_after = 0  # and the calls that are recorded by then
        self.watch.after = self._stored
        self.stack = ExitStack()
        self.builtins = {**vars(builtins), **BUILTINS, **self.watch.functions()}
        self.builtins["__import__"] = self._import
        self.builtins[ENDING] = self._go_on_ending

    def _stored(self, stored: Stored) -> None:
        if self.ending or self.quiet:
            return
        full = len(self.tape.notes) > MOST_NOTES
        if full or (stored.before and self._may_be_enough(stored) and self._is_enough()):
            self.ending = True
            Tape.now = None
            if not self.to_end:
                raise _End

    def _may_be_enough(self, stored: Stored) -> bool:
        if stored.turn < self.first_asked:
            return False
        statement = id(stored.statement)
        if stored.turn < self.ask_at.get(statement, 0):
            return False
        if stored.value.note is None or len(self.tape.notes) < self.ask_after:
            return False
        self.ask_at[statement] = stored.turn + stored.turn // 2
        return may_end_a_step(stored)

    def _is_enough(self) -> bool:
        notes = len(self.tape.notes)
        self.ask_after = notes + notes // 2  # the answer takes the longer, the more there is
        return self.enough(self.watch.stored, self.tape.notes)

    def _go_on_ending(self) -> None:
        """An ``except:`` of the user's has caught the end: go on with it."""
        error = sys.exception() if sys.version_info >= (3, 11) else sys.exc_info()[1]
        if isinstance(error, _End):
            raise error

    def _import(self, name: str, space: Any = None, *args: Any, **kwargs: Any) -> Any:
        found = builtins.__import__(name, space, *args, **kwargs)
        if self.watch.tensors is None and name.split(".")[0] == "torch":
            from oracle.tracing.tensors import Tensors  # it imports torch, as the script does

            self.watch.tensors = self.stack.enter_context(Tensors(self.tape))
        return stand_in_for(found)

    def run(self, act: Callable[[], None]) -> tuple[str, int, int]:
        """Do something, recorded; returns what ended it, at which line, and the exit status."""
        try:
            Tape.now = self.tape
            with self.stack, names.at_the_users_line():
                act()
        except _End:
            return "", 0, 0
        except SystemExit as error:
            if isinstance(error.code, str):
                print(error.code, file=sys.stderr)
            status = error.code if isinstance(error.code, int) else int(error.code is not None)
            return "", 0, status
        except KeyboardInterrupt:
            return INTERRUPTED, 0, 1
        except BaseException as error:
            Tape.now = None
            return (*_told(error), 1)
        finally:
            Tape.now = None
        return "", 0, 0

    def recorded(self, error: str, line: int) -> Recorded:
        """The record that the run has left."""
        return Recorded(
            tuple(self.watch.stored),
            tuple(self.tape.notes),
            tuple(zip(self.tape.times, self.tape.cuts, strict=True)),
            self.watch.failed() if error else None,
            error,
            line,
            time.perf_counter() - self.began,
        )


def run(
    script: str, arguments: Sequence[str], steps: int, enough: Enough, to_end: bool = False
) -> Recorded:
    """Run a script with its arguments, and record it until ``enough`` or its end."""
    path = Path(script)
    session = Session(steps, enough, to_end)
    module = types.ModuleType("__main__")
    module.__dict__.update(
        __file__=script, __cached__=None, __builtins__=session.builtins, __annotations__={}
    )

    def act() -> None:
        exec(session.program.compile(path.read_bytes(), script), module.__dict__)

    with _as_main(path, script, arguments, module), modules_beside(path, session), _at_exit():
        error, line, _ = session.run(act)
    return session.recorded(error, line)


@contextmanager
def _as_main(
    path: Path, script: str, arguments: Sequence[str], module: types.ModuleType
) -> Iterator[None]:
    before = sys.argv, sys.path[:], sys.modules["__main__"]
    sys.argv = [script, *arguments]
    sys.modules["__main__"] = module
    sys.path[0] = str(path.resolve().parent)
    os.environ.setdefault("MPLBACKEND", "Agg")  # a window would wait for somebody to close it
    try:
        yield
    finally:
        sys.argv, sys.path[:], sys.modules["__main__"] = before


@contextmanager
def _at_exit() -> Iterator[None]:
    """Call what the user's code registers with ``atexit`` when it has run.

    What libraries register is left to the end of the process: torch takes its operations away.
    """
    own: list[Callable[[], Any]] = []
    real = atexit.register

    def register(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        if not is_user_file(sys._getframe(1).f_code.co_filename):
            return real(function, *args, **kwargs)
        own.append(functools.partial(function, *args, **kwargs))
        return function

    atexit.register = register  # type: ignore[assignment]
    try:
        yield
    finally:
        atexit.register = real
        for call in reversed(own):
            with suppress(Exception):
                call()


class _Loader(importlib.machinery.SourceFileLoader):
    """Loads a module of the user's, instrumented."""

    session: Session

    def exec_module(self, module: types.ModuleType) -> None:
        module.__dict__["__builtins__"] = self.session.builtins
        path = self.get_filename(module.__name__)
        exec(self.session.program.compile(self.get_data(path), path), module.__dict__)


@contextmanager
def modules_beside(script: Path, session: Session) -> Iterator[None]:
    """Modules in the script's folder are recorded as the script is."""
    folder = str(script.resolve().parent) + os.sep

    class Finder(importlib.abc.MetaPathFinder):
        def find_spec(self, name: str, path: Any, target: Any = None) -> Any:
            spec = importlib.machinery.PathFinder.find_spec(name, path, target)
            origin = getattr(spec, "origin", None) or ""
            if spec is None or not origin.endswith(".py"):
                return None
            if not origin.startswith(folder) or not is_user_file(origin):
                return None
            spec.loader = _Loader(name, origin)
            spec.loader.session = session
            return spec

    finder = Finder()
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)


def _told(error: BaseException) -> tuple[str, int]:
    """Print an error of the user's code as Python would; what it says, and its line."""
    trace = error.__traceback__
    while trace is not None and not is_user_file(trace.tb_frame.f_code.co_filename):
        trace = trace.tb_next
    linecache.checkcache()
    kept = trace
    line = 0
    last = trace
    while trace is not None:
        if is_user_file(trace.tb_frame.f_code.co_filename):
            line = trace.tb_lineno
            last = trace
        trace = trace.tb_next
    if last is not None and last.tb_next is not None:
        after = last.tb_next.tb_frame.f_code.co_filename
        last.tb_next = None if after.startswith(OUR_FOLDER) else last.tb_next
    sys.stdout.flush()
    traceback.print_exception(type(error), error, kept)
    said = f"{type(error).__name__}: {error}"
    return said, line
