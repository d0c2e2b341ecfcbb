import numpy as np

# my MATLAB conv layer, ported; samples sit in the LAST dimension as in MatConvNet (h, w, c, n)


# oracle: shapes x: H+1 W+1 C N, f: 2 2 C K, b: K
def vl_conv_forward(x, f, b):
    h, w, c, n = x.shape
    fh, fw, c2, k = f.shape
    y = np.zeros((h - fh + 1, w - fw + 1, k, n))
    for i in range(y.shape[0]):
        for j in range(y.shape[1]):
            patch = x[i:i + fh, j:j + fw, :, :]
            y[i, j] = np.tensordot(f, patch, axes=([0, 1, 2], [0, 1, 2])) + b[:, None]
    return y, (x, f, b)


def vl_conv_backward(dzdy, cache):
    x, f, b = cache
    fh, fw = f.shape[:2]
    dzdx = np.zeros(x.shape)
    dzdf = np.zeros(f.shape)
    for i in range(dzdy.shape[0]):
        for j in range(dzdy.shape[1]):
            d = dzdy[i, j]
            patch = x[i:i + fh, j:j + fw, :, :]
            dzdf = dzdf + np.tensordot(patch, d, axes=([3], [1]))
            dzdx[i:i + fh, j:j + fw] += np.tensordot(f, d, axes=([3], [0]))
    dzdb = dzdy.sum(axis=(0, 1))
    return dzdx, dzdf, dzdb
