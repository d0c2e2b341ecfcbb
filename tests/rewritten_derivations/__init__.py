"""Right derivations, written otherwise than in ``reference/``: a check must accept them all.

``ALL`` lists them: other orders of summation, loops, full Jacobians, other algebra, and at kinks
the other legal choices. Each says (``Otherwise``) in which regimes its formulation is accurate:
all, unless a comment above it tells where it overflows or loses digits. A check may say so there,
but it may not call the formula wrong.
"""

from . import (  # noqa: F401, importing them fills the shelf
    affine_layers,
    elementwise,
    fuzzy_rules,
    losses_per_sample,
    reductions,
    softmaxes,
    windows,
)
from ._register import (
    ALL_REGIMES,
    KINKS,
    LARGE,
    LAYOUT,
    ORDINARY,
    REPEATED,
    SATURATED,
    SHELF,
    TIED,
    TINY,
    Otherwise,
)

ALL: tuple[Otherwise, ...] = tuple(SHELF)

__all__ = [
    "ALL",
    "ALL_REGIMES",
    "KINKS",
    "LARGE",
    "LAYOUT",
    "ORDINARY",
    "REPEATED",
    "SATURATED",
    "TIED",
    "TINY",
    "Otherwise",
]
