"""SwiGLU feed-forward of a small transformer."""
from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from jaxtyping import Float


def swiglu_fwd(
    x: Float[np.ndarray, "N D"],
    Wg: Float[np.ndarray, "D H"],
    Wu: Float[np.ndarray, "D H"],
    Wd: Float[np.ndarray, "H D"],
):
    gate, up = x @ Wg, x @ Wu
    sg = 1 / (1 + np.exp(-gate))
    hid = gate * sg * up
    return hid @ Wd, dict(x=x, gate=gate, up=up, sg=sg, hid=hid, Wg=Wg, Wu=Wu, Wd=Wd)


def swiglu_bwd(dout, cache):
    x, gate, up, sg = cache["x"], cache["gate"], cache["up"], cache["sg"]
    dWd = cache["hid"].T @ dout
    dhid = dout @ cache["Wd"].T
    dup = dhid * gate * sg
    dgate = dhid * up * sg * (1 + gate * (1 - gate))
    dWg = x.T @ dgate
    dWu = x.T @ dup
    dx = dgate @ cache["Wg"].T + dup @ cache["Wu"].T
    return dx, dWg, dWu, dWd
