"""An 8-3-8 encoder: the hidden units learn a binary code. Sum of squares, online."""
import numpy as np


class Autoencoder(object):
    def __init__(self, n_visible, n_hidden):
        rs = np.random.RandomState(0)
        self.W_enc = rs.uniform(-0.3, 0.3, (n_hidden, n_visible))
        self.b_enc = np.zeros(n_hidden)
        self.W_dec = rs.uniform(-0.3, 0.3, (n_visible, n_hidden))
        self.b_dec = np.zeros(n_visible)

    @staticmethod
    def _sig(v):
        return 1.0 / (1.0 + np.exp(-v))

    def encode(self, x):
        return self._sig(self.W_enc.dot(x) + self.b_enc)

    def decode(self, c):
        return self._sig(self.W_dec.dot(c) + self.b_dec)

    def learn(self, x, eta):
        code = self.encode(x)
        recon = self.decode(code)
        err = 0.5 * ((recon - x) ** 2).sum()
        delta_dec = (recon - x) * recon * (1 - recon)
        delta_enc = self.W_dec.T.dot(delta_dec) * code * (1 - code)
        self.W_dec -= eta * np.outer(delta_dec, code)
        self.b_dec -= eta * delta_dec
        self.W_enc -= eta * np.outer(delta_enc, x)
        self.b_enc -= eta * delta_enc
        return err


ae = Autoencoder(8, 3)
patterns = np.eye(8)
for sweep in range(30):
    total = sum(ae.learn(p, 0.9) for p in patterns)
    if sweep % 10 == 0:
        print(sweep, round(float(total), 5))
