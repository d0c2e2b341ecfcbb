import numpy as np

GROUPS = 2


# oracle: shapes x: N 2*C H W, gamma: 2*C, beta: 2*C
def group_norm_fwd(x, gamma, beta, eps=1e-5):
    N, C, H, W = x.shape
    xg = x.reshape(N, GROUPS, -1)
    mean = xg.mean(axis=-1, keepdims=True)
    rstd = 1.0 / np.sqrt(xg.var(axis=-1, keepdims=True) + eps)
    xh = ((xg - mean) * rstd).reshape(N, C, H, W)
    y = xh * gamma[:, None, None] + beta[:, None, None]
    return y, dict(xh=xh, rstd=rstd, gamma=gamma)


def group_norm_bwd(dy, cache):
    xh, rstd, gamma = cache["xh"], cache["rstd"], cache["gamma"]
    N, C, H, W = dy.shape
    per_group = (N, GROUPS, -1)
    dbeta = np.einsum("nchw->c", dy)
    dgamma = np.einsum("nchw,nchw->c", dy, xh)
    dxh = (dy * gamma[:, None, None]).reshape(per_group)
    xhg = xh.reshape(per_group)
    c1 = dxh.mean(axis=-1, keepdims=True)
    c2 = (dxh * xhg).mean(axis=-1, keepdims=True)
    dx = rstd * (dxh - c1 - xhg * c2)
    return {"x": dx.reshape(N, C, H, W), "gamma": dgamma, "beta": dbeta}
