import numpy as np


# oracle: shapes Q: T d, K: T d, V: T m
def causal_attention_forward(Q, K, V):
    T, d = Q.shape
    scores = Q @ K.T / d ** 0.5
    future = np.triu(np.ones((T, T), dtype=bool), 1)
    scores[future] = -1e30
    weights = np.exp(scores - scores.max(axis=1)[:, None])
    weights /= weights.sum(axis=1)[:, None]
    return weights @ V, (Q, K, V, weights)


def causal_attention_backward(dY, cache):
    Q, K, V, weights = cache
    T, d = Q.shape
    dV = np.zeros_like(V)
    dQ = np.zeros_like(Q)
    dK = np.zeros_like(K)
    for t in range(T):
        w = weights[t]
        dV += np.outer(w, dY[t])
        dw = V @ dY[t]
        # full Jacobian of the softmax, the masked weights are zero and pass nothing
        ds = (np.diag(w) - np.outer(w, w)) @ dw / d ** 0.5
        dQ[t] = ds @ K
        dK += np.outer(ds, Q[t])
    return dQ, dK, dV
