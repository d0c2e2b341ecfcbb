import numpy as np


def one_row(X):
    return X[1] * 2


def negative_row(X):
    return X[-1] ** 2


def one_element(X):
    return X[1, 2] * X[0, 0]


def element_by_two_brackets(X):
    return X[1][2] * X[0][0]


def column(X):
    return np.exp(X[:, 1])


def slice_both(X):
    return X[1:, :2] * X[:-1, 2:]


def slice_with_step(X):
    return X[:, ::2] * 3


def reversed_rows(X):
    return X[::-1] * X


def reversed_both(X):
    return X[::-1, ::-1] @ X.T


def negative_step_partly(X):
    return X[:, 3:0:-1] * X[:, 1:]


def ellipsis(T):
    return T[..., 1] * T[0, ...][0, 0]


def newaxis(v, u):
    return u[:, np.newaxis] * v[None, :]


def none_in_the_middle(T):
    return T[:, None, 1] * 2


def fancy_rows(X, idx):
    return X[idx % 3] * 2


def fancy_repeated(X):
    return X[[0, 0, 2, 0]] ** 2


def fancy_negative(X):
    return X[[-1, -2]] ** 2


def pick_per_row(X, idx):
    return X[np.arange(len(X)), idx] * 3


def pick_per_row_list(X):
    return X[range(3), [0, 1, 2]] ** 2


def fancy_and_slice(T, idx):
    return T[:, idx % 2, 1:] ** 2


def boolean_mask(X, mask):
    return X[mask] ** 2


def boolean_of_values(X):
    return X[X > 0] ** 2


def boolean_rows(X, u):
    return X[u > 0].sum(axis=0)


def boolean_and_integer(X, u):
    return X[u > -10, 2] * u


def nonzero_index(X):
    rows, cols = np.nonzero(X > 0)
    return X[rows, cols] * 2


def where_one_argument(X):
    i = np.where(X[0] > 0)[0]
    return X[:, i].sum()


def ix_(X):
    return X[np.ix_([0, 2], [1, 3])] ** 2


def take(X, idx):
    return np.take(X, idx, axis=1) * 2


def take_method_flat(X, idx):
    return X.take(idx) ** 2


def take_wrap(X):
    return np.take(X, [5, -1, 20], mode="wrap") ** 2


def take_along_axis(X):
    order = np.argsort(-X, axis=1)
    return np.take_along_axis(X, order, axis=1) * np.arange(4)


def argmax_pick(X):
    return X[np.arange(3), X.argmax(axis=1)] ** 2


def choose(u, v):
    return np.choose([0, 1, 1], [u, v[:3]]) ** 2


def compress(X):
    return np.compress([True, False, True], X, axis=0) ** 2


def extract(X):
    return np.extract(X > 0.1, X) ** 2


def select(X):
    return np.select([X < -0.5, X > 0.5], [X * 2, X**2], default=0.25)


def unravel_index(X):
    i, j = np.unravel_index(np.argmax(X), X.shape)
    return X[i, j] * X


def zero_dimensional(s):
    a = np.array(s)
    return a[()] * a


def flat_read(X):
    return X.flat[5] * X.flat[1:4]


def flat_iteration(X):
    total = 0.0
    for x in X.flat:
        total += x**2
    return total


def iterate_rows(X):
    return [row.sum() for row in X]


def iterate_numbers(v):
    total = 0
    for x in v:
        total = total + x * x
    return total


def unpack(v):
    a, b, c, d = v
    return a * b - c * d


def unpack_rows(X):
    first, *rest = X
    return first * sum(rest)


def enumerate_rows(X):
    return sum(i * row @ row for i, row in enumerate(X))


def zip_rows(X, Y):
    return np.array([x @ y for x, y in zip(X, Y)])  # noqa: B905


def ndenumerate(X):
    return sum((i + 1) * (j + 2) * x**2 for (i, j), x in np.ndenumerate(X))


def ndindex(X):
    out = np.zeros(X.shape)
    for i in np.ndindex(*X.shape):
        out[i] = X[i] ** 2
    return out


def length_and_shape(X):
    N, D = X.shape
    return X.sum() / len(X) / X.size * X.ndim + N * D


def reversed_builtin(v):
    return np.array(list(reversed(v))) * v


def index_with_numpy_integer(X, idx):
    return X[idx[0]] * X[:, idx[1]][1]


def tuple_as_index(X):
    where = (slice(None), 2)
    return X[where] ** 2


def integer_array_two_dimensional(v):
    return v[np.array([[0, 1], [3, 3]])] ** 2


def searchsorted_bins(v):
    bins = np.searchsorted([-1.0, 0.0, 1.0], v)
    return v * bins


def digitize_bins(v):
    return v * np.digitize(v, [-1.0, 0.0, 1.0])
