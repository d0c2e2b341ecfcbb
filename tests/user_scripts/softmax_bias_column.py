"""A 2-3-2 network whose biases are the first rows of the weights, softmax on top."""

import numpy as np

rng = np.random.RandomState(12)
pixels = rng.uniform(0, 1, (10, 2))
label = (pixels[:, 0] > pixels[:, 1]).astype(float)
Y = np.column_stack([label, 1 - label])
X1 = np.hstack([np.ones((10, 1)), pixels])
W1 = rng.uniform(-0.5, 0.5, (3, 3))
W2 = rng.uniform(-0.5, 0.5, (4, 2))
step = 0.3
for epoch in range(60):
    Z1 = X1.dot(W1)
    A = 1 / (1 + np.exp(-Z1))
    X2 = np.hstack([np.ones((10, 1)), A])
    Z2 = X2.dot(W2)
    scores = np.exp(Z2)
    P = scores / scores.sum(axis=1, keepdims=True)
    loss = np.mean(-np.sum(Y * np.log(P), axis=1))
    D2 = P - Y
    gradW2 = X2.T.dot(D2) / len(Y)
    D1 = D2.dot(W2[1:].T) * A * (1 - A)
    gradW1 = X1.T.dot(D1) / len(Y)
    W2 = W2 - step * gradW2
    W1 = W1 - step * gradW1
    if epoch % 20 == 0:
        print(epoch, loss)
