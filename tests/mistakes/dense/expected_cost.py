"""Linear classifier that minimises the expected cost of its decisions."""

import numpy as np


# oracle: shapes W: D C, X: N D, labels: N labels(C), costs: C C fixed
def expected_cost_value_and_grad(W, X, labels, costs):
    """costs[i, j] is what it costs to answer j where i is true."""
    S = X @ W
    expS = np.exp(S - S.max(axis=1)[:, None])
    P = expS / expS.sum(axis=1)[:, None]
    risk = costs[labels]
    value = np.mean((P * risk).sum(axis=1))

    dP = risk / len(X)
    inner = (dP * P).sum(axis=1)[:, None]
    dS = P * (dP - inner)
    dW = X.T.dot(dS)
    return value, dW
