import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def sigmoidGradient(z):
    g = sigmoid(z)
    return g * (1 - g)


def add_ones(A):
    return np.column_stack([np.ones(A.shape[0]), A])


# oracle: shapes Theta1: H D+1, Theta2: K H+1, X: m D fixed, y: m labels(K)
def nn_cost_function(Theta1, Theta2, X, y, lam=0.5):
    m = X.shape[0]
    K = Theta2.shape[0]
    Y = np.eye(K)[y]

    # Part 1: feedforward
    a1 = add_ones(X)
    z2 = a1 @ Theta1.T
    a2 = add_ones(sigmoid(z2))
    a3 = sigmoid(a2 @ Theta2.T)
    J = np.sum(-Y * np.log(a3) - (1 - Y) * np.log(1 - a3)) / m
    J += lam / (2 * m) * (np.sum(Theta1[:, 1:] ** 2) + np.sum(Theta2[:, 1:] ** 2))

    # Part 2: backpropagation
    d3 = a3 - Y
    d2 = (d3 @ Theta2)[:, :-1] * sigmoidGradient(z2)
    Theta1_grad = d2.T @ a1 / m
    Theta2_grad = d3.T @ a2 / m

    # Part 3: regularization
    Theta1_grad[:, 1:] += lam / m * Theta1[:, 1:]
    Theta2_grad[:, 1:] += lam / m * Theta2[:, 1:]
    return J, (Theta1_grad, Theta2_grad)
