"""Import a user's file as a module, without name clashes between their modules and ours."""

import contextlib
import hashlib
import importlib.machinery
import importlib.util
import os
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from oracle.subject import Unusable, WrongReturn
from oracle.truth.recording.tape import is_user_file


def load(file: Path) -> ModuleType:
    """The module that a file makes when it is imported, not run.

    Its folder is where it looks for its own helpers first, as if it was run from there. In a
    package, relative imports find what they would.

    Raises:
        Unusable: it does not load; the line is the one in the file.
    """
    file = file.resolve()
    name, package, top = place(file)
    with _as_if_started_in(top, file):
        spec = importlib.util.spec_from_file_location(name, file)
        if spec is None or spec.loader is None:
            loader = importlib.machinery.SourceFileLoader(name, str(file))
            spec = importlib.util.spec_from_loader(name, loader)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        if package:
            module.__package__ = package
        sys.modules[name] = module
        try:
            spec.loader.exec_module(module)
        except SystemExit as error:
            sys.modules.pop(name, None)
            raise Unusable(f"it ends itself when imported: SystemExit({error.code!r})") from error
        except BaseException as error:  # also KeyboardInterrupt, which no user has typed here
            sys.modules.pop(name, None)
            raise Unusable(said(error), line_in(error, file)) from error
    return module


def said(error: BaseException) -> str:
    """An exception as Python's own last line has it; ours by its message alone."""
    if isinstance(error, WrongReturn | Unusable):
        return str(error)
    return "".join(traceback.format_exception_only(error)).strip().splitlines()[-1]


def line_in(error: BaseException, file: Path | str) -> int:
    """The last line of a file that an exception went through; 0 if it did not."""
    if isinstance(error, SyntaxError) and error.filename == str(file):
        return error.lineno or 0
    frames = traceback.extract_tb(error.__traceback__)
    return next((f.lineno or 0 for f in reversed(frames) if f.filename == str(file)), 0)


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


def place(file: Path) -> tuple[str, str, Path]:
    """The module's name, its package, and the folder that imports start from."""
    parts: list[str] = []
    folder = file.parent
    while (folder / "__init__.py").is_file():
        parts.insert(0, folder.name)
        folder = folder.parent
    mark = hashlib.blake2b(os.fsencode(file), digest_size=4).hexdigest()
    package = ".".join(parts)
    own = f"_users_{file.stem}_{mark}".replace(".", "_").replace("-", "_").replace(" ", "_")
    return (f"{package}.{own}" if package else own), package, folder


@contextlib.contextmanager
def _as_if_started_in(top: Path, file: Path) -> Iterator[None]:
    """The folders on the path, no arguments, and none of our modules that one of theirs hides."""
    folders = list(dict.fromkeys([str(file.parent), str(top)]))
    path, arguments, writes = list(sys.path), sys.argv, sys.dont_write_bytecode
    hidden = {
        name: module
        for name, module in list(sys.modules.items())
        if _is_shadowed(name.partition(".")[0], module, folders)
    }
    before = set(sys.modules) - set(hidden)
    for name in hidden:
        del sys.modules[name]
    sys.path[:0] = folders
    sys.argv = [str(file)]
    sys.dont_write_bytecode = True
    try:
        yield
    finally:
        sys.path[:] = path
        sys.argv, sys.dont_write_bytecode = arguments, writes
        for name, module in list(sys.modules.items()):
            known = name in before or name.partition(".")[0] in before or "_users_" in name
            if not known and _stands_in(module, folders):
                del sys.modules[name]  # another file may have helpers of the same name
        sys.modules.update(hidden)


def _is_shadowed(name: str, module: ModuleType, folders: list[str]) -> bool:
    """Tell whether the user has a module of this name, and a different one is loaded."""
    if name in sys.builtin_module_names or name in sys.stdlib_module_names or name == "numpy":
        return False
    for folder in folders:
        there = Path(folder) / name
        if there.with_suffix(".py").is_file() or (there / "__init__.py").is_file():
            return not _stands_in(module, folders)
    return False


def _stands_in(module: ModuleType, folders: list[str]) -> bool:
    file = getattr(module, "__file__", None)
    if not file or "site-packages" in str(file):  # an environment in the user's own folder
        return False
    return any(Path(str(file)).is_relative_to(folder) for folder in folders)
