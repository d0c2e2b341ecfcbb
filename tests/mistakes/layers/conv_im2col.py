import numpy as np


def im2col(img, fh, fw, pad):
    n, c, h, w = img.shape
    oh, ow = h + 2 * pad - fh + 1, w + 2 * pad - fw + 1
    img = np.pad(img, [(0, 0), (0, 0), (pad, pad), (pad, pad)])
    col = np.zeros((n, c, fh, fw, oh, ow))
    for i in range(fh):
        for j in range(fw):
            col[:, :, i, j] = img[:, :, i : i + oh, j : j + ow]
    return col.transpose(0, 4, 5, 1, 2, 3).reshape(n * oh * ow, -1)


def col2im(col, shape, fh, fw, pad):
    n, c, h, w = shape
    oh, ow = h + 2 * pad - fh + 1, w + 2 * pad - fw + 1
    col = col.reshape(n, oh, ow, c, fh, fw).transpose(0, 3, 4, 5, 1, 2)
    out = np.zeros((n, c, h + 2 * pad, w + 2 * pad))
    for a in range(fh):
        for b in range(fw):
            out[:, :, a : a + oh, b : b + ow] += col[:, :, a, b]
    return out[:, :, pad : h + pad, pad : w + pad]


# oracle: shapes W: F C P Q, b: F, x: N C H+P-1 V+Q-1
class Convolution:
    def __init__(self, W, b, pad=1):
        self.W, self.b, self.pad = W, b, pad
        self.dW = None
        self.db = None

    def forward(self, x):
        FN, C, FH, FW = self.W.shape
        N, _, H, V = x.shape
        oh, ow = H + 2 * self.pad - FH + 1, V + 2 * self.pad - FW + 1
        self.x_shape = x.shape
        self.col = im2col(x, FH, FW, self.pad)
        self.col_W = self.W.reshape(FN, -1).T
        out = self.col @ self.col_W + self.b
        return out.reshape(N, oh, ow, FN).transpose(0, 3, 1, 2)

    def backward(self, dout):
        FN, C, FH, FW = self.W.shape
        dout = dout.transpose(0, 2, 3, 1).reshape(-1, FN)
        self.db = dout.sum(axis=0)
        dcol_W = self.col.T @ dout
        self.dW = dcol_W.T.reshape(FN, C, FH, FW)
        dcol = dout @ self.col_W.T
        return col2im(dcol, self.x_shape, FH, FW, self.pad)
