"""One function with the value and the gradient, or the value and a pullback; derivatives; courses."""

import textwrap

import pytest

from oracle.discovery import subjects
from oracle.subject import ClippedHere
from tests.oracle.discovery.differences import found, problems, right, wrong


@pytest.mark.parametrize(
    ("name", "returned"),
    [
        ("loss_and_grad", "loss, dW"),
        ("value_and_grad", "loss, dW"),
        ("cost_function", "loss, grad"),
        ("svm_loss_vectorized", "loss, dW"),
        ("propagate", "{'dW': dW}, loss"),
        ("softmax_loss_naive", "loss, dW"),
        ("lossAndGradient", "(loss, dW)"),
        ("grad_and_loss", "dW, loss"),
    ],
)
def test_value_and_gradient(tmp_path, name, returned):
    text = f"""
        # oracle: shapes W: D C, X: N D, y: N labels(C)
        def {name}(W, X, y, reg=0.1):
            s = X @ W
            s = s - s.max(1, keepdims=True)
            p = np.exp(s) / np.exp(s).sum(1, keepdims=True)
            loss = -np.log(p[np.arange(len(y)), y]).mean() + reg * np.sum(W * W)
            p[np.arange(len(y)), y] -= 1
            dW = X.T @ p / len(y) + 2 * reg * W
            grad = dW
            return {returned}
    """
    subject = found(tmp_path, text)[name]
    assert not subject.has_upstream
    assert list(right(subject).values()) == [("W",)]


def test_a_function_that_is_named_needs_no_telling_name(tmp_path):
    text = """
        # oracle: shapes a: N, b: N
        def thing(a, b):
            return np.dot(a, np.sin(b)), (np.sin(b), a * np.cos(b))
    """
    ((line, message),) = problems(tmp_path, text)
    assert line == 4
    assert message.startswith("thing has a shapes comment but no gradient")
    assert right(found(tmp_path, text, "thing")["thing"]) == {"da": ("a",), "db": ("b",)}


def test_two_layer_loss_with_a_dict_of_gradients(tmp_path):
    text = """
        # oracle: shapes X: N D, y: N labels(C), W1: D H, b1: H, W2: H C, b2: C
        def two_layer_loss(params, X, y):
            W1, b1 = params["W1"], params["b1"]
            W2, b2 = params["W2"], params["b2"]
            h = np.maximum(0, X @ W1 + b1)
            s = h @ W2 + b2
            p = np.exp(s) / np.exp(s).sum(1, keepdims=True)
            n = len(y)
            loss = -np.log(p[range(n), y]).sum() / n
            ds = p.copy()
            ds[range(n), y] -= 1
            ds /= n
            dh = ds @ W2.T * (h > 0)
            grads = {"W2": h.T @ ds, "b2": ds.sum(0)}
            grads["W1"] = X.T @ dh
            grads["b1"] = dh.sum(0)
            return loss, grads
    """
    assert right(found(tmp_path, text)["two_layer_loss"]) == {
        f'grads["{key}"]': ("params", key) for key in ("W2", "b2", "W1", "b1")
    }


def test_loss_and_several_gradients(tmp_path):
    text = """
        # oracle: shapes X: N D, w: D, b: scalar, y: N
        def loss_and_grad(X, w, b, y):
            r = X @ w + b - y
            loss = 0.5 * np.mean(r**2)
            dw = X.T @ r / len(y)
            db = r.mean()
            return loss, dw, db
    """
    assert right(found(tmp_path, text)["loss_and_grad"]) == {"dw": ("w",), "db": ("b",)}


def test_value_and_pullback(tmp_path):
    text = """
        from jaxtyping import Float

        def affine(X: Float[np.ndarray, "N D"], W: Float[np.ndarray, "D M"]):
            Z = X @ W

            def pullback(dZ):
                return dZ @ W.T, X.T @ dZ

            return Z, pullback

        # oracle: shapes x: *shape
        def square(x):
            return x**2, lambda g: 2 * g * x

        # oracle: shapes x: N
        def total(x):
            def back():
                dx = np.ones_like(x)
                return dx
            return x.sum(), back
    """
    subjects = found(tmp_path, text)
    assert {name: s.way for name, s in subjects.items()} == {"affine": 6, "square": 6, "total": 6}
    assert right(subjects["affine"]) == {"dX": ("X",), "dW": ("W",)}
    assert right(subjects["square"]) == {"dx": ("x",)}
    assert not subjects["total"].has_upstream
    right(subjects["total"])


@pytest.mark.parametrize(
    "name",
    [
        *("sigmoid_prime", "dsigmoid", "d_sigmoid", "sigmoid_derivative", "sigmoid_grad"),
        *("sigmoid_deriv", "sigmoidPrime", "sigmoid_der", "grad_sigmoid", "derivative_sigmoid"),
        *("sigmoid_gradient", "sigmoid_d", "sigmoidDerivative", "sigmoid_backward"),
    ],
)
def test_derivatives_of_elementwise_functions(tmp_path, name):
    text = f"""
        def sigmoid(z):
            return 1.0 / (1.0 + np.exp(-z))

        def {name}(z):
            return sigmoid(z) * (1 - sigmoid(z))
    """
    subject = found(tmp_path, text)[name]
    assert subject.way == 7
    assert subject.sizes == ("*shape",)
    assert right(subject) == {"dz": ("z",)}
    assert len(subject.readings) == 2
    assert wrong(subject.read_as(1)) == {"dz"}


def test_a_derivative_in_terms_of_the_output(tmp_path):
    text = """
        def tanh(x):
            return np.tanh(x)

        def tanh_deriv(y):
            return 1 - y**2
    """
    subject = found(tmp_path, text)["tanh_deriv"]
    assert wrong(subject) == {"dx"}
    right(subject.read_as(1))
    assert "output" in subject.readings[1].remark


def test_one_flag_for_both(tmp_path):
    text = """
        def softmax(x):
            e = np.exp(x - np.max(x))
            return e / e.sum()

        def softmax_grad(s):
            return np.diag(s) - np.outer(s, s)
    """
    subject = found(tmp_path, text)["softmax_grad"]
    right(subject.read_as(1))


def test_a_scalar_function_needs_a_shape(tmp_path):
    text = """
        def rosen(x):
            return np.sum(100.0 * (x[1:] - x[:-1] ** 2.0) ** 2.0 + (1 - x[:-1]) ** 2.0)

        def rosen_der(x):
            xm = x[1:-1]
            der = np.zeros_like(x)
            der[1:-1] = 200 * (xm - x[:-2] ** 2) - 400 * (x[2:] - xm**2) * xm - 2 * (1 - xm)
            der[0] = -400 * x[0] * (x[1] - x[0] ** 2) - 2 * (1 - x[0])
            der[-1] = 200 * (x[-1] - x[-2] ** 2)
            return der
    """
    subject = found(tmp_path, text, shapes="x: D+3")["rosen_der"]
    assert not subject.has_upstream
    right(subject)


def test_functions_of_a_helper_in_the_same_folder(tmp_path):
    (tmp_path / "utils.py").write_text(
        "import numpy as np\ndef sigmoid(z):\n    return 1/(1+np.exp(-z))\n"
    )
    (tmp_path / "reference.py").write_text("SCALE = 2.0\n")
    text = """
        import reference
        from utils import sigmoid
        from oracle import nothing

        def sigmoid_prime(z):
            assert reference.SCALE == 2.0
            return sigmoid(z) * (1 - sigmoid(z))
    """
    (tmp_path / "oracle.py").write_text("nothing = None\n")
    right(found(tmp_path, text)["sigmoid_prime"])
    import oracle
    import reference

    assert hasattr(reference, "affine")
    assert hasattr(oracle, "__version__")


def test_relative_imports_in_a_package(tmp_path):
    from oracle.discovery import subjects

    package = tmp_path / "pack"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "consts.py").write_text("TWO = 2\n")
    (package / "net.py").write_text(
        "from .consts import TWO\n"
        "def f(x):\n    return TWO * x\n"
        "def f_prime(x):\n    return TWO + 0 * x\n"
    )
    usable, failures = subjects(package / "net.py")
    assert not failures
    right(usable[0])


def test_files_that_do_not_load(tmp_path):
    text = "def f(x):\n    return x\ndef f_prime(x):\n    return x\n"
    assert problems(tmp_path, text + "def broken(:\n")[0][1].startswith("SyntaxError")


def test_main_is_not_run(tmp_path):
    text = """
        def f(x):
            return x**2
        def f_prime(x):
            return 2 * x
        if __name__ == "__main__":
            raise RuntimeError
    """
    right(found(tmp_path, text)["f_prime"])


COURSE = """
    def sigmoid(z):
        return 1 / (1 + np.exp(-z))

    def forward_propagation(X, parameters):
        '''
        Argument:
        X -- input data of size (n_x, m)
        parameters -- python dictionary containing your parameters
        '''
        W1 = parameters['W1']
        b1 = parameters['b1']
        W2 = parameters['W2']
        b2 = parameters['b2']
        Z1 = np.dot(W1, X) + b1
        A1 = np.tanh(Z1)
        Z2 = np.dot(W2, A1) + b2
        A2 = sigmoid(Z2)
        cache = {"Z1": Z1, "A1": A1, "Z2": Z2, "A2": A2}
        return A2, cache

    def compute_cost(A2, Y):
        '''
        A2 -- The sigmoid output of the second activation, of shape (1, number of examples)
        Y -- "true" labels vector of shape (1, m), 0 or 1
        '''
        m = Y.shape[1]
        logprobs = np.multiply(np.log(A2), Y) + np.multiply(np.log(1 - A2), 1 - Y)
        cost = -np.sum(logprobs) / m
        return float(np.squeeze(cost))

    # oracle: shapes W1: n_h n_x, b1: n_h 1, W2: 1 n_h, b2: 1 1
    def backward_propagation(parameters, cache, X, Y):
        m = X.shape[1]
        W2 = parameters['W2']
        A1, A2 = cache['A1'], cache['A2']
        dZ2 = A2 - Y
        dW2 = np.dot(dZ2, A1.T) / m
        db2 = np.sum(dZ2, axis=1, keepdims=True) / m
        dZ1 = np.multiply(np.dot(W2.T, dZ2), 1 - np.power(A1, 2))
        dW1 = np.dot(dZ1, X.T) / m
        db1 = np.sum(dZ1, axis=1, keepdims=True) / m
        grads = {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2}
        return grads
"""


def test_a_course(tmp_path):
    subject = found(tmp_path, COURSE)["backward_propagation"]
    assert subject.way == 8
    assert right(subject) == {f"d{key}": ("parameters", key) for key in ("W1", "b1", "W2", "b2")}


def test_a_course_with_parameters_in_the_comment(tmp_path):
    text = COURSE.replace(
        "shapes W1: n_h n_x, b1: n_h 1", 'shapes parameters["W1"]: n_h n_x, parameters.b1: n_h 1'
    )
    text = text.replace(", W2: 1 n_h, b2", ", parameters.W2: 1 n_h, parameters.b2")
    right(found(tmp_path, text)["backward_propagation"])


def test_a_deep_course(tmp_path):
    text = """
        def linear_forward(A, W, b):
            Z = W @ A + b
            return Z, (A, W, b)

        # oracle: shapes X: n_x m, parameters.W1: n_1 n_x, parameters.b1: n_1 1
        # oracle: shapes parameters.W2: 1 n_1, parameters.b2: 1 1, Y: 1 m binary
        def L_model_forward(X, parameters):
            caches = []
            A = X
            L = len(parameters) // 2
            for l in range(1, L + 1):
                Z, linear_cache = linear_forward(A, parameters["W" + str(l)], parameters["b" + str(l)])
                A = np.tanh(Z) if l < L else 1 / (1 + np.exp(-Z))
                caches.append((linear_cache, A))
            AL = A
            return AL, caches

        def compute_cost(AL, Y):
            m = Y.shape[1]
            return -np.sum(Y * np.log(AL) + (1 - Y) * np.log(1 - AL)) / m

        def L_model_backward(AL, Y, caches):
            grads = {}
            L = len(caches)
            m = AL.shape[1]
            dAL = -(np.divide(Y, AL) - np.divide(1 - Y, 1 - AL)) / m
            dA = dAL
            for l in reversed(range(L)):
                (A_prev, W, b), A = caches[l]
                dZ = dA * (1 - A**2) if l < L - 1 else dA * A * (1 - A)
                grads["dW" + str(l + 1)] = dZ @ A_prev.T
                grads[f"db{l + 1}"] = dZ.sum(axis=1, keepdims=True)
                dA = W.T @ dZ
            return grads
    """
    subject = found(tmp_path, text)["L_model_backward"]
    assert right(subject) == {
        f'grads["d{key}"]': ("parameters", key) for key in ("W1", "b1", "W2", "b2")
    }
    from tests.oracle.discovery.differences import gradients

    lines = {name: line for name, _, line, *_ in gradients(subject)}
    written = (tmp_path / "net.py").read_text().splitlines()
    for line, key in ((lines['grads["dW1"]'], "dW"), (lines['grads["db1"]'], "db")):
        assert f"d{key[1]}" in written[line - 1]
        assert "grads[" in written[line - 1]


def test_forward_prop_with_separate_parameters(tmp_path):
    text = """
        # oracle: shapes x: N D, w1: D H, w2: H 1, y: N 1
        def forward_prop(x, w1, w2):
            z1 = x @ w1
            a1 = np.tanh(z1)
            z2 = a1 @ w2
            return z1, a1, z2

        def cost(y_hat, y):
            return 0.5 * np.sum((y_hat - y) ** 2) / len(y)

        def back_prop(x, y, w2, a1, z2):
            dz2 = (z2 - y) / len(y)
            dw2 = a1.T @ dz2
            dz1 = dz2 @ w2.T * (1 - a1**2)
            dw1 = x.T @ dz1
            return dw1, dw2
    """
    subject = found(tmp_path, text)["back_prop"]
    assert right(subject) == {"dw1": ("w1",), "dw2": ("w2",)}


@pytest.mark.parametrize("order", ["grads, cost", "cost, grads"])
def test_propagate(tmp_path, order):
    text = f'''
        def propagate(w, b, X, Y):
            """
            Arguments:
            w -- weights, a numpy array of size (num_px * num_px * 3, 1)
            b -- bias, a scalar
            X -- data of size (num_px * num_px * 3, number of examples)
            Y -- true "label" vector (containing 0 if non-cat, 1 if cat) of size (1, number of examples)

            Return:
            cost -- negative log-likelihood cost for logistic regression
            """
            m = X.shape[1]
            A = 1 / (1 + np.exp(-(np.dot(w.T, X) + b)))
            cost = -np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A)) / m
            dw = np.dot(X, (A - Y).T) / m
            db = np.sum(A - Y) / m
            cost = np.squeeze(np.array(cost))
            grads = {{"dw": dw, "db": db}}
            return {order}
    '''
    subject = found(tmp_path, text)["propagate"]
    assert subject.way == 8
    assert right(subject, sizes=None) == {"dw": ("w",), "db": ("b",)}


def test_a_course_without_a_cost(tmp_path):
    text = """
        # oracle: shapes W1: H D, b1: H 1, W2: 3 H, b2: 3 1, X: D m, Y: m labels(3)
        def forward_prop(W1, b1, W2, b2, X):
            Z1 = W1.dot(X) + b1
            A1 = np.tanh(Z1)
            Z2 = W2.dot(A1) + b2
            A2 = np.exp(Z2) / sum(np.exp(Z2))
            return Z1, A1, Z2, A2

        def backward_prop(Z1, A1, Z2, A2, W1, W2, X, Y):
            m = Y.size
            dZ2 = A2 - np.eye(3)[Y].T
            dW2 = 1 / m * dZ2.dot(A1.T)
            db2 = 1 / m * dZ2.sum(1, keepdims=True)
            dZ1 = W2.T.dot(dZ2) * (1 - A1**2)
            dW1 = 1 / m * dZ1.dot(X.T)
            db1 = 1 / m * dZ1.sum(1, keepdims=True)
            return dW1, db1, dW2, db2
    """
    subject = found(tmp_path, text)["backward_prop"]
    assert subject.way == 8
    assert [r.name for r in subject.readings][1] == "cross-entropy of labels, mean over samples"
    assert wrong(subject)
    assert set(right(subject.read_as(1)).values()) == {("W1",), ("b1",), ("W2",), ("b2",)}


@pytest.mark.parametrize(
    "read",
    [
        'W1, b1, W2 = (parameters[k] for k in ("W1", "b1", "W2"))',
        'W1, b1 = [parameters[k] for k in ["W1", "b1"]]; W2 = parameters["W2"]',
        'W1, b1, W2 = parameters["W" + "1"], parameters[f"b{1}"], parameters["W2"]',
        "W1, b1, W2 = map(parameters.get, ('W1', 'b1', 'W2'))",
    ],
)
def test_what_shapes_name_beside_the_arguments_is_in_the_dict_of_parameters(tmp_path, read):
    text = f"""
        # oracle: shapes X: n m, W1: h n, b1: h 1, W2: k h
        def forward_propagation(X, parameters):
            {read}
            A1 = np.tanh(W1 @ X + b1)
            return W2 @ A1, (X, A1)

        # oracle: shapes Y: k m fixed
        def compute_cost(A2, Y):
            return 0.5 * np.sum((A2 - Y) ** 2)

        def backward_propagation(A2, Y, cache, parameters):
            X, A1 = cache
            dZ2 = A2 - Y
            dZ1 = parameters["W2"].T @ dZ2 * (1 - A1**2)
            return {{"dW1": dZ1 @ X.T, "db1": dZ1.sum(1, keepdims=True), "dW2": dZ2 @ A1.T}}
    """
    names = right(found(tmp_path, text)["backward_propagation"])
    assert set(names.values()) == {("parameters", k) for k in ("W1", "b1", "W2")}


LOSS_OF_NO_NAME = """
    # oracle: shapes W: D M, b: M, X: N D fixed
    def {name}(W, b, X):
        d = X @ W + b
        loss = 0.5 * np.sum(d**2)
        dW, db = X.T @ d, d.sum(axis=0)
        grads = {{"W": dW, "b": db}}
        {returned}
"""


@pytest.mark.parametrize(
    ("name", "returned"),
    [("train", "return loss, grads"), ("update_step", "return loss, (dW, db)")],
)
def test_the_name_of_what_trains_says_nothing_where_the_gradients_agree(tmp_path, name, returned):
    subject = found(tmp_path, LOSS_OF_NO_NAME.format(name=name, returned=returned))[name]
    assert set(right(subject).values()) == {("W",), ("b",)}


@pytest.mark.parametrize(
    "returned",
    [
        "return loss, (dW, db)",
        "return loss, dW, db",
        "return loss, [db, dW]",
        "return loss, grads",
        'return loss, {"dW": dW, "db": db}',
        "J = loss; return J, (db, dW)",
    ],
)
def test_a_return_statement_alone_may_tell_a_loss_and_its_gradients(tmp_path, returned):
    text = LOSS_OF_NO_NAME.format(name="fun", returned=returned)
    subject = found(tmp_path, text)["fun"]
    assert subject.way == 3
    assert set(right(subject).values()) == {("W",), ("b",)}


@pytest.mark.parametrize(
    ("name", "returned"),
    [
        ("fun", "return d, dW"),  # forward mode, say
        ("fun", "return loss, d"),
        ("fun", "return loss, W - 0.1 * dW"),
        ("fun", "dt = 0.1; return loss, dt"),
        ("fun", "history = []; return loss, history"),
        ("fun", 'cache = {"W": W, "b": b}; return loss, cache'),
        ("fun_numerical", "return loss, (dW, db)"),
    ],
)
def test_not_everything_that_returns_two_things_is_a_derivation(tmp_path, name, returned):
    ((_, message),) = problems(tmp_path, LOSS_OF_NO_NAME.format(name=name, returned=returned))
    assert "a shapes comment but no gradient" in message


def test_what_hands_on_the_gradients_of_another_is_judged_there(tmp_path):
    text = """
        # oracle: shapes w: D, X: N D fixed
        def sq_loss_and_grad(w, X):
            d = X @ w
            return 0.5 * d @ d, X.T @ d

        def both(w, X):
            loss, grad = sq_loss_and_grad(w, X)
            return loss, grad
    """
    assert set(found(tmp_path, text)) == {"sq_loss_and_grad"}


CHARS = """
    Wx = np.random.randn(4, 5)
    Wh = np.random.randn(4, 4)

    # oracle: shapes inputs: T labels(5), hprev: 4 fixed
    def lossFun(inputs, hprev):
        hs, loss = {-1: np.copy(hprev)}, 0
        for t in range(len(inputs)):
            hs[t] = np.tanh(Wx[:, inputs[t]] + Wh @ hs[t - 1])
            loss += 0.5 * hs[t] @ hs[t]
        dWx, dWh = np.zeros_like(Wx), np.zeros_like(Wh)
        dh = 0
        for t in reversed(range(len(inputs))):
            d = (hs[t] + dh) * (1 - hs[t] ** 2)
            dWx[:, inputs[t]] += d
            dWh += np.outer(d, hs[t - 1])
            dh = Wh.T @ d
        return loss, dWx, dWh, hs[len(inputs) - 1]
"""


def test_a_loss_may_be_of_variables_of_the_module_and_hand_on_its_state(tmp_path):
    subject = found(tmp_path, CHARS)["lossFun"]
    assert subject.way == 3
    assert right(subject) == {"dWx": ("Wx",), "dWh": ("Wh",)}


def test_clipped_gradients_are_judged_where_they_are_not_clipped(tmp_path):
    clip = "for each in [dWx, dWh]:\n            np.clip(each, -5, 5, out=each)\n        return"
    (subject,) = found(tmp_path, CHARS.replace("return", clip)).values()
    assert any("clipped" in remark for remark in subject.remarks)
    right(subject)


def test_gradients_at_the_limit_of_a_clip_are_not_judged(tmp_path):
    clip = (
        "for each in [dWx, dWh]:\n            np.clip(each, -1e-3, 1e-3, out=each)\n        return"
    )
    (subject,) = found(tmp_path, CHARS.replace("return", clip)).values()
    with pytest.raises(ClippedHere):
        right(subject)


def test_a_clip_at_what_is_no_number_is_not_understood(tmp_path):
    clip = "for each in [dWx, dWh]:\n            np.clip(each, -LIMIT, LIMIT, out=each)\n        return"
    text = "\n    LIMIT = 5" + CHARS.replace("return", clip)
    ((line, message),) = problems(tmp_path, text)
    assert line == 21
    assert "clips its gradients" in message


def test_a_cost_with_shapes_of_its_own_still_takes_what_forward_returns(tmp_path):
    text = """
        # oracle: shapes X: D N, W: 1 D
        def forward_propagation(X, parameters):
            A = 1 / (1 + np.exp(-(parameters["W"] @ X)))
            return A, (X,)

        # oracle: shapes AL: 1 N unit, Y: 1 N binary
        def compute_cost(AL, Y):
            return -np.sum(Y * np.log(AL) + (1 - Y) * np.log(1 - AL)) / Y.shape[1]

        def backward_propagation(AL, Y, cache):
            return {"dW": (AL - Y) @ cache[0].T / Y.shape[1]}
    """
    assert set(right(found(tmp_path, text)["backward_propagation"]).values()) == {
        ("parameters", "W")
    }


def test_a_loss_that_uses_a_derivative_beside_it_is_judged_as_well(tmp_path):
    text = """
        def sigmoid(z):
            return 1 / (1 + np.exp(-z))

        def sigmoid_gradient(z):
            return sigmoid(z) * (1 - sigmoid(z))

        # oracle: shapes W: D M, X: N D fixed
        def cost_function(W, X):
            J = sigmoid(X @ W).sum()
            W_grad = X.T @ sigmoid_gradient(X @ W)
            return J, (W_grad,)
    """
    assert set(found(tmp_path, text)) == {"sigmoid_gradient", "cost_function"}


@pytest.mark.parametrize("value", ["loss", "loss.mean()"])
@pytest.mark.parametrize("held", ["dict(a={da}, b={db})", "{{'a': {da}, 'b': {db}}}"])
def test_a_dict_of_gradients_beside_what_is_made_of_the_loss(tmp_path, value, held):
    made = held.format(da="np.sin(b) / len(a)", db="a * np.cos(b) / len(a)")
    text = f"""
        # oracle: shapes a: N, b: N
        def waves(a, b):
            loss = a * np.sin(b)
            loss = loss.mean()
            grads = {made}
            return {value}, grads
    """
    assert len(right(found(tmp_path, text)["waves"])) == 2
    wrong_text = text.replace("np.cos(b)", "np.sin(b)")
    assert wrong(found(tmp_path, wrong_text)["waves"])


def test_a_method_may_take_the_parameter_that_it_returns_the_gradient_of(tmp_path):
    text = """
        class Ridge:
            def __init__(self, decay=0.5):
                self.decay = decay

            # oracle: shapes w: D, X: N D, y: N
            def loss_and_grad(self, w, X, y):
                r = X @ w - y
                return r @ r + self.decay * w @ w, 2 * X.T @ r + 2 * self.decay * w
    """
    assert right(found(tmp_path, text)["Ridge.loss_and_grad"])
    text = text.replace("+ 2 * self.decay", "+ self.decay")
    assert wrong(found(tmp_path, text)["Ridge.loss_and_grad"])


FRAMES = """
    # oracle: shapes x: B T V, y: B T labels(V)
    def frame_loss(x, y):
        B, T, V = x.shape
        flat, labels = x.reshape(B * T, V), y.reshape(-1)
        e = np.exp(flat - flat.max(axis=1, keepdims=True))
        p = e / e.sum(axis=1, keepdims=True)
        total = -np.log(p[np.arange(B * T), labels]).sum() / B
        grad = p.copy()
        grad[np.arange(B * T), labels] -= 1
        return total, (grad / {count}){reshaped}
"""


@pytest.mark.parametrize("reshaped", [".reshape(B, T, V)", ".copy().reshape(x.shape)"])
def test_a_gradient_that_is_reshaped_as_it_is_returned_is_one(tmp_path, reshaped):
    subject = found(tmp_path, FRAMES.format(count="B", reshaped=reshaped))["frame_loss"]
    assert set(right(subject).values()) == {("x",)}
    assert wrong(found(tmp_path, FRAMES.format(count="(B * T)", reshaped=reshaped))["frame_loss"])


def test_a_loss_is_found_beside_another_one_that_names_its_gradient(tmp_path):
    text = """
        import numpy as np


        def squared(a, t):
            off = a - t
            return np.mean(off**2), 2 * off / off.size


        def absolute(a, t):
            grad = np.sign(a - t) / a.size
            return np.mean(np.abs(a - t)), grad
    """
    path = tmp_path / "losses.py"
    path.write_text(textwrap.dedent(text))
    found, failures = subjects(path)
    assert [one.name for one in found] == ["squared", "absolute"]
    assert not failures
