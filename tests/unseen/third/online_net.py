import numpy as np


# oracle: shapes X: N n_features fixed, y: N n_outputs fixed
class OnlineRegressor:
    """Tanh network; `backward` does the SGD step as well."""

    def __init__(self, n_features=4, n_hidden=6, n_outputs=2, eta=0.1):
        r = np.random.RandomState(0)
        self.eta = eta
        self.W1 = r.uniform(-0.7, 0.7, (n_features, n_hidden))
        self.b1 = r.uniform(-0.1, 0.1, n_hidden)
        self.W2 = r.uniform(-0.7, 0.7, (n_hidden, n_outputs))
        self.b2 = r.uniform(-0.1, 0.1, n_outputs)

    def forward(self, X):
        self.a1 = np.tanh(X.dot(self.W1) + self.b1)
        self.yhat = self.a1.dot(self.W2) + self.b2
        return self.yhat

    def loss(self, X, y):
        r = self.forward(X) - y
        return 0.5 * (r * r).sum() / X.shape[0]

    def backward(self, X, y):
        self.forward(X)

        # output layer
        delta2 = (self.yhat - y) / X.shape[0]
        self.dW2 = self.a1.T.dot(delta2)
        self.db2 = delta2.sum(axis=0)
        self.W2 = self.W2 - self.eta * self.dW2
        self.b2 = self.b2 - self.eta * self.db2

        # hidden layer
        delta1 = delta2.dot(self.W2.T) * (1 - self.a1 ** 2)
        self.dW1 = X.T.dot(delta1)
        self.db1 = delta1.sum(axis=0)
        self.W1 = self.W1 - self.eta * self.dW1
        self.b1 = self.b1 - self.eta * self.db1
