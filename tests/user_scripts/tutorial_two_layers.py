"""A two-layer network on a small data set, as a tutorial writes it."""

import numpy as np

np.random.seed(3)
m = 9
X = np.random.randn(2, m)
Y = (X[0:1] * X[1:2] > 0).astype(int)


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


W1 = np.random.randn(5, 2) * 0.5
b1 = np.zeros((5, 1))
W2 = np.random.randn(1, 5) * 0.5
b2 = np.zeros((1, 1))
learning_rate = 0.8

for i in range(40):
    Z1 = np.dot(W1, X) + b1
    A1 = np.tanh(Z1)
    Z2 = np.dot(W2, A1) + b2
    A2 = sigmoid(Z2)

    logprobs = np.multiply(np.log(A2), Y) + np.multiply(np.log(1 - A2), 1 - Y)
    cost = -np.sum(logprobs) / m

    dZ2 = A2 - Y
    dW2 = np.dot(dZ2, A1.T) / m
    db2 = np.sum(dZ2, axis=1, keepdims=True) / m
    dZ1 = np.dot(W2.T, dZ2) * (1 - np.power(A1, 2))
    dW1 = np.dot(dZ1, X.T) / m
    db1 = np.sum(dZ1, axis=1, keepdims=True) / m

    W1 = W1 - learning_rate * dW1
    b1 = b1 - learning_rate * db1
    W2 = W2 - learning_rate * dW2
    b2 = b2 - learning_rate * db2

    if i % 10 == 0:
        print("cost after iteration %d: %f" % (i, cost))

print("accuracy: {:.2f}".format(np.mean((A2 > 0.5) == Y)))
