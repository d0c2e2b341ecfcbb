"""The less public parts of NumPy that the oracle uses, and the differences between its releases.

All of them stand in this one place; ``torch_compat.py`` is the same for torch.
"""

from typing import Any

import numpy as np

# The default of arguments for which None is a choice: ``np.sum(x, initial=...)``.
NOT_GIVEN: Any = np._NoValue

# ``np.r_``, ``np.c_``, ``np.mgrid`` and ``np.ogrid``, by the names of their classes.
INDEX_BUILDERS: dict[type, str] = {
    type(builder): type(builder).__name__ for builder in (np.r_, np.c_, np.mgrid, np.ogrid)
}

_IS_OLD = np.lib.NumpyVersion(np.__version__) < "2.0.0"

# The attribute that ``np.ma`` looks up on an array when it makes a masked array of it.
MASKED_ARRAYS_LOOK_UP = "_baseclass"


def solves_vectors(matrix_ndim: int, ndim: int) -> bool:
    """True if ``np.linalg.solve(a, b)`` takes a ``b`` of this ndim for vectors.

    Before NumPy 2, a stack of vectors counted as vectors too.
    """
    return ndim == 1 or (_IS_OLD and ndim < matrix_ndim)


def set_shape(array: np.ndarray, shape: Any) -> None:
    """Set ``array.shape`` where a subclass has a ``shape`` of its own."""
    np.ndarray.shape.__set__(array, shape)  # type: ignore[attr-defined]
