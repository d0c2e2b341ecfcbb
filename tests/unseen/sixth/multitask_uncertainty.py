from __future__ import annotations
import numpy as np


# oracle: shapes depth: N D, depth_gt: N D fixed, flow: N, flow_gt: N fixed, s: 2
def uncertainty_weighted_loss(depth, depth_gt, flow, flow_gt, s) -> tuple[float, dict]:
    """Kendall & Gal task weighting with s_i = log sigma_i^2

    L = sum_i  1/2 exp(-s_i) L_i + 1/2 s_i
    """
    n = depth.shape[0]
    err_d = depth - depth_gt
    err_f = flow - flow_gt
    task = np.stack([np.sum(err_d ** 2) / n, np.sum(err_f ** 2) / n])
    prec = np.exp(-s)
    loss = 0.5 * np.sum(prec * task) + 0.5 * np.sum(s)

    ddepth = prec[0] * err_d / n
    dflow = prec[1] * err_f / n
    ds = -0.5 * prec * task
    return loss, {"depth": ddepth, "flow": dflow, "s": ds}
