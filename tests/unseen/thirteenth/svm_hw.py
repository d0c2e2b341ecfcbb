import numpy as np

# HW1 problem 2b -- multiclass SVM, no loops.
# W is D x C, X is N x D, y has the class numbers


# oracle: shapes W: D C, X: N D fixed, y: N labels(C)
def svm_loss_vectorized(W, X, y, reg=0.05):
    num_train = X.shape[0]
    rows = np.arange(num_train)

    scores = X.dot(W)
    correct = scores[rows, y][:, np.newaxis]
    margins = np.maximum(0, scores - correct + 1.0)
    margins[rows, y] = 0
    loss = margins.sum() / num_train + reg * np.sum(W * W)

    # gradient
    coef = np.zeros_like(scores)
    coef[margins > 0] = 1
    coef[rows, y] = -1
    dW = X.T.dot(coef) / num_train
    dW += 2 * reg * W

    return loss, dW
