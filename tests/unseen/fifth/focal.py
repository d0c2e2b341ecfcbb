from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


# oracle: shapes z: N, y: N binary
def focal_loss_and_grad(z: NDArray, y: NDArray, gamma: float = 2.0) -> tuple[float, NDArray]:
    r"""Binary focal loss on logits.

    With s = (2y - 1) z and q = sigmoid(-s), the chance given to the false class,

        l = q^gamma * softplus(-s),        dq/ds = -q (1 - q),   dsoftplus(-s)/ds = -q
        dl/ds = -q^gamma * (gamma (1 - q) softplus(-s) + q)
    """
    sign = 2.0 * y - 1.0
    s = sign * z
    sp = np.logaddexp(0.0, -s)          # -log p_t
    pt = np.exp(-sp)
    q = np.exp(-np.logaddexp(0.0, s))
    loss = float(np.mean(q**gamma * sp))
    dz = -sign * q**gamma * (gamma * pt * sp + q) / z.size
    return loss, dz
