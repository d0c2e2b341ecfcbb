import numpy as np
from numpy.linalg import inv
from numpy.linalg import norm as length


def dot(X, W, v):
    return X.dot(W) + np.dot(X, v)[:, None]


def dot_of_vectors(v):
    return v.dot(v) + np.dot(v, v) * 2 + v @ v


def dot_with_scalar(X, s):
    return np.dot(X, s) + np.dot(2.0, X)


def dot_of_three_dimensions(T, S):
    return np.dot(T, S) + T @ S + np.matmul(T, S)


def dot_of_three_and_three(T):
    return np.dot(T[:1], T.transpose(0, 2, 1))


def batched_matmul(T):
    return T @ T.transpose(0, 2, 1)


def matmul_vectors(X, v, u):
    return X @ v + u @ X @ v


def inner_and_outer(X, Y, v, u):
    return np.inner(X, Y).sum() + np.outer(u, v)


def vdot(X, Y):
    return np.vdot(X, Y) * X


def kron(X, v):
    return np.kron(X, v[:2]) ** 2


def tensordot(T, X):
    return np.tensordot(T, X, axes=([1, 2], [0, 1])) + np.tensordot(X, X, axes=2)


def tensordot_default(T, X):
    return np.tensordot(X.T, T, axes=([1], [1]))


def einsum_matmul(X, W):
    return np.einsum("nd,dm->nm", X, W)


def einsum_implicit(X, W):
    return np.einsum("ij,jk", X, W)


def einsum_trace_and_diagonal(S):
    return np.einsum("ii", S) * np.einsum("ii->i", S)


def einsum_spaces_and_three(X, W, v):
    return np.einsum("n d, d m, d -> n m", X, W, v)


def einsum_ellipsis(T, S):
    return np.einsum("...i,ij->...j", T, S)


def einsum_sum(X):
    return np.einsum("ij->j", X) * np.einsum("ij->", X)


def einsum_bilinear(X, S, Y):
    return np.einsum("ni,ij,nj->n", X, S, Y, optimize=True)


def einsum_sublists(X, W):
    return np.einsum(X, [0, 1], W, [1, 2], [0, 2])


def cross(X, Y):
    return np.cross(X[:, :3], Y[:, :3])


def trace(S):
    return np.trace(S) * S.trace(offset=1)


def inverse(S):
    return np.linalg.inv(S) + inv(S.T)


def pseudoinverse(X):
    return np.linalg.pinv(X)


def solve(S, v, X):
    return np.linalg.solve(S, v) + np.linalg.solve(S, X.T).sum(axis=1)


def determinant(S):
    return np.linalg.det(S) * np.linalg.slogdet(S)[1]


def slogdet_unpacked(S):
    sign, logdet = np.linalg.slogdet(S)
    return sign * logdet


def cholesky(S):
    return np.linalg.cholesky(S @ S.T + np.eye(4))


def eigenvalues(S):
    return np.linalg.eigvalsh(S + S.T)


def eigenvectors(S):
    values, vectors = np.linalg.eigh(S + S.T)
    return vectors @ np.diag(values**2) @ vectors.T


def singular_values(X):
    return np.linalg.svd(X, compute_uv=False)


def singular_vectors(X):
    U, s, Vt = np.linalg.svd(X, full_matrices=False)
    return U * np.tanh(s) @ Vt


def qr(S):
    Q, R = np.linalg.qr(S)
    return Q + R


def matrix_power(S):
    return np.linalg.matrix_power(S, 3) + np.linalg.multi_dot([S, S, S])


def least_squares(X, u):
    return np.linalg.lstsq(X.T, np.ones(4), rcond=None)[0] * u


def rank_and_condition(S):
    return S * np.linalg.matrix_rank(S) + np.linalg.cond(S)


def distances(X, Y):
    d2 = (X**2).sum(1)[:, None] + (Y**2).sum(1) - 2 * X @ Y.T
    return np.sqrt(d2)


def distances_by_broadcasting(X, Y):
    return np.sqrt(((X[:, None, :] - Y[None, :, :]) ** 2).sum(axis=-1))


def cosine(v, X):
    return X @ v / (length(X, axis=1) * length(v))


def affine_with_bias_column(X, W):
    X1 = np.column_stack([np.ones(len(X)), X])
    return X1 @ np.vstack([W[:1], W])


def bias_by_c_(X, v):
    return np.c_[X, np.ones(3)] @ np.r_[v, 1.0]


def expm_by_series(S):
    total, term = np.eye(4), np.eye(4)
    for k in range(1, 6):
        term = term @ S / k
        total = total + term
    return total
