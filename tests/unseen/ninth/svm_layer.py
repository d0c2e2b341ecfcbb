import numpy as np


# oracle: shapes x: N C, y: N labels(C)
def svm_loss_and_grad(x, y):
    """
    Computes the loss and gradient for multiclass SVM classification.

    Inputs:
    - x: scores, x[i, j] is the score for the jth class for the ith input.
    - y: labels, 0 <= y[i] < C

    Returns a tuple of:
    - loss: Scalar giving the loss
    - dx: Gradient of the loss with respect to x
    """
    N = x.shape[0]
    correct_class_scores = x[np.arange(N), y]
    margins = np.maximum(0, x - correct_class_scores[:, np.newaxis] + 1.0)
    margins[np.arange(N), y] = 0
    loss = np.sum(margins) / N
    num_pos = np.sum(margins > 0, axis=1)
    dx = np.zeros_like(x)
    dx[margins > 0] = 1
    dx[np.arange(N), y] -= num_pos
    dx /= N
    return loss, dx
