"""LLaMA feed-forward in jax.vjp style, NumPy only."""
import numpy as np


def sigmoid(a):
    return 1.0 / (1.0 + np.exp(-a))


# oracle: shapes x: N D, w_gate: D F, w_up: D F, w_down: F D
def swiglu(x, w_gate, w_up, w_down):
    gate = x @ w_gate
    up = x @ w_up
    s = sigmoid(gate)
    hidden = gate * s * up
    y = hidden @ w_down

    def pullback(ct):
        d_w_down = hidden.T @ ct
        d_hidden = ct @ w_down.T
        d_up = d_hidden * gate * s
        # silu' = s + g s (1 - s)
        d_gate = d_hidden * up * (s + s * (1.0 - s))
        d_w_gate = x.T @ d_gate
        d_w_up = x.T @ d_up
        d_x = d_gate @ w_gate.T + d_up @ w_up.T
        return d_x, d_w_gate, d_w_up, d_w_down

    return y, pullback
