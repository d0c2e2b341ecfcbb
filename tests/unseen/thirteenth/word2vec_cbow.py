import numpy as np


def softmax(z):
    z = z - np.max(z, axis=1, keepdims=True)
    return np.exp(z) / np.sum(np.exp(z), axis=1, keepdims=True)


# oracle: shapes W_in: V E, W_out: V E, context: N 4 labels(V), target: N labels(V)
def cbow_loss_and_grads(W_in, W_out, context, target):
    """ CBOW: the mean of the context vectors predicts the word in the middle """
    N, window = context.shape
    vocab = W_out.shape[0]

    hidden = W_in[context].mean(axis=1)        # N x E
    probs = softmax(hidden @ W_out.T)          # N x V
    loss = -np.log(probs[np.arange(N), target]).mean()

    # ---- backward ----
    dscores = probs.copy()
    dscores[np.arange(N), target] -= 1
    dscores /= N

    grad_out = np.zeros((vocab, W_out.shape[1]))
    for n in range(N):
        grad_out += np.outer(dscores[n], hidden[n])

    dhidden = dscores @ W_out
    grad_in = np.zeros_like(W_in)
    for n in range(N):
        for word in context[n]:
            grad_in[word] += dhidden[n]

    return loss, {"W_in": grad_in, "W_out": grad_out}
