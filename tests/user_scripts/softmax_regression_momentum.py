"""Softmax regression on integer labels, with momentum and weight decay in the update."""

import numpy as np

np.random.seed(11)
N, D, C = 12, 4, 3
X = np.random.randn(N, D)
y = np.random.randint(0, C, N)
W = 0.01 * np.random.randn(D, C)
b = np.zeros((1, C))
vW, vb = np.zeros_like(W), np.zeros_like(b)
reg, mu, step_size = 1e-2, 0.9, 0.2
for i in range(25):
    scores = np.dot(X, W) + b
    exp_scores = np.exp(scores - np.max(scores, axis=1, keepdims=True))
    probs = exp_scores / np.sum(exp_scores, axis=1, keepdims=True)
    correct_logprobs = -np.log(probs[range(N), y])
    data_loss = np.sum(correct_logprobs) / N
    reg_loss = 0.5 * reg * np.sum(W * W)
    loss = data_loss + reg_loss
    if i % 10 == 0:
        print("iteration %d: loss %f" % (i, loss))
    dscores = probs.copy()
    dscores[range(N), y] -= 1
    dscores /= N
    dW = np.dot(X.T, dscores)
    db = np.sum(dscores, axis=0, keepdims=True)
    dW += reg * W
    vW = mu * vW - step_size * dW
    vb = mu * vb - step_size * db
    W += vW
    b += vb
predicted = np.argmax(np.dot(X, W) + b, axis=1)
print("training accuracy: %.2f" % np.mean(predicted == y))
