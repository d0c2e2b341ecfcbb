"""What a function does to lists alone says nothing of the arrays that it is given."""

import ast

from oracle.discovery.text.for_arrays import for_arrays
from tests.oracle.discovery.differences import found, right, wrong

SCORES = """
    class Margin:
        def forward(self, scores, targets):
            k = scores.shape[-1]
            if isinstance(targets, list):
                targets = np.eye(k)[targets]
            if scores.reshape(-1, k).shape != targets.reshape(-1, k).shape:
                raise ValueError(f"{scores.shape} and {targets.shape}")
            self.t, self.s = targets, scores
            return np.mean(np.sum(targets * np.exp(-scores), axis=-1))

        def backward(self):
            return -self.t * np.exp(-self.s) {share}
"""


def test_targets_that_a_list_branch_indexes_with_are_rows(tmp_path):
    margin = found(tmp_path, SCORES.replace("{share}", "/ len(self.t)"))["Margin"]
    right(margin)
    assert margin.shapes in ("scores: N C, targets: N C", "scores: N D, targets: N D")


def test_a_missing_share_is_seen_in_rows(tmp_path):
    assert wrong(found(tmp_path, SCORES.replace("{share}", ""))["Margin"])


def test_a_branch_that_makes_nothing_of_the_list_stays():
    text = "def f(y):\n    if isinstance(y, list):\n        return y[0]\n    return y\n"
    (node,) = ast.parse(text).body
    assert ast.unparse(for_arrays(node)) == ast.unparse(node)
