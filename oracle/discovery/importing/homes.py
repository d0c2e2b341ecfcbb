"""The folder that each name which a file imports is found in, by looking at the files.

Python looks in the folders of ``sys.path``, which whoever runs a file has arranged somehow. Here it
is found out: the file's own folder comes first, then those above it up to the project's, and the
first in which the whole of what is imported exists is taken. So a module does not hide a package of
its name, and a package need not be installed.
"""

import ast
import importlib.machinery
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from oracle.discovery.text import reading
from oracle.truth.recording.tape import is_user_file

MARKS = ("pyproject.toml", ".git", "setup.py", "setup.cfg")  # of a project's top folder
HIGHEST = 4  # folders above a package, where nothing marks the project's
SUFFIXES = (".py", *importlib.machinery.EXTENSION_SUFFIXES)


@dataclass(frozen=True)
class Wanted:
    """One import statement: a module by its full name, and the names that are taken from it."""

    module: str
    names: tuple[str, ...] = ()


def wanted(tree: ast.AST) -> Iterator[Wanted]:
    """The modules that a text imports by absolute names, those in functions included."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (Wanted(alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            names = tuple(alias.name for alias in node.names if alias.name != "*")
            yield Wanted(node.module, names)


def level(tree: ast.AST) -> int:
    """The most dots that a relative import of a text begins with."""
    nodes = (node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom))
    return max((node.level for node in nodes), default=0)


def package_of(file: Path, dots: int) -> tuple[list[str], Path]:
    """The packages that a file is in, and the folder above them.

    Folders with an ``__init__.py`` are packages, and as many more as relative imports go up.
    """
    parts: list[str] = []
    folder = file.parent
    while (folder / "__init__.py").is_file() or len(parts) < dots:
        if folder.parent == folder:
            break
        parts.insert(0, folder.name)
        folder = folder.parent
    return parts, folder


def folders(file: Path, top: Path) -> list[Path]:
    """A file's own folder and those above it, as far as the project goes."""
    found: list[Path] = []
    for folder in file.parents:
        found.append(folder)
        above = len(top.parents) - len(folder.parents)
        if above >= 0 and any((folder / mark).exists() for mark in MARKS):
            break
        if above >= HIGHEST:
            break
    source = found[-1] / "src"
    return [*found, source] if source.is_dir() else found


def project(file: Path) -> Path:
    """The folder that holds all that a file may import: the project's, if it is marked."""
    _, top = package_of(file, 0)
    above = [folder for folder in folders(file, top) if folder.name != "src"]
    return above[-1] if any((above[-1] / mark).exists() for mark in MARKS) else top


def home(name: str, asked: Sequence[Wanted], file: Path, top: Path) -> Path | None:
    """The folder that holds the user's module or package of a name; None if there is none.

    ``asked`` are the imports of this name in the file.
    """
    if name == "numpy" or (name in sys.stdlib_module_names and name in sys.modules):
        return None
    places = [place for place in folders(file, top) if _kind(place, name)]
    best = next((p for p in places if all(exists(p, w) for w in asked)), None)
    best = best or next((p for p in places if any(exists(p, w) for w in asked)), None)
    best = best or next((p for p in places if _kind(p, name) != "folder"), None)
    if best is None:
        return None
    near = best in (file.parent, top) and _kind(best, name) != "folder"
    return best if near or not is_installed(name) else None


def exists(folder: Path, one: Wanted) -> bool:
    """True if a folder holds a module and the names that are taken from it."""
    parts = one.module.split(".")
    for at, part in enumerate(parts):
        kind = _kind(folder, part)
        if kind == "module":
            return at == len(parts) - 1 and _binds(folder / f"{part}.py", one.names)
        if not kind:
            return False
        folder = folder / part
    if (folder / "__init__.py").is_file():
        return True
    return not one.names or any(_kind(folder, name) for name in one.names)


def is_installed(name: str) -> bool:
    """True if a name is Python's own or an installed package's."""
    if name in sys.stdlib_module_names:
        return True
    try:
        spec = importlib.machinery.PathFinder.find_spec(name)
    except Exception:  # a broken package
        return True
    if spec is None:
        return False
    where = spec.origin or next(iter(spec.submodule_search_locations or ()), "")
    return not is_user_file(str(where))


def cython_source(module: str, file: Path) -> Path | None:
    """The Cython source of a module that is not there, if it lies where the module would."""
    parts = module.lstrip(".").split(".")
    for folder in (file.parent, *list(file.parents)[:HIGHEST]):
        for tail in (parts, parts[-1:]):
            source = folder.joinpath(*tail).with_suffix(".pyx")
            if source.is_file():
                return source
    return None


def _kind(folder: Path, name: str) -> str:
    """As what Python finds a name in a folder: package, module, folder, or "" for nothing."""
    inside = folder / name
    if (inside / "__init__.py").is_file():
        return "package"
    if any((folder / f"{name}{suffix}").is_file() for suffix in SUFFIXES):
        return "module"
    return "folder" if inside.is_dir() else ""


def _binds(file: Path, names: Sequence[str]) -> bool:
    """True if a module binds these names, as far as its text says."""
    try:
        tree = ast.parse(reading.read(file))
    except reading.ERRORS:
        return True
    bound: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            bound.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            bound.add(node.id)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            bound |= {(a.asname or a.name).partition(".")[0] for a in node.names}
        elif isinstance(node, ast.Global):
            bound |= set(node.names)
    return "*" in bound or "__getattr__" in bound or bound.issuperset(names)
