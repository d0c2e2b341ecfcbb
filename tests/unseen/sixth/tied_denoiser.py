import numpy as np


# oracle: shapes X: N D, y: N D, W: D H, b: H, c: D
class TiedDenoiser(object):
    """denoising autoencoder, decoder = transpose of the encoder (X noisy, y clean)"""

    def __init__(self, D, H):
        self.W = np.random.randn(D, H) / np.sqrt(D)
        self.b = np.zeros(H)
        self.c = np.zeros(D)

    def forward(self, X):
        self.h = np.tanh(X.dot(self.W) + self.b)
        self.rec = self.h.dot(self.W.T) + self.c
        return self.rec

    def loss(self, X, y):
        rec = self.forward(X)
        return ((rec - y) ** 2).sum() / (2 * X.shape[0])

    def backward(self, X, y):
        N = X.shape[0]
        drec = (self.rec - y) / N

        # decoder
        self.dc = drec.sum(axis=0)
        self.dW = drec.T.dot(self.h)
        dh = drec.dot(self.W)

        # encoder
        da = dh * (1 - self.h ** 2)
        self.dW = X.T.dot(da)
        self.db = da.sum(axis=0)

    def step(self, lr=0.05):
        for name in ("W", "b", "c"):
            setattr(self, name, getattr(self, name) - lr * getattr(self, "d" + name))
