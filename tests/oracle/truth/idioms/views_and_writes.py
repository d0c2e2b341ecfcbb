import numpy as np


def reshape(X):
    return X.reshape(2, 6) ** 2


def reshape_tuple_minus_one(X):
    return np.reshape(X, (-1, 2)) ** 2


def reshape_fortran(X):
    return X.reshape((4, 3), order="F") * np.arange(12).reshape(4, 3)


def ravel_and_flatten(X):
    return X.ravel() * X.flatten()


def ravel_fortran(X):
    return X.ravel(order="F") * np.arange(12)


def transpose(X):
    return X.T * np.arange(12.0).reshape(4, 3)


def transpose_axes(T):
    return T.transpose(2, 0, 1) ** 2 * np.arange(3)


def transpose_function(T):
    return np.transpose(T, (1, 0, 2)) ** 2


def swapaxes(T):
    return np.swapaxes(T, 0, 2) ** 2


def moveaxis(T):
    return np.moveaxis(T, 0, -1) ** 2


def rollaxis(T):
    return np.rollaxis(T, 2) ** 2


def squeeze_and_expand(X):
    return np.squeeze(np.expand_dims(X, 1)) * 2 + np.expand_dims(X[0], 0)


def atleast(v, s):
    return np.atleast_2d(v) * np.atleast_1d(s)


def set_shape(X):
    Z = X.copy()
    Z.shape = (4, 3)
    return Z**2


def broadcast_to(v):
    return np.broadcast_to(v, (3, 4)) * np.arange(12).reshape(3, 4)


def broadcast_arrays(v, u):
    a, b = np.broadcast_arrays(v[None, :], u[:, None])
    return a * b


def as_strided_windows(v):
    windows = np.lib.stride_tricks.as_strided(v, (3, 2), (v.strides[0], v.strides[0]))
    return windows @ np.array([1.0, 2.0])


def sliding_window(v):
    return np.lib.stride_tricks.sliding_window_view(v, 2).sum(axis=1) ** 2


def sliding_window_two_dimensional(X):
    windows = np.lib.stride_tricks.sliding_window_view(X, (2, 2))
    return np.einsum("ijkl,kl->ij", windows, np.array([[1.0, -1.0], [2.0, 0.5]]))


def diagonal(S):
    return S.diagonal() * np.diag(S) + np.diagonal(S, offset=1)[0]


def diag_of_vector(v):
    return np.diag(v) @ np.arange(16.0).reshape(4, 4)


def ascontiguous(X):
    return np.ascontiguousarray(X.T) * 2


def asarray_is_the_same(X):
    Z = np.asarray(X)
    assert Z is X
    return Z**2


def astype_float64(X):
    return X.astype(np.float64) * 2


def astype_name(X):
    return X.astype("float64", copy=False) * 2


# Writing


def assign_elements(X):
    out = np.zeros((3, 4))
    for i in range(3):
        for j in range(4):
            out[i, j] = X[i, j] ** 2
    return out


def assign_rows(X):
    out = np.empty_like(X)
    for i in range(X.shape[0]):
        out[i] = X[i] * i
    return out


def assign_slice(X):
    out = np.zeros_like(X)
    out[:, 1:] = X[:, :-1] ** 2
    return out


def assign_everything(X):
    out = np.empty(X.shape)
    out[:] = X * 2
    out[...] = out * X
    return out


def assign_broadcast(v):
    out = np.ones((3, 4))
    out[1:] = v
    return out**2


def assign_mask(X):
    Z = X.copy()
    Z[Z < 0] = 0
    return Z**2


def assign_mask_values(X):
    Z = X * 1
    Z[X > 0] = X[X > 0] ** 2
    return Z


def assign_fancy(X, idx):
    Z = np.zeros_like(X)
    Z[np.arange(3), idx] = X[:, 0]
    return Z * X


def assign_repeated_last_wins(v):
    Z = np.zeros(3)
    Z[[0, 0, 1]] = v[:3] ** 2
    return Z


def assign_scalar_of_two(X):
    X = X.copy()
    X[0] = X[1].sum()
    return X**2


def assign_list_of_tracked(v):
    out = np.zeros(2)
    out[:] = [v[0] * v[1], v[2]]
    return out


def fibonacci_in_place(s):
    f = np.ones(6)
    f[1] = s
    for k in range(2, 6):
        f[k] = f[k - 1] + f[k - 2] * s
    return f


def hidden_states(X, S):
    h = np.zeros((4, 4))
    for t in range(3):
        h[t + 1] = np.tanh(X[t] + h[t] @ S)
    return h[1:]


def augmented_array(X):
    Z = X.copy()
    Z += X
    Z *= 2
    Z -= 1.5
    Z /= 3
    Z **= 2
    return Z


def augmented_alias(X):
    Z = X * 1
    alias = Z
    alias *= X
    return Z


def augmented_through_view(X):
    Z = X * 1
    row = Z[0]
    row *= X[1]
    return Z


def augmented_row(X, v):
    Z = X.copy()
    Z[1] += v
    Z[:, 2] *= 3
    return Z**2


def augmented_element(X):
    Z = X.copy()
    for i in range(3):
        Z[i, i] += Z[i, i] ** 2
    return Z


def augmented_fancy_drops_repeats(v):
    Z = np.zeros(4)
    Z[[0, 0, 1]] += v[:3] ** 2
    return Z


def augmented_mask(X, mask):
    Z = X.copy()
    Z[mask] *= 2
    return Z**2


def write_through_reshape(X):
    Z = X.copy()
    flat = Z.reshape(-1)
    flat[3:6] = flat[0:3] ** 2
    return Z


def write_through_transpose(X):
    Z = np.zeros((3, 4))
    Z.T[1] = X[:, 0] ** 2
    return Z


def write_through_diagonal(S):
    Z = S.copy()
    np.fill_diagonal(Z, 0)
    return Z @ Z


def write_flat(X):
    Z = X.copy()
    Z.flat[::5] = X[:, 0] ** 2
    return Z


def strided_diagonal_write(S, v):
    Z = S.copy()
    Z.ravel()[:: 4 + 1] += v
    return Z**2


def old_view_sees_new_values(X):
    Z = X.copy()
    view = Z[:, 1]
    Z *= 2
    return view**2


def old_value_stays(X):
    Z = X.copy()
    Y = Z**2
    Z[:] = 0
    return Y + Z


def read_before_overwritten(X):
    Z = X.copy()
    Y = np.exp(Z)
    Z *= Y
    Y -= Z
    return Y * Z


def swap_rows(X):
    Z = X.copy()
    Z[[0, 1]] = Z[[1, 0]]
    return Z * np.arange(12).reshape(3, 4)


def swap_rows_by_copy(X):
    Z = X.copy()
    row = Z[0].copy()
    Z[0] = Z[1]
    Z[1] = row
    return Z * np.arange(12).reshape(3, 4)


def input_changed_in_place(X):
    X *= 2
    X[0] = X[1] ** 2
    return X.sum()


def negative_step_write(v):
    Z = np.zeros(4)
    Z[::-1] = v**2
    return Z * np.arange(4)


def out_argument(X):
    out = np.empty_like(X)
    np.multiply(X, 2, out=out)
    np.exp(out, out=out)
    return out


def out_is_a_view(X):
    out = np.zeros((2, 3, 4))
    np.square(X, out=out[1])
    return out


def out_of_function(X):
    total = np.zeros(4)
    np.sum(X**2, axis=0, out=total)
    return total


def dot_out(X, W):
    out = np.empty((3, 5))
    np.dot(X, W, out=out)
    return out**2


def ufunc_where(X):
    out = np.zeros_like(X)
    np.log(X, where=X > 0, out=out)
    return out


def divide_where(X, P):
    return np.divide(X, P, out=np.zeros_like(X), where=P > 0.8)


def copyto(X, mask):
    Z = np.zeros((3, 4))
    np.copyto(Z, X**2, where=mask)
    return Z


def put(X, v):
    Z = X.copy()
    np.put(Z, [0, 5, 6, 11], v)
    return Z**2


def put_along_axis(X):
    Z = np.zeros_like(X)
    i = X.argmax(axis=1)[:, None]
    np.put_along_axis(Z, i, X.max(axis=1, keepdims=True) ** 2, axis=1)
    return Z


def putmask_and_place(X):
    Z = X.copy()
    np.putmask(Z, Z < 0, X**2)
    np.place(Z, Z > 2, [9.0])
    return Z


def fill_diagonal(S, v):
    Z = S.copy()
    np.fill_diagonal(Z, v**2)
    return Z


def fill(X, s):
    Z = X.copy()
    Z[1].fill(s * 2)
    return Z**2


def sort_in_place(X):
    Z = X.copy()
    Z.sort(axis=1)
    return Z * np.arange(4)


def sort_in_place_default(v):
    Z = v.copy()
    Z.sort()
    return Z * np.arange(4)


def add_at(X, idx):
    out = np.zeros((4, 4))
    np.add.at(out, idx, X)
    return out**2


def add_at_repeated(v):
    out = np.zeros(2)
    np.add.at(out, [0, 0, 1, 0], v**2)
    return out


def add_at_two_indices(X, idx):
    out = np.ones((4, 4))
    np.add.at(out, (idx, idx), X[:, 0])
    return out**2


def subtract_at(v):
    out = np.ones(2)
    np.subtract.at(out, [0, 0, 1, 0], v)
    return out**2


def multiply_at(v):
    out = np.ones(2)
    np.multiply.at(out, [0, 0, 1, 0], v)
    return out


def maximum_at(v):
    out = np.full(2, -10.0)
    np.maximum.at(out, [0, 0, 1, 0], v)
    return out


def embedding_gradient(X, idx):
    dE = np.zeros((5, 4))
    for n, i in enumerate(idx):
        dE[i] += X[n]
    return dE**2


def im2col(T):
    cols = np.zeros((2, 2, 3, 2, 2))
    for i in range(2):
        for j in range(2):
            cols[:, i, j] = T[:, i : i + 2, j : j + 3].sum(axis=2)[:, :1] * T[0, 0, 0]
    return cols


def convolution_loops(T):
    k = T[0, :2, :2]
    out = np.zeros((2, 2, 3))
    for n in range(T.shape[0]):
        for i in range(2):
            for j in range(3):
                out[n, i, j] = np.sum(T[n, i : i + 2, j : j + 2] * k)
    return out


def max_pool_loops(T):
    out = np.zeros((2, 1, 2))
    for n in range(2):
        for j in range(2):
            out[n, 0, j] = np.max(T[n, :2, 2 * j : 2 * j + 2])
    return out


def integer_buffer_holds_labels(X, idx):
    onehot = np.zeros((3, 4), dtype=int)
    onehot[np.arange(3), idx] = 1
    return (X * onehot).sum(axis=1)


def one_hot_eye(X, idx):
    return np.eye(4)[idx] * X


def two_inputs_that_share_memory(X):
    a, b = X[:2], X[1:]
    c = a * b
    return c.sum(axis=0)


def plain_array_on_the_left(X):
    return np.ones((2, 3)).dot(X) + np.zeros((2, 4))


def inplace_matmul_accumulate(X, W):
    out = np.zeros((3, 5))
    for j in range(4):
        out += np.outer(X[:, j], W[j])
    return out


def write_number_into_list(v):
    cells = [0.0] * 4
    for i in range(4):
        cells[i] = v[i] ** 2
    return np.array(cells)


def delete_and_insert(v):
    return np.insert(np.delete(v, 1), 1, v[0] * 2) ** 2


def resize_function(v):
    return np.resize(v, (2, 3)) ** 2


def flags_and_base(X):
    Z = X[1:]
    assert Z.base is X and not Z.flags.owndata and X.flags.c_contiguous
    return Z * 2


def read_only(X):
    Z = X * 1
    Z.flags.writeable = False
    try:
        Z[0] = 1
    except ValueError as error:
        print(error)
    return Z**2
