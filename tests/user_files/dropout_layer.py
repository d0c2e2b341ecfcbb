# oracle: shapes x: N D, w: D M, mask: N M mask
def dense_dropout_forward(x, w, mask):
    return (x @ w) * mask * 2.0, (x, w, mask)


def dense_dropout_backward(dout, cache):
    x, w, mask = cache
    dw = x.T @ (dout * mask * 2.0)
    dx = (2.0 * dout) @ w.T
    return dx, dw
