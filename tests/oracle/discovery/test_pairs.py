"""Two functions, a forward and a backward: found in a user's file, bound, and right."""

import contextlib

import pytest

from oracle.subject import WrongReturn
from tests.oracle.discovery.differences import found, problems, right, wrong

AFFINE = """
    # oracle: shapes x: N D, w: D M, b: M
    def affine(x, w, b):
        return x @ w + b

    def affine_backward(dout, x, w):
        dx = dout @ w.T
        dw = x.T @ dout
        db = dout.sum(axis=0)
        return {}
"""


@pytest.mark.parametrize(
    "returned", ["dx, dw, db", "dw, db, dx", "(db, dw, dx)", "[dx, dw, db]", "dw, db"]
)
def test_gradients_are_told_apart_by_their_names(tmp_path, returned):
    names = right(found(tmp_path, AFFINE.format(returned))["affine_backward"])
    assert names == {
        name: of
        for name, of in {"dx": ("x",), "dw": ("w",), "db": ("b",)}.items()
        if name in returned
    }


def test_without_names_gradients_come_in_the_order_of_the_inputs(tmp_path):
    text = """
        # oracle: shapes x: N D, w: D M, b: M
        def affine_forward(x, w, b):
            return x @ w + b, (x, w)

        def affine_backward(dout, cache):
            x, w = cache
            return dout @ w.T, x.T @ dout, dout.sum(0)
    """
    subject = found(tmp_path, text)["affine_backward"]
    assert subject.way == 2
    assert right(subject) == {"dx": ("x",), "dw": ("w",), "db": ("b",)}


@pytest.mark.parametrize("form", ['{"w": dw, "b": db}', '{"dw": dw, "db": db, "dx": dx}'])
def test_a_dict_of_gradients(tmp_path, form):
    names = right(found(tmp_path, AFFINE.format(form))["affine_backward"])
    assert {"dw", "db"} <= set(names)


def test_entries_of_a_dict_are_spoken_of_by_the_variables_they_hold_or_by_their_keys(tmp_path):
    text = AFFINE.format("grads").replace(
        "return", 'grads = {"dw": dw}\n        grads["b"] = db\n        return', 2
    )
    text = text.replace(
        'grads = {"dw": dw}\n        grads["b"] = db\n        return x @ w', "return x @ w"
    )
    names = right(found(tmp_path, text)["affine_backward"])
    assert names == {"dw": ("w",), 'grads["b"]': ("b",)}


@pytest.mark.parametrize("returned", ["Grads(dx, dw, db)", "Grads(dx, b=db, w=dw)"])
@pytest.mark.parametrize("kind", ["typing.NamedTuple", "dataclass"])
def test_fields_of_an_object_of_the_users_bear_the_names_of_what_they_were_given(
    tmp_path, kind, returned
):
    head = {
        "dataclass": "from dataclasses import dataclass\n\n    @dataclass\n    class Grads:",
        "typing.NamedTuple": "import typing\n\n    class Grads(typing.NamedTuple):",
    }[kind]
    fields = "".join(f"\n        {name}: np.ndarray" for name in "xwb")
    text = f"    {head}{fields}\n{AFFINE.format(returned)}"
    names = right(found(tmp_path, text)["affine_backward"])
    assert names == {"dx": ("x",), "dw": ("w",), "db": ("b",)}


@pytest.mark.parametrize("said", ["x: N D", "shpaes x: N D", "N D"])
def test_a_comment_of_ours_that_says_nothing_is_not_passed_over(tmp_path, said):
    text = AFFINE.format("dx, dw, db").replace("shapes x: N D, w: D M, b: M", said)
    ((line, message),) = problems(tmp_path, text)
    assert f'"# oracle: {said}" says neither shapes nor ignore[...]' in message
    assert line == 3


@pytest.mark.parametrize(
    "pair",
    [
        ("f", "f_backward"),
        ("f_forward", "f_backward"),
        ("f_fwd", "f_bwd"),
        ("f_fwd", "f_vjp"),
        ("f", "f_vjp"),
        ("f", "f_grad"),
        ("forward", "backward"),
        ("fprop", "bprop"),
        ("forward_pass", "backward_pass"),
        ("conv_forward_naive", "conv_backward_naive"),
        ("forward_layer", "backward_layer"),
        ("forwardLayer", "backwardLayer"),
        ("layer_forward_prop", "layer_back_prop"),
        ("_f_forward", "_f_backward"),
        ("linear_activation_forward", "linear_activation_backward"),
    ],
)
def test_pairs_by_name(tmp_path, pair):
    text = f"""
        # oracle: shapes x: N D, w: D M
        def {pair[0]}(x, w):
            return np.tanh(x @ w)

        def {pair[1]}(g, x, w):
            dz = g * (1 - np.tanh(x @ w) ** 2)
            return dz @ w.T, x.T @ dz
    """
    subject = found(tmp_path, text)[pair[1]]
    assert set(right(subject).values()) == {("x",), ("w",)}


@pytest.mark.parametrize(
    "upstream", ["dout", "dA", "grad_output", "g", "upstream", "dY", "delta", "up"]
)
def test_the_upstream_has_many_names(tmp_path, upstream):
    text = f"""
        def relu(Z):
            '''Z: array of shape (N, D)'''
            A = np.maximum(Z, 0)
            return A

        def relu_backward({upstream}, Z):
            return {upstream} * (Z > 0)
    """
    assert right(found(tmp_path, text)["relu_backward"]) == {"dZ": ("Z",)}


@pytest.mark.parametrize("output", ["A", "out", "y", "a", "s"])
def test_the_output_may_be_an_argument(tmp_path, output):
    text = f"""
        # oracle: shapes Z: N D
        def sigmoid(Z):
            return 1 / (1 + np.exp(-Z))

        def sigmoid_backward(dA, {output}):
            return dA * {output} * (1 - {output})
    """
    assert right(found(tmp_path, text)["sigmoid_backward"]) == {"dZ": ("Z",)}


def test_an_output_beside_its_own_gradient(tmp_path):
    text = """
        # oracle: shapes x: N D
        def softmax_forward(x):
            probs = np.exp(x - x.max(1, keepdims=True))
            probs = probs / probs.sum(1, keepdims=True)
            return probs

        def softmax_backward(dprobs, probs):
            return probs * (dprobs - (dprobs * probs).sum(1, keepdims=True))
    """
    right(found(tmp_path, text)["softmax_backward"])


def test_the_upstream_may_come_last_if_it_is_called_so(tmp_path):
    text = """
        # oracle: shapes x: N D, w: D M
        def mul(x, w):
            return x @ w

        def mul_backward(x, w, dout):
            return dout @ w.T, x.T @ dout
    """
    subject = found(tmp_path, text)["mul_backward"]
    assert subject.has_upstream
    right(subject)


def test_a_loss_without_upstream(tmp_path):
    text = """
        # oracle: shapes y: N M, t: N M
        def mse(y, t):
            return np.mean((y - t) ** 2)

        def mse_grad(y, t):
            return 2 * (y - t) / y.size
    """
    subject = found(tmp_path, text)["mse_grad"]
    assert not subject.has_upstream
    assert right(subject) == {"dy": ("y",)}


@pytest.mark.parametrize(
    "name",
    ["mse_prime", "mse_derivative", "d_mse", "dmse", "mse_gradient", "grad_mse", "mseGradient"],
)
def test_the_targets_of_a_loss_may_stand_first(tmp_path, name):
    text = f"""
        # oracle: shapes y_true: N M, y_pred: N M
        def mse(y_true, y_pred):
            return np.mean(np.power(y_true - y_pred, 2))

        def {name}(y_true, y_pred):
            return 2 * (y_pred - y_true) / np.size(y_true)
    """
    assert right(found(tmp_path, text)[name]) == {"dy_pred": ("y_pred",)}


def test_integer_labels_from_a_docstring(tmp_path):
    text = '''
        def softmax_xent(logits, labels):
            """
            Args:
                logits: array of shape (N, C)
                labels: array of shape (N,), 0 <= labels[i] < C
            """
            z = logits - logits.max(1, keepdims=True)
            logp = z - np.log(np.exp(z).sum(1, keepdims=True))
            return -logp[np.arange(len(labels)), labels].mean()

        def softmax_xent_grad(logits, labels):
            z = logits - logits.max(1, keepdims=True)
            p = np.exp(z) / np.exp(z).sum(1, keepdims=True)
            p[np.arange(len(labels)), labels] -= 1
            return p / len(labels)
    '''
    subject = found(tmp_path, text)["softmax_xent_grad"]
    assert right(subject) == {"p": ("logits",)} or right(subject) == {"dlogits": ("logits",)}


def test_cost_and_gradient_of_theta(tmp_path):
    text = """
        # oracle: shapes theta: D, X: N D, y: N binary
        def cost(theta, X, y):
            h = 1 / (1 + np.exp(-X @ theta))
            return -np.mean(y * np.log(h) + (1 - y) * np.log(1 - h))

        def gradient(theta, X, y):
            h = 1 / (1 + np.exp(-X @ theta))
            return X.T @ (h - y) / len(y)
    """
    subject = found(tmp_path, text)["gradient"]
    assert list(right(subject).values()) == [("theta",)]


def test_several_outputs(tmp_path):
    text = """
        # oracle: shapes x: N D, h: N H, W: D H
        def cell_forward(x, h, W):
            a = x @ W
            c = np.tanh(a) + h
            h_next = np.tanh(c)
            return h_next, c, (x, W, a, c)

        def cell_backward(dh_next, dc, cache):
            x, W, a, c = cache
            dc = dc + dh_next * (1 - np.tanh(c) ** 2)
            da = dc * (1 - np.tanh(a) ** 2)
            dx = da @ W.T
            dW = x.T @ da
            return dx, dc, dW
    """
    subject = found(tmp_path, text)["cell_backward"]
    names = right(subject)
    assert names == {"dx": ("x",), "dc": ("h",), "dW": ("W",)}


def test_a_tuple_of_upstreams(tmp_path):
    text = """
        # oracle: shapes x: N D
        def split_forward(x):
            a, b = np.sin(x), np.cos(x)
            return a, b

        def split_backward(grads, x):
            da, db = grads
            return da * np.cos(x) - db * np.sin(x)
    """
    right(found(tmp_path, text)["split_backward"])


def test_a_dict_of_parameters(tmp_path):
    text = """
        # oracle: shapes X: N D, params.W1: D H, params["b1"]: H, params.W2: H 1
        def forward(X, params):
            h = np.tanh(X @ params["W1"] + params["b1"])
            return h @ params["W2"], h

        def backward(dout, X, params, h):
            grads = {}
            grads["W2"] = h.T @ dout
            dz = dout @ params["W2"].T * (1 - h**2)
            grads["W1"] = X.T @ dz
            grads["b1"] = dz.sum(0)
            return grads
    """
    subject = found(tmp_path, text)["backward"]
    assert right(subject) == {
        'grads["W1"]': ("params", "W1"),
        'grads["b1"]': ("params", "b1"),
        'grads["W2"]': ("params", "W2"),
    }


def test_a_list_of_parameters(tmp_path):
    text = """
        # oracle: shapes X: N D, weights[0]: D H, weights[1]: H M
        def net_forward(X, weights):
            for w in weights:
                X = np.tanh(X @ w)
            return X

        def net_backward(dout, X, weights):
            xs = [X]
            for w in weights:
                xs.append(np.tanh(xs[-1] @ w))
            dws = [None] * len(weights)
            for i in reversed(range(len(weights))):
                dz = dout * (1 - xs[i + 1] ** 2)
                dws[i] = xs[i].T @ dz
                dout = dz @ weights[i].T
            return dout, dws
    """
    subject = found(tmp_path, text)["net_backward"]
    assert set(right(subject).values()) == {("X",), ("weights", 0), ("weights", 1)}


def test_keyword_options_keep_their_defaults(tmp_path):
    text = """
        # oracle: shapes x: N D
        def leaky_relu(x, alpha=0.01, *, inplace=False):
            return np.where(x > 0, x, alpha * x)

        def leaky_relu_backward(dout, x, alpha=0.01):
            return np.where(x > 0, dout, alpha * dout)
    """
    right(found(tmp_path, text)["leaky_relu_backward"])


def test_a_number_with_a_default_is_no_input_though_it_is_annotated(tmp_path):
    text = """
        # oracle: shapes x: N D
        def scale_forward(x: np.ndarray, eps: float = 1e-5):
            return x / np.sqrt(1 + eps), eps

        def scale_backward(dout, cache):
            return dout / np.sqrt(1 + cache)
    """
    subject = found(tmp_path, text)["scale_backward"]
    assert [argument.name for argument in subject.arguments] == ["x"]
    right(subject)


def test_options_that_a_comment_gives(tmp_path):
    text = """
        # oracle: shapes x: N D, bn_param: {"mode": "train"}, power=2
        def scale_forward(x, bn_param, power):
            assert bn_param["mode"] == "train"
            return x**power, (x, power)

        def scale_backward(dout, cache):
            x, power = cache
            return dout * power * x ** (power - 1)
    """
    right(found(tmp_path, text)["scale_backward"])


def test_a_number_without_a_shape_is_assumed_and_said(tmp_path):
    text = """
        # oracle: shapes w: D
        def ridge(w, reg):
            return reg * np.sum(w**2)

        def ridge_grad(w, reg):
            return 2 * reg * w
    """
    subject = found(tmp_path, text)["ridge_grad"]
    assert right(subject) == {"dw": ("w",)}
    assert subject.remarks == ["reg was taken to be 0.1"]


def test_a_scalar_is_an_input_like_others(tmp_path):
    text = """
        # oracle: shapes x: N, gain: scalar
        def scale(x, gain):
            return gain * x

        def scale_backward(g, x, gain):
            return g * gain, np.sum(g * x)
    """
    assert set(right(found(tmp_path, text)["scale_backward"]).values()) == {("x",), ("gain",)}


def test_column_samples_and_docstrings_of_a_course(tmp_path):
    text = '''
        def linear_forward(A, W, b):
            """
            Implement the linear part of a layer's forward propagation.

            Arguments:
            A -- activations from previous layer (or input data): (size of previous layer, number of examples)
            W -- weights matrix: numpy array of shape (size of current layer, size of previous layer)
            b -- bias vector, numpy array of shape (size of the current layer, 1)

            Returns:
            Z -- the input of the activation function
            cache -- a python tuple containing "A", "W" and "b"
            """
            Z = W.dot(A) + b
            cache = (A, W, b)
            return Z, cache

        def linear_backward(dZ, cache):
            A_prev, W, b = cache
            dW = np.dot(dZ, A_prev.T)
            db = np.sum(dZ, axis=1, keepdims=True)
            dA_prev = np.dot(W.T, dZ)
            return dA_prev, dW, db
    '''
    names = right(found(tmp_path, text)["linear_backward"])
    assert names == {"dA_prev": ("A",), "dW": ("W",), "db": ("b",)}


def test_layers_of_a_course_with_many_axes(tmp_path):
    text = '''
        def affine_forward(x, w, b):
            """
            Inputs:
            - x: A numpy array containing input data, of shape (N, d_1, ..., d_k)
            - w: A numpy array of weights, of shape (D, M)
            - b: A numpy array of biases, of shape (M,)

            Returns a tuple of:
            - out: output, of shape (N, M)
            - cache: (x, w, b)
            """
            out = x.reshape(x.shape[0], -1).dot(w) + b
            cache = (x, w, b)
            return out, cache

        def affine_backward(dout, cache):
            x, w, b = cache
            dx, dw, db = None, None, None
            dx = dout.dot(w.T).reshape(x.shape)
            dw = x.reshape(x.shape[0], -1).T.dot(dout)
            db = dout.sum(axis=0)
            return dx, dw, db

        def relu_forward(x):
            """
            Input:
            - x: Inputs, of any shape
            """
            out = np.maximum(0, x)
            cache = x
            return out, cache

        def relu_backward(dout, cache):
            dx, x = None, cache
            dx = dout * (x > 0)
            return dx

        def affine_relu_forward(x, w, b):
            """
            - x: Input to the affine layer, of shape (N, D)
            - w, b: Weights of shape (D, M) and biases
            """
            a, fc_cache = affine_forward(x, w, b)
            out, relu_cache = relu_forward(a)
            cache = (fc_cache, relu_cache)
            return out, cache

        # oracle: shapes b: M
        def affine_relu_backward(dout, cache):
            fc_cache, relu_cache = cache
            da = relu_backward(dout, relu_cache)
            dx, dw, db = affine_backward(da, fc_cache)
            return dx, dw, db

        def softmax_loss(x, y):
            """
            Inputs:
            - x: Input data, of shape (N, C) where x[i, j] is the score for the jth
              class for the ith input.
            - y: Vector of labels, of shape (N,) where y[i] is the label for x[i] and
              0 <= y[i] < C

            Returns a tuple of:
            - loss: Scalar giving the loss
            - dx: Gradient of the loss with respect to x
            """
            shifted = x - x.max(axis=1, keepdims=True)
            logp = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
            N = x.shape[0]
            loss = -logp[np.arange(N), y].mean()
            dx = np.exp(logp)
            dx[np.arange(N), y] -= 1
            dx /= N
            return loss, dx
    '''
    subjects = found(tmp_path, text)
    assert {name: s.way for name, s in subjects.items()} == {
        "affine_backward": 2,
        "relu_backward": 2,
        "affine_relu_backward": 2,
        "softmax_loss": 3,
    }
    for subject in subjects.values():
        right(subject)
        right(subject, first=3)


def test_the_line_is_that_of_the_last_assignment(tmp_path):
    text = """
        # oracle: shapes x: N D
        def f_forward(x):
            return x**2

        def f_backward(dout, x):
            dx = 2 * x
            dx *= dout
            if False:
                dx[0] = 0
            return dx
    """
    from tests.oracle.discovery.differences import gradients

    ((name, of, line, *_),) = gradients(found(tmp_path, text)["f_backward"])
    assert (name, of, line) == ("dx", ("x",), 11)


def test_wrong_gradients_are_bound_as_well(tmp_path):
    assert wrong(
        found(tmp_path, AFFINE.replace("sum(axis=0)", "mean(axis=0)").format("dx, dw, db"))[
            "affine_backward"
        ]
    ) == {"db"}


def test_a_missing_shape_says_what_to_add_and_where(tmp_path):
    text = """
        def affine(x, w):
            return x @ w

        def affine_backward(dout, x, w):
            return dout @ w.T, x.T @ dout
    """
    text = text.replace("return x @ w", "raise RuntimeError")  # it runs with no shapes at all
    ((line, message),) = problems(tmp_path, text)
    assert line == 3
    assert message == (
        "affine_backward: nothing says the shape of x and w; add "
        '"# oracle: shapes x: SIZES, w: SIZES" above line 3'
    )


def test_integers_without_a_range(tmp_path):
    text = """
        from jaxtyping import Float, Int
        def loss_fn(z: Float[np.ndarray, "N C"], y: "Int[np.ndarray, 'N']"):
            return -z[np.arange(len(y)), y].mean()

        def loss_fn_grad(z, y):
            g = np.zeros_like(z)
            g[np.arange(len(y)), y] = -1 / len(y)
            return g
    """
    subject = found(tmp_path, text)["loss_fn_grad"]  # C is known from z
    right(subject)
    subject = found(tmp_path, text.replace("N C", "N D"))["loss_fn_grad"]
    assert subject.shapes == "y: N labels(D)"  # D is known from running it


def test_a_typo_in_an_argument(tmp_path):
    text = """
        # oracle: shapes weights: D M, x: N D
        def f_forward(x, weights):
            return x @ weights

        def f_backward(dout, x, wieghts, foo):
            return dout @ wieghts.T, x.T @ dout
    """
    ((_, message),) = problems(tmp_path, text)
    assert "nothing says what wieghts is" in message
    assert "did you mean weights?" in message


def test_one_half_is_nothing(tmp_path):
    assert found(tmp_path, "def affine_backward(dout, x):\n    return dout * x\n") == {}
    assert found(tmp_path, "def forward(x):\n    return x\n") == {}


def test_a_file_without_derivations_is_not_executed(tmp_path):
    assert found(tmp_path, "raise RuntimeError('executed')\n") == {}


def test_tests_and_numerical_gradients_are_no_derivations(tmp_path):
    text = """
        def f(x):
            return x

        def numerical_gradient(f, x):
            return x

        def test_f_backward():
            pass

        def gradient_check(x, theta):
            return x

        def gradient_descent(x, y):
            return x
    """
    assert found(tmp_path, text) == {}


def test_static_methods(tmp_path):
    text = """
        class Activations:
            # oracle: shapes x: N D
            @staticmethod
            def tanh_forward(x):
                return np.tanh(x)

            @staticmethod
            def tanh_backward(dout, x):
                return dout * (1 - np.tanh(x) ** 2)
    """
    right(found(tmp_path, text)["Activations.tanh_backward"])


def test_a_dataclass_of_parameters(tmp_path):
    text = """
        from dataclasses import dataclass

        @dataclass
        class Params:
            W: np.ndarray
            b: np.ndarray

        # oracle: shapes X: N D, params.W: D M, params.b: M
        def forward(X, params: Params):
            return X @ params.W + params.b

        def backward(dout, X, params: Params):
            dX = dout @ params.W.T
            return dX, Params(W=X.T @ dout, b=dout.sum(0))
    """
    assert set(right(found(tmp_path, text)["backward"]).values()) == {
        ("X",),
        ("params", "W"),
        ("params", "b"),
    }


def test_dropout_with_a_random_mask_in_the_cache(tmp_path):
    text = """
        def dropout_forward(x, dropout_param):
            '''- x: Input data, of any shape'''
            p, mode = dropout_param["p"], dropout_param["mode"]
            if "seed" in dropout_param:
                np.random.seed(dropout_param["seed"])
            mask = (np.random.rand(*x.shape) < p) / p
            out = x * mask
            cache = (dropout_param, mask)
            return out, cache

        def dropout_backward(dout, cache):
            dropout_param, mask = cache
            return dout * mask
    """
    right(found(tmp_path, text)["dropout_backward"])


def test_a_step_and_its_whole_sequence_are_two_pairs(tmp_path):
    text = """
        # oracle: shapes x: N D, h: N D
        def rnn_step_forward(x, h):
            n = np.tanh(x + h)
            return n, n

        def rnn_step_backward(dn, cache):
            da = dn * (1 - cache**2)
            return da, da

        # oracle: shapes xs: T N D, h0: N D
        def rnn_forward(xs, h0):
            hs = [h0]
            for x in xs:
                hs.append(rnn_step_forward(x, hs[-1])[0])
            return np.array(hs[1:]), hs

        def rnn_backward(dhs, cache):
            dxs, dh = np.zeros_like(dhs), 0
            for t in reversed(range(len(dhs))):
                dxs[t], dh = rnn_step_backward(dhs[t] + dh, cache[t + 1])
            return dxs, dh
    """
    subjects = found(tmp_path, text)
    assert right(subjects["rnn_step_backward"]) == {"da": ("x",), "dh": ("h",)} or right(
        subjects["rnn_step_backward"]
    )
    assert right(subjects["rnn_backward"]) == {"dxs": ("xs",), "dh": ("h0",)}


def test_elementwise_pairs_need_no_shape(tmp_path):
    text = """
        def relu(Z):
            A = np.maximum(0, Z)
            cache = Z
            return A, cache

        def relu_backward(dA, cache):
            dZ = np.array(dA, copy=True)
            dZ[cache <= 0] = 0
            return dZ
    """
    subject = found(tmp_path, text)["relu_backward"]
    assert subject.sizes == ("*shape",)
    right(subject)


def test_a_cache_that_only_the_caller_makes(tmp_path):
    text = """
        def sigmoid(Z):
            return 1 / (1 + np.exp(-Z))

        def sigmoid_backward(dA, cache):
            s = sigmoid(cache)
            return dA * s * (1 - s)
    """
    right(found(tmp_path, text)["sigmoid_backward"])


@pytest.mark.parametrize("names", ["dj_dw, dj_db", "dJ_dw, dJ_db", "dw, db", "w_grad, b_grad"])
def test_gradients_in_another_order_than_the_inputs(tmp_path, names):
    dw, db = names.split(", ")
    text = f"""
        # oracle: shapes X: m n, y: m binary, w: n, b: scalar
        def compute_cost(X, y, w, b, lambda_=1):
            f = 1 / (1 + np.exp(-(X @ w + b)))
            return np.mean(-y * np.log(f) - (1 - y) * np.log(1 - f))

        def compute_gradient(X, y, w, b, lambda_=1):
            err = 1 / (1 + np.exp(-(X @ w + b))) - y
            {dw} = X.T @ err / len(y)
            {db} = err.mean()
            return {db}, {dw}
    """
    assert right(found(tmp_path, text)["compute_gradient"]) == {dw: ("w",), db: ("b",)}


def test_the_gradient_of_something_else_is_no_pair(tmp_path):
    text = """
        def loss(pred, y):
            return np.mean((pred - y) ** 2)

        def image_gradient(img):
            return np.diff(img)
    """
    assert found(tmp_path, text) == {}


def test_lambdas_with_names(tmp_path):
    text = """
        sigmoid = lambda x: 1 / (1 + np.exp(-x))
        sigmoid_derivative = lambda x: sigmoid(x) * (1 - sigmoid(x))
    """
    assert right(found(tmp_path, text)["sigmoid_derivative"]) == {"dx": ("x",)}


def test_shapes_in_one_line_of_prose(tmp_path):
    text = '''
        def xent_with_logits(logits, reference_answers):
            """logits: [batch, n_classes], reference_answers: [batch] ids, 0 <= id < n_classes"""
            chosen = logits[np.arange(len(logits)), reference_answers]
            return np.mean(-chosen + np.log(np.sum(np.exp(logits), axis=-1)))

        def grad_xent_with_logits(logits, reference_answers):
            ones = np.zeros_like(logits)
            ones[np.arange(len(logits)), reference_answers] = 1
            softmax = np.exp(logits) / np.exp(logits).sum(axis=-1, keepdims=True)
            return (-ones + softmax) / logits.shape[0]
    '''
    right(found(tmp_path, text)["grad_xent_with_logits"])


def test_a_loss_per_sample_and_the_gradient_of_the_mean(tmp_path):
    text = """
        def cross_entropy(logits, y):  # logits: (N, V), y: (N,) labels in [0, V)
            z = logits - logits.max(1, keepdims=True)
            return np.log(np.exp(z).sum(1)) - z[np.arange(len(y)), y]

        def cross_entropy_backward(logits, y):
            p = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
            p[np.arange(len(y)), y] -= 1
            return p{}
    """
    subject = found(tmp_path, text.format(""))["cross_entropy_backward"]
    assert list(right(subject).values()) == [("logits",)]
    subject = found(tmp_path, text.format(" / len(y)"))["cross_entropy_backward"]
    assert wrong(subject)
    right(subject.read_as(1))
    assert not subject.read_as(1).has_upstream


@pytest.mark.parametrize("default", ["1", "1.0", "None"])
def test_an_upstream_may_have_a_default(tmp_path, default):
    text = f"""
        # oracle: shapes p: N D, t: N D fixed
        def mse(p, t):
            return np.mean((p - t) ** 2)

        def mse_backward(p, t, dout={default}):
            dp = dout * 2 * (p - t) / p.size
            return dp
    """
    assert right(found(tmp_path, text)["mse_backward"]) == {"dp": ("p",)}
    assert found(tmp_path, text)["mse_backward"].has_upstream
    deaf = found(tmp_path, text.replace("dout * 2", "2"))["mse_backward"]
    assert wrong(deaf) == {"dp"}


GLOBALS = """
    W = np.zeros((3, 2))
    b = np.zeros(2)
    dW = db = None

    {shapes}
    def forward(x):
        return x @ W + b

    def backward(dout, x):
        {backward}
"""
LEFT = """global dW, db
        dW = x.T @ dout
        db = dout.sum(0)
        return dout @ W.T"""
RETURNED = """dW, db = x.T @ dout, dout.sum(0)
        return dout @ W.T, dW, db"""


@pytest.mark.parametrize("backward", [LEFT, LEFT.replace("return", "dx ="), RETURNED])
@pytest.mark.parametrize("shapes", ["x: N D, W: D M, b: M", "x: N 3"])
def test_parameters_may_be_variables_of_the_module(tmp_path, backward, shapes):
    text = GLOBALS.format(shapes=f"# oracle: shapes {shapes}", backward=backward)
    names = right(found(tmp_path, text)["backward"])
    assert {"dW": ("W",), "db": ("b",)}.items() <= names.items()
    assert ("dx" in names) == ("dx =" not in backward)


def test_a_wrong_gradient_of_a_variable_of_the_module_is_seen(tmp_path):
    backward = LEFT.replace("x.T @ dout", "x.T @ dout / len(x)")
    text = GLOBALS.format(shapes="# oracle: shapes x: N D, W: D M, b: M", backward=backward)
    subject = found(tmp_path, text)["backward"]
    assert wrong(subject) == {"dW"}
    assert subject.functions[0].__globals__["W"].shape == (3, 2)


def test_variables_that_do_not_fit_the_arguments_get_shapes_by_running(tmp_path):
    text = GLOBALS.format(shapes="# oracle: shapes x: N D", backward=LEFT)
    (subject,) = found(tmp_path, text).values()
    assert subject.shapes == "W: D M, b: M"


def test_a_constant_of_the_module_is_no_input(tmp_path):
    text = """
        SCALE = np.array([2.0, 3.0])

        # oracle: shapes x: N 2
        def scaled(x):
            return x * SCALE

        def scaled_backward(dout):
            return dout * SCALE
    """
    assert right(found(tmp_path, text)["scaled_backward"]) == {"dx": ("x",)}


@pytest.mark.parametrize(
    "returned",
    [
        "Grads(db=dout.sum(0), dx=dout @ w.T, dw=x.T @ dout)",
        "Grads(dout.sum(0), dout @ w.T, x.T @ dout)",
    ],
)
def test_the_fields_of_a_named_tuple_say_what_gradients_are_of(tmp_path, returned):
    text = AFFINE.replace("\n    ", "\n").format(returned)
    text = 'import collections\nGrads = collections.namedtuple("Grads", "db dx dw")\n' + text
    names = right(found(tmp_path, text)["affine_backward"])
    assert names == {"dx": ("x",), "dw": ("w",), "db": ("b",)}


def test_an_entry_that_is_an_expression_bears_its_keys_name(tmp_path):
    text = AFFINE.format('{"dx": dx, "dw": dw, "db": dout.sum(axis=0)}')
    assert set(right(found(tmp_path, text)["affine_backward"])) == {"dx", "dw", "db"}


def test_outputs_in_a_tuple_of_their_own_beside_the_cache(tmp_path):
    text = """
        # oracle: shapes x: N D, y: N D
        def polar_forward(x, y):
            r = np.sqrt(x * x + y * y)
            a = np.arctan2(y, x)
            return (r, a), (x, y, r)

        def polar_backward(dr, da, cache):
            x, y, r = cache
            dx = dr * x / r - da * y / r**2
            dy = dr * y / r + da * x / r**2
            return dx, dy
    """
    assert right(found(tmp_path, text)["polar_backward"]) == {"dx": ("x",), "dy": ("y",)}


def test_layers_without_shapes_that_others_are_made_of_are_judged_by_themselves(tmp_path):
    text = """
        def scale_forward(x, k):
            return k * x, (x, k)

        def scale_backward(dout, cache):
            x, k = cache
            return k * dout, (x * dout).sum()

        # oracle: shapes x: N D, k: scalar
        def twice_forward(x, k):
            once, first = scale_forward(x, k)
            out, second = scale_forward(once, k)
            return out, (first, second)

        def twice_backward(dout, cache):
            donce, dk = scale_backward(dout, cache[1])
            dx, more = scale_backward(donce, cache[0])
            return dx, dk + more
    """
    subjects = found(tmp_path, text)
    for name in ("scale_backward", "twice_backward"):
        assert set(right(subjects[name]).values()) == {("x",), ("k",)}
    assert subjects["twice_backward"].remarks == []


CELL = """
    # oracle: shapes x: N D, w: D M
    def cell_step(x, w):
        return np.tanh(x @ w), (x, w, np.tanh(x @ w))

    def cell_step_backward(dh, cache):
        x, w, h = cache
        da = dh * (1 - h * h)
        return da @ w.T, x.T @ da
"""


def test_a_word_that_often_says_nothing_may_be_the_forwards_own(tmp_path):
    assert len(right(found(tmp_path, CELL)["cell_step_backward"])) == 2
    assert wrong(found(tmp_path, CELL.replace("da @ w.T", "dh @ w.T"))["cell_step_backward"])


def test_a_private_helper_is_not_taken_for_the_function_that_has_its_name(tmp_path):
    text = """
        import functools

        def _power(k, z):
            return np.sum(z**k)

        def _power_grad(k, z):
            return k * z ** (k - 1)

        # oracle: shapes z: N
        def power(z):
            return functools.partial(_power, 3)(z)

        def power_grad(z):
            return functools.partial(_power_grad, 3)(z)
    """
    assert right(found(tmp_path, text)["power_grad"])


def test_a_function_that_makes_forward_and_backward_is_no_derivation(tmp_path):
    text = """
        def make():
            def up(x, w):
                return x @ w, (x, w)

            def down(dy, x, w):
                return dy @ w.T, x.T @ dy
            return up, down

        up_, down_ = make()

        # oracle: shapes x: N D, w: D M
        def lift_forward(x, w):
            return up_(x, w)

        def lift_backward(dy, cache):
            return down_(dy, *cache)
    """
    assert list(found(tmp_path, text)) == ["lift_backward"]


KEPT = """
    import collections

    Seen = collections.namedtuple("Seen", ["root", "share"])

    # oracle: shapes v: N D
    def steepness(v):
        root = np.sqrt(1 + v * v)
        share = v / root
        return root, {kept}

    def steepness_backward(dr, {name}):
        {taken}
        return dr * {factor}
"""


@pytest.mark.parametrize("name", ["things", "bag"])
@pytest.mark.parametrize(
    ("kept", "taken"),
    [
        ("(root, share)", "root, share = {name}"),
        ("Seen(root, share)", "share = {name}.share"),
        ('{{"share": share, "root": root}}', 'share = {name}["share"]'),
    ],
)
def test_an_argument_that_is_taken_apart_is_what_forward_kept(tmp_path, name, kept, taken):
    taken, kept = taken.format(name=name), kept.format()
    text = KEPT.format(kept=kept, taken=taken, name=name, factor="share")
    assert right(found(tmp_path, text)["steepness_backward"]) == {"dv": ("v",)}
    text = KEPT.format(kept=kept, taken=taken, name=name, factor="share**2")
    assert wrong(found(tmp_path, text)["steepness_backward"]) == {"dv"}


SCALED = """
    # oracle: shapes u: N D, v: D, t: N
    def spread(u, v, t):
        r = u @ v - t
        return np.sum(r ** 4)

    def spread_backward(g, u, v, t):
        e = 4 * (u @ v - t) ** 3
        dv = u.T @ e
        du = e[:, None] * v
        return {}
"""


def test_a_gradient_times_the_upstream_keeps_its_name(tmp_path):
    subject = found(tmp_path, SCALED.format("dv * g, g * du"))["spread_backward"]
    assert right(subject) == {"dv": ("v",), "du": ("u",)}
    subject = found(tmp_path, SCALED.replace("e = 4", "e = 3").format("dv * g, g * du"))
    assert wrong(subject["spread_backward"]) == {"dv", "du"}


def test_a_gradient_that_holds_the_upstream_already_has_no_name_of_its_own(tmp_path):
    text = SCALED.replace("e = 4", "e = g * 4").format("dv * g, du * g")
    with contextlib.suppress(WrongReturn):
        assert wrong(found(tmp_path, text)["spread_backward"])
