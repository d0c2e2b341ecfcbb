"""Containers of layers, and functions that return a loss and its gradient in a list."""

import pytest

from oracle.commands.check import Settings
from tests.oracle.judging.test_right_code import results

FEW = Settings(cases=30)

PARTS = """
    class Mix:
        def __init__(self, n_in, n_out):
            self.K = np.random.randn(n_in, n_out)
        def forward(self, u):
            self.u = u
            return u @ self.K
        def backward(self, g):
            self.dK = self.u.T @ g
            return g @ self.K.T

    class Bend:
        def forward(self, u):
            self.u = u
            return np.arctan(u)
        def backward(self, g):
            return g / (1 + self.u ** 2)
"""

CHAIN = """
    class Chain:
        def __init__(self, SAID):
            self.parts = list(parts or [])
        def forward(self, u):
            for part in self.parts:
                u = part.forward(u)
            return u
        def backward(self, g):
            for part in self.parts[::-1]:
                g = FACTOR part.backward(g)
            return g
"""


@pytest.mark.parametrize("said", ["*parts", "parts=None", "parts=()"])
@pytest.mark.parametrize(("factor", "verdict"), [("", "correct"), ("2 *", "wrong")])
def test_layers_are_put_into_a_container(tmp_path, said, factor, verdict):
    text = PARTS + CHAIN.replace("SAID", said).replace("FACTOR", factor)
    chain = results(tmp_path, text, FEW)["Chain"]
    assert chain.verdict == verdict
    assert {one.of for one in chain.gradients} > {"u"}


CODER = """
    class Encoder:
        def __init__(self, n_in, n_code):
            self.mix = Mix(n_in, n_code)
        def forward(self, u):
            return np.sin(self.mix.forward(u))
        def backward(self, g):
            return self.mix.backward(g * np.cos(self.mix.u @ self.mix.K))

    class Decoder(Encoder):
        pass

    class Coder:
        def __init__(self, encoder, decoder):
            self.encoder, self.decoder = encoder, decoder
        def forward(self, u):
            return self.decoder.forward(self.encoder.forward(u))
        def backward(self, g):
            return self.encoder.backward(GIVEN)
"""


@pytest.mark.parametrize(
    ("given", "verdict"),
    [
        ("self.decoder.backward(g)", "correct"),
        ("g @ g.T @ self.encoder.mix.u @ self.encoder.mix.K", "wrong"),
    ],
)
def test_an_encoder_and_a_decoder_fit_together(tmp_path, given, verdict):
    text = PARTS + CODER.replace("GIVEN", given)
    assert results(tmp_path, text, FEW)["Coder"].verdict == verdict


LISTED = """
    class Fit:
        def __init__(self, decay=0.2):
            self.decay = decay
        def cost(self, theta, X, y):
            r = np.tanh(X @ theta) - y
            cost = 0.5 * np.sum(r ** 2) + 0.5 * self.decay * theta @ theta
            grad = X.T @ (r * (1 - np.tanh(X @ theta) ** 2)) SIGN self.decay * theta
            return [cost, grad]
"""


@pytest.mark.parametrize(("sign", "verdict"), [("+", "correct"), ("-", "wrong")])
def test_a_list_of_a_loss_and_its_gradient(tmp_path, sign, verdict):
    assert results(tmp_path, LISTED.replace("SIGN", sign), FEW)["Fit.cost"].verdict == verdict


POOL = """
    def mean_pool_forward(A, hparameters):
        f, stride = hparameters["f"], hparameters["stride"]
        m, H, W, C = A.shape
        out = np.zeros((m, (H - f) // stride + 1, (W - f) // stride + 1, C))
        for i in range(out.shape[1]):
            for j in range(out.shape[2]):
                part = A[:, i * stride : i * stride + f, j * stride : j * stride + f]
                out[:, i, j] = part.mean(axis=(1, 2))
        return out, (A, hparameters)

    def mean_pool_backward(dout, cache):
        A, hparameters = cache
        f, stride = hparameters["f"], hparameters["stride"]
        dA = np.zeros_like(A)
        for i in range(dout.shape[1]):
            for j in range(dout.shape[2]):
                rows, cols = i * stride, j * stride
                dA[:, rows : rows + f, cols : cols + f] += dout[:, i : i + 1, j : j + 1] / SHARE
        return dA
"""


@pytest.mark.parametrize(("share", "verdict"), [("f**2", "correct"), ("f", "wrong")])
def test_options_of_a_dict_are_known_by_their_keys(tmp_path, share, verdict):
    found = results(tmp_path, POOL.replace("SHARE", share), FEW)
    assert found["mean_pool_backward"].verdict == verdict
