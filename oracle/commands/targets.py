"""The files that FILE[::NAME] and folders on the command line stand for."""

import contextlib
import os
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from oracle.commands.workers import Job
from oracle.discovery.folders import files_in
from oracle.discovery.text import reading
from oracle.discovery.text.places import spoken
from oracle.report import escaped
from oracle.results import Failure


def jobs(
    targets: Sequence[str], exclude: Sequence[str], stop: threading.Event
) -> tuple[list[Job], list[Failure]]:
    """The files that are meant, each once, and folders that could not be searched.

    Of a folder, the files that hold a derivation are meant.

    Raises:
        click.UsageError: there is no such file or folder, or it is neither.
    """
    found: list[Job] = []
    failures: list[Failure] = []
    for target in targets:
        for job in _meant(target, exclude, failures):
            if stop.is_set():
                break
            found.append(job)
    return _once(found), failures


def _meant(target: str, exclude: Sequence[str], failures: list[Failure]) -> Iterator[Job]:
    file, _, name = target.partition("::")
    path, said = Path(file), escaped.one_line(file)
    if path.is_dir():
        if name:
            message = f"{said}: a folder has no derivation {escaped.one_line(name)!r}; name a file"
            raise click.UsageError(message)
        yield from _inside(path, exclude, failures)
    elif path.is_file():
        yield Job(path, name)
    elif path.exists():
        kind = reading.kind(path.stat().st_mode)
        raise click.UsageError(f"{said}: is no regular file but {kind}")
    else:
        raise click.UsageError(f"{said}: no such file or folder")


def _inside(folder: Path, exclude: Sequence[str], failures: list[Failure]) -> Iterator[Job]:
    def unreadable(error: OSError) -> None:
        failures.append(Failure(str(error.filename), 1, f"not searched: {error.strerror}"))

    none = True
    for file in files_in(folder, exclude, unreadable):
        none = False
        yield Job(file, asked_for=False)
    if none:
        said = "no file in it holds a backward pass"
        failures.append(Failure(spoken(str(folder)), 1, said))


def _once(found: list[Job]) -> list[Job]:
    """Each file, and each derivation of a file that is not asked for as a whole, only once."""
    whole = {_real(job) for job in found if not job.name}
    known: set[tuple[str, str]] = set()
    kept: list[Job] = []
    for job in found:
        key = (_real(job), job.name)
        if key not in known and not (job.name and key[0] in whole):
            known.add(key)
            kept.append(job)
    return kept


def _real(job: Job) -> str:
    return os.path.realpath(job.file)


def texts(jobs: Sequence[Job]) -> dict[str, str]:
    """The texts of files before they are judged, by the names that a report has for them."""
    found: dict[str, str] = {}
    for job in jobs:
        with contextlib.suppress(*reading.ERRORS):
            found[spoken(str(job.file))] = reading.read(job.file)
    return found
