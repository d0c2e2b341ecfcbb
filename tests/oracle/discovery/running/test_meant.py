"""Which of the lines that run is meant, and what the text of a file says besides."""

import textwrap

import pytest

from oracle.commands.check import Settings, closed, judge, of_file
from oracle.discovery import subjects
from tests.oracle.discovery.differences import write

FEW = Settings(cases=60, dtypes=("float64",))


def only(folder, text):
    (subject,), failures = subjects(write(folder, text))
    assert not failures, failures
    return subject


NORM = """
    class Standardize:
        def __init__(self):
            self.scale = None

        def build(self, width):
            self.scale, self.offset = np.ones(width), np.zeros(width)

        def forward(self, rows):
            self.sd = np.sqrt(rows.var(axis=0) + 0.1)
            self.z = (rows - rows.mean(axis=0)) / self.sd
            return self.scale * self.z + self.offset

        def backward(self, g):
            self.dscale, self.doffset = (g * self.z).sum(axis=0), g.FACTOR(axis=0)
            d = g * self.scale
            return (d - d.mean(axis=0) - self.z * (d * self.z).mean(axis=0)) / self.sd
"""


@pytest.mark.parametrize(("factor", "verdict"), [("sum", "correct"), ("mean", "wrong")])
def test_a_layer_with_parameters_is_not_judged_without_the_axis_of_its_features(
    tmp_path, factor, verdict
):
    assert judge(only(tmp_path, NORM.replace("FACTOR", factor)), FEW).verdict == verdict


PICKED = """
    class Head:
        def __init__(self, width, classes):
            self.M = np.random.randn(width, classes)

        def loss(self, rows, y):
            flat = rows.reshape(len(rows), -1)
            s = flat @ self.M
            p = np.exp(s - s.max(axis=1, keepdims=True))
            p /= p.sum(axis=1, keepdims=True)
            at = np.arange(len(rows))
            value = -np.log(p[at, y]).sum()
            p[at, y] -= FACTOR
            return value, {"M": flat.T @ p}
"""


@pytest.mark.parametrize(("factor", "verdict"), [("1", "correct"), ("2", "wrong")])
def test_labels_with_one_axis_more_are_no_line_of_their_own(tmp_path, factor, verdict):
    subject = only(tmp_path, PICKED.replace("FACTOR", factor))
    assert all("y: " not in one.shapes or "T N" not in one.shapes for one in subject.others)
    assert judge(subject, FEW).verdict == verdict


DEFAULT = """
    class Patches:
        def __init__(self, frame=(1, 6, 8), maps=3):
            self.K = np.random.randn(maps, frame[0], 3, 3)
            self.V = np.random.randn(maps * (frame[1] - 2) * (frame[2] - 2), 2)

        def forward(self, pictures):
            n, c, h, w = pictures.shape
            self.parts = [pictures[:, :, i:h - 2 + i, j:w - 2 + j] for i in range(3) for j in range(3)]
            k = self.K.reshape(len(self.K), c, 9)
            self.m = sum(np.einsum("nchw,fc->nfhw", p, k[..., t]) for t, p in enumerate(self.parts))
            return self.m.reshape(n, -1) @ self.V

        def backward(self, g):
            n = len(g)
            self.dV = self.m.reshape(n, -1).T @ g
            dm = (g @ self.V.T).reshape(self.m.shape) * FACTOR
            dk = [np.einsum("nfhw,nchw->fc", dm, p) for p in self.parts]
            self.dK = np.stack(dk, axis=-1).reshape(self.K.shape)
"""


@pytest.mark.parametrize(("factor", "verdict"), [("1", "correct"), ("n", "wrong")])
def test_a_default_shape_of_a_sample_is_tried(tmp_path, factor, verdict):
    subject = only(tmp_path, DEFAULT.replace("FACTOR", factor))
    assert subject.shapes == "pictures: n 1 6 8"
    assert judge(subject, FEW).verdict == verdict


def test_values_that_are_examples_in_a_docstring_are_no_shape(tmp_path):
    text = '''
        class Chain:
            """Layers one after the other.

            layer_sizes : widths of the layers (e.g. [50, 20, 20])
            """
            def __init__(self, layer_sizes):
                self.W = [np.random.randn(a, b) for a, b in zip(layer_sizes, layer_sizes[1:])]

            def forward(self, x):
                self.kept = []
                for W in self.W:
                    self.kept.append(x)
                    x = x @ W
                return x

            def backward(self, g):
                self.dW = [None] * len(self.W)
                for i in reversed(range(len(self.W))):
                    self.dW[i] = self.kept[i].T @ g
                    g = g @ self.W[i].T
                return g
    '''
    assert judge(only(tmp_path, text), FEW).verdict == "correct"


def test_sizes_of_a_constructor_change_between_the_runs_of_a_line(tmp_path):
    text = """
        class Places:
            def __init__(self, longest, width):
                self.rows = np.random.randn(longest, width)

            def forward(self, u):
                self.many = u.shape[1]
                return u + self.rows[:self.many]

            def backward(self, g):
                self.d_rows = np.zeros_like(self.rows)
                self.d_rows[:self.many] = g.sum(axis=0)
                return g
    """
    found, _ = subjects(write(tmp_path, text))
    assert "u: longest width" not in [one.shapes for one in found]


HELPER = """
    def bend(x):
        return np.tanh(x), x

    def bend_backward(g, cache):
        return g * FACTOR

    # oracle: shapes x: N D, W: D M
    def layer(x, W):
        out, cache = bend(x @ W)
        return out, (x, W, cache)

    def layer_backward(g, kept):
        x, W, cache = kept
        dz = bend_backward(g, cache)
        return dz @ W.T, x.T @ dz
"""


@pytest.mark.parametrize(
    ("factor", "verdict"), [("(1 - np.tanh(cache) ** 2)", "correct"), ("(1 - cache ** 2)", "wrong")]
)
def test_a_function_that_others_use_has_a_verdict_of_its_own(tmp_path, factor, verdict):
    found, failures = subjects(write(tmp_path, HELPER.replace("FACTOR", factor)))
    assert not failures
    verdicts = {one.name: judge(one, FEW).verdict for one in found}
    assert verdicts["bend_backward"] == verdict


def test_local_names_beside_a_star_import_have_nothing_to_do_with_it(tmp_path):
    (tmp_path / "arrays.py").write_text("import numpy as np\n")
    text = """
        from arrays import *

        class Table:
            def __init__(self, W):
                self.params, self.grads = [W], [np.zeros_like(W)]

            def forward(self, which):
                W, = self.params
                self.which = which
                return W[which]

            def backward(self, g):
                np.add.at(self.grads[0], self.which, g)
    """
    file = tmp_path / "net.py"
    file.write_text(textwrap.dedent(text))
    (subject,), failures = subjects(file)
    assert not failures
    assert judge(subject, FEW).verdict == "correct"


OPTIONS = """
    class Act:
        def __init__(self, kind="tanh"):
            self.kind = kind

        def forward(self, x):
            self.x = x
            return np.maximum(x, 0) ** 2 if self.kind == "square" else np.tanh(x)

        def backward(self, g):
            if self.kind == "square":
                return g * 2 * np.maximum(self.x, 0) * TWO
            return g * (1 - np.tanh(self.x) ** 2) * ONE
"""


def told(folder, text):
    found = {}
    for name, _, run in of_file(write(folder, text), "", FEW):
        found[name] = closed(run())
    return found


@pytest.mark.parametrize(
    ("one", "two", "verdicts"), [("1", "1", ("correct", "correct")), ("1", "3", ("correct", "wrong")),
                                 ("3", "3", ("wrong", "wrong"))]
)  # fmt: skip
def test_each_option_has_a_verdict_and_the_reason_is_told_once(tmp_path, one, two, verdicts):
    found = told(tmp_path, OPTIONS.replace("ONE", one).replace("TWO", two))
    assert tuple(result.verdict for result in found.values()) == verdicts
    (last,) = list(found.values())[-1].gradients
    alike = verdicts == ("wrong", "wrong")
    assert any("as in Act" in note.message for note in last.findings) is alike


WINDOW = """
    def recent(x):
        return np.cumsum(x, axis=1) * 0.5, np.shape(x)

    def recent_backward(dy, like):
        return np.cumsum(dy[:, ::STEP], axis=1)[:, ::-1] * 0.5
"""


def test_no_extent_of_one_is_taken_to_make_a_short_gradient_right(tmp_path):
    assert judge(only(tmp_path, WINDOW.replace("STEP", "-1")), FEW).verdict == "correct"
    found, failures = subjects(write(tmp_path, WINDOW.replace("STEP", "-2")))
    assert failures or judge(found[0], FEW).verdict != "correct"
