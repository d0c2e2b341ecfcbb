import numpy as np


# oracle: shapes nodes: V D, W: D M, strength: E, src: E labels(V), dst: E labels(V)
def message_pass(nodes, W, strength, src, dst):
    """out[v] = sum over edges e into v of strength[e] * (nodes[src[e]] @ W)"""
    proj = nodes @ W
    msgs = strength[:, None] * proj[src]
    out = np.zeros((nodes.shape[0], W.shape[1]))
    np.add.at(out, dst, msgs)

    def pullback(dout):
        dmsgs = dout[dst]                                   # every edge reads its target
        dstrength = np.sum(dmsgs * proj[src], axis=1)
        dproj = np.zeros_like(proj)
        np.add.at(dproj, src, strength[:, None] * dmsgs)    # sources may repeat
        dnodes = dproj @ W.T
        dW = nodes.T @ dproj
        return dnodes, dW, dstrength

    return out, pullback
