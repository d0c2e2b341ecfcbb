"""Linear SVM by batch sub-gradient descent, labels in {-1, +1}."""
import numpy as np


class LinearSVM:
    def __init__(self, C=1.0, lr=0.01, n_iter=40):
        self.C, self.lr, self.n_iter = C, lr, n_iter

    def fit(self, X, y):
        n, d = X.shape
        self.w = np.zeros(d)
        self.b = 0.0
        self.history = []
        for it in range(self.n_iter):
            margin = y * (X @ self.w + self.b)
            cost = 0.5 * self.w @ self.w + self.C * np.maximum(0, 1 - margin).sum()
            self.history.append(cost)
            viol = np.where(margin < 1)[0]
            grad_w = self.w - self.C * y[viol] @ X[viol]
            grad_b = -self.C * np.sum(y[viol])
            self.w -= self.lr * grad_w
            self.b -= self.lr * grad_b
        return self

    def predict(self, X):
        return np.sign(X @ self.w + self.b)


gen = np.random.default_rng(21)
X = np.vstack([gen.normal(1, 1, (14, 2)), gen.normal(-1, 1, (10, 2))])
y = np.array([1.0] * 14 + [-1.0] * 10)
svm = LinearSVM().fit(X, y)
print("cost %.4f -> %.4f" % (svm.history[0], svm.history[-1]))
print("accuracy", (svm.predict(X) == y).mean())
