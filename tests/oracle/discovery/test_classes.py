"""Layers, losses, networks and torch Functions: made, bound, and right."""

import numpy as np
import pytest

from tests.oracle.discovery.differences import found, gradients, problems, right, wrong

DENSE = """
    class Dense:
        def __init__(self, n_in, n_out):
            self.W = np.random.randn(n_in, n_out) * 0.01
            self.b = np.zeros(n_out)

        def forward(self, X):
            self.X = X
            return X @ self.W + self.b

        def backward(self, dZ):
            self.dW = self.X.T @ dZ
            self.db = dZ.sum(axis=0)
            return dZ @ self.W.T
"""


def test_a_layer(tmp_path):
    subject = found(tmp_path, DENSE)["Dense"]
    assert subject.way == 4
    assert right(subject) == {
        "dX": ("X",),
        "self.dW": ("self", "W"),
        "self.db": ("self", "b"),
    }
    assert subject.sizes == ("N", "n_in", "n_out")
    assert any("N n_in" in remark for remark in subject.remarks)


def test_the_same_numbers_for_the_same_seed(tmp_path):
    from oracle.discovery.trial_inputs import trial_arrays

    subject = found(tmp_path, DENSE)["Dense"]
    arrays = trial_arrays(subject.arguments)
    state = np.random.get_state()[1].copy()
    first, second = subject.prepare(arrays, 5), subject.prepare(arrays, 5)
    assert (np.random.get_state()[1] == state).all()
    assert first["self"] is not second["self"]
    np.testing.assert_array_equal(first["self"].W, second["self"].W)
    assert first["self"].b.any()
    assert not np.array_equal(first["self"].W, subject.prepare(arrays, 6)["self"].W)


@pytest.mark.parametrize(
    "signature",
    [
        "in_features, out_features, bias=True",
        "input_dim, output_dim",
        "input_size, output_size",
        "fan_in, fan_out",
        "n_inputs, n_neurons",
        "D, M",
        "num_inputs, num_outputs, seed=None",
        "in_dim, out_dim",
        "n_in=3, n_out=2",
        "dim_in, dim_out",
        "nin, nout",
        "D_in, D_out",
    ],
)
def test_names_of_a_constructors_sizes(tmp_path, signature):
    first, second = (p.split("=")[0].strip() for p in signature.split(",")[:2])
    text = DENSE.replace("n_in, n_out):", f"{signature}):")
    text = text.replace("randn(n_in, n_out)", f"randn({first}, {second})")
    text = text.replace("zeros(n_out)", f"zeros({second})")
    assert len(right(found(tmp_path, text)["Dense"])) == 3


@pytest.mark.parametrize(
    ("weight", "gradient"),
    [
        ("self.W", "self.grad_W"),
        ("self.W", "self.W_grad"),
        ("self.weights", "self.dweights"),
        ("self.weights", "self.weights_grad"),
        ("self.weights", "self.grad_weights"),
        ("self.W", 'self.grads["W"]'),
        ("self.W", 'self.gradients["dW"]'),
        ('self.params["W"]', 'self.grads["W"]'),
        ('self.params["W"]', 'self.grads["dW"]'),
        ('self.parameters["W"]', 'self.gradients["W"]'),
        ('self.params["W"]', "self.dW"),
        ("self.w", "self.dw"),
        ("self._W", "self._dW"),
        ("self.params[0]", "self.grads[0]"),
    ],
)
def test_names_of_gradients_in_attributes(tmp_path, weight, gradient):
    text = f"""
        class Linear:
            def __init__(self, n_in, n_out):
                self.params, self.parameters, self.grads, self.gradients = {{}}, {{}}, {{}}, {{}}
                {weight} = np.random.rand(n_in, n_out)

            def forward(self, x):
                self.x = x
                return x @ {weight}

            def backward(self, grad):
                {gradient} = self.x.T @ grad
                return grad @ {weight}.T
    """
    names = right(found(tmp_path, text)["Linear"])
    assert names[gradient] == ("self", *_steps(weight))


def _steps(text):
    from oracle.discovery.shapes.grammar import path

    return path(text)[1:]


def test_a_layer_of_samples_in_columns(tmp_path):
    text = """
        class Layer:
            def __init__(self, n_in, n_out):
                self.W = np.random.randn(n_out, n_in)
                self.b = np.zeros((n_out, 1))
            def forward(self, A_prev):
                self.A_prev = A_prev
                self.Z = self.W @ A_prev + self.b
                return np.tanh(self.Z)
            def backward(self, dA):
                dZ = dA * (1 - np.tanh(self.Z) ** 2)
                self.dW = dZ @ self.A_prev.T
                self.db = dZ.sum(axis=1, keepdims=True)
                return self.W.T @ dZ
    """
    assert len(right(found(tmp_path, text)["Layer"])) == 3


def test_a_layer_that_updates_itself(tmp_path):
    text = """
        class Dense:
            def __init__(self, input_size, output_size):
                self.weights = np.random.randn(output_size, input_size)
                self.bias = np.random.randn(output_size, 1)

            def forward(self, input):
                self.input = input
                return np.dot(self.weights, self.input) + self.bias

            def backward(self, output_gradient, learning_rate):
                weights_gradient = np.dot(output_gradient, self.input.T)
                input_gradient = np.dot(self.weights.T, output_gradient)
                self.weights -= learning_rate * weights_gradient
                self.bias -= learning_rate * np.sum(output_gradient, axis=1, keepdims=True)
                return input_gradient
    """
    names = right(found(tmp_path, text)["Dense"])
    assert set(names.values()) == {("input",), ("self", "weights"), ("self", "bias")}


def test_updates_with_the_objects_own_rate(tmp_path):
    text = """
        class Dense:
            def __init__(self, n_in, n_out, lr=0.01):
                self.W = np.random.randn(n_in, n_out)
                self.lr = lr
            def forward(self, x):
                self.x = x
                return x @ self.W
            def backward(self, dout):
                dx = dout @ self.W.T
                self.W = self.W - self.lr * self.x.T @ dout
                return dx
    """
    assert set(right(found(tmp_path, text)["Dense"]).values()) == {("x",), ("self", "W")}


def test_layers_that_return_nothing(tmp_path):
    text = """
        class Layer_Dense:
            def __init__(self, n_inputs, n_neurons):
                self.weights = 0.01 * np.random.randn(n_inputs, n_neurons)
                self.biases = np.zeros((1, n_neurons))
            def forward(self, inputs):
                self.inputs = inputs
                self.output = np.dot(inputs, self.weights) + self.biases
            def backward(self, dvalues):
                self.dweights = np.dot(self.inputs.T, dvalues)
                self.dbiases = np.sum(dvalues, axis=0, keepdims=True)
                self.dinputs = np.dot(dvalues, self.weights.T)

        class Activation_ReLU:
            def forward(self, inputs):
                self.inputs = inputs
                self.output = np.maximum(0, inputs)
            def backward(self, dvalues):
                self.dinputs = dvalues.copy()
                self.dinputs[self.inputs <= 0] = 0
    """
    subjects = found(tmp_path, text)
    assert right(subjects["Layer_Dense"]) == {
        "self.dinputs": ("inputs",),
        "self.dweights": ("self", "weights"),
        "self.dbiases": ("self", "biases"),
    }
    assert right(subjects["Activation_ReLU"]) == {"self.dinputs": ("inputs",)}


def test_a_layer_that_is_given_its_weights(tmp_path):
    text = """
        class Affine:
            def __init__(self, W, b):
                self.W = W
                self.b = b
                self.dW = None
                self.db = None
            def forward(self, x):
                self.x = x
                return np.dot(x, self.W) + self.b
            def backward(self, dout):
                dx = np.dot(dout, self.W.T)
                self.dW = np.dot(self.x.T, dout)
                self.db = np.sum(dout, axis=0)
                return dx

        # oracle: shapes x: N C, t: N C onehot
        class SoftmaxWithLoss:
            def __init__(self):
                self.loss = None
            def forward(self, x, t):
                self.t = t
                e = np.exp(x - x.max(axis=1, keepdims=True))
                self.y = e / e.sum(axis=1, keepdims=True)
                self.loss = -np.sum(t * np.log(self.y)) / x.shape[0]
                return self.loss
            def backward(self, dout=1):
                batch_size = self.t.shape[0]
                dx = dout * (self.y - self.t) / batch_size
                return dx
    """
    subjects = found(tmp_path, text)
    assert set(right(subjects["Affine"])) == {"dx", "self.dW", "self.db"}
    loss = subjects["SoftmaxWithLoss"]
    assert loss.has_upstream
    assert right(loss) == {"dx": ("x",)}
    assert wrong(found(tmp_path, text.replace("dout * (", "("))["SoftmaxWithLoss"]) == {"dx"}


@pytest.mark.parametrize("default", ["dt=0.1", "delta=1.0", "dout=0", "grad=False", "debug=None"])
def test_not_every_default_of_a_losss_backward_is_an_upstream(tmp_path, default):
    text = f"""
        # oracle: shapes x: N C, t: N C fixed
        class Loss:
            def forward(self, x, t):
                self.x, self.t = x, t
                return 0.5 * np.sum((x - t) ** 2)
            def backward(self, {default}):
                return self.x - self.t
    """
    loss = found(tmp_path, text)["Loss"]
    assert not loss.has_upstream
    assert len(right(loss)) == 1


def test_a_constructors_size_may_be_an_expression_that_the_shapes_speak_of(tmp_path):
    subject = found(
        tmp_path,
        """
        # oracle: shapes X: N 2*K, gamma: 2*K
        class Scale:
            def __init__(self, channels):
                self.gamma = np.ones(channels)

            def forward(self, X):
                self.X = X.reshape(len(X), 2, -1)
                return X * self.gamma

            def backward(self, dY):
                self.dgamma = (dY * self.X.reshape(dY.shape)).sum(axis=0)
                return dY * self.gamma
        """,
    )["Scale"]
    assert right(subject) == {"dX": ("X",), "self.dgamma": ("self", "gamma")}
    assert subject.sizes == ("N", "K")


def test_what_a_constructor_makes_arrays_of_is_a_size_whatever_it_is_called(tmp_path):
    subject = found(tmp_path, DENSE.replace("n_out", "filters").replace("n_in", "kernels"))["Dense"]
    assert right(subject)["self.dW"] == ("self", "W")
    assert {"kernels", "filters"} & set(subject.sizes)


def test_a_number_of_units_is_one_size_though_no_shape_speaks_of_it(tmp_path):
    text = """
        class Dense:
            def __init__(self, n_inputs, n_units, learning_rate=0.1):
                self.W = np.random.uniform(-1, 1, (n_inputs, n_units))
                self.b = np.zeros((1, n_units))
                self.learning_rate = learning_rate
            def forward(self, X, training=True):
                '''X: (batch, n_inputs)'''
                self.X = X
                return X.dot(self.W) + self.b
            def backward(self, accum_grad):
                self.dW = self.X.T.dot(accum_grad)
                self.db = np.sum(accum_grad, axis=0, keepdims=True)
                dX = accum_grad.dot(self.W.T)
                self.W -= self.learning_rate * self.dW
                self.b -= self.learning_rate * self.db
                return dX
    """
    dense = found(tmp_path, text)["Dense"]
    assert {"batch", "n_inputs", "n_units"} == set(dense.sizes)
    assert right(dense) == {"dX": ("X",), "self.dW": ("self", "W"), "self.db": ("self", "b")}


def test_updates_do_not_drown_the_gradient_that_follows_them(tmp_path):
    text = """
        class Dense:
            def __init__(self, n_in, n_out, lr):
                self.W = np.random.randn(n_in, n_out)
                self.lr = lr
            def forward(self, x):
                self.x = x
                return x @ self.W
            def backward(self, dout):
                self.dW = self.x.T @ dout
                self.W -= self.lr * self.dW
                return dout @ self.W.T
    """
    dense = found(tmp_path, text)["Dense"]
    assert wrong(dense) == {"dx"}
    made = {name: got for name, _, _, got, _ in gradients(dense)}
    assert np.abs(made["dx"]).max() < 100


@pytest.mark.parametrize(
    "body",
    [
        "self.Ws = [np.random.randn(a, b) for a, b in zip(units[:-1], units[1:])]",
        "self.Ws = [np.random.randn(units[i], units[i + 1]) for i in range(len(units) - 1)]",
        "a, b, c = units\n                self.Ws = [np.random.randn(a, b), np.random.randn(b, c)]",
    ],
)
def test_units_that_a_constructor_goes_through_are_a_list_of_sizes(tmp_path, body):
    text = f"""
        class Net:
            def __init__(self, units):
                {body}
            def forward(self, X):
                self.X, self.A = X, X @ self.Ws[0]
                return self.A @ self.Ws[1]
            def backward(self, X, y):
                d = self.forward(X) - y
                dWs = [X.T @ (d @ self.Ws[1].T), self.A.T @ d]
                return dWs
    """
    names = right(found(tmp_path, text)["Net"])
    assert set(names.values()) == {("self", "Ws", 0), ("self", "Ws", 1)}


def test_labels_are_of_as_many_classes_as_the_constructor_makes(tmp_path):
    text = """
        class Classifier:
            def __init__(self, {0}):
                self.V = np.random.default_rng(0).normal(size=({1}))
                self.grads = {{}}
            # oracle: shapes X: N D, y: N labels(C)
            def forward(self, X):
                self.X = X
                s = np.exp(X @ self.V)
                self.p = s / s.sum(axis=1, keepdims=True)
                return self.p
            def loss(self, y):
                return -np.mean(np.log(self.p[np.arange(len(y)), y]))
            def backward(self, y):
                ds = self.p.copy()
                ds[np.arange(len(y)), y] -= 1
                self.grads["V"] = self.X.T @ ds / len(y)
                return self.grads
    """
    for sizes in ("D=3, C=2", "n_in, n_classes", "D, n_out"):
        names = ", ".join(part.partition("=")[0] for part in sizes.split(", "))
        net = found(tmp_path, text.format(sizes, names))["Classifier"]
        for first in (2, 5):
            assert right(net, first) == {'self.grads["V"]': ("self", "V")}, sizes


def test_batch_normalisation(tmp_path):
    text = """
        class BatchNorm:
            def __init__(self, dim, eps=1e-5, momentum=0.9):
                self.gamma = np.ones(dim)
                self.beta = np.zeros(dim)
                self.running_mean = np.zeros(dim)
                self.running_var = np.ones(dim)
                self.eps, self.momentum = eps, momentum
            def forward(self, x, training=True):
                self.mu, self.var = x.mean(0), x.var(0)
                self.std = np.sqrt(self.var + self.eps)
                self.xhat = (x - self.mu) / self.std
                self.running_var = 0.9 * self.running_var + 0.1 * self.var
                return self.gamma * self.xhat + self.beta
            def backward(self, dout):
                self.dgamma = (dout * self.xhat).sum(0)
                self.dbeta = dout.sum(0)
                n = len(dout)
                dxhat = dout * self.gamma
                return (dxhat - dxhat.mean(0) - self.xhat * (dxhat * self.xhat).mean(0)) / self.std
    """
    subject = found(tmp_path, text)["BatchNorm"]
    names = right(subject, sizes={"N": 4, "dim": 3})
    assert set(names) == {"dx", "self.dgamma", "self.dbeta"}


def test_shapes_of_a_class_from_its_comment(tmp_path):
    text = DENSE.replace("X @ self.W", "(X.mean(1)) @ self.W").replace(
        "class Dense", "# oracle: shapes X: N T n_in, n_out=4\n    class Dense"
    )
    text = text.replace("self.X.T @ dZ", "self.X.mean(1).T @ dZ").replace(
        "return dZ @ self.W.T",
        "return np.repeat((dZ @ self.W.T)[:, None], self.X.shape[1], 1) / self.X.shape[1]",
    )
    subject = found(tmp_path, text)["Dense"]
    assert len(right(subject)) == 3
    assert "n_out" not in subject.sizes


def test_call_and_gradient_of_an_activation(tmp_path):
    text = """
        class Sigmoid:
            def __call__(self, x):
                return 1 / (1 + np.exp(-x))
            def gradient(self, x):
                return self(x) * (1 - self(x))

        class Loss:
            def loss(self, y, y_pred):
                raise NotImplementedError()
            def gradient(self, y, y_pred):
                raise NotImplementedError()

        # oracle: shapes y: N M, y_pred: N M
        class SquareLoss(Loss):
            def loss(self, y, y_pred):
                return 0.5 * np.power((y - y_pred), 2)
            def gradient(self, y, y_pred):
                return -(y - y_pred)
    """
    subjects = found(tmp_path, text)
    assert set(subjects) == {"Sigmoid", "SquareLoss"}
    right(subjects["Sigmoid"])
    names = [reading.name for reading in subjects["Sigmoid"].readings]
    assert names == ["of the input", "of the output", "times the upstream"]
    assert right(subjects["SquareLoss"]) == {"dy_pred": ("y_pred",)}


NIELSEN = """
    import random

    class Network(object):

        def __init__(self, sizes):
            self.num_layers = len(sizes)
            self.sizes = sizes
            self.biases = [np.random.randn(y, 1) for y in sizes[1:]]
            self.weights = [np.random.randn(y, x)
                            for x, y in zip(sizes[:-1], sizes[1:])]

        def feedforward(self, a):
            for b, w in zip(self.biases, self.weights):
                a = sigmoid(np.dot(w, a)+b)
            return a

        def backprop(self, x, y):
            nabla_b = [np.zeros(b.shape) for b in self.biases]
            nabla_w = [np.zeros(w.shape) for w in self.weights]
            activation = x
            activations = [x]
            zs = []
            for b, w in zip(self.biases, self.weights):
                z = np.dot(w, activation)+b
                zs.append(z)
                activation = sigmoid(z)
                activations.append(activation)
            delta = self.cost_derivative(activations[-1], y) * \\
                sigmoid_prime(zs[-1])
            nabla_b[-1] = delta
            nabla_w[-1] = np.dot(delta, activations[-2].transpose())
            for l in range(2, self.num_layers):
                z = zs[-l]
                sp = sigmoid_prime(z)
                delta = np.dot(self.weights[-l+1].transpose(), delta) * sp
                nabla_b[-l] = delta
                nabla_w[-l] = np.dot(delta, activations[-l-1].transpose())
            return (nabla_b, nabla_w)

        def cost_derivative(self, output_activations, y):
            return (output_activations-y)

    def sigmoid(z):
        return 1.0/(1.0+np.exp(-z))

    def sigmoid_prime(z):
        return sigmoid(z)*(1-sigmoid(z))
"""


def test_a_network_of_a_well_known_book(tmp_path):
    subjects = found(tmp_path, NIELSEN)
    assert set(subjects) == {"Network", "sigmoid_prime"}
    subject = subjects["Network"]
    assert subject.way == 9
    assert subject.readings[0].name == "½ Σ (a − y)²"
    assert right(subject) == {
        "nabla_b[0]": ("self", "biases", 0),
        "nabla_b[1]": ("self", "biases", 1),
        "nabla_w[0]": ("self", "weights", 0),
        "nabla_w[1]": ("self", "weights", 1),
    }
    assert len(wrong(subject.read_as(1))) == 4


def test_a_network_with_targets_and_output(tmp_path):
    text = """
        class NeuralNetwork:
            def __init__(self, n_x, n_h, n_y):
                self.W1 = np.random.randn(n_x, n_h)
                self.W2 = np.random.randn(n_h, n_y)

            def sigmoid(self, s):
                return 1 / (1 + np.exp(-s))

            def sigmoidPrime(self, s):
                return s * (1 - s)

            def forward(self, X):
                self.z2 = self.sigmoid(np.dot(X, self.W1))
                return self.sigmoid(np.dot(self.z2, self.W2))

            def backward(self, X, y, o):
                self.o_delta = (o - y) * self.sigmoidPrime(o)
                self.z2_delta = self.o_delta.dot(self.W2.T) * self.sigmoidPrime(self.z2)
                self.dW1 = X.T.dot(self.z2_delta)
                self.dW2 = self.z2.T.dot(self.o_delta)
    """
    subjects = found(tmp_path, text)
    assert right(subjects["NeuralNetwork"]) == {
        "self.dW1": ("self", "W1"),
        "self.dW2": ("self", "W2"),
    }
    prime = subjects["NeuralNetwork.sigmoidPrime"]
    assert prime.way == 7
    right(prime.read_as(1))


def test_a_network_with_its_own_loss(tmp_path):
    text = """
        class MLP:
            # oracle: shapes X: N n_in, y: N labels(n_out)
            def __init__(self, n_in, n_hidden, n_out):
                rng = np.random.default_rng(0)
                self.params = {
                    "W1": rng.normal(size=(n_in, n_hidden)),
                    "b1": np.zeros(n_hidden),
                    "W2": rng.normal(size=(n_hidden, n_out)),
                }

            # oracle: shapes X: N n_in
            def forward(self, X):
                p = self.params
                self.X = X
                self.h = np.maximum(X @ p["W1"] + p["b1"], 0)
                s = self.h @ p["W2"]
                e = np.exp(s - s.max(1, keepdims=True))
                self.probs = e / e.sum(1, keepdims=True)
                return self.probs

            def loss(self, probs, y):
                return -np.log(probs[np.arange(len(y)), y]).mean()

            # oracle: shapes y: N labels(n_out)
            def backward(self, y):
                ds = self.probs.copy()
                ds[np.arange(len(y)), y] -= 1
                ds /= len(y)
                dh = ds @ self.params["W2"].T
                dh[self.h <= 0] = 0
                return {"W2": self.h.T @ ds, "W1": self.X.T @ dh, "b1": dh.sum(0)}
    """
    subject = found(tmp_path, text)["MLP"]
    assert subject.way == 9
    assert set(right(subject).values()) == {("self", "params", k) for k in ("W1", "b1", "W2")}


def test_a_network_whose_loss_returns_gradients(tmp_path):
    text = '''
        class TwoLayerNet(object):
            def __init__(self, input_size, hidden_size, output_size, std=1e-1):
                self.params = {}
                self.params["W1"] = std * np.random.randn(input_size, hidden_size)
                self.params["b1"] = np.zeros(hidden_size)
                self.params["W2"] = std * np.random.randn(hidden_size, output_size)
                self.params["b2"] = np.zeros(output_size)

            def loss(self, X, y=None, reg=0.0):
                """
                Inputs:
                - X: Input data of shape (N, D). Each X[i] is a training sample.
                - y: Vector of training labels. y[i] is the label for X[i], and each y[i] is
                  an integer in the range 0 <= y[i] < C, of shape (N,).
                """
                W1, b1 = self.params["W1"], self.params["b1"]
                W2, b2 = self.params["W2"], self.params["b2"]
                N, D = X.shape
                h = np.maximum(0, X @ W1 + b1)
                scores = h @ W2 + b2
                if y is None:
                    return scores
                p = np.exp(scores - scores.max(1, keepdims=True))
                p /= p.sum(1, keepdims=True)
                loss = -np.log(p[np.arange(N), y]).mean() + reg * (W1**2).sum()
                ds = p
                ds[np.arange(N), y] -= 1
                ds /= N
                grads = {}
                grads["W2"] = h.T @ ds
                grads["b2"] = ds.sum(0)
                dh = ds @ W2.T
                dh[h <= 0] = 0
                grads["W1"] = X.T @ dh + 2 * reg * W1
                grads["b1"] = dh.sum(0)
                return loss, grads
    '''
    shapes = "X: N input_size, y: N labels(output_size)"
    subject = found(tmp_path, text, shapes=shapes)["TwoLayerNet.loss"]
    assert right(subject) == {
        f'grads["{key}"]': ("self", "params", key) for key in ("W2", "b2", "W1", "b1")
    }


def test_loss_and_gradient_methods_of_a_network(tmp_path):
    text = """
        class TwoLayerNet:
            def __init__(self, input_size, hidden_size, output_size, weight_init_std=0.1):
                self.params = {}
                self.params["W1"] = weight_init_std * np.random.randn(input_size, hidden_size)
                self.params["W2"] = weight_init_std * np.random.randn(hidden_size, output_size)

            def predict(self, x):
                return np.tanh(x @ self.params["W1"]) @ self.params["W2"]

            # oracle: shapes x: N input_size, t: N output_size
            def loss(self, x, t):
                y = self.predict(x)
                return 0.5 * np.sum((y - t) ** 2) / len(x)

            def gradient(self, x, t):
                grads = {}
                h = np.tanh(x @ self.params["W1"])
                dy = (h @ self.params["W2"] - t) / len(x)
                grads["W2"] = h.T @ dy
                grads["W1"] = x.T @ (dy @ self.params["W2"].T * (1 - h**2))
                return grads
    """
    assert set(right(found(tmp_path, text)["TwoLayerNet"])) == {'grads["W1"]', 'grads["W2"]'}


def test_a_constructor_that_cannot_be_called(tmp_path):
    text = DENSE.replace("n_in, n_out):", "n_in, n_out, initializer):")
    text = text.replace("np.random.randn(n_in, n_out)", "initializer(np.zeros((n_in, n_out)))")
    ((line, message),) = problems(tmp_path, text)
    assert "nothing says what initializer of its constructor is" in message
    assert "oracle: run Dense(initializer=...)" in message
    assert line == 3


def test_an_argument_that_the_constructor_does_not_use_is_none(tmp_path):
    subject = found(tmp_path, DENSE.replace("n_in, n_out):", "n_in, n_out, initializer):"))["Dense"]
    assert any("initializer" in remark and "None" in remark for remark in subject.remarks)
    assert right(subject)


def test_a_layer_that_does_not_run(tmp_path):
    text = DENSE.replace("dZ.sum(axis=0)", "dZ.summ(axis=0)")
    ((_, message),) = problems(tmp_path, text, shapes="X: N n_in")
    assert "AttributeError" in message


def test_torch_functions(tmp_path):
    text = """
        import torch

        class Exp(torch.autograd.Function):
            # oracle: shapes x: N D, w: D M
            @staticmethod
            def forward(ctx, x, w, power=2):
                y = (x @ w) ** power
                ctx.save_for_backward(x, w)
                ctx.power = power
                return y

            @staticmethod
            def backward(ctx, grad_output):
                x, w = ctx.saved_tensors
                g = grad_output * ctx.power * (x @ w) ** (ctx.power - 1)
                grad_x = g @ w.T
                grad_w = x.T @ g
                return grad_x, grad_w, None
    """
    subject = found(tmp_path, text)["Exp"]
    assert subject.way == 5
    assert right(subject) == {"grad_x": ("x",), "grad_w": ("w",)}
    import torch

    x, w = torch.ones(2, 3, requires_grad=True), torch.ones(3, 4)
    out = subject.torch_function({"x": x, "w": w})
    assert out.shape == (2, 4)
    assert out.requires_grad


def test_live_functions_and_classes():
    from oracle.discovery import subject

    def f(a, b):
        return a @ b

    def its_backward(up, x1, x2):
        return up @ x2.T, x1.T @ up

    made = subject(f, its_backward, shapes="a: N D, b: D M")
    assert right(made) == {"da": ("a",), "db": ("b",)}

    class Scale:
        def forward(self, x):
            self.x = x
            return 3 * x

        def backward(self, g):
            return 3 * g

    right(subject(Scale))

    def g(z):
        return np.sin(z)

    right(subject(g, np.cos))


def test_live_functions_without_source():
    from oracle.discovery import subject

    space = {}
    exec("def f(x, w):\n    return x * w\ndef b(g, x, w):\n    return g * w, g * x\n", space)
    assert right(subject(space["f"], space["b"], shapes="x: N, w: N")) == {
        "dx": ("x",),
        "dw": ("w",),
    }


def test_a_subclass_that_fills_in_functions(tmp_path):
    text = """
        class Layer:
            def forward(self, input):
                pass
            def backward(self, output_gradient, learning_rate):
                pass

        class Activation(Layer):
            def __init__(self, activation_fn, prime_fn):
                self.activation, self.prime = activation_fn, prime_fn
            def forward(self, input):
                self.input = input
                return self.activation(self.input)
            def backward(self, output_gradient, learning_rate):
                return np.multiply(output_gradient, self.prime(self.input))

        class Tanh(Activation):
            def __init__(self):
                super().__init__(np.tanh, lambda x: 1 - np.tanh(x) ** 2)

        class Network:
            def __init__(self, layers):
                self.layers = layers
            def forward(self, x):
                for layer in self.layers:
                    x = layer.forward(x)
                return x
            def backward(self, grad):
                for layer in reversed(self.layers):
                    grad = layer.backward(grad, 0.1)
                return grad
    """
    subjects = found(tmp_path, text)
    assert set(subjects) == {"Tanh", "Network"}
    assert subjects["Tanh"].line == 18
    assert right(subjects["Tanh"]) == {"dinput": ("input",)}
    assert "made as Network(layers=[Tanh()])" in subjects["Network"].remarks
    assert "nothing says what" in problems(tmp_path, text, "Activation")[0][1]


def test_a_container_without_layers_is_no_derivation(tmp_path):
    text = """
        class Sequential:
            def __init__(self):
                self.layers = []
            def add(self, layer):
                self.layers.append(layer)
            def forward(self, x):
                for layer in self.layers:
                    x = layer.forward(x)
                return x
            def backward(self, grad):
                for layer in reversed(self.layers):
                    grad = layer.backward(grad)
                return grad
    """
    assert found(tmp_path, text) == {}


def test_losses_per_sample_whose_gradient_is_the_means(tmp_path):
    text = """
        # oracle: shapes y_pred: N M, y_true: N M
        class Loss_MeanSquaredError:
            def forward(self, y_pred, y_true):
                return np.mean((y_true - y_pred) ** 2, axis=-1)
            def backward(self, dvalues, y_true):
                self.dinputs = -2 * (y_true - dvalues) / len(dvalues[0])
                self.dinputs = self.dinputs / len(dvalues)
    """
    subject = found(tmp_path, text)["Loss_MeanSquaredError"]
    assert subject.readings[0].name == "of the mean"
    assert right(subject) == {"self.dinputs": ("y_pred",)}
    assert wrong(subject.read_as(1))


def test_flags_of_a_forward(tmp_path):
    text = """
        class Activation_ReLU:
            def forward(self, inputs, training):
                self.inputs = inputs
                self.output = np.maximum(0, inputs)
            def backward(self, dvalues):
                self.dinputs = dvalues * (self.inputs > 0)
    """
    assert right(found(tmp_path, text)["Activation_ReLU"]) == {"self.dinputs": ("inputs",)}


def test_private_methods(tmp_path):
    text = """
        class Net:
            def __sigmoid(self, x):
                return 1 / (1 + np.exp(-x))
            def __sigmoid_derivative(self, x):
                return x * (1 - x)
    """
    right(found(tmp_path, text)["Net.__sigmoid_derivative"].read_as(1))


def test_normalisation_that_is_given_gamma_and_beta(tmp_path):
    text = """
        class Scale:
            def __init__(self, gamma, beta, momentum=0.9):
                self.gamma, self.beta = gamma, beta
            def forward(self, x, train_flg=True):
                self.x = x
                return self.gamma * x + self.beta
            def backward(self, dout):
                self.dgamma = (dout * self.x).sum(0)
                self.dbeta = dout.sum(0)
                return dout * self.gamma
    """
    assert set(right(found(tmp_path, text)["Scale"])) == {"dx", "self.dgamma", "self.dbeta"}


def test_a_network_with_constants_for_sizes(tmp_path):
    text = """
        class Net:
            def __init__(self, input_size=3, hidden=4, output=2, lr=0.05):
                self.w1 = np.random.randn(input_size, hidden)
                self.w2 = np.random.randn(hidden, output)
                self.lr = lr
            def forward(self, x):
                self.x = x
                self.h = np.tanh(x @ self.w1)
                self.o = self.h @ self.w2
                return self.o
            def backward(self, y):
                d_o = self.o - y
                d_h = d_o @ self.w2.T * (1 - self.h**2)
                self.w2 -= self.lr * self.h.T @ d_o
                self.w1 -= self.lr * self.x.T @ d_h
    """
    subject = found(tmp_path, text)["Net"]
    assert {a.name: a.dims for a in subject.arguments} == {"x": ("N", "3"), "y": ("N", "2")}
    assert right(subject) == {"dw1": ("self", "w1"), "dw2": ("self", "w2")}


def test_parameters_that_the_first_forward_makes_are_parameters(tmp_path):
    text = """
        class Dense:
            def __init__(self, units):
                self.units, self.W, self.b = units, None, None
            def forward(self, x):
                '''x: (N, D)'''
                if self.W is None:
                    self.W = np.random.randn(x.shape[1], self.units)
                    self.b = np.zeros(self.units)
                self.x = x
                self.mean = x.mean()
                return x @ self.W + self.b
            def backward(self, dout):
                self.dW = self.x.T @ dout
                self.db = dout.sum(axis=0)
                self.dx = dout @ self.W.T
                return self.dx
    """
    dense = found(tmp_path, text)["Dense"]
    assert right(dense) == {"self.dx": ("x",), "self.dW": ("self", "W"), "self.db": ("self", "b")}
    assert right(dense, 5, seed=9) == right(dense)
    half = found(tmp_path, text.replace("x.T @ dout", "x.T @ dout / 2"))["Dense"]
    assert wrong(half) == {"self.dW"}


def test_a_dataclass_says_the_shapes_of_its_fields_beside_them(tmp_path):
    text = """
        from dataclasses import dataclass

        @dataclass
        class Linear:
            weight: np.ndarray  # (D, M)
            bias: np.ndarray  # (M,)
            grad_weight: np.ndarray = None  # (D, M)
            grad_bias: np.ndarray = None

            def __call__(self, x):
                '''x: (N, D)'''
                self.x = x
                return x @ self.weight + self.bias
            def backward(self, dy):
                self.grad_weight = self.x.T @ dy
                self.grad_bias = dy.sum(axis=0)
                return dy @ self.weight.T
    """
    assert right(found(tmp_path, text)["Linear"]) == {
        "dx": ("x",),
        "self.grad_weight": ("self", "weight"),
        "self.grad_bias": ("self", "bias"),
    }


def test_a_bias_beside_weights_is_an_array_and_beside_sizes_a_choice(tmp_path):
    text = """
        class Linear:
            def __init__(self, {0}, bias):
                self.W, self.b = {1}, {2}
            # oracle: shapes x: N D
            def forward(self, x):
                self.x = x
                return x @ self.W + self.b
            def backward(self, dout):
                self.dW, self.db = self.x.T @ dout, dout.sum(axis=0)
                return dout @ self.W.T
    """
    given = found(tmp_path, text.format("W", "W", "bias"))["Linear"]
    assert set(right(given)) == {"dx", "self.dW", "self.db"}
    made = text.format("D, M", "np.ones((D, M))", "np.zeros(M) if bias is True else 0")
    assert set(right(found(tmp_path, made)["Linear"])) == {"dx", "self.dW", "self.db"}


@pytest.mark.parametrize(
    "names", [("forwardPass", "backwardPass"), ("fwd", "bwd"), ("forward_step", "backward_step")]
)
def test_methods_are_known_by_the_role_in_their_names(tmp_path, names):
    text = """
        class Layer:
            # oracle: shapes x: N D
            def {0}(self, x):
                self.x = x
                return x**2
            def {1}(self, g):
                return 2 * g * self.x
    """
    assert right(found(tmp_path, text.format(*names))["Layer"]) == {"dx": ("x",)}


def test_gradients_in_dicts_of_dicts_are_spelled_as_they_are_written(tmp_path):
    text = """
        class Layer:
            def __init__(self, D, M):
                self.params = {"out": {"W": np.ones((D, M))}}
                self.grads = {"out": {}}
            # oracle: shapes x: N D
            def forward(self, x):
                self.x = x
                return x @ self.params["out"]["W"]
            def backward(self, g):
                self.grads["out"]["W"] = self.x.T @ g
                return g @ self.params["out"]["W"].T
    """
    layer = found(tmp_path, text)["Layer"]
    names = {name: line for name, _, line, _, _ in gradients(layer)}
    assert names['self.grads["out"]["W"]'] == 12
