import numpy as np


# oracle: shapes w: D, b: scalar, X: N D, y: N binary
def l2svm_loss_and_grad(w, b, X, y, C=2.0):
    """Squared hinge, primal.  Labels come in as 0/1 and are mapped to -1/+1."""
    sgn = 2.0 * y - 1.0
    slack = np.maximum(0.0, 1.0 - sgn * (X @ w + b))
    loss = 0.5 * (w @ w) + C * np.mean(slack ** 2)

    # d slack^2 = 2 slack * (-sgn) * d(score); zero on its own where slack is zero
    dscore = -2.0 * C / len(y) * sgn * slack
    dw = w + X.T @ dscore
    db = dscore.sum()
    return loss, (dw, db)
