"""One channel, one filter, no padding: the smallest convolution I could write down."""
import numpy as np


# oracle: shapes signal: T+K, taps: K
def filter_forward(signal, taps):
    n_out = len(signal) - len(taps) + 1
    out = np.zeros(n_out)
    for i in range(n_out):
        out[i] = np.sum(signal[i:i + len(taps)] * taps)
    return out


def filter_backward(dout, signal, taps):
    K = len(taps)
    # every tap saw a shifted copy of the signal
    dtaps = np.zeros(K)
    for k in range(K):
        dtaps[k] = np.sum(dout * signal[k:k + len(dout)])

    # the signal gets a "full" convolution of dout with the taps
    padded = np.pad(dout, (K - 1, K - 1))
    dsignal = np.zeros(len(signal))
    for i in range(len(signal)):
        dsignal[i] = np.sum(padded[i:i + K] * taps)
    return dsignal, dtaps
