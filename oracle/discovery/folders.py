"""Which files of a folder hold a derivation; nothing is executed to find out."""

import os
import re
import stat
from collections.abc import Callable, Iterator, Sequence
from fnmatch import fnmatch
from pathlib import Path

from oracle.discovery import find, proposals, uses
from oracle.discovery.text import (
    assignments,
    classes,
    functions,
    notebooks,
    reading,
    returns,
    source,
)

ENDINGS = (".py", notebooks.SUFFIX)
# Folders that hold other people's code, or none that anybody wrote.
SKIPPED = ("__pycache__", "node_modules", "site-packages", "build", "dist", "venv", "env")

# A comment that asks for a check: where nothing can be judged, that is told.
ASKS = re.compile(r"^[ \t]*#\s*oracle\s*:\s*(?:shapes?|run)\b", re.IGNORECASE | re.MULTILINE)


def files_in(
    folder: Path,
    exclude: Sequence[str] = (),
    unreadable: Callable[[OSError], None] = lambda _: None,
    looked: Callable[[Path], None] = lambda _: None,
) -> Iterator[Path]:
    """The files below a folder, notebooks too, that hold a derivation or cannot be parsed.

    Pipes, devices and links that lead nowhere are left out. ``exclude`` are patterns of names, or
    of whole paths, of files and folders to leave out. ``unreadable`` is told of folders that cannot
    be listed, ``looked`` of each file before it is read.
    """
    for place, folders, names in os.walk(folder, onerror=unreadable):
        some = (Path(place, f) for f in sorted(folders))
        folders[:] = [f.name for f in some if _is_own(f) and not _matches(f, exclude)]
        files = [Path(place, n) for n in sorted(names) if n.endswith(ENDINGS) and n[0] != "."]
        for file in files:
            if _matches(file, exclude) or not _is_regular(file):
                continue
            looked(file)
            if _holds_one(file):
                yield file


def _matches(path: Path, patterns: Sequence[str]) -> bool:
    whole = Path(os.path.abspath(path)).as_posix()
    return any(fnmatch(whole if "/" in p else path.name, p) for p in patterns)


def _is_own(folder: Path) -> bool:
    hidden = folder.name.startswith(".") or folder.name in SKIPPED
    return not hidden and not os.path.exists(folder / "pyvenv.cfg")


def _is_regular(file: Path) -> bool:
    try:
        return stat.S_ISREG(file.stat().st_mode)
    except PermissionError:
        return True  # an error that is to be told
    except OSError:  # it has gone, or is a link to nothing or to itself
        return False


def _holds_one(file: Path) -> bool:
    try:
        text = source.parse(reading.read(file), str(file))
        found = find.candidates(text)
        near = proposals.proposals(text, found)
        asks = ASKS.search(text.text) is not None
        return bool(found or asks or uses.uses(text, found) or any(p.is_likely for p in near))
    except (FileNotFoundError, notebooks.OtherLanguage):
        return False  # it was there a moment ago, or is no Python
    except Exception:
        return True  # an error that is to be told of this file, and of no other
    finally:
        forget()


# What is remembered of the texts that were read: it is forgotten where many are read in turn.

REMEMBERED = (
    functions.all_nodes, functions.own_nodes, assignments.assigned, assignments.assigned_text,
    returns.items, classes.aliases,
)  # fmt: skip


def forget() -> None:
    """Let go of all trees: of a folder of 1,000 files they take hundreds of megabytes."""
    for each in REMEMBERED:
        each.cache_clear()
