# softmaxCost.m / softmaxGrad.m, rewritten in Python
import numpy as np


# oracle: shapes Z: N K, y: N labels(K)
def softmax_ce(Z, y):
    N = Z.shape[0]
    Z = Z - np.max(Z, axis=1).reshape(N, 1)      # bsxfun(@minus, Z, max(Z, [], 2))
    logP = Z - np.log(np.sum(np.exp(Z), axis=1)).reshape(N, 1)
    cost = 0
    for n in range(N):                           # for n = 1:N
        cost = cost - logP[n, y[n]]
    return cost / N


def softmax_ce_grad(Z, y):
    N = Z.shape[0]
    Z = Z - np.max(Z, axis=1).reshape(N, 1)
    grad = np.exp(Z) / np.sum(np.exp(Z), axis=1).reshape(N, 1)
    for n in range(N):
        grad[n, y[n] - 1] -= 1                       # sub2ind
    grad = grad / N
    return grad
