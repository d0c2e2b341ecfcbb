import numpy as np


def im2col(x, kh, kw, pad, stride):
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    N, C, H, W = xp.shape
    oh, ow = (H - kh) // stride + 1, (W - kw) // stride + 1
    cols = np.zeros((N, C, kh, kw, oh, ow))
    for i in range(kh):
        for j in range(kw):
            cols[:, :, i, j] = xp[:, :, i:i + stride * oh:stride, j:j + stride * ow:stride]
    return cols.transpose(1, 2, 3, 0, 4, 5).reshape(C * kh * kw, -1), oh, ow


def col2im(cols, shape, kh, kw, pad, stride, oh, ow):
    N, C, H, W = shape
    xp = np.zeros((N, C, H + 2 * pad, W + 2 * pad))
    cols = cols.reshape(C, kh, kw, N, oh, ow).transpose(3, 0, 1, 2, 4, 5)
    for i in range(kh):
        for j in range(kw):
            xp[:, :, i:i + stride * oh:stride, j:j + stride * ow:stride] += cols[:, :, i, j]
    return xp[:, :, pad:pad + H, pad:pad + W]


# oracle: shapes x: N C H+2 W+2, w: F C 3 2, b: F
def conv_forward_im2col(x, w, b, pad=1, stride=2):
    F, C, kh, kw = w.shape
    cols, oh, ow = im2col(x, kh, kw, pad, stride)
    out = w.reshape(F, -1) @ cols + b[:, None]
    out = out.reshape(F, x.shape[0], oh, ow).transpose(1, 0, 2, 3)
    return out, (x.shape, w, cols, pad, stride)


def conv_backward_im2col(dout, cache):
    x_shape, w, cols, pad, stride = cache
    N, F, oh, ow = dout.shape
    kh, kw = w.shape[2:]

    db = dout.sum(axis=(0, 2, 3))
    dout_mat = dout.transpose(1, 0, 2, 3).reshape(F, -1)
    dw = (dout.reshape(F, -1) @ cols.T).reshape(w.shape)
    dcols = w.reshape(F, -1).T @ dout_mat
    dx = col2im(dcols, x_shape, kh, kw, pad, stride, oh, ow)
    return dx, dw, db
