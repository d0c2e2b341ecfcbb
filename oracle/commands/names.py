"""Names of derivations, families and findings as one types them."""

from typing import Any

import click

from oracle.commands import config


def chosen(
    names: tuple[str, ...],
    known: dict[str, Any],
    families: bool = True,
    others: tuple[str, ...] = (),
) -> list[str]:
    """The names that are meant, in reading order; a derivation's name before a family's."""
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
