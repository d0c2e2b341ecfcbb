"""Shapes of scientific code: small fixed extents, flat vectors, index arrays, plain functions."""

import pytest

from oracle.discovery import subjects
from tests.oracle.discovery.differences import found, right, write, wrong

ROTOR = """
    import numpy as np

    def turned(pole, cloud):
        a, b, c = pole / np.linalg.norm(pole)
        cross = np.array([[0, -c, b], [c, 0, -a], [-b, a, 0]])
        return cloud @ cross

    def turned_grad(up, pole, cloud):
        size = np.linalg.norm(pole)
        a, b, c = unit = pole / size
        cross = np.array([[0, -c, b], [c, 0, -a], [-b, a, 0]])
        of = cloud.T @ up
        each = np.array([of[2, 1] - of[1, 2], of[0, 2] - of[2, 0], of[1, 0] - of[0, 1]])
        return (each - unit * (unit @ each)) / size, {last}
"""
SPRINGS = """
    import numpy as np

    def energy(place, links, stiff):
        '''place (n, 2), links (m, 2), stiff (m,)'''
        gap = place[links[:, 0]] - place[links[:, 1]]
        return 0.5 * np.sum(stiff * (gap**2).sum(axis=1))

    def energy_grad(place, links, stiff):
        pull = stiff[:, None] * (place[links[:, 0]] - place[links[:, 1]])
        grad = np.zeros_like(place)
        np.add.at(grad, links[:, 0], pull)
        np.add.at(grad, links[:, 1], {sign}pull)
        return grad
"""
FILTER = """
    import numpy as np

    def plume(theta, T):
        n, D = T.shape
        rates, level, slope = theta[:D], theta[D], theta[D + 1]
        wave = T @ rates
        value = np.sum(np.sin(wave) * level + slope * T[:, 0])
        slopes = np.empty(D + 2)
        slopes[:D] = T.T @ (np.cos(wave) * level)
        slopes[D] = np.sin(wave).sum()
        slopes[D + 1] = {last}
        return value, slopes
"""
QUANTILE = """
    import numpy as np

    def pinball(guess, truth, tau=0.3):
        gap = truth - guess
        return np.maximum(tau * gap, (tau - 1) * gap).mean(), {grad} / gap.size
"""
LAYER = """
    import numpy as np

    class Mix:
        def __init__(self, width, parts):
            self.parts = parts
            self.W = np.random.randn(width, parts)
            self.b = np.zeros(parts)

        def forward(self, seq):
            n, t, _ = seq.shape
            self.seq = seq
            return seq @ self.W + self.b

        def backward(self, up):
            n, t, _ = self.seq.shape
            self.dW = np.einsum("ntd,ntm->dm", self.seq, up)
            self.db = up.sum(axis={axis})
            return up @ self.W.T
"""


def shapes(folder, text):
    return {name: one.shapes for name, one in found(folder, text).items()}


def test_what_is_unpacked_to_three_names_has_three_entries(tmp_path):
    text = ROTOR.replace("{last}", "up @ cross.T")
    assert shapes(tmp_path, text) == {"turned_grad": "pole: 3, cloud: N 3"}
    right(found(tmp_path, text)["turned_grad"])


def test_a_fixed_extent_does_not_hide_a_transpose_that_is_missing(tmp_path):
    subject = found(tmp_path, ROTOR.replace("{last}", "up @ cross"))["turned_grad"]
    assert len(wrong(subject)) == 1


def test_an_array_whose_columns_are_indices_holds_labels(tmp_path):
    text = SPRINGS.replace("{sign}", "-")
    assert shapes(tmp_path, text) == {"energy_grad": "links: m 2 labels(n)"}
    right(found(tmp_path, text)["energy_grad"])
    assert wrong(found(tmp_path, SPRINGS.replace("{sign}", ""))["energy_grad"])


def test_entries_after_a_slice_lengthen_a_flat_vector(tmp_path):
    text = FILTER.replace("{last}", "T[:, 0].sum()")
    subject = found(tmp_path, text)["plume"]
    assert subject.shapes == "theta: D+2, T: n D"
    right(subject)


def test_a_function_that_returns_a_mean_and_an_array_is_recognised_by_a_run(tmp_path):
    text = QUANTILE.replace("{grad}", "np.where(gap > 0, -tau, 1 - tau)")
    right(found(tmp_path, text)["pinball"])
    assert not subjects(write(tmp_path, QUANTILE.replace("{grad}", "gap")))[0]  # a residual


@pytest.mark.parametrize(("axis", "count"), [("(0, 1)", 0), ("0", 1)])
def test_an_array_of_the_object_keeps_its_shape_whatever_its_gradient_has(tmp_path, axis, count):
    subject = found(tmp_path, LAYER.replace("{axis}", axis))["Mix"]
    assert subject.shapes == "seq: n t width"
    assert len(wrong(subject)) == count
