import numpy as np


# oracle: shapes ids: N T labels(V), keep: N T mask, table: V D, pos: T D, scale: D
def embed_forward(ids, keep, table, pos, scale, rate=0.75):
    """Look up tokens, scale every feature, drop whole words, add the positions."""
    tokens = table[ids]
    word = keep[:, :, None] / rate
    out = tokens * scale * word + pos
    return out, (ids, tokens, word, keep, rate, table.shape, scale)


def embed_backward(dout, cache):
    ids, tokens, word, keep, rate, table_shape, scale = cache
    dpos = dout.sum(axis=0)
    dscaled = dout * word
    dscale = (dscaled * tokens).sum(axis=(0, 1))
    dtokens = dscaled * scale
    dtable = np.zeros(table_shape)
    np.add.at(dtable, ids, dtokens)
    return dtable, dpos, dscale
