"""Convolution layer in the im2col style."""
import numpy as np
from im2col_tools import im2col, col2im


# oracle: shapes x: N 2 6 5
class Convolution:
    def __init__(self, out_ch=3, in_ch=2, k=3, stride=1, pad=1):
        self.W = 0.1 * np.random.randn(out_ch, in_ch, k, k)
        self.b = np.zeros(out_ch)
        self.stride = stride
        self.pad = pad

    def forward(self, x):
        FN, C, FH, FW = self.W.shape
        N, C, H, W = x.shape
        out_h = (H + 2 * self.pad - FH) // self.stride + 1
        out_w = (W + 2 * self.pad - FW) // self.stride + 1
        col = im2col(x, FH, FW, self.stride, self.pad)
        col_W = self.W.reshape(FN, -1).T
        out = col @ col_W + self.b
        self.x, self.col, self.col_W = x, col, col_W
        return out.reshape(N, out_h, out_w, -1).transpose(0, 3, 1, 2)

    def backward(self, dout):
        FN, C, FH, FW = self.W.shape
        dout = dout.transpose(0, 2, 3, 1).reshape(-1, FN)
        self.db = np.mean(dout, axis=0)
        dW = self.col.T @ dout
        self.dW = dW.reshape(FN, C, FH, FW)
        dcol = dout @ self.col_W.T
        dx = col2im(dcol, self.x.shape, FH, FW, self.stride, self.pad)
        return dx
