from typing import Callable, Tuple

import numpy as np

Array = np.ndarray


# oracle: shapes logits: N C
def log_softmax(logits: Array) -> Tuple[Array, Callable[[Array], Array]]:
    shifted = logits - logits.max(axis=1, keepdims=True)
    out = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))

    def vjp(g: Array) -> Array:
        probs = np.exp(out)
        dlogits = g - probs * g.sum(axis=0, keepdims=True)
        return dlogits

    return out, vjp
