import numpy as np


# oracle: shapes X: N D, y: N 1 fixed
class Regressor:
    """Two layers, tanh in between, mean squared error, plain SGD inside backward."""

    def __init__(self, D, H=3, lr=0.1):
        self.W1 = np.random.randn(D, H)
        self.b1 = np.zeros(H)
        self.W2 = np.random.randn(H, 1)
        self.b2 = np.zeros(1)
        self.lr = lr

    def forward(self, X):
        self.h = np.tanh(X @ self.W1 + self.b1)
        self.yhat = self.h @ self.W2 + self.b2
        return self.yhat

    def loss(self, X, y):
        return np.mean((self.forward(X) - y) ** 2)

    def backward(self, X, y):
        N = X.shape[0]
        d_yhat = 2 * (self.yhat - y) / N
        # output layer
        self.dW2 = self.h.T @ d_yhat
        self.db2 = d_yhat.sum(axis=0)
        self.W2 = self.W2 - self.lr * self.dW2
        self.b2 = self.b2 - self.lr * self.db2
        # hidden layer
        d_h = d_yhat @ self.W2.T
        d_a = d_h * (1 - self.h ** 2)
        self.dW1 = X.T @ d_a
        self.db1 = d_a.sum(axis=0)
        self.W1 = self.W1 - self.lr * self.dW1
        self.b1 = self.b1 - self.lr * self.db1
