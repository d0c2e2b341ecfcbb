from jaxtyping import Float
import numpy as np


def mse(pred: Float[np.ndarray, "N K"], target: Float[np.ndarray, "N K"]) -> float:
    return np.mean((pred - target) ** 2)


def mse_grad(pred: Float[np.ndarray, "N K"], target: Float[np.ndarray, "N K"]):
    n = pred.shape[0]
    dpred = 2.0 * (pred - target) / n
    dtarget = -dpred
    return dpred, dtarget
