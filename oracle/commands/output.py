"""Standard output and exit status of a command, and a clear end if it cannot write."""

import contextlib
import os
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from oracle.results import Report

NOTHING_WORSE, FOUND, NOT_JUDGED = 0, 1, 2


def status(report: "Report", fail_on: str, allow_not_judged: bool = False) -> int:
    """The exit status: 1 for something at or above ``fail_on``, 2 for something not judged."""
    from oracle.results import VERDICTS

    found = [g.verdict for r in report.results for g in r.gradients if not g.ignored]
    if any(VERDICTS.index(verdict) >= VERDICTS.index(fail_on) for verdict in found):
        return FOUND
    left_out = bool(report.not_judged) and not allow_not_judged
    if report.errors or report.interrupted or left_out or "undecidable" in found:
        return NOT_JUDGED
    return NOTHING_WORSE


def document(text: str) -> None:
    """Write a document for programs: UTF-8, whatever the terminal's encoding is."""
    click.echo(text.encode())


@contextlib.contextmanager
def writing() -> Iterator[None]:
    """Within it standard output is written to; where that fails, the command ends with status 2.

    A reader that has left (``oracle check . | head``) is told nothing.
    """
    reconfigure = getattr(sys.stdout, "reconfigure", None)
    if reconfigure is not None:  # what this encoding lacks is written as an escape
        reconfigure(errors="backslashreplace")
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        _abandon()
        sys.exit(NOT_JUDGED)
    except OSError as error:
        _abandon()
        click.echo(f"oracle: the report could not be written: {error.strerror}", err=True)
        sys.exit(NOT_JUDGED)


def _abandon() -> None:
    """Have Python write the rest, which it would try at its end, to nowhere."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
