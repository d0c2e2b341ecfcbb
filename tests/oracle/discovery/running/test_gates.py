"""Shapes of layers with gates, of convolutions as one product, and of windows that tile an image."""

import pytest

from oracle.commands.check import Settings, judge
from oracle.discovery import subjects
from tests.oracle.discovery.differences import write

FEW = Settings(cases=100, dtypes=("float64",))

OPEN_SLICES = """
    class Mgu:
        def __init__(self, Wu, Ws, b):
            self.p = [Wu, Ws, b]
            self.dp = [np.zeros_like(a) for a in self.p]

        def forward(self, u, s):
            Wu, Ws, b = self.p
            m = Ws.shape[0]
            f = 1 / (1 + np.exp(-(u @ Wu[:, :m] + s @ Ws[:, :m] + b[:m])))
            k = np.tanh(u @ Wu[:, m:] + (f * s) @ Ws[:, m:] + b[m:])
            self.kept = u, s, f, k
            return (1 - f) * s + f * k

        def backward(self, g):
            Wu, Ws, b = self.p
            m = Ws.shape[0]
            u, s, f, k = self.kept
            dk = g * f * (1 - k ** 2)
            dfs = dk @ Ws[:, m:].T
            df = (g * (k - s) + dfs * s) * f * (1 - f)
            self.dp[0][...] = np.hstack([u.T @ df, u.T @ dk])
            self.dp[1][...] = np.hstack([s.T @ df, (FACTOR * s).T @ dk])
            self.dp[2][...] = np.hstack([df.sum(0), dk.sum(0)])
            return df @ Wu[:, :m].T + dk @ Wu[:, m:].T, g * (1 - f) + dfs * f + df @ Ws[:, :m].T
"""
CUT_SLICES = """
    def cell(v, state, Wv, Ws, bias):
        n = state.shape[1]
        z = v.dot(Wv) + state.dot(Ws) + bias
        a, b, c = np.tanh(z[:, :n]), np.tanh(z[:, n:2*n]), np.tanh(z[:, 2*n:3*n])
        return a * state + b * c, (v, state, Wv, Ws, a, b, c)

    def cell_backward(g, cache):
        v, state, Wv, Ws, a, b, c = cache
        dz = np.hstack([g * state * (1 - a**2), g * c * (1 - b**2), FACTOR * (1 - c**2)])
        return dz @ Wv.T, g * a + dz @ Ws.T, v.T @ dz, state.T @ dz, dz.sum(axis=0)
"""
ONE_PRODUCT = """
    def smooth(image, taps, shift):
        n, c, h, w = image.shape
        f, _, p, q = taps.shape
        cols = np.stack([image[:, :, i:h - p + 1 + i, j:w - q + 1 + j]
                         for i in range(p) for j in range(q)], axis=2)
        rows = cols.transpose(1, 2, 0, 3, 4).reshape(c * p * q, -1)
        out = taps.reshape(f, -1) @ rows + shift.reshape(-1, 1)
        return out.reshape(f, n, h - p + 1, w - q + 1).transpose(1, 0, 2, 3), (image, taps, rows)

    def smooth_backward(g, cache):
        image, taps, rows = cache
        f, c, p, q = taps.shape
        flat = g.transpose(1, 0, 2, 3).reshape(f, -1)
        dimage = np.zeros_like(image)
        for i in range(p):
            for j in range(q):
                back = np.einsum("nfhw,fc->nchw", g, taps[:, :, i, j])
                dimage[:, :, i:i + g.shape[2], j:j + g.shape[3]] += FACTOR
        return dimage, (flat @ rows.T).reshape(taps.shape), flat.sum(axis=1)
"""
TILES = """
    def shrink(x, pool_param):
        k = pool_param["pool_height"]
        assert k == pool_param["pool_width"] == pool_param["stride"]
        n, c, h, w = x.shape
        assert h % k == 0 and w % k == 0
        out = x.reshape(n, c, h // k, k, w // k, k).mean(axis=(3, 5))
        return out, (x, k)

    def shrink_backward(g, cache):
        x, k = cache
        return np.repeat(np.repeat(g, k, axis=2), k, axis=3) / FACTOR
"""
KINDS = {
    "open slices": (OPEN_SLICES, "f", "1", "Wu: D 2*M, Ws: M 2*M, b: 2*M, u: N D, s: N M"),
    "cut slices": (
        CUT_SLICES,
        "g * b",
        "g * a",
        "v: N D, state: N M, Wv: D 3*M, Ws: M 3*M, bias: 3*M",
    ),
    "one product": (ONE_PRODUCT, "back", "back * 2", "image: n c h w, taps: f c p q, shift: f"),
    "tiles": (TILES, "k**2", "k", "x: n c 2*h 2*w"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_shapes_are_found_and_the_right_file_is_correct(tmp_path, kind):
    text, right, _, line = KINDS[kind]
    (subject,), failures = subjects(write(tmp_path, text.replace("FACTOR", right)))
    assert not failures
    assert subject.shapes.startswith(line)
    assert judge(subject, FEW).verdict == "correct"


@pytest.mark.parametrize("kind", KINDS)
def test_a_wrong_factor_is_wrong_in_the_shapes_that_are_found(tmp_path, kind):
    text, _, wrong, _ = KINDS[kind]
    (subject,), failures = subjects(write(tmp_path, text.replace("FACTOR", wrong)))
    assert not failures
    assert judge(subject, FEW).verdict == "wrong"


def test_columns_that_no_slice_reads_are_left_out_of_the_line(tmp_path):
    (subject,), _ = subjects(write(tmp_path, CUT_SLICES.replace("FACTOR", "g * b")))
    assert not [one.shapes for one in subject.others if "4*" in one.shapes]


def test_a_name_that_is_not_defined_is_told_and_no_shapes_are_asked_for(tmp_path):
    text = """
        def stretch(x, w):
            return unfold(x) @ w

        def stretch_backward(g, x, w):
            return g @ w.T, x.T @ g
    """
    found, (failure,) = subjects(write(tmp_path, text))
    assert not found
    assert failure.message == "stretch_backward: NameError: name 'unfold' is not defined"
