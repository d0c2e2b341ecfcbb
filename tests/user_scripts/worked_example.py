"""A 2-2-2 example with numbers, one weight at a time."""

import math

x1, x2 = 0.05, 0.10
t1, t2 = 0.01, 0.99
w1, w2, w3, w4 = 0.15, 0.20, 0.25, 0.30
w5, w6, w7, w8 = 0.40, 0.45, 0.50, 0.55
b1, b2 = 0.35, 0.60
eta = 0.5


def logistic(net):
    return 1 / (1 + math.exp(-net))


for step in range(10):
    h1 = logistic(w1 * x1 + w2 * x2 + b1)
    h2 = logistic(w3 * x1 + w4 * x2 + b1)
    o1 = logistic(w5 * h1 + w6 * h2 + b2)
    o2 = logistic(w7 * h1 + w8 * h2 + b2)
    E_total = 0.5 * (t1 - o1) ** 2 + 0.5 * (t2 - o2) ** 2
    print(step, E_total)

    delta_o1 = -(t1 - o1) * o1 * (1 - o1)
    delta_o2 = -(t2 - o2) * o2 * (1 - o2)
    delta_h1 = (delta_o1 * w5 + delta_o2 * w7) * h1 * (1 - h1)
    delta_h2 = (delta_o1 * w6 + delta_o2 * w8) * h2 * (1 - h2)
    w5 = w5 - eta * delta_o1 * h1
    w6 = w6 - eta * delta_o1 * h2
    w7 = w7 - eta * delta_o2 * h1
    w8 = w8 - eta * delta_o2 * h2
    w1 = w1 - eta * delta_h1 * x1
    w2 = w2 - eta * delta_h1 * x2
    w3 = w3 - eta * delta_h2 * x1
    w4 = w4 - eta * delta_h2 * x2
