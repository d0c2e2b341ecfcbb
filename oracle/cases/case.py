"""A case: a dtype, a regime, sizes, options and a seed, from which its arrays are drawn."""

from dataclasses import dataclass
from typing import Any, Protocol

from oracle.cases.shapes import Size
from oracle.subject import Argument, Option

DTYPES = ("float64", "float32")


class Drawable(Protocol):
    """A derivation that cases are drawn for: one of reference/, or a user's."""

    @property
    def name(self) -> str: ...
    @property
    def arguments(self) -> tuple[Argument, ...]: ...
    @property
    def options(self) -> tuple[Option, ...]: ...
    @property
    def sizes(self) -> tuple[str, ...]: ...
    @property
    def value(self) -> tuple[str, ...]: ...


@dataclass(frozen=True)
class Case:
    """One case of one derivation: everything that its arrays are made from."""

    dtype: str
    regime: str
    sizes: dict[str, Size]
    options: dict[str, Any]
    seed: int

    def __str__(self) -> str:
        """``float64/ordinary/N=2,D=1,M=1/71``, which ``parse`` reads."""
        pairs = [f"{n.lstrip('*')}={_size_text(s)}" for n, s in self.sizes.items()]
        pairs += [f"{name}={value}" for name, value in self.options.items()]
        return "/".join((self.dtype, self.regime, ",".join(pairs), str(self.seed)))


def _size_text(size: Size) -> str:
    return "x".join(map(str, size)) if isinstance(size, tuple) else str(size)
