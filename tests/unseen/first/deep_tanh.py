"""Constant-width tanh network without biases (signal propagation experiment)."""
from jaxtyping import Float
import numpy as np




def deep_tanh_loss_and_grads(
    X: Float[np.ndarray, "N D"],
    y: Float[np.ndarray, "N 1"],
    W1: Float[np.ndarray, "D H"],
    W2: Float[np.ndarray, "H H"],
    W3: Float[np.ndarray, "H H"],
    W4: Float[np.ndarray, "H 1"],
):
    h1 = np.tanh(X @ W1)
    h2 = np.tanh(h1 @ W2)
    h3 = np.tanh(h2 @ W3)
    r = h3 @ W4 - y
    loss = 0.5 * np.mean(r**2)

    dr = r / len(X)
    dW4 = h3.T @ dr
    dz3 = (dr @ W4.T) * (1 - h3**2)
    dW3 = h2.T @ dz3
    dz2 = (dz3 @ W3.T) * (1 - h2**2)
    dW2 = h1.T @ dz2
    dz1 = (dz2 @ W3.T) * (1 - h1**2)
    dW1 = X.T @ dz1
    return loss, {"dW1": dW1, "dW2": dW2, "dW3": dW3, "dW4": dW4}
