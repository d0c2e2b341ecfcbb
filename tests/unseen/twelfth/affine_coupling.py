"""RealNVP coupling layer: the first half conditions, the second half is transformed.

    s = tanh(x1 Ws + bs)
    t = x1 Wt + bt
    y = x2 * exp(s) + t
"""
import numpy as np


# oracle: shapes x1: N D, x2: N K, Ws: D K, bs: K, Wt: D K, bt: K
def coupling(x1, x2, Ws, bs, Wt, bt):
    pre = x1 @ Ws + bs
    s = np.tanh(pre)
    t = x1 @ Wt + bt
    scale = np.exp(s)
    y = x2 * scale + t

    def pullback(gy):
        g_t = gy
        g_x2 = gy * scale
        g_s = gy * x2 * scale
        g_pre = g_s
        g_Ws = x1.T @ g_pre
        g_bs = g_pre.sum(axis=0)
        g_Wt = x1.T @ g_t
        g_bt = g_t.sum(axis=0)
        g_x1 = g_pre @ Ws.T + g_t @ Wt.T
        return g_x1, g_x2, g_Ws, g_bs, g_Wt, g_bt

    return y, pullback
