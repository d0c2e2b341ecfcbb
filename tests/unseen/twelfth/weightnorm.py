"""Weight normalisation (Salimans & Kingma): w_o = g_o * v_o / |v_o|, one norm per output row."""
import numpy as np


def weightnorm_fwd(x, v, g, b):
    """Linear layer with normalised weights.

    Args:
        x: inputs of shape (N, I)
        v: directions of shape (O, I)
        g: lengths of shape (O,)
        b: bias of shape (O,)
    Returns: array of shape (N, O)
    """
    norm = np.sqrt(np.einsum("oi,oi->o", v, v))
    w = (g / norm)[:, None] * v
    return np.einsum("ni,oi->no", x, w) + b


def weightnorm_bwd(dy, x, v, g, b):
    norm = np.sqrt(np.einsum("oi,oi->o", v, v))
    unit = v / norm[:, None]
    w = g[:, None] * unit
    dx = np.einsum("no,oi->ni", dy, w)
    dw = np.einsum("no,ni->oi", dy, x)
    dg = np.einsum("oi,oi->o", dw, unit)
    dv = dw * (g / norm)[:, None]
    db = np.einsum("no->o", dy)
    return dx, dv, dg, db
