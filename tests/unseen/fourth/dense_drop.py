import numpy as np


# oracle: shapes inputs: N fan_in
class DenseDropout:
    """Fully connected + leaky ReLU + inverted dropout (seeded, so that runs repeat)."""

    def __init__(self, fan_in, fan_out=6, p=0.4, slope=0.1, seed=123):
        rng = np.random.default_rng(seed)
        self.p, self.slope, self.seed = p, slope, seed
        self.weights = rng.normal(scale=np.sqrt(2 / fan_in), size=(fan_in, fan_out))
        self.biases = rng.normal(scale=0.1, size=(1, fan_out))
        self.dweights = np.zeros_like(self.weights)
        self.dbiases = np.zeros_like(self.biases)

    def forward(self, inputs):
        self.inputs = inputs
        self.z = inputs @ self.weights + self.biases
        act = np.where(self.z > 0, self.z, self.slope * self.z)
        drop = np.random.default_rng(self.seed)
        self.mask = (drop.random(act.shape) >= self.p) / (1 - self.p)
        return act * self.mask

    def backward(self, dvalues):
        dz = dvalues * np.where(self.z > 0, 1.0, self.slope)
        self.dweights = self.inputs.T @ dz
        self.dbiases = dz.sum(axis=0, keepdims=True)
        dinputs = dz @ self.weights.T
        return dinputs
