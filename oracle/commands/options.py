"""The options that several commands have, and the names of reference/ and of findings, as typed."""

import math
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from oracle.commands import config as config_

if TYPE_CHECKING:
    from oracle.verify.names import Named

Command = Callable[..., Any]
Option = Callable[[Command], Command]
allow_not_judged = click.option(
    "--allow-not-judged",
    is_flag=True,
    help="Gradients that were not judged are listed, but do not make the exit status 2.",
)
quiet = click.option(
    "-q", "--quiet", is_flag=True, help="Print what is not correct and the summary only."
)
no_color = click.option("--no-color", is_flag=True, help="No colours, also on a terminal.")
config = click.option(
    "--config",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    is_eager=True,
    expose_value=False,
    callback=config_.defaults,
    help="Take [tool.oracle] from this file (default: the nearest pyproject.toml).",
)


class Seconds(click.FloatRange):
    """A time; "nan" is a number to Python, and none to wait for."""

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:
        seconds = super().convert(value, param, ctx)
        if not math.isfinite(seconds):
            self.fail(f"{value} is no number of seconds", param, ctx)
        return seconds


def cases(help: str) -> Option:
    return click.option(
        "--cases", default=200, show_default=True, type=click.IntRange(1), help=help
    )


def formats(*known: str) -> Option:
    return click.option(
        "--format", "form", type=click.Choice(known), default="text", show_default=True
    )


def jobs(help: str) -> Option:
    return click.option("--jobs", default=0, type=click.IntRange(0), help=help)


def drawn(command: Command) -> Command:
    """The options that say how cases are drawn."""
    for option in (
        click.option(
            "--max-dim",
            default=7,
            show_default=True,
            type=click.IntRange(2),
            help="The largest extent of random shapes.",
        ),
        click.option(
            "--dtype",
            type=click.Choice(["float64", "float32"]),
            help="Only this one (default: both).",
        ),
        click.option(
            "--seed",
            default=0,
            show_default=True,
            type=click.IntRange(0),
            help="Another seed, other cases.",
        ),
    ):
        command = option(command)
    return command


def fail_on(default: str) -> Callable[[Command], Command]:
    """The option ``--fail-on``, with the default of a command."""
    return click.option(
        "--fail-on",
        type=click.Choice(["wrong", "unstable"]),
        default=default,
        show_default=True,
        help="What makes the exit status 1.",
    )


def chosen(
    names: tuple[str, ...], known: "Mapping[str, Named]", targets: tuple[str, ...]
) -> list[str]:
    """The targets that some names of reference/ stand for, in reading order; all of no name."""
    meant: set[str] = set()
    for name in names:
        if name not in known:
            raise unknown(name, known)
        if not known[name].targets:
            hint = f"oracle explain {name} shows it"
            raise click.UsageError(f"{name} has no gradient that could be verified ({hint})")
        meant.update(known[name].targets)
    return [target for target in targets if not names or target in meant]


def unknown(name: str, known: Iterable[str]) -> click.UsageError:
    """The error for a name that nothing has, with the names that are near."""
    hint = config_.meant(name, known)
    return click.UsageError(f"nothing is called {name!r}{hint} (oracle explain lists all)")
