import numpy as np


def softmax(v):
    e = np.exp(v - v.max())
    return e / e.sum()


# One centre word, its window of `w` outside words (a word may occur twice).
# oracle: shapes v_c: d, U: V d, window: w labels(V)
def skipgram_loss_and_grads(v_c, U, window):
    loss = 0.0
    g_v = np.zeros_like(v_c)
    g_U = np.zeros_like(U)

    for o in window:
        y_hat = softmax(U @ v_c)
        loss = loss - np.log(y_hat[o])
        delta = y_hat.copy()
        delta[o] -= 1
        g_v += U.T @ delta
        g_U += np.outer(delta, v_c)

    return loss, {"v_c": g_v, "U": g_U}
