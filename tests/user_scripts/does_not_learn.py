"""A class of three layers whose cost is a mean, trained with column samples."""

import numpy as np


class Layer:
    def __init__(self, neurons, before):
        self.weight = np.random.rand(neurons, before)
        self.bias = np.random.rand(neurons, 1)


class Net:
    def __init__(self, layer1, layer2, layer3):
        self.layer1, self.layer2, self.layer3 = layer1, layer2, layer3

    def activate(self, s):
        return 1 / (1 + np.exp(-s))

    def derivative(self, a):
        return a * (1 - a)

    def cost(self, a, Y):
        m = Y.shape[1]
        return np.squeeze(-(Y @ np.log(a).T + (1 - Y) @ np.log(1 - a).T) / m)

    def cost_derivative(self, a, Y):
        return -(Y / a - (1 - Y) / (1 - a)) / Y.shape[1]

    def train(self, X, Y, epochs):
        for epoch in range(1, epochs + 1):
            a1 = self.activate(self.layer1.weight @ X + self.layer1.bias)
            a2 = self.activate(self.layer2.weight @ a1 + self.layer2.bias)
            a3 = self.activate(self.layer3.weight @ a2 + self.layer3.bias)
            cost = self.cost(a3, Y)
            print(epoch, cost)

            delta3 = self.derivative(a3) * self.cost_derivative(a3, Y)
            Dw3, Db3 = delta3 @ a2.T, delta3.sum(axis=1, keepdims=True)
            delta2 = (self.layer3.weight.T @ delta3) * self.derivative(a2)
            Dw2 = delta2 @ a1.T
            Db2 = delta2.sum(axis=1, keepdims=True)
            delta1 = (self.layer2.weight.T @ delta2) * self.derivative(a1)
            Dw1 = delta1 @ X.T
            Db1 = delta1.sum(axis=1, keepdims=True)

            self.layer1.weight -= 1 / epoch * Dw1
            self.layer2.weight -= 1 / epoch * Dw2
            self.layer3.weight -= 1 / epoch * Dw3
            self.layer1.bias -= 1 / epoch * Db1
            self.layer2.bias -= 1 / epoch * Db2
            self.layer3.bias -= 1 / epoch * Db3


if __name__ == "__main__":
    np.random.seed(0)
    X = np.array([[0, 0, 1, 1], [0, 1, 0, 1]])
    Y = np.array([[0, 1, 1, 0]])
    Net(Layer(5, 2), Layer(5, 5), Layer(1, 5)).train(X, Y, 20)
