import numpy as np

# causal self attention, one head, one sentence at a time.
# rows of X are tokens


def softmax_rows(S):
    E = np.exp(S - S.max(1, keepdims=True))
    return E / E.sum(1, keepdims=True)


# oracle: shapes X: T D, Wq: D K, Wk: D K, Wv: D E
def causal_head_forward(X, Wq, Wk, Wv):
    T = X.shape[0]
    q, k, v = X @ Wq, X @ Wk, X @ Wv
    S = q @ k.T / np.sqrt(Wq.shape[1])
    hide = np.triu(np.ones((T, T), dtype=bool), 1)
    P = softmax_rows(np.where(hide, -1e9, S))
    out = P @ v
    return out, (X, Wq, Wk, Wv, q, k, v, P)


def causal_head_backward(dout, cache):
    X, Wq, Wk, Wv, q, k, v, P = cache
    rd = np.sqrt(Wq.shape[1])

    dv = P @ dout
    dP = dout @ v.T
    dS = P * (dP - (dP * P).sum(1, keepdims=True))   # hidden places have P = 0, so nothing leaks
    dq = dS @ k / rd
    dk = dS.T @ q / rd

    dWq = X.T @ dq
    dWk = X.T @ dk
    dWv = X.T @ dv
    dX = dq @ Wq.T + dk @ Wk.T + dv @ Wv.T
    return dX, dWq, dWk, dWv
