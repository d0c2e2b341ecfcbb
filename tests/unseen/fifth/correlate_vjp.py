"""A 1-D filter with its pullback, for my little reverse-mode blog post."""
import numpy as np


# oracle: shapes x: L+K-1, w: K
def filter1d(x, w):
    K = len(w)
    n = len(x) - K + 1
    windows = np.stack([x[i:i + n] for i in range(K)])      # K rows of length n
    y = w @ windows

    def pullback(ybar):
        wbar = windows @ ybar
        # each output touches K neighbours: slide the kernel over ybar, 'full'
        xbar = np.convolve(ybar, w[::-1], mode="full")
        return xbar, wbar

    return y, pullback
