"""``oracle check``: its options, and what it does with them."""

import contextlib
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from oracle.commands import config, interrupts, options, output

if TYPE_CHECKING:
    import threading

    from oracle.commands.check import Settings
    from oracle.results import NotJudged, Report


@click.command()
@click.argument("targets", nargs=-1, required=True, metavar="FILE[::NAME]...")
@click.option("--shapes", default="", metavar="TEXT", help='Shapes, as in "X: N D, W: D M, b: M".')
@click.option(
    "--against",
    default="",
    metavar="MODULE:FUNCTION",
    help="A torch function that is the truth, for forwards that cannot be replayed.",
)
@options.cases("Random cases for each derivation.")
@options.drawn
@click.option(
    "--timeout",
    default=60.0,
    show_default=True,
    type=options.Seconds(0.1),
    metavar="SECONDS",
    help="For a whole file, once torch is imported.",
)
@click.option("--case", metavar="CASE", help="Only this case, as a finding printed it.")
@click.option(
    "--select",
    default="",
    type=config.Findings(),
    metavar="FINDING,...",
    help="Report these findings only.",
)
@click.option(
    "--ignore",
    default="",
    type=config.Findings(),
    metavar="FINDING,...",
    help="Do not report these findings.",
)
@click.option(
    "--exclude",
    default="",
    type=config.Globs(),
    metavar="GLOB,...",
    help="Leave out these files and folders where a folder is searched.",
)
@click.option(
    "--repro",
    metavar="FILE",
    help="Write a script that shows the first wrong gradient without this tool ('-': print it, "
    "and the report on standard error).",
)
@click.option("--fix", is_flag=True, help="Change lines where that is proved to cure them.")
@click.option("--diff", is_flag=True, help="Show such changes instead of making them.")
@options.fail_on("wrong")
@options.allow_not_judged
@options.formats("text", "json", "github", "sarif")
@options.jobs("Files at a time (default: one for each core).")
@click.option("--verbose", is_flag=True, help="Show the tracebacks of errors in oracle itself.")
@options.quiet
@options.no_color
@options.config
def check(
    targets: tuple[str, ...],
    shapes: str,
    against: str,
    cases: int,
    seed: int,
    dtype: str | None,
    max_dim: int,
    timeout: float,
    case: str | None,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    exclude: tuple[str, ...],
    repro: str | None,
    fix: bool,
    diff: bool,
    fail_on: str,
    allow_not_judged: bool,
    form: str,
    jobs: int,
    verbose: bool,
    quiet: bool,
    no_color: bool,
) -> None:
    """Check the hand-written backward code in your own files, unchanged.

    FILE is a Python file, a notebook or a folder; FILE::NAME is one function or class in it. Files
    that hold a derivation are EXECUTED, each in a process of its own: check only what you would
    run. That protects one file from the accidents of another, and not from a file that means to do
    harm.

    Shapes that neither annotations nor docstrings state are stated above the function:

    \b
        # oracle: shapes X: N D, W: D M, b: M

    Exit status: 0 all is well, 1 something is wrong, 2 something could not be judged.
    """
    _expect_one_output(form, repro, fix or diff)
    with interrupts.held() as stop:
        _start_server()  # it imports torch while this process imports its own and reads files
        asked = _Asked(targets, exclude, select, ignore, timeout, jobs, verbose)
        shown = _Shown(form, quiet, no_color, stderr=repro == "-" or diff)
        drawn = {"cases": cases, "seed": seed, "max_dim": max_dim, "shapes": shapes}
        drawn |= {"against": against}
        drawn |= {"case": case or "", "repro": bool(repro)} | (
            {"dtypes": (dtype,)} if dtype else {}
        )
        write = _writer(shown)
        report, settings, texts = _judged(asked, drawn, repro, shown, stop)
        with output.writing():
            write(report)
            if repro:
                _write_script(report, repro)
        ended = output.status(report, fail_on, allow_not_judged)
        if fix or diff:
            ended = max(ended, _fix(report, settings, timeout, diff, texts, stop))
    sys.exit(ended)


@dataclass(frozen=True)
class _Asked:
    targets: tuple[str, ...]
    exclude: tuple[str, ...]
    select: tuple[str, ...]
    ignore: tuple[str, ...]
    timeout: float
    jobs: int
    verbose: bool


@dataclass(frozen=True)
class _Shown:
    form: str
    quiet: bool
    no_color: bool
    stderr: bool  # standard output belongs to a script or a diff


def _expect_one_output(form: str, repro: str | None, changes: bool) -> None:
    wanted = [f"--{name}" for name, on in (("repro", bool(repro)), ("fix", changes)) if on]
    wanted += [f"--format {form}"] * (form != "text")
    if len(wanted) > 1:
        raise click.UsageError(f"{' and '.join(wanted)} do not go together: choose one")


def _start_server() -> None:
    from oracle.commands import server

    with contextlib.suppress(server.ServerError):  # told of each file
        server.running()


def _judged(
    asked: _Asked, drawn: dict[str, Any], repro: str | None, shown: _Shown, stop: "threading.Event"
) -> tuple["Report", "Settings", dict[str, str]]:
    """The report on all files, the settings that it was made with, and the files' texts by name."""
    from oracle import discovery
    from oracle.commands import ignored, own_errors, targets, workers
    from oracle.commands.check import Settings
    from oracle.discovery.text.places import spoken
    from oracle.report import terminal
    from oracle.results import Failure

    settings = Settings(**drawn)
    hidden = shown.quiet or shown.form != "text"
    with terminal.searching(hidden, shown.no_color) as look:
        todo, errors = targets.jobs(asked.targets, asked.exclude, stop, look)
    if repro and repro != "-":
        _expect_free(repro)
    texts = targets.texts(todo)
    with terminal.progress("checking", "files", len(todo), hidden, shown.no_color) as step:
        report = workers.check(todo, settings, asked.timeout, asked.jobs, step, stop, asked.verbose)
    report.errors[:0] = errors
    for job in todo:
        try:
            left = discovery.not_judged(job.file, report.results, job.name)
        except Exception as error:  # our reading of one file costs no other its report
            said = own_errors.told(error, asked.verbose)
            report.errors.append(Failure(spoken(str(job.file)), 1, said))
        else:
            left = [_with_its_reason(use, report) for use in left]
            report.not_judged += [use for use in left if use not in report.not_judged]
    ignored.silence(report, asked.select, asked.ignore)
    return report, settings, texts


def _with_its_reason(use: "NotJudged", report: "Report") -> "NotJudged":
    """Gradients that were not judged, with the error of their function, which is told no more."""
    for error in report.errors:
        target, _, why = error.message.partition(": ")
        if target == use.target and error.file == use.file:
            report.errors.remove(error)
            return replace(use, message=f"{use.message.partition(': ')[0]}: {why}")
    return use


def _writer(shown: _Shown) -> Callable[["Report"], None]:
    """Make the function that writes a report in the form that was asked for."""
    from oracle.report import annotations, check_page, json_document, placed

    documents = {
        "json": json_document.dumps,
        "github": annotations.github,
        "sarif": annotations.sarif,
    }

    def write(report: "Report") -> None:
        report = placed.by_cell(report)
        if shown.form in documents:
            output.document(documents[shown.form](report))
        else:
            check_page.print_report(report, shown.quiet, shown.no_color, stderr=shown.stderr)

    return write


def _expect_free(repro: str) -> None:
    """Refuse to overwrite a file that is not an older script of the oracle."""
    from oracle.report.reproduction import WRITTEN

    path = Path(repro)
    if path.is_dir() or (path.exists() and WRITTEN not in path.read_text(errors="replace")):
        raise click.UsageError(f"--repro {repro}: that is there, and no script written by --repro")


def _write_script(report: "Report", repro: str) -> None:
    """Write the script of the first wrong gradient that has one; else say why there is none."""
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


def _fix(
    report: "Report",
    settings: "Settings",
    timeout: float,
    diff: bool,
    texts: dict[str, str],
    stop: "threading.Event",
) -> int:
    """Make the changes that are proved, or show them; standard error has what is left, and why.

    Returns:
        The exit status: 2 if a file could not be written, or Ctrl-C came.
    """
    from oracle.commands import writing
    from oracle.commands.fix import fixes
    from oracle.report import escaped

    ended = output.NOTHING_WORSE
    for fixed in fixes(report, settings, timeout) if not stop.is_set() else ():
        if stop.is_set():  # a proof may have been cut short; no file is changed after Ctrl-C
            break
        if diff:
            click.echo(fixed.diff(), nl=False)
        elif fixed.changed:
            try:
                writing.expect_same(texts.get(str(fixed.file), ""), fixed.before)
                writing.replace(fixed.file, fixed.before, fixed.after)
            except (OSError, writing.NotWritten) as error:
                click.echo(f"{escaped.path(str(fixed.file))}: not changed: {error}", err=True)
                ended = output.NOT_JUDGED
                continue
            for said in fixed.changed:
                click.echo(f"fixed {escaped.one_line(said)}")
        for said in fixed.kept:
            click.echo(f"no change is offered: {escaped.one_line(said)}", err=True)
    if stop.is_set():
        click.echo("interrupted: no other file was changed", err=True)
        return output.NOT_JUDGED
    return ended
