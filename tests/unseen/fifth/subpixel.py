import numpy as np

R = 2  # upscale factor


# oracle: shapes x: N 4*C H W
def pixel_shuffle_forward(x):
    """(N, C*R*R, H, W) -> (N, C, H*R, W*R), Shi et al. 2016"""
    n, crr, h, w = x.shape
    c = crr // (R * R)
    y = x.reshape(n, c, R, R, h, w)
    y = y.transpose(0, 1, 4, 2, 5, 3)          # n c h r w r
    return y.reshape(n, c, h * R, w * R)


def pixel_shuffle_backward(dy):
    n, c, hr, wr = dy.shape
    h, w = hr // R, wr // R
    dx = dy.reshape(n, c, h, R, w, R)
    dx = dx.transpose(0, 1, 3, 5, 2, 4)        # n c r r h w
    return dx.reshape(n, c * R * R, h, w)
