# oracle: shapes p: N D, q: N D
def diff_forward(p, q):
    return 3.0 * (p - q)


def diff_backward(g, p, q):
    dp = 3.0 * g
    dq = 3.0 * g
    return dp, dq
