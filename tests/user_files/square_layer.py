# oracle: shapes x: N D
def square_forward(x):
    return x**2, x


def square_backward(delta, cache):
    dx = 2 * cache
    return dx
