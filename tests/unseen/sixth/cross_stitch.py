import numpy as np


# oracle: shapes x: 2 N D, alpha: 2 2
class CrossStitch:
    """Cross-stitch unit (Misra et al.): mixes the activations of two task towers.

    x[0] is the tower of task A, x[1] the tower of task B;
    out[i] = sum_j alpha[i, j] x[j]
    """

    def __init__(self):
        self.alpha = np.array([[0.9, 0.1], [0.1, 0.9]]) + 0.05 * np.random.randn(2, 2)
        self.dalpha = None

    def forward(self, x):
        self.x = x
        return np.einsum("ij,jnd->ind", self.alpha, x)

    def backward(self, dout):
        self.dalpha = np.einsum("ind,jnd->ij", dout, self.x)
        dx = np.einsum("ij,jnd->ind", self.alpha, dout)
        return dx
