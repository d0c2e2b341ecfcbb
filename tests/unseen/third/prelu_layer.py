import numpy as np


# oracle: shapes x: N F, slope: F
def prelu_fwd(x, slope):
    """Parametric ReLU, one slope per feature."""
    positive = x > 0
    y = np.where(positive, x, slope * x)
    return y, {"x": x, "slope": slope, "positive": positive}


def prelu_bwd(dy, cache):
    x, slope, pos = cache["x"], cache["slope"], cache["positive"]
    dx = dy * np.where(pos, 1.0, slope)
    dslope = dy * np.where(pos, 0.0, x)
    return dx, dslope
