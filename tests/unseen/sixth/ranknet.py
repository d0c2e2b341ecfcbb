import numpy as np


# oracle: shapes scores: N, rel: N labels(4)
def ranknet_loss(scores, rel):
    """Pairwise logistic ranking loss of one query, averaged over the N*N table of pairs.

    A pair (i, j) counts when document i is more relevant than document j.
    """
    n = scores.shape[0]
    better = (rel[:, None] > rel[None, :]).astype(float)
    diff = scores[:, None] - scores[None, :]
    loss = (better * np.logaddexp(0, -diff)).sum() / n ** 2

    # the "lambdas" of Burges: push i up, push j down
    lam = -better / (1 + np.exp(diff))
    dscores = (lam.sum(axis=1) - lam.sum(axis=0)) / n
    return loss, dscores
