import numpy as np


# oracle: shapes inputs: batch units, gamma: units, beta: units
class BatchNormalization:
    def __init__(self, units=3, momentum=0.99, epsilon=1e-3):
        self.momentum = momentum
        self.epsilon = epsilon
        self.gamma = np.linspace(0.5, 1.5, units)
        self.beta = np.linspace(-0.2, 0.2, units)
        self.moving_mean = np.zeros(units)
        self.moving_variance = np.ones(units)

    def forward(self, inputs):
        mean = np.mean(inputs, axis=0)
        variance = np.mean((inputs - mean) ** 2, axis=0)
        self.moving_mean = self.momentum * self.moving_mean + (1 - self.momentum) * mean
        self.moving_variance = self.momentum * self.moving_variance + (1 - self.momentum) * variance
        self.centered = inputs - mean
        self.stddev_inv = 1.0 / np.sqrt(variance + self.epsilon)
        self.normalized = self.centered * self.stddev_inv
        return self.gamma * self.normalized + self.beta

    def backward(self, output_gradient):
        batch = output_gradient.shape[0]
        self.gamma_grad = np.sum(output_gradient * self.centered, axis=0)
        self.beta_grad = np.sum(output_gradient, axis=0)

        d_norm = output_gradient * self.gamma
        d_var = np.sum(d_norm * self.centered, axis=0) * -0.5 * self.stddev_inv ** 3
        d_mean = -np.sum(d_norm, axis=0) * self.stddev_inv
        input_gradient = d_norm * self.stddev_inv + 2.0 * self.centered * d_var / batch + d_mean / batch
        return input_gradient
