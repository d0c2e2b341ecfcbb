import numpy as np


# oracle: shapes W: D C, X: N D fixed, y: N labels(C)
def svm_loss_vectorized(W, X, y):
    num_train = X.shape[0]
    scores = X.dot(W)
    correct = scores[np.arange(num_train), y][:, np.newaxis]
    margins = np.maximum(0, scores - correct + 1.0)
    margins[np.arange(num_train), y] = 0
    loss = np.sum(margins) / num_train

    binary = np.zeros_like(margins)
    binary[margins > 0] = 1
    binary[np.arange(num_train), y] = -np.sum(binary, axis=1)
    dW = X.T.dot(binary) / num_train
    return loss, dW
