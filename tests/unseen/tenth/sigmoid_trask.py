import numpy as np


# the nonlinearity
# oracle: shapes x: N
def sigmoid(x):
    output = 1 / (1 + np.exp(-x))
    return output


# convert the output of the sigmoid to its slope
# oracle: shapes output: N
def sigmoid_derivative(output):
    slope = output * (1 - output)
    return slope
