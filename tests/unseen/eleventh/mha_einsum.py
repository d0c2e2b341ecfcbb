import numpy as np


# oracle: shapes q: B H S K, k: B H S K, v: B H S K
def heads_forward(q, k, v):
    """All heads at once; q, k, v come already split into heads (batch, head, position, feature)."""
    score = np.einsum("bhik,bhjk->bhij", q, k) * q.shape[-1] ** -0.5
    score = np.exp(score - score.max(-1, keepdims=True))
    prob = score / score.sum(-1, keepdims=True)
    return np.einsum("bhij,bhjk->bhik", prob, v)


def heads_backward(dy, q, k, v):
    scale = q.shape[-1] ** -0.5
    score = np.einsum("bhik,bhjk->bhij", q, k) * scale
    score = np.exp(score - score.max(-1, keepdims=True))
    prob = score / score.sum(-1, keepdims=True)

    dprob = np.einsum("bhik,bhjk->bhij", dy, v)
    dscore = prob * (dprob - np.einsum("bhij,bhij->bhi", dprob, prob)[..., None])
    dq = scale * np.einsum("bhij,bhjk->bhik", dscore, k)
    dk = scale * np.einsum("bhij,bhik->bhjk", dscore, q)
    dv = np.einsum("bhij,bhjk->bhik", prob, dy)
    return dq, dk, dv
