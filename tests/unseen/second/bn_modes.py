import numpy as np


class BatchNorm1D:
    def __init__(self, D, momentum=0.9):
        self.gamma = np.ones(D)
        self.beta = np.zeros(D)
        self.momentum = momentum
        self.run_mean = np.zeros(D)
        self.run_var = np.ones(D)
        self.gradients = {}

    # oracle: shapes x: N D
    def forward(self, x, train=True):
        if train:
            mu, var = x.mean(0), x.var(0)
            self.run_mean = self.momentum * self.run_mean + (1 - self.momentum) * mu
            self.run_var = self.momentum * self.run_var + (1 - self.momentum) * var
        else:
            mu, var = self.run_mean, self.run_var
        self.sd = np.sqrt(var + 1e-3)
        self.xc = x - mu
        return self.gamma * self.xc / self.sd + self.beta

    def backward(self, dy):
        n = len(dy)
        dxn = dy * self.gamma
        self.gradients["gamma"] = np.sum(dy * self.xc, axis=0)
        self.gradients["beta"] = np.sum(dy, axis=0)
        dsd = -np.sum(dxn * self.xc, axis=0) / self.sd ** 2
        dxc = dxn / self.sd + self.xc * dsd / self.sd / n
        dx = dxc - dxc.mean(axis=0)
        return dx
