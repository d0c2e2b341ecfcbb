"""``oracle trace``: its options, and what it does with them."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from oracle.commands import options, output

if TYPE_CHECKING:
    from oracle.results import Report


@click.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.argument("script", type=click.Path(exists=True, dir_okay=False))
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="[ARGS]...")
@click.option(
    "--steps",
    default=3,
    show_default=True,
    type=click.IntRange(1),
    help="Steps of the training that are judged; then the script is ended.",
)
@click.option("--loss", default="", metavar="NAME", help="The variable that holds the loss.")
@click.option("--to-end", is_flag=True, help="Let the script run on to its own end.")
@options.fail_on("wrong")
@options.allow_not_judged
@options.formats("text", "json", "github", "sarif")
@click.option(
    "--html",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write a page for a browser, too: the source with its verdicts, gradients as pictures.",
)
@options.quiet
@options.no_color
@click.option("--verbose", is_flag=True, help="Errors of this tool with their tracebacks.")
@options.config
def trace(
    script: str,
    arguments: tuple[str, ...],
    steps: int,
    loss: str,
    to_end: bool,
    fail_on: str,
    allow_not_judged: bool,
    form: str,
    html: Path | None,
    quiet: bool,
    no_color: bool,
    verbose: bool,
) -> None:
    """Run a training script as it stands and judge every gradient in it, line by line.

    SCRIPT is EXECUTED, with ARGS for its arguments, until some steps of its training were seen.
    Options of this command stand before SCRIPT. What the script prints is printed.

    Exit status: 0 all is well, 1 something is wrong, 2 something could not be judged.
    """
    asked = {"steps": steps, "loss": loss, "to_end": to_end, "verbose": verbose}
    from oracle.commands.traced_script import traced

    report = traced(script, arguments, asked, None if form == "text" else sys.stderr)
    from oracle.commands import ignored

    ignored.silence(report)
    with output.writing():
        _print(report, script, form, quiet, no_color)
    if html is not None:
        _write_page(report, script, html)
    sys.exit(output.status(report, fail_on, allow_not_judged))


def _print(report: "Report", script: str, form: str, quiet: bool, no_color: bool) -> None:
    from oracle.report import annotations, json_document, trace_page

    if form == "json":
        output.document(json_document.dumps(report))
    elif form == "github":
        output.document(annotations.github(report))
    elif form == "sarif":
        output.document(annotations.sarif(report))
    else:
        trace_page.print_report(report, script, quiet, no_color)


def _write_page(report: "Report", script: str, html: Path) -> None:
    from oracle.report.html import trace_html

    try:
        html.write_text(trace_html.page(report, script), encoding="utf-8")
    except OSError as error:
        said = f"oracle: {html} could not be written: {error.strerror}"
        click.echo(said, err=True)
        sys.exit(output.NOT_JUDGED)
