"""I usually have jax.vjp for this. Poor man's VJPs in plain NumPy."""
from functools import partial
from typing import Callable, Tuple

import numpy as np
import numpy as jnp  # muscle memory

Array = np.ndarray


def _logsumexp(x: Array, axis: int = -1) -> Array:
    m = jnp.max(x, axis=axis, keepdims=True)
    return m + jnp.log(jnp.sum(jnp.exp(x - m), axis=axis, keepdims=True))


# oracle: shapes x: B T C
def log_softmax(x: Array) -> Tuple[Array, Callable[[Array], Array]]:
    """Primal out and a vjp function, normalised over the last axis."""
    y = x - _logsumexp(x)

    def vjp(ct: Array) -> Array:
        p = jnp.exp(y)
        x_bar = ct - p * ct
        return x_bar

    return y, vjp


nll = partial(jnp.take_along_axis, axis=-1)
