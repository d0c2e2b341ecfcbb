import numpy as np


class FullyConnected:
    # oracle: shapes input_data: N input_size
    def __init__(self, input_size=4, output_size=3):
        rng = np.random.RandomState(0)
        self.weights = rng.rand(input_size, output_size) - 0.5
        self.bias = rng.rand(1, output_size) - 0.5
        self.learning_rate = 0.05

    def forward(self, input_data):
        self.input = input_data
        self.output = np.dot(self.input, self.weights) + self.bias
        return self.output

    def backward(self, output_error):
        self.weights_grad = np.dot(self.input.T, output_error)
        self.bias_grad = np.sum(output_error, axis=0, keepdims=True)
        self.weights = self.weights - self.learning_rate * self.weights_grad
        self.bias = self.bias - self.learning_rate * self.bias_grad
        input_error = np.dot(output_error, self.weights.T)
        return input_error
