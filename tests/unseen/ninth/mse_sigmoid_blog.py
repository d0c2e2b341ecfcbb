"""Building a neural network from scratch, part 2: let's code it!"""
import numpy as np


class Sigmoid:
    @staticmethod
    def f(z):
        return 1 / (1 + np.exp(-z))

    @staticmethod
    def df(a):
        return a * (1 - a)


# oracle: shapes X: N 3, y: N 2 unit
class Network:
    def __init__(self, layers=(3, 5, 2), activation=Sigmoid):
        r = np.random.RandomState(99)
        self.activation = activation
        self.params = {}
        for i in range(1, len(layers)):
            self.params[f"W{i}"] = r.normal(0, 1, (layers[i - 1], layers[i]))
            self.params[f"b{i}"] = r.normal(0, 1, layers[i])
        self.grads = {}

    def forward(self, X):
        self.a0 = X
        self.a1 = self.activation.f(self.a0 @ self.params["W1"] + self.params["b1"])
        self.a2 = self.activation.f(self.a1 @ self.params["W2"] + self.params["b2"])
        return self.a2

    def loss(self, y_hat, y):
        # mean squared error; the 1/2 makes the derivative nicer
        return 0.5 * np.sum(np.square(y_hat - y)) / len(y)

    def backward(self, X, y):
        y_hat = self.forward(X)
        d2 = (y_hat - y) / len(y)
        self.grads["W2"] = self.a1.T @ d2
        self.grads["b2"] = d2.sum(0)
        d1 = d2 @ self.params["W2"].T * self.activation.df(self.a1)
        self.grads["W1"] = self.a0.T @ d1
        self.grads["b1"] = d1.sum(0)
        return self.grads
