import numpy as np

C0 = np.sqrt(2.0 / np.pi)


def _inner(u):
    return np.tanh(C0 * (u + 0.044715 * u ** 3))


# oracle: shapes x: N D, fc_w: D M, fc_b: M, proj_w: M D, proj_b: D
def mlp_forward(x, fc_w, fc_b, proj_w, proj_b):
    """The GPT-2 feed-forward block with its residual connection."""
    u = x @ fc_w + fc_b
    act = 0.5 * u * (1.0 + _inner(u))
    return x + act @ proj_w + proj_b


def mlp_backward(dout, x, fc_w, fc_b, proj_w):
    u = x @ fc_w + fc_b
    t = _inner(u)
    act = 0.5 * u * (1.0 + t)

    dact = dout @ proj_w.T
    slope = 0.5 * (1 + t) + 0.5 * u * (1 - t ** 2) * C0 * (1 + 3 * 0.044715 * u ** 2)
    du = dact * slope
    return {
        "dx": dout + du @ fc_w.T,
        "dfc_w": x.T @ du,
        "dfc_b": du.sum(axis=0),
        "dproj_w": act.T @ dout,
        "dproj_b": dout.sum(axis=0),
    }
