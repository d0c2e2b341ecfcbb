"""Partners by name: the forward of a backward, and the methods of a class that pair up."""

from oracle.discovery import naming


def first_of(methods: dict[str, str], names: tuple[str, ...]) -> str | None:
    return next((name for name in names if name in methods), None)


def so_called(methods: dict[str, str], role: frozenset[str]) -> str | None:
    """The method whose name says a role and nothing else: ``forwardPass``, ``_bprop``."""
    return next((m for m in methods if naming.has(m, role) and not naming.stem(m, role)), None)
