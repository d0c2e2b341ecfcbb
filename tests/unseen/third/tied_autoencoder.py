import numpy as np


def sigm(a):
    return 1. / (1. + np.exp(-a))


# Autoencoder with tied weights, code = sigm(x W + c), recon = code W^T + b.
# oracle: shapes W: D H, b: D, c: H, X: N D fixed
def autoencoder_loss_and_grads(W, b, c, X):
    N = X.shape[0]
    code = sigm(X.dot(W) + c)
    recon = code.dot(W.T) + b
    err = recon - X
    loss = 0.5 * (err ** 2).sum() / N

    # decoder
    drecon = err / N
    db = drecon.sum(axis=0)
    dW = drecon.T.dot(code)

    # encoder
    dcode = drecon.dot(W)
    dact = dcode * code * (1. - code)
    dc = dact.sum(axis=0)
    dW = X.T.dot(dact)

    return loss, (dW, db, dc)
