import numpy as np


# oracle: shapes signal: L+3, kernel: 3
def conv1d_forward(signal, kernel):
    k = len(kernel)
    n = len(signal) - k + 1
    return np.array([signal[i:i + k] @ kernel for i in range(n)])


def conv1d_backward(delta, signal, kernel):
    d_signal = np.convolve(delta, kernel[::-1])
    d_kernel = np.correlate(signal, delta, mode="valid")
    return d_signal, d_kernel
