"""The file that ``oracle check --repro`` writes."""

from pathlib import Path

import click

from oracle.results import Report


def expect_free(repro: str) -> None:
    """Refuse to overwrite a file that is not an older script of the oracle."""
    from oracle.report.reproduction import WRITTEN

    path = Path(repro)
    if path.is_dir() or (path.exists() and WRITTEN not in path.read_text(errors="replace")):
        raise click.UsageError(f"--repro {repro}: that is there, and no script written by --repro")


def write(report: Report, repro: str) -> None:
    """The script of the first wrong gradient that has one; what there is none for, and why."""
    said = "nothing is wrong"
    for result in report.results:
        for gradient in result.gradients:
            if gradient.repro is None or gradient.ignored:
                continue
            if gradient.repro.script and repro == "-":
                click.echo(gradient.repro.script, nl=False)
                return
            if gradient.repro.script:
                Path(repro).write_text(gradient.repro.script, encoding="utf-8")
                click.echo(f"{repro} shows {gradient.name}: run it with Python", err=True)
                return
            said = f"of {result.target}, {gradient.name}: {gradient.repro.why_not}"
    click.echo(f"no script was written: {said}", err=True)
