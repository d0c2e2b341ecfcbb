"""``oracle verify``: its options, and what it does with them."""

import contextlib
import sys

import click

from oracle.commands import interrupts, options, output


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@options.cases("Cases for each derivation and dtype: so many ordinary, and so many extreme ones.")
@options.drawn
@click.option("--case", metavar="CASE", help="Only this case, as a failure printed it.")
@options.formats("text", "json")
@options.fail_on("unstable")
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

    NAME is a function of reference/ (softmax, backpropagate, momentum_torch) or a file of it
    (activations, network.py, "optimizers" for all update rules); without one, all are checked.

    Exit status: 0 all is well, 1 something is wrong, 2 something could not be judged.
    """
    from oracle.commands import processes

    processes.begin("oracle.verify.checking")
    from oracle import cases as cases_
    from oracle.commands import verify
    from oracle.report import json_document, terminal
    from oracle.results import Report
    from oracle.verify import names as known

    chosen = options.chosen(names, known.in_reference(), known.targets())
    todo = verify.tasks(chosen, [dtype] if dtype else cases_.DTYPES, cases, seed, max_dim)
    if case:
        if len(chosen) != 1 or chosen[0] in known.RULES:
            raise click.UsageError("--case is a case of one derivation, or of network: name it")
        try:
            todo = [verify.one(chosen[0], case, seed)]
        except ValueError as error:
            raise click.BadParameter(str(error), param_hint="--case") from None
    hidden = quiet or form != "text"
    report = Report(seed, interrupted=True)  # if Ctrl-C comes where nothing is known
    with interrupts.held():
        progress = terminal.progress("verifying", "runs", len(todo), hidden, no_color)
        with contextlib.suppress(KeyboardInterrupt), interrupts.raising(), progress as step:
            report = verify.verify(todo, seed, jobs, step)
        with output.writing():
            if form == "json":
                output.document(json_document.dumps(report))
            else:
                terminal.print_report(report, quiet, no_color, alone=bool(case))
    sys.exit(output.status(report, fail_on))
