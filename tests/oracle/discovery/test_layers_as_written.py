"""Layers as people write them: what they are given, what they keep, and what their texts say."""

import numpy as np
import pytest

from oracle.cases import Case
from oracle.cases.case import draw
from oracle.discovery.shapes import docstrings
from oracle.subject import Argument
from tests.oracle.discovery.differences import found, right, wrong

# Lists of arrays

LISTED = """
    class Blend:
        def forward(self, parts):
            self.parts = parts
            total = parts[0] ** 2
            for part in parts[1:]:
                total = total * np.cos(part)
            return total
        def backward(self, g):
            total = self.forward(self.parts)
            grads = [-g * total * np.tan(part) for part in self.parts]
            grads[0] = 2 * g * total / self.parts[0]
            return grads
"""


def test_a_list_of_arrays_is_found_by_running(tmp_path):
    blend = found(tmp_path, LISTED)["Blend"]
    of = right(blend)
    assert set(of.values()) == {("parts", 0), ("parts", 1), ("parts", 2)}
    assert "taken to be of the shapes parts[0]: N D, parts[1]: N D, parts[2]: N D" in blend.remarks


def test_a_wrong_entry_of_a_list_is_seen(tmp_path):
    text = LISTED.replace("-g * total * np.tan", "g * total * np.tan")
    assert len(wrong(found(tmp_path, text)["Blend"])) == 2


# Several outputs, and the upstream of each

SPLIT = """
    class Split:
        def forward(self, x):
            self.x = x
            main, side = np.sin(x), x ** 3
            return main, side
        def backward(self, dside, dmain=None):
            dx = 3 * self.x ** 2 * dside
            if dmain is not None:
                dx = dx + np.cos(self.x) * dmain
            return dx
"""


def test_each_upstream_belongs_to_the_output_of_its_name(tmp_path):
    assert right(found(tmp_path, SPLIT)["Split"]) == {"dx": ("x",)}


def test_one_upstream_is_that_of_the_output_of_its_name(tmp_path):
    text = SPLIT.replace(", dmain=None", "").replace("dmain is not None", "False")
    assert right(found(tmp_path, text)["Split"]) == {"dx": ("x",)}


def test_upstreams_that_are_mixed_up_are_seen(tmp_path):
    text = SPLIT.replace("3 * self.x ** 2 * dside", "np.cos(self.x) * dside")
    assert wrong(found(tmp_path, text)["Split"]) == {"dx"}


KEYED = """
    class Heads:
        def __init__(self, n_in, n_out):
            self.U, self.V = np.random.randn(n_in, n_out), np.random.randn(n_in, 1)
        def forward(self, x):
            self.x = x
            return {"place": x @ self.U, "sure": np.tanh(x @ self.V)}
        def backward(self, grads):
            t = np.tanh(self.x @ self.V)
            ds = grads["sure"] * (1 - t ** 2)
            self.dU, self.dV = self.x.T @ grads["place"], self.x.T @ ds
            return grads["place"] @ self.U.T + ds @ self.V.T
"""


def test_outputs_in_a_dict_have_an_upstream_of_the_same_keys(tmp_path):
    assert set(right(found(tmp_path, KEYED)["Heads"])) == {"dx", "self.dU", "self.dV"}
    text = KEYED.replace("* (1 - t ** 2)", "* (1 - t)")
    assert wrong(found(tmp_path, text)["Heads"]) == {"dx", "self.dV"}


# What a first forward makes, and what each forward keeps

LAZY = """
    class Lazy:
        def __init__(self, n_out):
            self.n_out, self.W, self.seen = n_out, None, []
        def forward(self, x):
            if self.W is None:
                self.W = np.random.randn(x.shape[1], self.n_out)
            self.seen.append(x)
            return np.tanh(x @ self.W)
        def backward(self, g):
            (x,) = self.seen
            g = g * (1 - np.tanh(x @ self.W) ** 2)
            self.dW = x.T @ g
            return g @ self.W.T
"""


def test_a_list_that_each_forward_makes_longer_holds_one_entry_in_the_backward(tmp_path):
    assert set(right(found(tmp_path, LAZY)["Lazy"])) == {"dx", "self.dW"}


def test_a_size_whose_default_is_none_is_given(tmp_path):
    text = LAZY.replace("n_out):", "n_out, n_in=None):").replace(
        "self.n_out, self.W, self.seen = n_out, None, []",
        "self.W, self.seen = np.random.randn(n_in, n_out) / np.sqrt(n_in), []",
    )
    lazy = found(tmp_path, text)["Lazy"]
    assert set(right(lazy)) == {"dx", "self.dW"}
    assert "n_in" in lazy.sizes
    text = text.replace("g @ self.W.T", "g @ self.W.T / x.shape[1]")
    assert wrong(found(tmp_path, text)["Lazy"]) == {"dx"}


# Objects in containers

BUMPS = '''
    class Bump:
        def __init__(self, at: float = 0.3, width: float = 1.5):
            self.params = {"at": at, "width": width}
            self.grads = {"at": 0.0, "width": 0.0}
        def forward(self, x):
            self.x = x
            return np.exp(-((x - self.params["at"]) / self.params["width"]) ** 2)
        def backward(self, g):
            z = (self.x - self.params["at"]) / self.params["width"]
            inner = 2 * g * z * np.exp(-z ** 2) / self.params["width"]
            self.grads["at"] += np.sum(inner)
            self.grads["width"] += np.sum(inner * z)
            return -inner

    class Mixture:
        def __init__(self, bumps: dict[str, list[Bump]]):
            self.bumps = bumps
            self.n_inputs = len(bumps)
            self.W = np.ones((self.n_inputs, 3))
        def forward(self, x):
            """x: array of shape (batch, n_inputs)"""
            self.columns = np.stack(
                [sum(b.forward(x[:, i]) for b in own) for i, own in enumerate(self.bumps.values())],
                axis=1,
            )
            return self.columns @ self.W
        def backward(self, g):
            self.dW = self.columns.T @ g
            back = g @ self.W.T
            return np.stack(
                [sum(b.backward(back[:, i]) for b in own)
                 for i, own in enumerate(self.bumps.values())],
                axis=1,
            )
'''


def test_a_dict_of_lists_of_objects_is_made_and_its_numbers_are_judged(tmp_path):
    mixture = found(tmp_path, BUMPS, "Mixture")["Mixture"]
    assert "x: batch 2" in ", ".join(map(str, mixture.arguments))
    assert len(right(mixture)) == 1 + 1 + 8  # x, W, and two numbers of each of four


def test_a_wrong_number_in_a_container_is_seen(tmp_path):
    text = BUMPS.replace("+= np.sum(inner * z)", "+= np.sum(inner)")
    assert len(wrong(found(tmp_path, text, "Mixture")["Mixture"])) == 4


def test_numbers_whose_gradient_is_flat_for_most_samples_are_judged(tmp_path):
    text = """
        class Step:
            def __init__(self, low, high):
                self.params = {"low": low, "high": high}
                self.grads = {"low": 0.0, "high": 0.0}
            def forward(self, x):
                low, high = self.params["low"], self.params["high"]
                self.t = np.clip((x - low) / (high - low), 0, 1)
                return self.t
            def backward(self, g):
                on, width = (self.t > 0) & (self.t < 1), self.params["high"] - self.params["low"]
                self.grads["low"] += np.sum(g * on * (self.t - 1)) / width
                self.grads["high"] -= np.sum(g * on * self.t) / width
    """
    step = found(tmp_path, text, shapes="x: N, low=1.0, high=1.5")["Step"]
    assert set(right(step, 31)) == {'self.grads["low"]', 'self.grads["high"]'}
    text = text.replace("(self.t - 1)", "self.t")
    step = found(tmp_path, text, shapes="x: N, low=1.0, high=1.5")["Step"]
    assert wrong(step, sizes={"N": 31}) == {'self.grads["low"]'}


# What docstrings and comments say

HEADS = """
    class Attend:
        def __init__(self, width, heads):
            self.heads, self.width = heads, width
            self.depth = width // heads
            self.W = np.random.randn(width, width) / width
        def split(self, x):
            return x.reshape(x.shape[0], -1, self.heads, self.depth).transpose(0, 2, 1, 3)
        def merged(self, x):
            return x.transpose(0, 2, 1, 3).reshape(x.shape[0], -1, self.width)
        def forward(self, q, v, mask):
            # q: (batch size, len, width)
            # v: (batch size, len, width)
            self.q, self.v = q, v
            scores = self.split(q @ self.W) @ self.split(v).swapaxes(2, 3)
            e = np.where(mask[:, None, :], np.exp(scores), 0)
            self.p = e / e.sum(-1, keepdims=True)
            return self.merged(self.p @ self.split(v))
        def backward(self, g):
            g = self.split(g)
            dp = g @ self.split(self.v).swapaxes(2, 3)
            ds = self.p * (dp - (dp * self.p).sum(-1, keepdims=True))
            dv = self.p.swapaxes(2, 3) @ g + ds.swapaxes(2, 3) @ self.split(self.q @ self.W)
            dh = self.merged(ds @ self.split(self.v))
            self.dW = np.einsum("nti,nto->io", self.q, dh)
            return dh @ self.W.T, self.merged(dv)
"""


def test_heads_divide_the_width(tmp_path):
    attend = found(tmp_path, HEADS)["Attend"]
    assert "heads=2" in attend.shapes
    assert "width=2*" in attend.shapes
    assert set(right(attend).values()) == {("q",), ("v",), ("self", "W")}
    text = HEADS.replace("ds.swapaxes(2, 3) @", "0 * ds.swapaxes(2, 3) @")
    assert len(wrong(found(tmp_path, text)["Attend"])) == 1


def test_a_docstring_that_is_out_of_date_is_not_believed(tmp_path):
    text = '''
        class Scale:
            def __init__(self, n_units: int):
                self.g = np.random.randn(n_units)
            def forward(self, x):
                """x: array of shape (N, C, H, W)"""
                self.x = x
                n, t, d = x.shape
                return x * self.g
            def backward(self, up):
                self.dg = np.sum(up * self.x, axis=(0, 1))
                return up * self.g
    '''
    scale = found(tmp_path, text)["Scale"]
    assert set(right(scale)) == {"dx", "self.dg"}
    assert [len(a.dims) for a in scale.arguments if a.name == "x"] == [3]
    text = text.replace("return up * self.g", "return up * self.g / t").replace("up):", "up, t=2):")
    assert wrong(found(tmp_path, text)["Scale"]) == {"dx"}


def test_integers_whose_range_nothing_says_are_labels(tmp_path):
    text = '''
        class Lookup:
            def __init__(self, n_words, width):
                self.E = np.random.randn(n_words, width)
            def forward(self, ids):
                """ids: integers of shape (N, T)"""
                self.ids = ids
                return self.E[ids]
            def backward(self, g):
                self.dE = np.zeros_like(self.E)
                np.add.at(self.dE, self.ids, g)
    '''
    lookup = found(tmp_path, text)["Lookup"]
    assert "labels(" in lookup.shapes
    assert set(right(lookup)) == {"self.dE"}
    once = text.replace("np.add.at(self.dE, self.ids, g)", "self.dE[self.ids] = g")
    assert wrong(found(tmp_path, once)["Lookup"], sizes=dict.fromkeys(lookup.sizes, 3))


TRACE = """
    class Trace:
        def __init__(self, n_out):
            self.n_out, self.decay, self.params = n_out, 0.5, {"U": None, "V": None}
        def forward(self, seq):
            '(T, n_in) readings, oldest first'
            if self.params["U"] is None:
                self.params = {"U": np.random.randn(seq.shape[1], self.n_out) / 3,
                               "V": np.random.randn(self.n_out, self.n_out) / 3}
                self.grads = {k: np.zeros_like(w) for k, w in self.params.items()}
                self.seen, self.state, self.at = [], [np.zeros(self.n_out)], 0
            for row in seq:
                self.at += 1
                self.seen.append(row)
                drive = row @ self.params["U"] + self.state[-1] @ self.params["V"]
                self.state.append(np.tanh(drive))
            return np.array(self.state[-len(seq):])
        def backward(self, g):
            back, carried = np.zeros((len(g), len(self.seen[0]))), 0
            for t in reversed(range(len(g))):
                self.at -= 1
                dz = (g[t] + carried) * (1 - self.state[self.at + 1] ** 2)
                self.grads["U"] += np.outer(self.seen[self.at], dz)
                self.grads["V"] += np.outer(self.state[self.at], dz)
                carried = dz @ self.params["V"].T
                back[t] = dz @ self.params["U"].T
            return back
"""


@pytest.mark.parametrize("steps", [2, 5])
def test_lists_and_counters_hold_one_forward_however_many_steps_it_has(tmp_path, steps):
    trace = found(tmp_path, TRACE)["Trace"]
    sizes = dict.fromkeys(trace.sizes, 3) | {"T": steps}
    assert set(right(trace, sizes=sizes)) == {"back", 'self.grads["U"]', 'self.grads["V"]'}
    forgets = TRACE.replace("(g[t] + carried)", "g[t]")
    assert wrong(found(tmp_path, forgets)["Trace"], sizes=sizes)


def test_a_float_is_no_size_though_a_formula_reads_like_a_shape(tmp_path):
    text = '''
        class Ramp:
            """S(x; a, b) = (x - a) / (b - a)

            S (a, b): the ramp
            """
            def __init__(self, a: float, b: float):
                if not a < b:
                    raise ValueError("a < b")
                self.a, self.b = a, b
            def forward(self, x):
                self.x = x
                return (x - self.a) / (self.b - self.a)
            def backward(self, g):
                return g / (self.b - self.a)
    '''
    assert right(found(tmp_path, text)["Ramp"]) == {"dx": ("x",)}


def test_the_same_shape_as_another_argument():
    text = """
        y_true: targets of shape (N, 1)
        y_pred: predictions, same shape as y_true
    """
    assert docstrings.docstring(text)[("y_pred",)].dims == ("N", "1")
    assert ("k",) not in docstrings.docstring("k: same shape as q")


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("(N, C) one-hot; each column is a different class", "onehot"),
        ("(N, C) one-hot; each column is one sample", "onehot(0)"),
        ("(N, C) Probabilities of each of C classes", "probabilities"),
        ("(N, C) probability of dropping a unit", "unit"),
    ],
)
def test_what_a_sentence_says_of_columns_and_probabilities(text, values):
    assert docstrings.docstring(f"p: array of shape {text}")[("p",)].values == values


def test_whole_numbers_in_docstrings():
    text = (
        "n_out : int\n    width\nrate (float): step\nk (int, optional): taps\nids: int array (N,)"
    )
    assert docstrings.whole_numbers(text) == {"n_out", "k"}


def test_a_mask_leaves_something_of_each_row():
    class Drawn:
        arguments = (Argument("m", ("N", "T"), True, "mask"),)

    for seed in range(20):
        arrays, _ = draw(Drawn(), Case("float64", "ordinary", {"N": 4, "T": 2}, {}, seed))
        assert arrays["m"].any(axis=1).all()
    assert not np.all([arrays["m"]])


@pytest.mark.parametrize("text", ["a real-valued input", "a real number as well", "single value"])
def test_one_number_is_no_matrix(text):
    said = docstrings.docstring(f"Args:\n    v: {text}\n")[("v",)]
    assert said.scalar
    assert not said.dims


def test_a_real_valued_matrix_is_no_number():
    said = docstrings.docstring("Args:\n    v: a real-valued matrix\n").get(("v",))
    assert said is None or not said.scalar


# Forwards that keep what their backward needs only if they are asked to

KEEPS = """
    class Ramp:
        def __init__(self, units=3):
            self.units, self.weights, self.grads = units, {}, {}
        def forward(self, u, keep=False):
            if "K" not in self.weights:
                self.weights["K"] = np.random.randn(u.shape[1], self.units)
            if keep:
                self.u = u
            return np.arctan(u @ self.weights["K"])
        def backward(self, g):
            d = g / (1 + (self.u @ self.weights["K"]) ** 2)
            self.grads["K"] = self.u.T @ d
            return d @ self.weights["K"].T
"""


def test_a_forward_is_asked_to_keep_what_its_backward_needs(tmp_path):
    ramp = found(tmp_path, KEEPS, shapes="u: N D")["Ramp"]
    assert set(right(ramp).values()) == {("u",), ("self", "weights", "K")}
    assert "keep was taken to be True" in ramp.remarks


def test_a_forward_that_keeps_everything_is_not_asked_to(tmp_path):
    ramp = found(tmp_path, KEEPS.replace("if keep:", "if True:"), shapes="u: N D")["Ramp"]
    assert "keep was taken to be True" not in ramp.remarks


def test_a_mistake_behind_a_flag_is_seen(tmp_path):
    text = KEEPS.replace("self.u.T @ d", "2 * self.u.T @ d")
    assert len(wrong(found(tmp_path, text, shapes="u: N D")["Ramp"])) == 1
