import numpy as np


# oracle: shapes x: N D
def normalize_rows(x):
    """Project every row on the unit sphere.

    Returns y and the pullback that carries a cotangent of y to one of x.
    """
    norm = np.linalg.norm(x, axis=1, keepdims=True)
    y = x / norm

    def pullback(ybar):
        xbar = ybar / norm
        return xbar

    return y, pullback
