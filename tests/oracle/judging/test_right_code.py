"""Right code that carries no hint is not called wrong, and the same with a mistake is."""

import textwrap

import numpy as np
import pytest

from oracle.commands.check import Settings, judge
from oracle.discovery import subjects

SETTINGS = Settings(cases=60)


def results(folder, text, settings=SETTINGS):
    file = folder / "net.py"
    file.write_text("import numpy as np\n" + textwrap.dedent(text))
    usable, _ = subjects(file)
    return {subject.name: judge(subject, settings) for subject in usable}


# -- objects that a constructor is given draw their arrays in the same way each time ---------------

CHAIN = """
    class Slope:
        def __init__(self, n, m):
            self.k = {"w": np.random.randn(n, m)}
        def forward(self, u):
            return u @ self.k["w"]
        def backward(self, g):
            return g @ self.k["w"].T

    class Chain:
        def __init__(self, parts):
            self.parts = parts
        def forward(self, u):
            for part in self.parts:
                u = part.forward(u)
            return u
        def backward(self, g):
            for part in reversed(self.parts):
                g = part.backward(g)
            return RETURNED

    chain = Chain([Slope(4, 3), Slope(3, 2)])
"""


def test_a_chain_of_layers_that_draw_weights_is_right(tmp_path):
    assert results(tmp_path, CHAIN.replace("RETURNED", "g"))["Chain"].verdict == "correct"


def test_a_chain_of_layers_that_draw_weights_may_be_wrong(tmp_path):
    assert results(tmp_path, CHAIN.replace("RETURNED", "2 * g"))["Chain"].verdict == "wrong"


GENERATOR = """
    rng = np.random.default_rng(7)

    class Masked:
        def __init__(self, keep=0.5):
            self.keep = keep
            self.tilt = 1 + rng.random()
        def forward(self, u):
            self.kept = (rng.random(u.shape) < self.keep) * self.tilt
            return u * self.kept
        def backward(self, g):
            return g * RETURNED
"""


def test_a_constructor_that_draws_from_the_modules_generator_is_right(tmp_path):
    assert results(tmp_path, GENERATOR.replace("RETURNED", "self.kept"))["Masked"].verdict == (
        "correct"
    )


def test_a_mask_that_is_drawn_anew_in_the_backward_is_wrong(tmp_path):
    text = GENERATOR.replace("RETURNED", "(rng.random(g.shape) < self.keep) * self.tilt")
    assert results(tmp_path, text)["Masked"].verdict == "wrong"


# -- a guess of a single sample that is broadcast does not fit -------------------------------------

TABLE = """
    class Places:
        def __init__(self, longest, width):
            self.table = np.random.randn(longest, width)
        def forward(self, u):
            self.steps = u.shape[1]
            return u + self.table[: self.steps]
        def backward(self, g):
            self.d_table = np.zeros_like(self.table)
            self.d_table[: self.steps] = g.sum(axis=0)
            return g
"""


def test_a_broadcast_column_is_no_input_that_was_meant(tmp_path):
    found = results(tmp_path, TABLE)
    assert "Places" not in found or found["Places"].verdict != "wrong"


SHIFT = """
    class Shift:
        def __init__(self, width):
            self.table = np.random.randn(width)
        def forward(self, u):
            return u + self.table
        def backward(self, g):
            self.d_table = g.mean(axis=0)
            return g
"""


def test_a_mean_in_place_of_a_sum_is_wrong_in_guessed_shapes(tmp_path):
    assert results(tmp_path, SHIFT)["Shift"].verdict == "wrong"


# -- an upstream with one entry, in shapes that were guessed ---------------------------------------

ONE_ENTRY = """
    class Share:
        def __init__(self, n_in, n_out):
            self.v = np.random.randn(n_in, n_out)
        def forward(self, u):
            self.shape, u = u.shape, u.flatten()
            e = np.exp(u @ self.v)
            return e / e.sum()
        def backward(self, g, u):
            for k, slope in enumerate(g):
                if slope == 0:
                    continue
                e = np.exp(u.flatten() @ self.v)
                p = e / e.sum()
                d = -p[k] * p
                d[k] SIGN p[k]
                return (self.v @ (slope * d)).reshape(self.shape)
"""


def test_a_loop_that_looks_for_the_one_entry_is_right_in_guessed_shapes(tmp_path):
    assert results(tmp_path, ONE_ENTRY.replace("SIGN", "+="))["Share"].verdict == "correct"


def test_a_loop_that_looks_for_the_one_entry_may_be_wrong(tmp_path):
    assert results(tmp_path, ONE_ENTRY.replace("SIGN", "-="))["Share"].verdict == "wrong"


# -- labels or one-hot rows, which a single class would confuse; a number that is kept -------------

EITHER = """
    class Surprise:
        def __init__(self):
            self.bits = None
        def forward(self, z, t):
            self.t = t
            e = np.exp(z - z.max(axis=1, keepdims=True))
            self.q = e / e.sum(axis=1, keepdims=True)
            rows = t if t.size == self.q.size else np.eye(self.q.shape[1])[t]
            self.bits = -np.sum(rows * np.log2(self.q + 1e-12)) / len(t)
            return self.bits
        def backward(self, dout=1):
            n = self.t.shape[0]
            if self.t.size == self.q.size:
                return (self.q - self.t) / n / SCALE
            dz = self.q.copy()
            dz[np.arange(n), self.t] -= 1
            return dz / n / SCALE
"""


@pytest.mark.parametrize(("scale", "verdict"), [("np.log(2)", "correct"), ("2", "wrong")])
def test_labels_or_one_hot_rows(tmp_path, scale, verdict):
    """The ε of the logarithm is a guard, though the loss keeps its value as a number."""
    found = results(tmp_path, EITHER.replace("SCALE", scale))["Surprise"]
    assert found.verdict == verdict


# -- several equal entries that are calculated, each of which is given all of the derivative -------

BEST = """
    class BestOf:
        def __init__(self, n_in, n_out, ways=3):
            self.v = np.random.randn(ways, n_out, n_in)
        def forward(self, u):
            s = np.einsum("kij,nj->kni", self.v, u)
            self.chosen = s == s.max(axis=0)
            return s.max(axis=0)
        def backward(self, g):
            return np.einsum("kni,kij->nj", CHOSEN, self.v)
"""


def test_a_derivative_that_several_equal_maxima_are_each_given_is_no_wrong_formula(tmp_path):
    found = results(tmp_path, BEST.replace("CHOSEN", "g * self.chosen"), Settings())["BestOf"]
    assert found.verdict == "unstable"
    assert {note.name for note in found.gradients[0].findings} == {"tie-spread"}


def test_a_derivative_that_all_are_given_is_wrong(tmp_path):
    found = results(tmp_path, BEST.replace("CHOSEN", "g + 0 * self.chosen"))["BestOf"]
    assert found.verdict == "wrong"


# -- a weight of one axis, and two operands --------------------------------------------------------

STRETCH = """
    def stretch(u, w):
        r = u / np.sqrt(np.mean(u * u, axis=1, keepdims=True) + 0.1)
        return r * w

    def stretch_backward(g, u, w):
        s = 1 / np.sqrt(np.mean(u * u, axis=1, keepdims=True) + 0.1)
        h = g * w
        du = s * h - u * s**3 * np.mean(h * u, axis=1, keepdims=True)
        dw = (g * u * s).REDUCED
        return du, dw
"""


def test_a_weight_for_each_feature_is_found(tmp_path):
    found = results(tmp_path, STRETCH.replace("REDUCED", "sum(axis=0)"))["stretch_backward"]
    assert (found.verdict, found.inferred) == ("correct", "u: N D, w: D")


def test_a_mean_over_the_samples_of_its_gradient_is_wrong(tmp_path):
    found = results(tmp_path, STRETCH.replace("REDUCED", "mean(axis=0)"))["stretch_backward"]
    assert {g.name: g.verdict for g in found.gradients} == {"du": "correct", "dw": "wrong"}


# -- generators that are made without a seed, kept by a class, or a default ------------------------

MASKS = {
    "made by the constructor": ("rng=None", "self.rng = rng or np.random.default_rng()"),
    "made without a seed in an old way": ("rng=None", "self.rng = np.random.RandomState()"),
    "a default": ("rng=np.random.default_rng(4)", "self.rng = rng"),
    "kept by the class": ("rng=None", "self.rng = self.ours"),
}
MASK = """
    class Mask:
        ours = np.random.RandomState(5)
        def __init__(self, keep=0.5, {argument}):
            self.keep = keep
            {made}
        def forward(self, u):
            self.kept = self.rng.uniform(size=u.shape) < self.keep
            return u * self.kept / self.keep
        def backward(self, g):
            return g * self.kept / {scale}
"""


@pytest.mark.parametrize(
    ("how", "scale", "verdict"),
    [*((how, "self.keep", "correct") for how in MASKS), ("made by the constructor", "1", "wrong")],
)
def test_a_mask_is_drawn_alike_in_each_run(tmp_path, how, scale, verdict):
    argument, made = MASKS[how]
    text = MASK.format(argument=argument, made=made, scale=scale)
    (gradient,) = results(tmp_path, text)["Mask"].gradients
    assert gradient.verdict == verdict
    assert "not-deterministic" not in {note.name for note in gradient.findings}


GENERATORS = {
    "random.Random": ("random.Random()", "source.random()"),
    "random.SystemRandom": ("random.SystemRandom()", "source.random()"),
    "the operating system": ("os", "source.urandom(1)[0] / 256"),
    "np.random": ("np.random.default_rng()", "source.random()"),
}
SOURCE = """
    import os
    import random
    import time

    {shared}

    class Mask:
        def forward(self, u):
            source = {made}
            self.kept = np.array([{draw} < 0.5 for _ in range(u.size)]).reshape(u.shape)
            return u * self.kept

        def backward(self, g):
            {again}return g * self.kept * {scale}
"""


@pytest.mark.parametrize("how", GENERATORS)
@pytest.mark.parametrize("where", ["in the forward", "in the module"])
def test_a_generator_without_a_seed_draws_alike_in_each_run(tmp_path, how, where):
    made, draw = GENERATORS[how]
    shared, own = ("", made) if where == "in the forward" else (f"SHARED = {made}", "SHARED")
    for scale, verdict in (("1", "correct"), ("2", "wrong")):
        text = SOURCE.format(shared=shared, made=own, draw=draw, scale=scale, again="")
        (gradient,) = results(tmp_path, text, Settings(cases=60))["Mask"].gradients
        assert gradient.verdict == verdict
        assert "not-deterministic" not in {note.name for note in gradient.findings}


def test_a_backward_that_makes_such_a_generator_anew_is_not_deterministic(tmp_path):
    made, draw = GENERATORS["random.Random"]
    again = f"source = {made}\n            self.kept = np.array([{draw} < 0.5 for _ in range("
    again += "g.size)]).reshape(g.shape)\n            "
    text = SOURCE.format(shared="", made=made, draw=draw, scale="1", again=again)
    (gradient,) = results(tmp_path, text, Settings(cases=60))["Mask"].gradients
    assert gradient.verdict == "wrong"
    assert "not-deterministic" in {note.name for note in gradient.findings}


@pytest.mark.parametrize("scale", ["1", "2"])
def test_a_forward_whose_draws_cannot_be_repeated_has_no_derivative(tmp_path, scale):
    made = "np.random.default_rng(time.time_ns())"
    text = SOURCE.format(shared="", made=made, draw="source.random()", scale=scale, again="")
    (gradient,) = results(tmp_path, text, Settings(cases=60))["Mask"].gradients
    assert gradient.verdict == "undecidable"
    (note,) = [note for note in gradient.remarks if note.name == "not-deterministic"]
    assert "different values for the same arguments" in note.message


def test_entropy_is_the_systems_own_again_afterwards():
    from oracle.discovery.trial_inputs import kept_random_state

    with kept_random_state(3):
        first = np.random.default_rng().random()
    with kept_random_state(3):
        assert np.random.default_rng().random() == first
    assert np.random.default_rng().random() != np.random.default_rng().random()


# -- a function of a vector, whose value is one number, and a matrix for a matrix ------------------

POTENTIAL = """
    class Spring:
        def __init__(self, alpha):
            self.alpha = alpha
        def __call__(self, v):
            return self.alpha * 0.5 * v.T.dot(v)
        def grad(self, v):
            return SLOPE * self.alpha * v

    def potential(v):
        return 0.5 * v.T @ v

    def potential_grad(v):
        return SLOPE * v
"""


@pytest.mark.parametrize(("slope", "verdict"), [("1", "correct"), ("2", "wrong")])
def test_a_square_matrix_is_not_taken_for_a_vector(tmp_path, slope, verdict):
    found = results(tmp_path, POTENTIAL.replace("SLOPE", slope))
    assert {r.verdict for r in found.values()} == {verdict}
    assert set(found) == {"Spring", "potential_grad"}
