"""word2vec skip-gram with negative sampling (assignment 2)."""
import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


# oracle: shapes centerWordVec: d, outsideVectors: V d, outsideWordIdx: 1 labels(V), negSampleIdx: K labels(V)
def neg_sampling_loss_and_grad(centerWordVec, outsideVectors, outsideWordIdx, negSampleIdx):
    """
    J = -log sigma(u_o . v_c) - sum_k log sigma(-u_k . v_c)

    The same word may be drawn more than once among the K negative samples,
    and then counts as often as it was drawn.
    """
    u_o = outsideVectors[outsideWordIdx]           # (1, d)
    u_k = outsideVectors[negSampleIdx]             # (K, d)

    s_o = sigmoid(u_o @ centerWordVec)             # (1,)
    s_k = sigmoid(-(u_k @ centerWordVec))          # (K,)
    loss = -np.sum(np.log(s_o)) - np.sum(np.log(s_k))

    gradCenterVec = (s_o - 1.0) @ u_o + (1.0 - s_k) @ u_k

    gradOutsideVecs = np.zeros_like(outsideVectors)
    gradOutsideVecs[outsideWordIdx] += np.outer(s_o - 1.0, centerWordVec)
    gradOutsideVecs[negSampleIdx] += np.outer(1.0 - s_k, centerWordVec)

    return loss, (gradCenterVec, gradOutsideVecs)
