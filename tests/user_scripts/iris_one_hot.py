"""Iris with one hidden layer. Needs scikit-learn for the data; makes some up if there is none."""
import numpy as np

try:
    from sklearn.datasets import load_iris
    iris = load_iris()
    X, target = iris.data, iris.target
except ImportError:
    gen = np.random.RandomState(0)
    target = np.repeat([0, 1, 2], 50)
    X = gen.randn(150, 4) + target[:, None]

X = (X - X.mean(0)) / X.std(0)
T = np.eye(3)[target]
N = X.shape[0]


class TwoLayerNet:
    def __init__(self, n_in, n_hidden, n_out, seed=42):
        gen = np.random.RandomState(seed)
        self.params = {
            "W1": gen.randn(n_in, n_hidden) * 0.3,
            "b1": np.zeros(n_hidden),
            "W2": gen.randn(n_hidden, n_out) * 0.3,
            "b2": np.zeros(n_out),
        }

    def forward(self, X):
        p = self.params
        self.z1 = X @ p["W1"] + p["b1"]
        self.a1 = np.tanh(self.z1)
        self.z2 = self.a1 @ p["W2"] + p["b2"]
        e = np.exp(self.z2 - self.z2.max(axis=1, keepdims=True))
        self.probs = e / e.sum(axis=1, keepdims=True)
        return self.probs

    def loss(self, T):
        return -np.sum(T * np.log(self.probs)) / len(T)

    def backward(self, X, T):
        g = {}
        dz2 = (self.probs - T) / len(T)
        g["W2"] = self.a1.T @ dz2
        g["b2"] = dz2.sum(axis=0)
        da1 = dz2 @ self.params["W2"].T
        dz1 = da1 * (1 - self.a1 ** 2)
        g["W1"] = X.T @ dz1
        g["b1"] = dz1.sum(axis=0)
        return g

    def fit(self, X, T, epochs=30, lr=0.5):
        for epoch in range(epochs):
            self.forward(X)
            L = self.loss(T)
            grads = self.backward(X, T)
            for key in self.params:
                self.params[key] -= lr * grads[key]
            if epoch % 10 == 0:
                acc = (self.probs.argmax(1) == T.argmax(1)).mean()
                print(f"epoch {epoch:3d}  loss {L:.4f}  acc {acc:.3f}")


net = TwoLayerNet(4, 6, 3)
net.fit(X, T)
