"""``[tool.oracle]`` in the nearest pyproject.toml: defaults for the options, by their long names.

The command line wins. A key that no command has, or a value that an option would not take, is bad
usage: the message names the file, the key, what came and what was expected.
"""

import difflib
import tomllib
from pathlib import Path
from typing import Any

import click

# The options that the file may set; the others belong to one run.
KEYS = (
    "cases", "seed", "dtype", "max-dim", "timeout", "select", "ignore", "exclude", "fail-on",
    "allow-not-judged", "jobs", "quiet", "no-color",
)  # fmt: skip


class Names(click.ParamType):
    """Names with commas between them; in the file a list of them, too."""

    name = "names"

    def convert(self, value: Any, param: Any, ctx: Any) -> tuple[str, ...]:
        parts = value.split(",") if isinstance(value, str) else value
        return tuple(part.strip() for part in parts if part.strip())


class Findings(Names):
    """Names of findings, each of which there is."""

    name = "findings"

    def convert(self, value: Any, param: Any, ctx: Any) -> tuple[str, ...]:
        from oracle.report import findings

        chosen = super().convert(value, param, ctx)
        for name in chosen:
            if name not in findings.names():
                hint = meant(name, findings.names())
                self.fail(f"no finding is called {name!r}{hint} (oracle explain lists all)", param)
        return chosen


class Globs(Names):
    """Patterns of paths; those with a slash are taken from the current folder."""

    name = "globs"

    def convert(self, value: Any, param: Any, ctx: Any) -> tuple[str, ...]:
        return tuple(rooted(g, Path.cwd()) for g in super().convert(value, param, ctx))


def rooted(pattern: str, folder: Path) -> str:
    """A pattern with a slash as one of whole paths; one of names alone stays as it is."""
    from glob import escape

    if "/" not in pattern or Path(pattern).is_absolute():
        return pattern
    return (Path(escape(str(folder))) / pattern).as_posix()


def meant(name: str, known: Any) -> str:
    """``; did you mean sign-flipped?``, or nothing where no name is near."""
    near = difflib.get_close_matches(name, list(known), n=3, cutoff=0.5)
    return f"; did you mean {' or '.join(near)}?" if near else ""


def defaults(ctx: click.Context, param: click.Parameter, value: Path | None) -> None:
    """Take the file's values for the options of this command; what a click callback is."""
    file = value or nearest(Path.cwd())
    if file is not None:
        options = {option.name: option for option in ctx.command.params}
        ctx.default_map = {
            name: _value(file, key, given, options[name], ctx)
            for key, name, given in _table(file, ctx)
            if name in options
        }


def nearest(folder: Path) -> Path | None:
    """The pyproject.toml of a folder, or of the nearest one above that has any."""
    files = (place / "pyproject.toml" for place in (folder, *folder.parents))
    return next((file for file in files if file.is_file()), None)


def _table(file: Path, ctx: click.Context) -> list[tuple[str, str, Any]]:
    """The keys as they are written, the options' own names for them, and the values."""
    try:
        with file.open("rb") as opened:
            table = tomllib.load(opened).get("tool", {}).get("oracle", {})
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise click.UsageError(f"{_spoken(file)}: {error}", ctx) from None
    if not isinstance(table, dict):
        raise click.UsageError(f"{_spoken(file)}: tool.oracle is {table!r}; expected a table", ctx)
    found = []
    for key, value in table.items():
        name = key.replace("_", "-")
        if name not in KEYS:
            hint = meant(name, KEYS) or f"; there are {', '.join(KEYS)}"
            raise click.UsageError(
                f"{_spoken(file)}: [tool.oracle] has the unknown key {key!r}{hint}", ctx
            )
        found.append((key, name.replace("-", "_"), value))
    return found


def _value(file: Path, key: str, value: Any, option: Any, ctx: click.Context) -> Any:
    """A value as the option takes it."""
    kind, expected = _expected(option)
    listed = kind is list and isinstance(value, list) and all(isinstance(v, str) for v in value)
    number = type(value) in (int, kind)  # true and false are integers to Python
    if not (listed if kind is list else number if kind is float else type(value) is kind):
        raise click.UsageError(
            f"{_spoken(file)}: [tool.oracle] {key} is {_toml(value)}; expected {expected}", ctx
        )
    if isinstance(option.type, Globs):
        return [rooted(pattern, file.parent.resolve()) for pattern in value]
    try:
        return option.type.convert(value, option, ctx)
    except click.BadParameter as error:
        said = f"{_spoken(file)}: [tool.oracle] {key}: {error.message}"
        raise click.UsageError(said, ctx) from None


def _expected(option: Any) -> tuple[type, str]:
    """The type of an option's value in the file, and how that is said."""
    if option.is_flag:
        return bool, "true or false"
    if isinstance(option.type, Names):
        return list, "a list of strings"
    if isinstance(option.type, click.IntRange):
        return int, "a whole number"
    if isinstance(option.type, click.FloatRange):
        return float, "a number"
    return str, f"one of {', '.join(map(repr, option.type.choices))}"


def _toml(value: Any) -> str:
    """As it stands in the file, or nearly."""
    return str(value).lower() if isinstance(value, bool) else repr(value)


def _spoken(file: Path) -> str:
    """A path from the current folder, where it leads there."""
    cwd = Path.cwd()
    return str(file.relative_to(cwd) if file.is_relative_to(cwd) else file)
