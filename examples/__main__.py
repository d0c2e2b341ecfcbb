"""``python -m examples`` lists the worked systems; names, or "all", run them."""

import importlib
import importlib.util
import inspect
import sys
import time
from pathlib import Path
from types import ModuleType
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from examples import PROGRAMS, first_line
from examples._table import contradictions, show

MODULES = {"sklearn": "scikit-learn", "matplotlib": "matplotlib"}


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--quick", is_flag=True, help="Shorter trainings, as the tests have them.")
@click.option(
    "--plot",
    is_flag=False,
    flag_value="",
    metavar="[FILE|DIR]",
    help="Show the pictures, or save them: one to a file, any number to a folder.",
)
@click.option(
    "--data",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="UCI's dermatology.data, for the program dermatology.",
)
def main(names: tuple[str, ...], quick: bool, plot: str | None, data: Path | None) -> None:
    """Run the worked systems NAME..., or all of them: "all". Without a name: list them."""
    if plot in (*PROGRAMS, "all"):  # --plot mazur: the name is not a file's
        names, plot = (plot, *names), ""
    there = [name for name in PROGRAMS if importlib.util.find_spec(f"examples.{name}")]
    unknown = [name for name in names if name not in (*there, "all")]
    if unknown:
        raise click.UsageError(f"no program {unknown[0]!r}; there are {', '.join(there)}, all")
    console = Console()
    if not names:
        for name in there:
            console.print(Text.assemble((f"{name:18}", "bold"), first_line(name)))
        return
    chosen = there if "all" in names else list(dict.fromkeys(names))
    target = None if plot is None or not plot else Path(plot)
    if target is not None and target.suffix and len(chosen) > 1:
        raise click.UsageError(f"--plot {plot}: a folder is due for several pictures")

    problems = 0
    columns = TextColumn("{task.description:18}"), BarColumn(), MofNCompleteColumn()
    with Progress(*columns, TimeElapsedColumn(), console=console, transient=True) as progress:
        task = progress.add_task("", total=len(chosen))
        for name in chosen:
            progress.update(task, description=name)
            try:
                problems += _one(importlib.import_module(f"examples.{name}"), console, quick, data)
                if plot is not None:
                    _picture(name, console, target, data)
            except ModuleNotFoundError as error:
                package = MODULES.get((error.name or "").partition(".")[0])
                if package is None:
                    raise
                console.print(f"{name} needs {package}, which is optional: pip install {package}\n")
                problems += "all" not in names
            progress.advance(task)
    if plot == "":
        from matplotlib import pyplot

        pyplot.show()
    sys.exit(1 if problems else 0)


def _one(module: ModuleType, console: Console, quick: bool, data: Path | None) -> int:
    """Show a program's rows; how many of them are not as they should be."""
    name = module.__name__.rpartition(".")[2]
    start = time.perf_counter()
    rows = module.run(quick, **_data(module.run, data))
    seconds = time.perf_counter() - start
    show(f"{name}: {first_line(name)}", rows, console)
    if _data(module.run, data) == {"data": None}:
        console.print("No --data PATH is given: nothing is trained.")
    console.print(f"{len(rows)} rows, {seconds:.1f} s\n", style="dim")
    return len(contradictions(rows))


def _picture(name: str, console: Console, target: Path | None, data: Path | None) -> None:
    from examples import _pictures
    from examples._plots import draw

    picture = getattr(_pictures, f"draw_{name}", None)
    if picture is None or _data(picture, data) == {"data": None}:
        return

    path = target
    if target is not None and not target.suffix:
        target.mkdir(parents=True, exist_ok=True)
        path = target / f"{name}.png"
    draw(picture, path, **_data(picture, data))
    if path is not None:
        console.print(f"saved {path}")


def _data(function: Any, data: Path | None) -> dict[str, Any]:
    return {"data": data} if "data" in inspect.signature(function).parameters else {}


if __name__ == "__main__":
    main(prog_name="python -m examples")
