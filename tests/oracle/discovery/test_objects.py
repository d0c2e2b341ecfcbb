"""Objects of classes: made with what the code shows, set up, and judged under each option."""

import pytest

from oracle.subject import ClippedHere
from tests.oracle.discovery.differences import found, problems, right, wrong

LAYERS = """
    class Cosine:
        def __call__(self, z):
            return np.cos(z)
        def slope(self, z):
            return -np.sin(z)

    class Gate:
        def __init__(self, n_in, n_out, bend{hint}):
            self.K = np.random.randn(n_in, n_out)
            self.bend = bend
        def forward(self, u):
            self.u = u
            return self.bend(u @ self.K)
        def backward(self, g):
            g = g * self.bend.slope(self.u @ self.K)
            self.dK = self.u.T @ g
            return g @ self.K.T
"""


def test_an_object_is_made_as_in_a_call_of_the_file(tmp_path):
    text = LAYERS.format(hint="") + "\n    gate = Gate(64, 10, bend=Cosine())\n"
    gate = found(tmp_path, text)["Gate"]
    assert "made as Gate(n_in, n_out, bend=Cosine())" in gate.remarks
    assert set(right(gate)) == {"du", "self.dK"}


def test_a_call_that_reads_a_file_is_not_repeated(tmp_path):
    text = LAYERS.format(hint="").replace("bend.slope", "bend.steepness") + (
        "\n    if __name__ == '__main__':\n        gate = Gate(64, 10, bend=load('weights'))\n"
    )
    assert any("nothing says what bend" in message for _, message in _failed(tmp_path, text))


def test_an_object_is_made_by_the_annotation(tmp_path):
    gate = found(tmp_path, LAYERS.format(hint=': "Cosine"'))["Gate"]
    assert "made as Gate(n_in, n_out, bend=Cosine())" in gate.remarks


def test_an_object_is_chosen_by_the_methods_that_are_called_on_it(tmp_path):
    gate = found(tmp_path, LAYERS.format(hint=""))["Gate"]
    assert "made as Gate(n_in, n_out, bend=Cosine())" in gate.remarks


def test_a_wrong_slope_of_the_object_is_not_passed(tmp_path):
    text = LAYERS.format(hint="").replace("-np.sin(z)", "np.sin(z)")
    assert set(wrong(found(tmp_path, text)["Gate"])) == {"du", "self.dK"}


def test_an_object_that_nothing_shows_is_asked_for(tmp_path):
    text = LAYERS.format(hint="").replace("self.bend.slope", "self.bend.steepness")
    ((_, message),) = _failed(tmp_path, text)
    assert "nothing says what bend of its constructor is" in message
    assert "# oracle: run Gate(bend=...)" in message


def _failed(tmp_path, text):
    from oracle.discovery import subjects
    from tests.oracle.discovery.differences import write

    return [(f.line, f.message) for f in subjects(write(tmp_path, text))[1]]


# -- options ----------------------------------------------------------------------------------

OPTIONS = """
    class Scaled:
        def __init__(self, D, how="double", start="ones"):
            self.s = np.ones(D) if start == "ones" else np.zeros(D)
            self.how = how
        def forward(self, v):
            self.v = v
            if self.how == "double":
                return 2 * self.s * v
            elif self.how in ("square", "squared"):
                return self.s ** 2 * v
        def backward(self, g):
            if self.how == "double":
                self.ds, dv = (2 * g * self.v).sum(0), 2 * g * self.s
            else:
                self.ds, dv = (2 * self.s * g * self.v).sum(0), g * self.s ** 2
            return dv
"""


def test_a_generator_without_a_seed_is_given_one(tmp_path):
    text = """
        class Masking:
            def __init__(self, seed=None):
                self.draws = np.random.default_rng(seed)
            def forward(self, v):
                self.mask = self.draws.random(v.shape) < 0.5
                return v * self.mask
            def backward(self, g):
                return g * self.mask
    """
    assert right(found(tmp_path, text)["Masking"])


def test_a_count_is_a_small_whole_number(tmp_path):
    text = """
        class Folded:
            def __init__(self, parts):
                self.parts = parts
            # oracle: shapes v: N 4
            def forward(self, v):
                self.v = v
                return (v.reshape(-1, self.parts) ** 2).sum(axis=1)
            def backward(self, g):
                return 2 * (self.v.reshape(-1, self.parts) * g[:, None]).reshape(self.v.shape)
    """
    assert "made as Folded(parts=2)" in found(tmp_path, text)["Folded"].remarks


def test_a_class_is_judged_under_each_of_its_options(tmp_path):
    subjects = found(tmp_path, OPTIONS)
    assert set(subjects) == {"Scaled", 'Scaled(how="square")'}
    for subject in subjects.values():
        assert set(right(subject)) == {"dv", "self.ds"}


def test_one_option_is_judged_by_its_name(tmp_path):
    assert set(found(tmp_path, OPTIONS, 'Scaled(how="square")')) == {'Scaled(how="square")'}


def test_a_mistake_under_one_option_is_told_of_that_option(tmp_path):
    subjects = found(tmp_path, OPTIONS.replace("g * self.s ** 2", "g * self.s"))
    assert right(subjects["Scaled"])
    assert set(wrong(subjects['Scaled(how="square")'])) == {"dv"}


def test_a_required_option_is_one_that_the_code_compares_with(tmp_path):
    text = OPTIONS.replace('how="double", start="ones"', "how").replace(
        'np.ones(D) if start == "ones" else np.zeros(D)', "np.ones(D)"
    )
    subjects = found(tmp_path, text)
    assert set(subjects) == {"Scaled", 'Scaled(how="square")'}
    assert "made as Scaled(D, how='double')" in subjects["Scaled"].remarks


def test_options_that_are_the_keys_of_a_dict(tmp_path):
    text = """
        BENDS = {"cube": (lambda z: z ** 3, lambda z: 3 * z ** 2), "sin": (np.sin, np.cos)}

        class Bend:
            def __init__(self, kind):
                self.f, self.slope = BENDS[kind]
            def forward(self, z):
                self.z = z
                return self.f(z)
            def backward(self, g):
                return g * self.slope(self.z)
    """
    assert set(found(tmp_path, text)) == {"Bend", 'Bend(kind="sin")'}


# -- set-up -----------------------------------------------------------------------------------

TWO_PHASES = """
    import copy

    class Base:
        def set_incoming(self, shape):
            self.incoming = shape

    class Mixing(Base):
        def __init__(self, n_units):
            self.n_units, self.M = n_units, None
        def setup(self, optimizer):
            self.M = np.random.randn(self.incoming[0], self.n_units)
            self.for_M = copy.copy(optimizer)
        def forward(self, u):
            self.u = u
            return np.sinh(u @ self.M)
        def backward(self, g):
            M, g = self.M, g * np.cosh(self.u @ self.M)
            dM = self.u.T @ g
            self.M = self.for_M.update(self.M, dM)
            return g @ M.T
"""


def test_set_up_calls_are_found_by_running(tmp_path):
    subject = found(tmp_path, TWO_PHASES)["Mixing"]
    assert right(subject) == {"du": ("u",), "dM": ("self", "M")}
    assert (
        "set up by set_incoming(shape=(D,)), then setup(optimizer=PlainDescent())"
        in subject.remarks
    )


def test_a_wrong_gradient_is_seen_in_what_an_optimizer_is_handed(tmp_path):
    text = TWO_PHASES.replace("dM = self.u.T @ g", "dM = self.u.T @ g / len(g)")
    assert set(wrong(found(tmp_path, text)["Mixing"])) == {"dM"}


def test_weights_that_a_build_makes(tmp_path):
    text = """
        class Shift:
            def build(self, input_shape):
                self.c = np.zeros(input_shape[-1])
            def forward(self, v):
                self.v = v
                return np.tanh(v + self.c)
            def backward(self, g):
                g = g * (1 - np.tanh(self.v + self.c) ** 2)
                self.grads = {"c": g.sum(axis=0)}
                return g
    """
    assert set(right(found(tmp_path, text)["Shift"])) == {"g", 'self.grads["c"]'}
    assert wrong(found(tmp_path, text.replace("g.sum(axis=0)", "g.mean(axis=0)"))["Shift"])


@pytest.mark.parametrize("name", ["fit", "train", "step_on", "initialise"])
def test_a_method_that_trains_is_no_set_up_and_no_forward(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)  # where the code writes to
    text = f"""
        class Fitted:
            def {name}(self, X):
                self.w = np.ones(X.shape[1])
                open("fitted", "w").close()
                self.forward(X)
            def forward(self, X):
                self.X = X
                return X @ self.w
            def backward(self, g):
                self.dw = self.X.T @ g
                return np.outer(g, self.w)
    """
    assert problems(tmp_path, text)
    assert not (tmp_path / "fitted").exists()


# -- numbers, and gradients under any name ----------------------------------------------------

NUMBERS = """
    class Ring:
        def __init__(self, radius: float = 1.0, width: float = 0.5):
            if width <= 0:
                raise ValueError("no width")
            self.held = {"params": {"radius": radius, "width": width}}
            self.held["grads"] = {"radius": 0.0, "width": 0.0}
        def forward(self, r):
            self.r = r
            radius, width = self.held["params"].values()
            self.out = np.exp(-((r - radius) / width) ** 2)
            return self.out
        def backward(self, g):
            radius, width = self.held["params"].values()
            z = (self.r - radius) / width
            self.held["grads"]["radius"] += np.sum(g * self.out * 2 * z / width)
            self.held["grads"]["width"] += np.sum(g * self.out * 2 * z * z / width)
"""


def test_parameters_that_are_plain_numbers(tmp_path):
    subject = found(tmp_path, NUMBERS)["Ring"]
    assert set(right(subject).values()) == {
        ("self", "held", "params", "radius"),
        ("self", "held", "params", "width"),
    }


def test_a_factor_that_is_1_by_default_is_not_overlooked(tmp_path):
    text = NUMBERS.replace("width: float = 0.5", "width: float = 1.0")
    text = text.replace("2 * z / width", "2 * z")
    assert set(wrong(found(tmp_path, text)["Ring"])) == {'self.held["grads"]["radius"]'}


def test_numbers_that_the_constructor_refuses_are_not_drawn(tmp_path):
    text = NUMBERS.replace("width: float = 0.5", "width: float = 1e-9").replace("1e-9", "0.01")
    subject = found(tmp_path, text)["Ring"]
    from oracle.discovery.trial_inputs import trial_arrays

    arrays = trial_arrays(subject.arguments)
    widths = [subject.prepare(arrays, s)["self"].held["params"]["width"] for s in range(50)]
    assert min(widths) > 0
    assert len(set(widths)) > 40


def test_a_number_that_calls_pass_is_no_size(tmp_path):
    text = """
        class Times:
            def __init__(self, k):
                self.k = k
            def forward(self, v):
                self.v = v
                return self.k * v
            def backward(self, g):
                self.dk = np.sum(g * self.v)
                return g * self.k

        times = Times(0.5)
    """
    assert set(right(found(tmp_path, text)["Times"])) == {"dv", "self.dk"}


def test_a_gradient_that_is_left_under_a_name_of_its_own(tmp_path):
    text = """
        class Power:
            def forward(self, v):
                self.v = v
                return v ** 3
            def backward(self, g):
                self.gradient_in = 3 * g * self.v ** 2
    """
    assert right(found(tmp_path, text)["Power"]) == {"self.gradient_in": ("v",)}
    assert wrong(found(tmp_path, text.replace("3 * g", "2 * g"))["Power"])


# -- containers -------------------------------------------------------------------------------

CONTAINER = """
    class Linear:
        def __init__(self, n_in, n_out):
            self.W = np.random.randn(n_in, n_out)
        def forward(self, x):
            self.x = x
            return x @ self.W
        def backward(self, g):
            self.dW = self.x.T @ g
            return g @ self.W.T

    class Softplus:
        def forward(self, x):
            self.x = x
            return np.log1p(np.exp(x))
        def backward(self, g):
            return g / (1 + np.exp(-self.x))

    class Chain:
        def __init__(self, parts):
            self.parts = parts
        def forward(self, x):
            for part in self.parts:
                x = part.forward(x)
            return x
        def backward(self, g):
            for part in reversed(self.parts):
                g = part.backward(g)
            return g
"""


def test_a_container_is_made_of_the_files_layers(tmp_path):
    chain = found(tmp_path, CONTAINER)["Chain"]
    assert "made as Chain(parts=[Linear(n0, n1), Softplus(), Linear(n1, n2)])" in chain.remarks
    assert set(right(chain).values()) == {
        ("x",),
        ("self", "parts", 0, "W"),
        ("self", "parts", 2, "W"),
    }


def test_a_container_that_goes_through_its_layers_in_the_wrong_order(tmp_path):
    text = CONTAINER.replace("reversed(self.parts)", "self.parts[:0:-1]")
    assert wrong(found(tmp_path, text)["Chain"])


def test_what_a_subclass_fills_in(tmp_path):
    text = """
        class Elementwise:
            def forward(self, v):
                self.v = v
                return self._value(v)
            def backward(self, g):
                return g * self._slope(self.v)

        class Cubed(Elementwise):
            def _value(self, v):
                return v ** 3
            def _slope(self, v):
                return 3 * v ** 2
    """
    assert right(found(tmp_path, text)["Cubed"])
    assert wrong(found(tmp_path, text.replace("3 * v ** 2", "2 * v ** 2"))["Cubed"])


# -- clips ------------------------------------------------------------------------------------

CLIPPED = """
    class Trace:
        def __init__(self, D, H):
            self.A, self.B = np.random.randn(D, H), np.random.randn(H, H)
        # oracle: shapes xs: T N D
        def forward(self, xs):
            self.xs, self.hs = xs, [np.zeros((xs.shape[1], len(self.B)))]
            for x in xs:
                self.hs.append(np.tanh(x @ self.A + self.hs[-1] @ self.B))
            return np.array(self.hs[1:])
        def backward(self, dhs):
            dA, dB, dh = np.zeros_like(self.A), np.zeros_like(self.B), 0.0
            for t in reversed(range(len(dhs))):
                dz = (dhs[t] + dh) * (1 - self.hs[t + 1] ** 2)
                dA += self.xs[t].T @ dz
                dB += self.hs[t].T @ dz
                dh = np.clip(dz @ self.B.T, -0.1, 0.1)
            for d in [dA, dB]:
                np.clip(d, -1, 1, out=d)
            self.dA, self.dB = dA, dB
"""


def test_a_backward_whose_gradients_are_clipped_is_given_a_tiny_upstream(tmp_path):
    subject = found(tmp_path, CLIPPED)["Trace"]
    assert any("clipped" in remark for remark in subject.remarks)
    assert set(right(subject)) == {"self.dA", "self.dB"}
    text = CLIPPED.replace("dB += self.hs[t].T", "dB += self.hs[t + 1].T")
    assert set(wrong(found(tmp_path, text)["Trace"])) == {"self.dB"}


def test_a_loss_is_not_judged_where_its_gradient_reaches_the_clip(tmp_path):
    text = """
        # oracle: shapes w: D, X: N D fixed
        def loss_and_grad(w, X):
            grad = np.clip(X.T @ np.cos(X @ w), -{limit}, {limit})
            return np.sin(X @ w).sum(), grad
    """
    assert right(found(tmp_path, text.format(limit=50))["loss_and_grad"])
    with pytest.raises(ClippedHere):
        right(found(tmp_path, text.format(limit=0.001))["loss_and_grad"])


# -- updated parameters -----------------------------------------------------------------------

STEP = """
    # oracle: shapes X: N D fixed, t: N M fixed, K: D M, c: M
    def one_step(X, t, K, c, eta=0.05):
        r = np.tanh(X @ K + c) - t
        loss = np.sum(r ** 2)
        dz = 2 * r * (1 - np.tanh(X @ K + c) ** 2)
        dK, dc = X.T @ dz, dz.sum(axis=0)
        return loss, K - eta * dK, c - dc * eta
"""


def test_gradients_in_the_updated_parameters_that_are_returned(tmp_path):
    assert right(found(tmp_path, STEP)["one_step"]) == {"dK": ("K",), "dc": ("c",)}


def test_a_wrong_gradient_in_an_updated_parameter(tmp_path):
    text = STEP.replace("dz.sum(axis=0)", "dz.mean(axis=0)")
    assert set(wrong(found(tmp_path, text)["one_step"])) == {"dc"}


# A probability that a docstring calls a float

NOISE = '''
    class Drop:
        """Parameters
        ----------
        p : float in [0, 1)
            how often an entry is dropped
        """
        def __init__(self, p):
            self.p = p
        def forward(self, x):
            self.kept = np.random.RandomState(3).rand(*x.shape) >= self.p
            return x * self.kept / (1 - self.p)
        def backward(self, g):
            return {back}
'''


def test_an_interval_is_no_shape_and_a_probability_is_below_1(tmp_path):
    drop = found(tmp_path, NOISE.format(back="g * self.kept / (1 - self.p)"))["Drop"]
    assert "p was taken to be 0.5" in drop.remarks
    assert set(right(drop)) == {"dx"}


def test_a_dropout_that_is_not_scaled_back_is_seen(tmp_path):
    assert set(wrong(found(tmp_path, NOISE.format(back="g * self.kept"))["Drop"])) == {"dx"}
