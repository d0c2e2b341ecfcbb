"""Lines of shapes that are found by running small files which say none."""

import pytest

from oracle.discovery import subjects
from tests.oracle.discovery.differences import found, right, write, wrong


def lines(folder, text, name=""):
    """The line found for each derivation; that nothing failed is part of the statement."""
    usable, failures = subjects(write(folder, text), name)
    assert not failures, failures
    return {subject.name: subject.shapes for subject in usable}


def missing(folder, text):
    usable, failures = subjects(write(folder, text))
    assert not usable, [one.shapes for one in usable]
    return failures[0].message


ROWS = """
    def proj(h, weight, bias):
        return np.dot(h, weight) + bias

    def proj_backward(g, h, weight, bias):
        return g.dot(weight.T), h.T.dot(g), g.sum(0)
"""


def test_samples_in_rows(tmp_path):
    assert lines(tmp_path, ROWS) == {"proj_backward": "h: N D, weight: D M, bias: M"}


def test_samples_in_columns_stay_in_columns(tmp_path):
    text = """
        def proj(h, W, b):
            return W @ h + b

        def proj_backward(g, h, W, b):
            return W.T @ g, g @ h.T, g.sum(axis=1, keepdims=True)
    """
    assert lines(tmp_path, text) == {"proj_backward": "h: D N, W: M D, b: M 1"}


def test_indices_are_labels_below_the_extent_that_they_index(tmp_path):
    text = """
        def nll(logp, label):
            return -logp[np.arange(len(label)), label].sum()

        def nll_backward(logp, label):
            g = np.zeros_like(logp)
            g[np.arange(len(label)), label] = -1
            return g
    """
    assert lines(tmp_path, text) == {"nll_backward": "logp: N C, label: N labels(C)"}


def test_slices_of_one_matrix_make_its_last_axis_a_multiple(tmp_path):
    text = """
        def glu2(x, W):
            z = x @ W
            h = z.shape[1] // 2
            return z[:, :h] * np.tanh(z[:, h:])

        def gate(x, c, W):
            H = c.shape[1]
            z = x @ W
            return z[:, :H] * c + np.tanh(z[:, H:2 * H]) * z[:, 2 * H:]

        def gate_backward(g, x, c, W):
            H = c.shape[1]
            z = x @ W
            t = np.tanh(z[:, H:2 * H])
            dz = np.hstack([g * c, g * (1 - t ** 2) * z[:, 2 * H:], g * t])
            return dz @ W.T, g * z[:, :H], x.T @ dz
    """
    assert lines(tmp_path, text) == {"gate_backward": "x: N D, c: N M, W: D 3*M"}


def test_the_names_of_the_code_are_taken_for_sizes(tmp_path):
    text = """
        def pool(img):
            B, Ch, Hh, Ww = img.shape
            return img.mean(axis=(2, 3))

        def pool_backward(g, img):
            B, Ch, Hh, Ww = img.shape
            return np.ones_like(img) * g[:, :, None, None] / (Hh * Ww)
    """
    assert lines(tmp_path, text) == {"pool_backward": "img: B Ch Hh Ww"}


def test_einsum_tells_the_axes(tmp_path):
    text = """
        def mix(q, k):
            return np.einsum("bid,bjd->bij", q, k)

        def mix_backward(g, q, k):
            return np.einsum("bij,bjd->bid", g, k), np.einsum("bij,bid->bjd", g, q)
    """
    (line,) = lines(tmp_path, text).values()
    q, k = (part.split(": ")[1].split() for part in line.split(", "))
    assert (q[0], q[2]) == (k[0], k[2])
    assert len({*q, *k}) == 4


def test_constructor_arrays_are_found_as_well(tmp_path):
    text = """
        class Cell:
            def __init__(self, Wx, Wh, bias):
                self.Wx, self.Wh, self.bias = Wx, Wh, bias

            def forward(self, x, h):
                self.x, self.h = x, h
                self.out = np.tanh(x @ self.Wx + h @ self.Wh + self.bias)
                return self.out

            def backward(self, dout):
                dz = dout * (1 - self.out ** 2)
                self.dWx, self.dWh, self.dbias = self.x.T @ dz, self.h.T @ dz, dz.sum(0)
                return dz @ self.Wx.T, dz @ self.Wh.T
    """
    assert "Wh: H H" in lines(tmp_path, text)["Cell"] or "Wh: H M" in lines(tmp_path, text)["Cell"]


def test_what_runs_only_for_a_square_matrix_is_told_and_not_judged(tmp_path):
    text = """
        def twist(x):
            return x @ x

        def twist_backward(g, x):
            return g @ x.T + x.T @ g
    """
    assert "it runs with x: N N" in missing(tmp_path, text)


def test_a_sum_that_is_missing_does_not_choose_the_shape_that_makes_it_right(tmp_path):
    text = """
        def lift(x, beta):
            return x + beta

        def lift_backward(g, x, beta):
            return g, g
    """
    usable, _ = subjects(write(tmp_path, text))
    assert not [one.shapes for one in usable if one.shapes.startswith("x: N, ")]


def test_a_bias_is_never_a_single_number(tmp_path):
    text = ROWS.replace("g.sum(0)", "g.sum()")
    assert lines(tmp_path, text) == {"proj_backward": "h: N D, weight: D M, bias: M"}


def test_a_transposed_gradient_does_not_make_the_weight_square(tmp_path):
    text = ROWS.replace("h.T.dot(g)", "g.T.dot(h)")
    assert lines(tmp_path, text) == {"proj_backward": "h: N D, weight: D M, bias: M"}


def test_the_search_is_deterministic(tmp_path):
    found = [lines(tmp_path, ROWS) for _ in range(2)]
    assert found[0] == found[1]


def test_a_comment_counts_before_what_runs(tmp_path):
    text = ROWS.replace(
        "    def proj(", "    # oracle: shapes h: T E, weight: E O, bias: 1 O\n    def proj("
    )
    assert lines(tmp_path, text) == {"proj_backward": ""}


def test_code_that_never_runs_says_what_to_write(tmp_path):
    text = """
        def broken(x):
            raise RuntimeError("no")

        def broken_backward(g, x):
            return g
    """
    assert "nothing says the shape of x" in missing(tmp_path, text)


@pytest.mark.parametrize("prints", ["print(x.shape)", "print('-' * 10)"])
def test_prints_of_the_code_are_not_shown(tmp_path, capsys, prints):
    text = ROWS.replace("return np.dot", f"{prints.replace('x', 'h')}; return np.dot")
    lines(tmp_path, text)
    assert capsys.readouterr().out == ""


def test_two_operands_a_and_b_are_of_one_kind(tmp_path):
    text = """
        def rowdot(a, b):
            out = np.empty(len(a))
            for i in range(len(a)):
                out[i] = (a[i] * b[i]).sum()
            return out

        def rowdot_backward(g, a, b):
            return g[:, None] * b, g[:, None] * a
    """
    assert lines(tmp_path, text) == {"rowdot_backward": "a: N D, b: N D"}


def test_a_vector_of_weights_is_not_tried_with_a_single_entry(tmp_path):
    text = """
        class Shrinkage:
            def __init__(self, strength=0.2):
                self.strength = strength
            def __call__(self, coef):
                return self.strength * (np.linalg.norm(coef) + coef.T.dot(coef))
            def gradient(self, coef):
                return self.strength * (np.sign(coef) + 2 * coef)
    """
    (subject,) = found(tmp_path, text).values()
    assert [one.shapes for one in (subject, *subject.others)] == ["coef: D"]
    assert wrong(subject)
    text = text.replace("np.sign(coef)", "coef / np.linalg.norm(coef)")
    (subject,) = found(tmp_path, text).values()
    assert right(subject)
