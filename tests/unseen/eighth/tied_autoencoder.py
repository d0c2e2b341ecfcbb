import numpy as np
from typing import Dict, Tuple


# oracle: shapes W: D H, b: H, c: D, X: N D
def tied_ae_loss_grads(params: Dict[str, np.ndarray], X: np.ndarray) -> Tuple[float, Dict[str, np.ndarray]]:
    """Autoencoder with decoder W.T: the weight gradient has an encoder and a decoder part."""
    W, b, c = params["W"], params["b"], params["c"]
    n = X.shape[0]

    hid = np.tanh(X @ W + b)
    rec = hid @ W.T + c
    err = rec - X
    loss = 0.5 * (err ** 2).sum() / n

    grads = {}
    derr = err / n
    dhid = (derr @ W) * (1 - hid ** 2)
    grads["c"] = derr.sum(0)
    grads["b"] = dhid.sum(0)
    grads["W"] = X.T @ dhid + derr.T @ hid
    return loss, grads
