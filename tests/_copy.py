"""Copies the tests, examples and benchmarks to a folder without the two packages they are about.

    python tests/_copy.py CHECKOUT FOLDER

Run there, ``import oracle`` can find nothing but what is installed: a wheel that lacks a module
fails its tests, which in the checkout it would not.
"""

import shutil
import sys
from pathlib import Path

COPIED = ("tests", "examples", "benchmarks", "pyproject.toml")


def copy(checkout: Path, folder: Path) -> None:
    """Copy what the suite needs, in place of what an earlier copy left."""
    for name in COPIED:
        shutil.rmtree(folder / name, ignore_errors=True)
        if (checkout / name).is_dir():
            shutil.copytree(
                checkout / name, folder / name, ignore=shutil.ignore_patterns("__pycache__")
            )
        else:
            shutil.copy(checkout / name, folder / name)


if __name__ == "__main__":
    copy(Path(sys.argv[1]), Path(sys.argv[2]))
