from typing import Tuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


# oracle: shapes tokens: S E, weight: E, bias: E
def layer_norm_fwd(tokens: Array, weight: Array, bias: Array, eps: float = 1e-6) -> Tuple[Array, tuple]:
    """Normalise every token over its E features."""
    centred = tokens - tokens.mean(-1, keepdims=True)
    rstd = 1.0 / np.sqrt((centred * centred).mean(-1, keepdims=True) + eps)
    normed = centred * rstd
    return normed * weight + bias, (normed, rstd, weight)


def layer_norm_bwd(g: Array, saved: tuple) -> Tuple[Array, Array, Array]:
    normed, rstd, weight = saved
    g_normed = g * weight
    d_tokens = rstd * (
        g_normed
        - g_normed.mean(-1, keepdims=True)
        - normed * (g_normed * normed).mean(-1, keepdims=True)
    )
    d_weight = (g * normed).sum(axis=-1)
    d_bias = g.sum(axis=0)
    return d_tokens, d_weight, d_bias
