import numpy as np
from numpy import array, concatenate, zeros


def joins(X, Y):
    flat = np.concatenate([X, Y], axis=None)
    return concatenate([X, Y]) ** 2, np.concatenate((X, Y), axis=1), flat


def stacks(X, Y):
    return np.stack([X, Y]) ** 2, np.stack((X, Y), axis=-1)


def vertical_and_horizontal(X, v):
    return np.vstack([X, v]) ** 2, np.hstack([X, X * 2]), np.dstack([X, X])


def hstack_of_vectors(v, u):
    return np.hstack((v, u)) ** 2


def column_stack(u):
    return np.column_stack([u, u**2, [1.0, 2.0, 3.0]])


def with_constants(X):
    return np.concatenate([X, np.ones((3, 1)), zeros((3, 2))], axis=1) ** 2


def append(v, s):
    return np.append(v, s) ** 2


def append_in_a_loop(X):
    out = np.array([])
    for row in X:
        out = np.append(out, row.sum() ** 2)
    return out


def block(S):
    return np.block([[S, S * 2], [np.zeros((4, 4)), S.T]])


def r_and_c(v, u):
    return np.r_[v, 0, u] ** 2, np.c_[u, u * 2]


def splits(X):
    a, b = np.split(X, 2, axis=1)
    c, d, e = np.vsplit(X, 3)
    f, g = np.hsplit(X, [1])
    return a * b + c[:, :2] * d[:, 2:], e, f * g


def array_split(v):
    return [part.sum() ** 2 for part in np.array_split(v, 3)]


def pads(X):
    return np.pad(X, 1) ** 2, np.pad(X, ((0, 0), (1, 2)), mode="edge"), np.pad(X, 1, mode="reflect")


def pad_with_a_value(X):
    return np.pad(X, ((1, 0), (0, 1)), "constant", constant_values=2.0) ** 2


def pad_wrap(v):
    return np.pad(v, 2, mode="wrap") ** 2 + np.pad(v, 2, mode="symmetric")


def pad_mean(v):
    return np.pad(v, 1, mode="mean") ** 2


def tiles(X, v):
    return np.tile(v, (3, 1)) * X, np.tile(v, 2) ** 2


def repeats(X, v):
    return np.repeat(v, 3) ** 2, np.repeat(X, 2, axis=1), X.repeat([1, 0, 2], axis=0)


def rolls(X):
    return np.roll(X, 1, axis=0) * X, np.roll(X, 2) * X


def flips(X):
    return np.flip(X) * X, np.flip(X, axis=1) * X, np.fliplr(X) * np.flipud(X)


def rotations(X):
    return np.rot90(X) ** 2


def triangles(S):
    return np.tril(S) @ np.triu(S, k=1)


def triangle_indices(S):
    return S[np.triu_indices(4, k=1)] ** 2


def meshgrid(v, u):
    a, b = np.meshgrid(v, u)
    return a * b**2


def array_of_numbers(v):
    return np.array([v[0] ** 2, v[1] * v[2], 3.0])


def array_of_numbers_nested(v):
    return array([[v[0], 0], [v[1] * v[2], 1]])


def array_of_arrays(X):
    return np.array([row / row.sum() for row in X])


def array_copy(X):
    Z = np.array(X)
    Z[0] = 0
    return Z * X


def array_of_python_floats(X):
    return X @ np.array([0.1, 0.2, 0.3, 0.4])


def list_comprehension(X, W):
    return np.array([[np.dot(x, w) for w in W.T] for x in X])


def rotation_matrix(s):
    return np.array([[np.cos(s), -np.sin(s)], [np.sin(s), np.cos(s)]]) @ np.array([1.0, 2.0])


def full_of_a_tracked_number(s):
    return np.full((2, 2), s) ** 2


def full_like(X, s):
    return np.full_like(X, s) * X


def zeros_and_ones_like(X):
    return np.zeros_like(X) + np.ones_like(X) * X


def linspace(s):
    return np.linspace(0, s, 5) ** 2


def arange(s):
    return np.arange(4) * s


def identity_plus(S):
    return np.identity(4) + np.eye(4, k=1) * S


def fromiter(v):
    return np.fromiter((x * 2 for x in [1.0, 2.0, 3.0, 4.0]), float) * v


def indices_grid(X):
    i, j = np.indices(X.shape)
    return X * i + X**2 * j


def mgrid(X):
    i, j = np.mgrid[0:3, 0:4]
    return X * (i + j)


def vectorize(X):
    @np.vectorize
    def f(x):
        return x * x if x > 0 else 0.1 * x

    return f(X)


def vectorize_two(X, s):
    f = np.vectorize(lambda a, b: max(a, b) ** 2)
    return f(X, s)


def apply_along_axis(X):
    return np.apply_along_axis(lambda row: row / np.sqrt((row**2).sum()), 1, X)


def apply_along_axis_to_number(X):
    return np.apply_along_axis(lambda c: c.max() - c.min(), 0, X)


def piecewise(X):
    return np.piecewise(X, [X < 0, X >= 0], [lambda x: x**2, lambda x: np.sin(x)])


def fromfunction(X):
    return np.fromfunction(lambda i, j: i + j, (3, 4)) * X


def map_and_filter(v):
    return np.array(list(map(lambda x: x**2, v)))


ENDS = {"pad_mean": "not replayable"}


def structured_by_zip(X, Y):
    return np.array([a @ b for a, b in zip(X, Y, strict=True)])


def fromiter_of_tracked_numbers(X):
    return np.fromiter((x**2 for x in X.ravel()), float, 5)


def ragged_objects(X, v):
    layers = np.array([X, v, X[0]], dtype=object)
    return layers[0] * layers[1] + sum(layers[1:])
