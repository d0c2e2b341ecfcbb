"""The command line. Nothing heavy is imported before a command has understood its arguments."""

import sys
from typing import TYPE_CHECKING, Any

import click

from oracle import __version__
from oracle.commands import config, options

if TYPE_CHECKING:
    from oracle.commands.check import Settings
    from oracle.results import Report

NOTHING_WORSE, FOUND, NOT_JUDGED = 0, 1, 2


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="oracle")
def main() -> None:
    """Hand-written backpropagation, proved against torch.autograd."""


@main.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@options.cases("Cases for each derivation and dtype: so many ordinary, and so many extreme ones.")
@options.drawn
@click.option("--case", metavar="CASE", help="Only this case, as a failure printed it.")
@options.formats("text", "json")
@options.fail_on
@options.jobs("Processes (default: one for each core).")
@options.quiet
@options.no_color
@options.config
def verify(
    names: tuple[str, ...],
    cases: int,
    seed: int,
    dtype: str | None,
    max_dim: int,
    case: str | None,
    form: str,
    fail_on: str,
    jobs: int,
    quiet: bool,
    no_color: bool,
) -> None:
    """Check the derivations in reference/ against PyTorch, over random shapes and batch sizes.

    NAME is a derivation (softmax), a family (activations, affine.py), "network" (layer by layer) or
    "optimizers"; without one, all are checked.

    Exit status: 0 all is well, 1 something is wrong, 2 something could not be judged.
    """
    from oracle.commands import processes

    processes.begin("oracle.verify.checking")
    from oracle import cases as cases_
    from oracle.commands import verify
    from oracle.report import json_document, terminal
    from oracle.verify import derivations

    known = derivations.in_reference()
    others = (verify.NETWORK, verify.OPTIMIZERS)
    chosen = _chosen(names, known, others=others)
    todo = verify.tasks(chosen, [dtype] if dtype else cases_.DTYPES, cases, seed, max_dim)
    if case:
        if len(chosen) != 1 or chosen == [verify.OPTIMIZERS]:
            raise click.UsageError("--case is a case of one derivation, or of network: name it")
        try:
            todo = [verify.one(chosen[0], case, seed)]
        except ValueError as error:
            raise click.BadParameter(str(error), param_hint="--case") from None
    hidden = quiet or form != "text"
    with terminal.progress("verifying", "runs", len(todo), hidden, no_color) as step:
        report = verify.verify(todo, seed, jobs, step)
    if form == "json":
        click.echo(json_document.dumps(report))
    else:
        terminal.print_report(report, quiet, no_color, alone=bool(case))
    sys.exit(status(report, fail_on))


@main.command()
@click.argument("targets", nargs=-1, required=True, metavar="FILE[::NAME]...")
@click.option("--shapes", default="", metavar="TEXT", help='Shapes, as in "X: N D, W: D M, b: M".')
@options.cases("Random cases for each derivation.")
@options.drawn
@click.option(
    "--timeout",
    default=60.0,
    show_default=True,
    type=click.FloatRange(0.1),
    metavar="SECONDS",
    help="For a file, once torch is imported.",
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
@options.fail_on
@options.formats("text", "json", "github", "sarif")
@options.jobs("Files at a time (default: one for each core).")
@options.quiet
@options.no_color
@options.config
def check(
    targets: tuple[str, ...],
    shapes: str,
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
    form: str,
    jobs: int,
    quiet: bool,
    no_color: bool,
) -> None:
    """Check the hand-written backward code in your own files, unchanged.

    FILE is a Python file or a folder; FILE::NAME is one function or class in it. Files that hold a
    derivation are EXECUTED, each in a process of its own: check only what you would run.

    What is not said by annotations or docstrings, a comment above the function says:

    \b
        # oracle: shapes X: N D, W: D M, b: M

    Exit status: 0 all is well, 1 something is wrong, 2 something could not be judged.
    """
    from oracle.commands import server

    server.running()  # imports torch while this process reads files
    from oracle.cases import DTYPES
    from oracle.commands import ignored, workers
    from oracle.commands.check import Settings
    from oracle.report import annotations, check_page, json_document, terminal

    wanted = [f"--{name}" for name, on in (("repro", bool(repro)), ("fix", fix or diff)) if on]
    wanted += [f"--format {form}"] * (form != "text")
    if len(wanted) > 1:
        raise click.UsageError(f"{' and '.join(wanted)} do not go together: choose one")
    todo = _files(targets, exclude)
    if repro and repro != "-":
        _expect_free(repro)
    dtypes = (dtype,) if dtype else DTYPES
    settings = Settings(cases, seed, max_dim, dtypes, shapes, case or "", bool(repro))
    hidden = quiet or form != "text"
    with terminal.progress("checking", "files", len(todo), hidden, no_color) as step:
        report = workers.check(todo, settings, timeout, jobs, step)
    ignored.silence(report, select, ignore)
    if form == "json":
        click.echo(json_document.dumps(report))
    elif form == "github":
        click.echo(annotations.github(report))
    elif form == "sarif":
        click.echo(annotations.sarif(report))
    else:
        check_page.print_report(report, quiet, no_color, stderr=repro == "-" or diff)
    if repro:
        _write_repro(report, repro)
    if (fix or diff) and not report.interrupted:
        _fix(report, settings, timeout, diff)
    sys.exit(status(report, fail_on))


def _expect_free(repro: str) -> None:
    """Only an older script of ours may be overwritten."""
    from pathlib import Path

    from oracle.report.reproduction import WRITTEN

    path = Path(repro)
    if path.is_dir() or (path.exists() and WRITTEN not in path.read_text(errors="replace")):
        raise click.UsageError(f"--repro {repro}: that is there, and no script written by --repro")


def _write_repro(report: "Report", repro: str) -> None:
    """The script of the first wrong gradient that has one; what there is none for, and why."""
    from pathlib import Path

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


def _fix(report: "Report", settings: "Settings", timeout: float, diff: bool) -> None:
    """Make the changes that are proved, or show them; standard error has what is left, and why."""
    from oracle.commands.fix import fixes

    for fixed in fixes(report, settings, timeout):
        if diff:
            click.echo(fixed.diff(), nl=False)
        elif fixed.changed:
            fixed.file.write_bytes(fixed.after.encode())
            for said in fixed.changed:
                click.echo(f"fixed {said}")
        for said in fixed.kept:
            click.echo(f"no change is offered: {said}", err=True)


def _files(targets: tuple[str, ...], exclude: tuple[str, ...]) -> list[Any]:
    """The files that are meant; of a folder those that hold a derivation."""
    from pathlib import Path

    from oracle.commands.workers import Job
    from oracle.discovery.folders import files_in

    found: list[Job] = []
    for target in targets:
        file, _, name = target.partition("::")
        path = Path(file)
        if path.is_dir():
            if name:
                raise click.UsageError(
                    f"{target}: a folder has no derivation {name!r}; name a file"
                )
            inside = files_in(path, exclude)
            if not inside:
                click.echo(f"{path}: no file in it holds a backward pass", err=True)
            found += [Job(each, asked_for=False) for each in inside]
        elif path.is_file():
            found.append(Job(path, name))
        else:
            raise click.UsageError(f"{file}: no such file or folder")
    if not found:
        sys.exit(NOT_JUDGED)
    return found


def status(report: "Report", fail_on: str) -> int:
    """The exit status: 1 for something at or above ``fail_on``, 2 for something not judged."""
    from oracle.results import VERDICTS

    found = [g.verdict for r in report.results for g in r.gradients if not g.ignored]
    if any(VERDICTS.index(verdict) >= VERDICTS.index(fail_on) for verdict in found):
        return FOUND
    if report.errors or report.interrupted or "undecidable" in found:
        return NOT_JUDGED
    return NOTHING_WORSE


@main.command()
@click.argument("name", required=False)
@options.no_color
def explain(name: str | None, no_color: bool) -> None:
    """Print a derivation: its equation, shapes, code, source and torch twin, and what is verified.

    Or what a finding of ``oracle check`` means, why it happens, and how to mend it. Without a NAME,
    lists all there are.
    """
    from oracle.report import explanation, findings
    from oracle.verify import derivations

    known = derivations.in_reference()
    if name is None:
        explanation.print_list(known, no_color)
        explanation.print_findings(no_color)
    elif name in findings.names():
        explanation.print_finding(findings.page(name), no_color)
    else:
        others = tuple(findings.names())
        (only,) = _chosen((name,), known, families=False, others=others)
        explanation.print_derivation(known[only], no_color)


def _chosen(
    names: tuple[str, ...],
    known: dict[str, Any],
    families: bool = True,
    others: tuple[str, ...] = (),
) -> list[str]:
    """What is meant, in reading order; a derivation's name before a family's."""
    members: dict[str, list[str]] = {other: [other] for other in others}
    for derivation in known.values() if families else ():
        members.setdefault(derivation.module, []).append(derivation.name)
        members.setdefault(f"{derivation.module}.py", []).append(derivation.name)
    meant: set[str] = set()
    for name in names:
        if name in known:
            meant.add(name)
        elif name in members:
            meant.update(members[name])
        else:
            hint = config.meant(name, [*known, *members])
            raise click.UsageError(f"nothing is called {name!r}{hint} (oracle explain lists all)")
    return [name for name in (*known, *others) if not names or name in meant]
