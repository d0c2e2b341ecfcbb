"""Two helpers out of the blog post, with the toy run they came from."""
import numpy as np


# oracle: shapes x: N D
def sigmoid(x):
    output = 1/(1+np.exp(-x))
    return output


# convert output of sigmoid function to its derivative
def sigmoid_derivative(output):
    slope = output*(1-output)
    return slope


def demo(alpha=0.5, steps=10):
    X = np.array([[0., 0., 1.], [0., 1., 1.], [1., 0., 1.], [1., 1., 1.]])
    y = np.array([[0., 0., 1., 1.]]).T
    np.random.seed(1)
    synapse_0 = 2*np.random.random((3, 1)) - 1
    for _ in range(steps):
        layer_1 = sigmoid(X.dot(synapse_0))
        layer_1_delta = (layer_1 - y)*sigmoid_derivative(layer_1)
        synapse_0 -= alpha * X.T.dot(layer_1_delta)
    return synapse_0


if __name__ == "__main__":
    print(demo())
