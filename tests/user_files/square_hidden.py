import numpy as np


# oracle: shapes X: N D fixed, W1: D H, W2: H H, W3: H K, Y: N K fixed
def mlp_loss_and_grads(X, W1, W2, W3, Y):
    A1 = np.tanh(X @ W1)
    A2 = np.tanh(A1 @ W2)
    R = A2 @ W3 - Y
    loss = 0.5 * np.sum(R**2)
    dW3 = A2.T @ R
    dZ2 = (R @ W3.T) * (1 - A2**2)
    dW2 = A1.T @ dZ2
    dW1 = X.T @ ((dZ2 @ W2) * (1 - A1**2))
    return loss, {"dW1": dW1, "dW2": dW2, "dW3": dW3}
