import numpy as np


# oracle: shapes pred: N K, target: N K fixed
def mse_loss(pred: np.ndarray, target: np.ndarray):
    """Regression loss, np.mean over every entry, like torch.nn.MSELoss().

    pred    what the network gave
    target  what it should have given
    """
    if pred.shape != target.shape:
        raise ValueError("pred and target differ in shape")
    diff = pred - target
    value = np.mean(diff ** 2)
    grad = 2.0 * diff / len(diff)
    return value, grad
