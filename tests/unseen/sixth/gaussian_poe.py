import numpy as np


class GaussianProductOfExperts:
    """Fuses E Gaussian experts (multimodal VAE): precisions add, means are precision-weighted.

        T_e = exp(-logvar_e)
        mu  = sum_e T_e mu_e / sum_e T_e
    """

    # oracle: shapes mus: E N D, logvars: E N D
    def forward(self, mus, logvars):
        self.T = np.exp(-logvars)
        self.total = self.T.sum(axis=0)
        self.mus = mus
        self.mu = (self.T * mus).sum(axis=0) / self.total
        return self.mu

    def backward(self, dmu):
        share = dmu / self.total
        dmus = self.T * share
        # quotient rule collapses to (mu_e - mu) / total; dT/dlogvar = -T
        dT = (self.mus - self.mu) * share
        dlogvars = -self.T * dT
        return dmus, dlogvars
