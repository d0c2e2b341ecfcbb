"""Which files of a folder hold a derivation; nothing is executed to find out."""

import os
from pathlib import Path

from oracle.discovery import find, text

# Folders that hold other people's code, or none that anybody wrote.
SKIPPED = ("__pycache__", "node_modules", "site-packages", "build", "dist", "venv", "env")


def files_in(folder: Path) -> list[Path]:
    """The Python files below a folder that hold a derivation, or that cannot be parsed."""
    found = []
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(f for f in folders if _is_own(Path(place, f)))
        found += [Path(place, n) for n in sorted(names) if n.endswith(".py") and n[0] != "."]
    return [file for file in found if _holds_one(file)]


def _is_own(folder: Path) -> bool:
    hidden = folder.name.startswith(".") or folder.name in SKIPPED
    return not hidden and not (folder / "pyvenv.cfg").exists()


def _holds_one(file: Path) -> bool:
    try:
        return bool(find.candidates(text.parse(file.read_text(encoding="utf-8-sig"), str(file))))
    except (SyntaxError, ValueError, OSError):
        return True  # an error that is to be told
