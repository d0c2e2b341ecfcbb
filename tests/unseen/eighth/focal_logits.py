import numpy as np


# oracle: shapes z: N C, t: N C binary
def focal_loss_with_grad(z, t, alpha=0.25, gamma=2.0):
    """Sigmoid focal loss (Lin et al. 2017), averaged over all entries.

        FL = -a_t (1 - q)^gamma log q,     q = p if t == 1 else 1 - p

    dFL/dq = a_t [ gamma (1 - q)^(gamma - 1) log q - (1 - q)^gamma / q ]
    dq/dz  = (2t - 1) q (1 - q)
    """
    p = 1.0 / (1.0 + np.exp(-z))
    q = np.where(t == 1, p, 1.0 - p)
    a_t = np.where(t == 1, alpha, 1.0 - alpha)
    loss = np.mean(-a_t * (1.0 - q) ** gamma * np.log(q))

    sign = 2.0 * t - 1.0
    # q cancels in the second term, (1 - q) is pulled out of both
    dz = a_t * sign * (1.0 - q) ** gamma * (-(1.0 - q)) / z.size
    return loss, dz
