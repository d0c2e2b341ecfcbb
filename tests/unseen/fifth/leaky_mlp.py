from typing import Dict, List

import numpy as np

SLOPE = 0.1


# oracle: shapes X: N n_in, y: N labels(n_out)
class LeakyMLP:
    """Three affine layers, leaky rectifiers, softmax on top; rows are samples."""

    def __init__(self, n_in: int = 4, n_hidden: int = 5, n_out: int = 3) -> None:
        g = np.random.default_rng(11)
        sizes = [n_in, n_hidden, n_hidden + 1, n_out]
        self.params: Dict[str, np.ndarray] = {}
        for k, (a, b) in enumerate(zip(sizes[:-1], sizes[1:]), start=1):
            self.params[f"W{k}"] = g.standard_normal((a, b)) * np.sqrt(2.0 / a)
            self.params[f"b{k}"] = 0.1 * g.standard_normal(b)
        self.grads: Dict[str, np.ndarray] = {}

    def forward(self, X: np.ndarray) -> np.ndarray:
        self.inputs: List[np.ndarray] = []
        self.pre: List[np.ndarray] = []
        a = X
        for k in (1, 2, 3):
            self.inputs.append(a)
            z = a @ self.params[f"W{k}"] + self.params[f"b{k}"]
            self.pre.append(z)
            a = np.where(z > 0, z, SLOPE * z) if k < 3 else z
        return a

    def loss(self, X: np.ndarray, y: np.ndarray) -> float:
        s = self.forward(X)
        s = s - s.max(axis=1, keepdims=True)
        return float(np.mean(np.log(np.exp(s).sum(axis=1)) - s[np.arange(len(y)), y]))

    def backward(self, X: np.ndarray, y: np.ndarray) -> Dict[str, np.ndarray]:
        s = self.forward(X)
        n = len(y)
        p = np.exp(s - s.max(axis=1, keepdims=True))
        delta = p / p.sum(axis=1, keepdims=True)
        delta[np.arange(n), y] -= 1.0
        for k in (3, 2, 1):
            self.grads[f"W{k}"] = self.inputs[k - 1].T @ delta / n
            self.grads[f"b{k}"] = delta.mean(axis=0)
            if k > 1:
                delta = delta @ self.params[f"W{k}"].T
                delta = delta * np.where(self.pre[k - 2] > 0, 1.0, SLOPE)
        return self.grads
