"""The command ``oracle``; ``python -P -m oracle`` does the same.

(Without ``-P``, Python looks for modules in the current folder first, and runs an ``oracle.py``
there in place of this one.)
"""

import gc
import os
import sys


def main() -> None:
    """Run the command line; from here on Ctrl-C is held until it can be handled."""
    from oracle.commands import interrupts

    with interrupts.held():
        _open_standard_streams()
        try:
            os.getcwd()
        except OSError as error:
            _end(f"the current folder cannot be used: {error.strerror}")
        from oracle.commands.cli import main as commands

        try:
            commands()
        finally:
            gc.freeze()  # the process ends: what it holds need not be searched for garbage


def _open_standard_streams() -> None:
    """Keep the next file that is opened from becoming standard output, where that is closed."""
    for descriptor in (0, 1, 2):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
        _end("standard output is closed: nothing could be reported")


def _end(why: str) -> None:
    sys.stderr.write(f"oracle: {why}\n")
    sys.exit(2)


if __name__ == "__main__":
    main()
