"""Figures and reports in README.md and docs/, each written by the command that stands above it.

    python -m benchmarks.figures --list      the commands
    python -m benchmarks.figures             run all of them (hours) and write what they print
    python -m benchmarks.figures modules     only those whose command contains this word

A block is written by a command if a comment stands directly above it:

    <!-- written by: python -m benchmarks.speed -->

Benchmarks run in the checkout. Any other command runs in a folder that holds the document's example
files, each a block below a comment ``<!-- file: net.py -->``.
"""

import argparse
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

CHECKOUT = Path(__file__).parent.parent
BLOCK = re.compile(r"<!-- (written by|file): (.+?) -->\n```\w*\n(.*?)```\n", re.DOTALL)


def documents(checkout: Path = CHECKOUT) -> list[Path]:
    """All documents that may hold such blocks."""
    return [checkout / "README.md", *sorted((checkout / "docs").glob("*.md"))]


def blocks(text: str, kind: str) -> Iterator[re.Match[str]]:
    """The blocks of one kind: ``written by`` or ``file``."""
    return (block for block in BLOCK.finditer(text) if block[1] == kind)


def output(command: str, document: str) -> str:
    """What a command prints, in a folder that holds the example files of the document."""
    program, *rest = shlex.split(command)
    arguments = rest if program == "python" else ["-m", program, *rest]
    if "benchmarks." in command:
        return _run(arguments, CHECKOUT)
    with tempfile.TemporaryDirectory() as folder:
        for block in blocks(document, "file"):
            (Path(folder) / block[2]).write_text(block[3], encoding="utf-8")
        return _run(arguments, Path(folder))


def _run(arguments: list[str], folder: Path) -> str:
    """Standard output of Python; the exit status says what was found, and is no failure here."""
    done = subprocess.run(
        [sys.executable, *arguments], cwd=folder, capture_output=True, text=True, encoding="utf-8"
    )
    if not done.stdout or "Traceback" in done.stderr:
        raise RuntimeError(f"{shlex.join(arguments)} printed no figures\n{done.stderr}")
    return done.stdout


def written(text: str, words: list[str]) -> str:
    """The document with the blocks of the chosen commands written anew."""

    def anew(block: re.Match[str]) -> str:
        if block[1] == "file" or not all(word in block[2] for word in words):
            return block[0]
        print(block[2], flush=True)
        start = block.start(3) - block.start()
        return f"{block[0][:start]}{output(block[2], text)}```\n"

    return BLOCK.sub(anew, text)


def main() -> None:
    """Write the chosen blocks of all documents."""
    asked = argparse.ArgumentParser()
    asked.add_argument("words", nargs="*", help="words of the command (default: all commands)")
    asked.add_argument("--list", action="store_true", help="print the commands and run none")
    given = asked.parse_args()
    for document in documents():
        text = document.read_text(encoding="utf-8")
        if given.list:
            for block in blocks(text, "written by"):
                print(f"{document.relative_to(CHECKOUT)}: {block[2]}")
        else:
            document.write_text(written(text, given.words), encoding="utf-8")


if __name__ == "__main__":
    main()
