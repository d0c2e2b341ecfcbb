import numpy as np


def g(z):
    return 1.0 / (1.0 + np.exp(-z))


def with_ones(A):
    return np.hstack([np.ones((A.shape[0], 1)), A])


# oracle: shapes Theta1: H D+1, Theta2: K H+1, X: m D, Y: m K binary
def nn_cost_function(Theta1, Theta2, X, Y, lam=0.4):
    """Bias units are column 0 of each Theta; they are not regularised."""
    m = X.shape[0]
    a1 = with_ones(X)
    z2 = a1 @ Theta1.T
    a2 = with_ones(g(z2))
    a3 = g(a2 @ Theta2.T)
    J = np.sum(-Y * np.log(a3) - (1 - Y) * np.log(1 - a3)) / m
    J = J + lam / (2 * m) * (np.sum(Theta1[:, 1:] ** 2) + np.sum(Theta2[:, 1:] ** 2))

    d3 = a3 - Y
    d2 = (d3 @ Theta2[:, 1:]) * g(z2) * (1 - g(z2))
    Theta1_grad = d2.T @ a1 / m
    Theta2_grad = d3.T @ a2 / m
    Theta1_grad[:, 1:] += lam / m * Theta1[:, 1:]
    Theta2_grad[:, 1:] += lam / m * Theta2[:, 1:]
    return J, (Theta1_grad, Theta2_grad)
