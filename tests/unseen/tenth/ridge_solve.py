import numpy as np
from typing import Callable, Tuple

Array = np.ndarray


# oracle: shapes A: n n, b: n
def damped_solve(A: Array, b: Array) -> Tuple[Array, Callable]:
    """x = (A A^T + I)^{-1} A b, the inner step of a differentiable solver."""
    n = A.shape[0]
    M = A @ A.T + np.eye(n)
    r = A @ b
    x = np.linalg.solve(M, r)

    def pullback(x_bar: Array):
        r_bar = np.linalg.solve(M.T, x_bar)
        M_bar = -np.outer(r_bar, x)
        # M depends on A twice, r once
        A_bar = M_bar @ A + M_bar.T @ A + np.outer(r_bar, b)
        b_bar = A @ r_bar
        return A_bar, b_bar

    return x, pullback
