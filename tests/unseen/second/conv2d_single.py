import numpy as np


def _corr2d(a, k):
    kh, kw = k.shape
    oh, ow = a.shape[0] - kh + 1, a.shape[1] - kw + 1
    out = np.zeros((oh, ow))
    for i in range(kh):
        for j in range(kw):
            out += k[i, j] * a[i:i + oh, j:j + ow]
    return out


# one channel in, one channel out, no padding
def conv_forward(img, K, b):
    """img: (H+2, W+1), K: (3, 2), b: (1,)"""
    return _corr2d(img, K) + b


def conv_backward(dout, img, K, b):
    d_b = np.array([dout.sum()])
    d_K = _corr2d(img, dout)
    # full correlation of the error map with the kernel
    p, q = K.shape[0] - 1, K.shape[1] - 1
    padded = np.pad(dout, ((p, p), (q, q)))
    d_img = _corr2d(padded, np.flip(K, axis=0))
    return d_img, d_K, d_b
