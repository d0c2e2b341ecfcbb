"""Exercise 5 (regularised linear regression), for scipy.optimize.minimize(cost, theta0, jac=gradient)."""
import numpy as np


rng = np.random.RandomState(42)
X = np.c_[np.ones(12), rng.randn(12, 3)]
y = X @ np.array([1.0, -2.0, 0.5, 3.0]) + 0.1 * rng.randn(12)
LAM = 0.7


# oracle: shapes theta: 4
def cost(theta):
    m = len(y)
    err = X @ theta - y
    return (err @ err + LAM * (theta[1:] @ theta[1:])) / (2 * m)


def gradient(theta):
    m = len(y)
    err = X @ theta - y
    reg = LAM * theta
    reg[0] = 0.0            # theta_0 is not penalised
    return (X.T @ err + reg) / m


if __name__ == "__main__":
    from scipy import optimize
    res = optimize.minimize(cost, np.zeros(4), jac=gradient, method="BFGS")
    print(res.x)
