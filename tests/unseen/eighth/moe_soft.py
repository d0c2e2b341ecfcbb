import numpy as np


# Dense (soft) mixture of experts.  x: tokens, Wg: router, We: one matrix an expert.
# oracle: shapes x: N D, Wg: D E, We: E D M
def moe_forward(x, Wg, We):
    logits = x @ Wg
    ex = np.exp(logits - logits.max(-1, keepdims=True))
    gate = ex / ex.sum(-1, keepdims=True)
    expert_out = np.einsum("nd,edm->nem", x, We)
    y = np.einsum("ne,nem->nm", gate, expert_out)
    return y, (x, Wg, We, gate, expert_out)


def moe_backward(dy, saved):
    x, Wg, We, gate, expert_out = saved
    dgate = np.einsum("nm,nem->ne", dy, expert_out)
    dexpert = gate[:, :, None] * dy[:, None, :]
    dWe = np.einsum("nd,nem->edm", x, dexpert)

    # router
    dlogits = gate * (1 - gate) * dgate
    dWg = x.T @ dlogits

    dx = dlogits @ Wg.T + np.einsum("nem,edm->nd", dexpert, We)
    return dx, dWg, dWe
