from jaxtyping import Float
import numpy as np


def logistic_loss_and_grad(
    w: Float[np.ndarray, "d"], X: Float[np.ndarray, "n d"], t: Float[np.ndarray, "n"]
):
    """Soft labels in R; loss = mean log(1 + exp(-t x.w)) + |w|^2 / 2n. Everything divided at the end.

    t : (n,) fixed
    X : (n, d) fixed
    """
    m = t * (X @ w)
    total = np.logaddexp(0, -m).sum() + 0.5 * w @ w
    dw = w - X.T @ (t / (1 + np.exp(m)))
    dw = dw / len(t)
    return total / len(t), dw
