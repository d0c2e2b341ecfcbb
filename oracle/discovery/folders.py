"""Which files of a folder hold a derivation; nothing is executed to find out."""

import os
from collections.abc import Sequence
from fnmatch import fnmatch
from pathlib import Path

from oracle.discovery import find
from oracle.discovery.text import source

# Folders that hold other people's code, or none that anybody wrote.
SKIPPED = ("__pycache__", "node_modules", "site-packages", "build", "dist", "venv", "env")


def files_in(folder: Path, exclude: Sequence[str] = ()) -> list[Path]:
    """The Python files below a folder that hold a derivation, or that cannot be parsed.

    ``exclude`` are patterns of names, or of whole paths, of files and folders to leave out.
    """
    found = []
    for place, folders, names in os.walk(folder):
        some = (Path(place, f) for f in sorted(folders))
        folders[:] = [f.name for f in some if _is_own(f) and not _matches(f, exclude)]
        files = [Path(place, n) for n in sorted(names) if n.endswith(".py") and n[0] != "."]
        found += [file for file in files if not _matches(file, exclude)]
    return [file for file in found if _holds_one(file)]


def _matches(path: Path, patterns: Sequence[str]) -> bool:
    whole = Path(os.path.abspath(path)).as_posix()
    return any(fnmatch(whole if "/" in p else path.name, p) for p in patterns)


def _is_own(folder: Path) -> bool:
    hidden = folder.name.startswith(".") or folder.name in SKIPPED
    return not hidden and not (folder / "pyvenv.cfg").exists()


def _holds_one(file: Path) -> bool:
    try:
        return bool(find.candidates(source.parse(file.read_text(encoding="utf-8-sig"), str(file))))
    except (SyntaxError, ValueError, OSError):
        return True  # an error that is to be told
