"""A shelf of known mistakes: value-and-pullback functions as people really get them wrong.

A check that accepts one of these is broken. ``ALL`` lists them; each is a wrong way to write one
derivation of ``reference/``, with its arguments in its order, and says (``Wrong``) which of its
results are wrong. Most are wrong for nearly every input, some only for more than one sample, for
another axis or option, or for extreme numbers. Each stands alone and takes nothing from
``reference/``.

    A  Jacobian: wrong, or a chain factor is missing     J  a constant factor
    B  a term missing, doubled, mis-scaled               K  state, aliasing, order
    C  axis or rank                                      L  sign, swapped, copied
    D  accumulation, repeats                             M  numerics, dtype
    E  broadcast, not reduced                            O  passes a weak test
    F  windows                                           I  forward and backward disagree

The classes G (through time), H (random masks) and N (optimisers) cannot occur yet: there is no
recurrence, dropout or update rule here whose mistakes they would be. Rows named in the docstrings
are those of the collection of published mistakes that these are modelled on. Guards such as
ln(p + 1e-8) are missing on purpose: they are remarks, no mistakes.
"""

from . import (  # noqa: F401, importing them fills the shelf
    class_a_jacobian,
    class_b_terms,
    class_c_axes,
    class_d_accumulation,
    class_e_broadcast,
    class_f_windows,
    class_i_disagreement,
    class_j_factor,
    class_k_state,
    class_l_swapped,
    class_m_numerics,
    class_o_vacuity,
    fuzzy_rules,
)
from ._register import SHELF, Wrong

ALL: tuple[Wrong, ...] = tuple(SHELF)

__all__ = ["ALL", "Wrong"]
