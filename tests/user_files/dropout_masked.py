# oracle: shapes x: N D, mask: N D mask
def dropout_forward(x, mask, p=0.4):
    out = x * mask / (1 - p)
    return out, (mask, p)


def dropout_backward(dout, cache):
    mask, p = cache
    dx = dout * mask / (1 - p)
    return dx
