import numpy as np


# oracle: shapes x: N D, b: D
def add_forward(x, b):
    return x + b


def add_backward(g, x, b):
    gx = g
    gb = g
    return gx, gb
