"""Homework 3, problem 2: derive all gradients of a 2-3-1 net for one sample and check by eye."""
import numpy as np

np.random.seed(31)
x = np.array([[0.5], [-1.2]])
t = np.array([[1.0]])
W1 = np.random.randn(3, 2)
b1 = np.random.randn(3, 1)
W2 = np.random.randn(1, 3)
b2 = np.random.randn(1, 1)

# a) forward
z1 = W1 @ x + b1
a1 = np.tanh(z1)
z2 = W2 @ a1 + b2
y = 1 / (1 + np.exp(-z2))
L = 0.5 * np.sum((y - t) ** 2)

# b) output layer
dL_dy = y - t
dL_dz2 = dL_dy * y * (1 - y)
dL_dW2 = dL_dz2 @ a1.T
dL_db2 = dL_dz2

# c) hidden layer
dL_da1 = W2.T @ dL_dz2
dL_dz1 = dL_da1 * (1 - a1 ** 2)
dL_dW1 = dL_dz1 @ x.T
dL_db1 = dL_dz1

print("L =", L)
for name, g in [("W1", dL_dW1), ("b1", dL_db1), ("W2", dL_dW2), ("b2", dL_db2)]:
    print(name, np.round(g.ravel(), 5))
