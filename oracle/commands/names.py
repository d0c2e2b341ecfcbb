"""Names of derivations, files of ``reference/`` and findings, as one types them."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import click

from oracle.commands import config

if TYPE_CHECKING:
    from oracle.verify.names import Named


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
    hint = config.meant(name, known)
    return click.UsageError(f"nothing is called {name!r}{hint} (oracle explain lists all)")
