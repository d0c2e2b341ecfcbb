"""Regresion softmax (practica 3)."""
import numpy as np


# oracle: shapes W: D K, X: N D, etiquetas: N labels(K)
def perdida_loss_y_grad(W, X, etiquetas):
    n, k = X.shape[0], W.shape[1]
    puntajes = X @ W
    puntajes = puntajes - puntajes.max(axis=1)[:, None]
    probs = np.exp(puntajes)
    probs = probs / probs.sum(axis=1)[:, None]
    perdida = -np.log(probs[range(n), etiquetas]).sum() / n

    delta = probs.copy()
    delta[range(n), etiquetas - 1] -= 1
    dW = X.T @ delta / n
    return perdida, dW
