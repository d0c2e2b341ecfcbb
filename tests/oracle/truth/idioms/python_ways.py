import copy
import json
import math
import pickle
import statistics
from dataclasses import dataclass
from math import exp, log

import numpy as np

EPS = 1e-8
WEIGHTS = np.array([0.5, -1.0, 2.0, 0.25])
SETTINGS = {"scale": np.array([1.0, 2.0, 3.0, 4.0]), "gain": 2.0}
_cache = {}


def printing(X):
    print(X)
    print(X[0], X[0, 0], repr(X.sum()), str(X.mean()))
    return X * 2


def formatting(X):
    loss = (X**2).sum()
    print(f"loss {loss:.4f} {X[0, 0]:8.3e} {X.shape} {loss!r}")
    print("%.3f %s" % (loss, X[0]), "{:.2f} {}".format(loss, X.dtype))  # noqa: UP031, UP032
    return loss


def print_options(X):
    with np.printoptions(precision=2, suppress=True):
        print(X)
    print(np.array2string(X, precision=3), np.array_repr(X[0]), np.array_str(X[0]))
    return X + 1


def types(X):
    print(type(X), type(X[0, 0]), type(float(X[0, 0])), type(X).__name__, X.__class__)
    assert isinstance(X, np.ndarray) and type(X) is np.ndarray and type(X) == np.ndarray  # noqa: E721
    assert isinstance(X[0, 0], float) and isinstance(X[0, 0], np.floating)
    assert type(X[0, 0]) is np.float64 and type(X.sum().item()) is float
    assert isinstance(X.sum(), np.float64) and not isinstance(X.sum(), int)
    assert np.isscalar(X[0, 0]) and not np.isscalar(X)
    return X**2


def dtypes(X):
    assert X.dtype == np.float64 and X.dtype == float and X.dtype.kind == "f"
    assert np.issubdtype(X.dtype, np.floating) and X.dtype in (np.float32, np.float64)
    Z = np.zeros(X.shape, dtype=float) + np.empty(4, dtype=np.float64) * 0
    return Z + X.astype(float) + np.asarray(X, dtype=np.float64)


def attributes(X):
    print(X.ndim, X.size, X.itemsize, X.nbytes, X.strides, len(X), X.flags.c_contiguous)
    return X * X.size


def branch_on_a_value(X):
    loss = X.sum()
    if loss > 0:
        return loss**2
    return -loss


def branch_on_all(X):
    if (X < 100).all() and not np.any(np.isnan(X)) and np.isfinite(X).all():
        return X**3
    return X


def truth_of_a_number(v):
    return v[0] * 2 if v[0] else v[1]


def while_loop(s):
    x, n = s * 1.0, 0
    while abs(x) < 50 and n < 30:
        x = x * 1.5 + 1
        n += 1
    return x


def newton(s):
    x = 1.0
    for _ in range(20):
        x = x - (x * x - s * s) / (2 * x)
    return x


def conditional_expression(v):
    return np.array([x if x > 0 else 0.1 * x for x in v])


def assertions(X):
    assert X.shape == (3, 4) and X.max() < 1e6, "too large"
    np.testing.assert_array_equal(X, X)
    assert np.allclose(X, X) and np.array_equal(X, X)
    return X * 2


def to_float(X):
    return float(np.sum(X**2))


def to_float_and_on(X):
    loss = float((X**2).mean())
    return X * loss


def item(X):
    return X.sum().item() ** 2 + X.item(0, 1) * X[0, 0].item()


def tolist(v):
    a = v.tolist()
    return a[0] * a[1] + sum(a)


def tolist_nested(X):
    return np.array([[x * 2 for x in row] for row in X.tolist()]) ** 2


def list_of_array(v):
    values = list(v)
    values.append(values[0] * 3)
    return np.array(values)


def to_int(X):
    return X * int(X[0, 0] * 10) + round(X[0, 1]) + X.astype(int)


def round_number(v):
    return v[0] * round(float(v[1]), 2) + np.round(v[2], 1)


def scalar_arithmetic(v):
    a, b = v[0], v[1]
    return a + b * 2 - 3 / (a * a + 1) + a**2 + 2**b + (-a) + abs(b) + a % 0.7 + (a // 0.3)


def scalar_methods(X):
    s = X.sum()
    return s.mean() + s.reshape(1)[0] + s.copy() + s.sum() + s.astype(float) * s.T + s[()]


def numpy_on_scalars(v):
    return np.exp(v[0]) + np.maximum(v[1], 0.1) + np.sum(v[3]) + np.float64(v[0])


def scalars_and_arrays(X, v):
    return v[0] * X + X / v[1] - v[2] @ np.ones(()) if False else v[0] * X + X / v[1] - v[2]


def math_module(P):
    total = 0.0
    for p in P[0]:
        total += math.exp(-p) + math.log(p) + math.sqrt(p) + math.sin(p) * math.pow(p, 1.5)
    return total


def math_names(P):
    return [1 / (1 + exp(-p)) + log(p) + math.tanh(p) + math.log(p, 2) for p in P[1]]


def math_more(P):
    p, q = P[0, 0], P[0, 1]
    return math.hypot(p, q) + math.atan2(p, q) + math.erf(p) + math.log1p(q) + math.fsum([p, q])


def math_on_python_floats(v):
    a = float(v[0])
    return math.cos(a) * math.pi + math.floor(a) + math.fabs(a) + math.copysign(2.0, a) * a


def constants_from_math(X):
    return X * math.pi + np.e + math.sqrt(2) + np.log(2)


def sigmoid_by_math(X):
    out = np.zeros(X.shape)
    for i in range(X.shape[0]):
        for j in range(X.shape[1]):
            out[i][j] = 1.0 / (1.0 + math.exp(-X[i][j]))
    return out


def module_constant(X):
    return X @ WEIGHTS + EPS


def module_dict(X):
    return X * SETTINGS["scale"] * SETTINGS["gain"]


def dict_of_parameters(params):
    h = np.tanh(params["W"] @ params["b"])
    return {"h": h, "loss": (h**2).sum()}


def dict_cache(X):
    cache = {"X": X, "Z": X * 2}
    cache["A"] = np.tanh(cache["Z"])
    return cache["A"] * cache["X"], cache


def module_cache(X):
    _cache["Z"] = X**2
    result = _cache["Z"] * X
    _cache.clear()
    return result


def named_layers(params):
    for name in sorted(params):
        params[name] = params[name] * 2
    return sum(p.sum() for p in params.values())


class Layer:
    scale = np.array([2.0])

    def __init__(self, W):
        self.W = W
        self.calls = 0

    def __call__(self, x):
        self.x = x
        self.calls += 1
        return np.tanh(x @ self.W) * self.scale


def classes(X, W):
    layer = Layer(W)
    return layer(X) + layer(layer.x * 2)


@dataclass
class State:
    h: np.ndarray
    steps: int = 0


def dataclasses(X):
    state = State(h=X[0])
    for row in X[1:]:
        state = State(state.h * row, state.steps + 1)
    return state.h * state.steps


def closures(X, s):
    def scaled(k):
        return lambda z: z * k

    return scaled(s)(X) + scaled(2)(X)


def recursion(v):
    def tree(x):
        if len(x) == 1:
            return x[0] ** 2
        middle = len(x) // 2
        return tree(x[:middle]) * tree(x[middle:])

    return tree(v)


def generators(X):
    def running():
        total = 0
        for row in X:
            total = total + row
            yield total

    return np.array([t.sum() ** 2 for t in running()])


def exceptions(X):
    try:
        X @ X
    except ValueError as error:
        print(type(error).__name__, error)
    try:
        X[10]
    except IndexError as error:
        print(error)
    try:
        X.reshape(5, 5)
    except ValueError as error:
        print(error)
    try:
        float(X)
    except TypeError as error:
        print(error)
    try:
        bool(X)
    except ValueError as error:
        print(error)
    try:
        X.no_such_attribute  # noqa: B018
    except AttributeError as error:
        print(error)
    try:
        X + "a"
    except TypeError as error:
        print(type(error).__name__)
    return X * 2


def warns(X):
    return X + 0 * np.where(True, 1.0, np.log(np.zeros(4)))


def scalar_warning(v):
    huge = v[0] * 1e308
    return v * 2 + (0.0 if np.isinf(huge * 1e10) else 1.0)


def shallow_copy(X):
    Z = copy.copy(X)
    Z *= X
    return Z


def deep_copy(params):
    mine = copy.deepcopy(params)
    mine["W"] *= 2
    return mine["W"].sum() * params["W"]


def method_copy(X):
    Z = X.copy(order="F")
    Z[0] = 1
    return Z * X


def pickled(X):
    return pickle.loads(pickle.dumps(X)) * 2 + X


def pickled_for_later(X):
    print(len(pickle.dumps(X)))
    return X * 2


def through_bytes(v):
    return np.frombuffer(v.tobytes()) * v


def json_log(X):
    print(json.dumps({"loss": float(X.sum()), "rows": X.tolist()}))
    return X * 2


def text_and_back(v):
    return v * float(str(2.5))


def statistics_mean(v):
    return statistics.mean([float(x) for x in v]) * v


def memory_view(v):
    return np.array(memoryview(v)) * v


def objects_in_array(X, Y):
    pair = np.empty(2, dtype=object)
    pair[0], pair[1] = X * 2, Y**2
    return (pair[0] * pair[1]).sum()


def list_of_weights(X, W):
    layers = [W, W[:, :1].T @ np.ones((1, 3)) if False else np.ones((5, 2))]
    a = X
    for w in layers:
        a = np.tanh(a @ w)
    return a


def containment(X):
    print(X[0, 0] in X, 99.0 in X)
    return X * 2


def equality_of_scalars(v):
    return v * (v[0] == v[0]) + (v[1] != v[1]) + (v[2] is None)


def hash_and_dict_keys(v):
    table = {x: 2.0 for x in v}
    return v * table[v[0]] + len(set(v))


def key_function(v):
    best = max(range(4), key=lambda i: v[i])
    return v[best] ** 2


def zip_and_star(X):
    columns = list(zip(*X, strict=True))
    return np.array([c[0] * c[1] for c in columns])


def string_join(v):
    print(", ".join(f"{x:+.2f}" for x in v))
    return v.sum()


def any_of_builtin(v):
    return v * 2 if any(x > 0 for x in v) else v


def local_import(X):
    import numpy

    return numpy.tanh(X) * numpy.zeros(4).shape[0]


def local_from_import(X):
    from numpy import array, tanh

    return tanh(X) + array([X[0, 0], 1.0, 2.0, 3.0])


def default_argument(X, activation=np.tanh):
    return activation(X)


def star_arguments(X, Y):
    def add(*terms, **options):
        return sum(terms) * options.get("scale", 1)

    return add(X, Y, X * Y, scale=3)


def walrus_and_slices(v):
    if (n := len(v)) > 3:
        return v[: n // 2] * v[n // 2 :]
    return v


def nested_results(X):
    return {"a": [X * 2, (X.sum(), 3)], "b": "text", "c": None, "d": X > 0}


def integers_only(X):
    return X.argmax() + 1


def returns_constant(X):
    return np.ones(3)


def returns_input(X):
    return X


def scalar_float32(X):
    return np.float32(2.0) * X + float(np.float32(0.5))


ENDS = {
    "pickled": "cut",
    "pickled_for_later": "cut and differentiated",
    "through_bytes": "cut",
    "memory_view": "cut",
    "statistics_mean": "cut",
    "json_log": "cut and differentiated",
    "integers_only": "no number",
}
