import numpy as np


# oracle: shapes X: N D, y: N, W: D 3, b: 3, leaves: 4
class SoftTree:
    """Soft decision tree of depth two: three sigmoid routers, four leaves with a constant each.

             0
           /   \\
          1     2
         / \\   / \\
        l0 l1 l2 l3
    """

    def __init__(self, D):
        self.W = 0.7 * np.random.randn(D, 3)
        self.b = np.zeros(3)
        self.leaves = np.random.randn(4)

    def forward(self, X):
        self.p = 1.0 / (1.0 + np.exp(-(X @ self.W + self.b)))
        p0, p1, p2 = self.p.T
        self.reach = np.stack([p0 * p1, p0 * (1 - p1), (1 - p0) * p2, (1 - p0) * (1 - p2)], axis=1)
        return self.reach @ self.leaves

    def loss(self, pred, y):
        return np.mean((pred - y) ** 2)

    def backward(self, X, y):
        pred = self.forward(X)
        dpred = 2.0 * (pred - y) / y.shape[0]
        dreach = dpred[:, None] * self.leaves[None, :]
        p0, p1, p2 = self.p.T
        r0, r1, r2, r3 = dreach.T
        dp = np.stack([
            r0 * p1 + r1 * (1 - p1) - r2 * p2 - r3 * (1 - p2),
            p0 * (r0 - r1),
            (1 - p0) * (r2 - r3),
        ], axis=1)
        dz = dp * self.p * (1 - self.p)
        dW = X.T @ dz
        db = dz.sum(axis=0)
        dleaves = self.reach.T @ dpred
        return {"W": dW, "b": db, "leaves": dleaves}
