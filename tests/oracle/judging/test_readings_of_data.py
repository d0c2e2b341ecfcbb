"""Data of which nothing says what they hold: right code is right, and wrong code stays wrong."""

import textwrap
from pathlib import Path

import pytest

from oracle import discovery
from oracle.commands.check import Settings, judge
from oracle.results import Result


def checked(folder: Path, text: str) -> Result:
    file = folder / "mine.py"
    file.write_text("import numpy as np\n" + textwrap.dedent(text), encoding="utf-8")
    (subject,), failures = discovery.subjects(file, "")
    assert not failures
    result = judge(subject, Settings(cases=30))
    assert isinstance(result, Result), result
    return result


def told(result: Result) -> list[str]:
    return [note.message for note in result.remarks if note.name in ("reading", "assumed")]


COLUMNS = """
    {says}
    def tagger_loss(W, X, T):
        {doc}
        z = W @ X
        e = np.exp(z - z.max(axis=0))
        p = e / e.sum(axis=0)
        m = X.shape[1]
        loss = {loss}
        dz = {dz}
        return loss, {{"W": dz @ X.T}}
"""
SAYS = "# oracle: shapes W: C D, X: D m, T: C m"
DOC = '"""W: (C, D), X: (D, m), T: (C, m) one-hot"""'
CE = "-np.sum(T * np.log(p)) / m"


@pytest.mark.parametrize(
    ("says", "doc", "remark"),
    [
        (SAYS, "", "correct for T whose columns sum to 1"),
        ("", DOC, "correct for T whose columns are one-hot"),
    ],
)
def test_targets_in_columns_are_read_along_the_axis_of_the_softmax(
    tmp_path: Path, says: str, doc: str, remark: str
) -> None:
    result = checked(tmp_path, COLUMNS.format(says=says, doc=doc, loss=CE, dz="(p - T) / m"))
    assert result.verdict == "correct"
    assert told(result) == [remark]


@pytest.mark.parametrize(
    ("loss", "dz"),
    [
        (CE, "p - T"),  # no mean over the batch
        (CE, "(T - p) / m"),
        (CE, "(e - T) / m"),  # not normalised
        (CE, "(e / e.sum(axis=1, keepdims=True) - T) / m"),  # normalised along the wrong axis
        (CE, "p * (p - T) / m"),
        ("0.5 * np.sum((p - T) ** 2) / m", "(p - T) / m"),  # of another loss
        (CE, "p * (1 - p) * (p - T) / m"),
        ("-np.sum(T * p) / m", "(p - T) / m"),
    ],
)
@pytest.mark.parametrize(("says", "doc"), [(SAYS, ""), ("", DOC)])
def test_no_values_of_the_targets_make_a_wrong_gradient_right(
    tmp_path: Path, says: str, doc: str, loss: str, dz: str
) -> None:
    result = checked(tmp_path, COLUMNS.format(says=says, doc=doc, loss=loss, dz=dz))
    assert result.verdict == "wrong"


def test_a_mistake_is_shown_on_the_data_that_the_code_shows(tmp_path: Path) -> None:
    result = checked(tmp_path, COLUMNS.format(says=SAYS, doc="", loss=CE, dz="p - T"))
    assert "judged for T whose columns sum to 1, as the code shows" in told(result)
    worst = result.gradients[0].counterexample
    assert worst is not None
    assert worst.dims["C"] > 1


def test_a_gradient_that_is_right_for_all_targets_needs_no_reading(tmp_path: Path) -> None:
    dz = "(p * T.sum(axis=0) - T) / m"
    result = checked(tmp_path, COLUMNS.format(says=SAYS, doc="", loss=CE, dz=dz))
    assert result.verdict == "correct"
    assert not told(result)


FACTOR = """
    # oracle: shapes S: n n
    def factor(S):
        return np.linalg.cholesky(S)

    def factor_backward(dL, S):
        L = np.linalg.cholesky(S)
        phi = np.tril(L.T @ dL)
        {halved}
        inverse = np.linalg.inv(L)
        return {result}
"""
HALVED = "phi[np.diag_indices(len(S))] /= 2"


@pytest.mark.parametrize("result", ["inverse.T @ phi @ inverse", "inverse.T @ phi.T @ inverse"])
def test_a_cholesky_factor_is_judged_on_positive_definite_matrices(
    tmp_path: Path, result: str
) -> None:
    """One triangle or the other, or both: on symmetric matrices these are one gradient."""
    found = checked(tmp_path, FACTOR.format(halved=HALVED, result=result))
    assert found.verdict == "correct"
    assert found.cases > 25
    assert told(found) == ["correct for a symmetric positive definite S"]


@pytest.mark.parametrize(
    ("halved", "result"),
    [
        ("pass", "inverse.T @ phi @ inverse"),
        (HALVED, "inverse @ phi @ inverse.T"),
        (HALVED, "2 * inverse.T @ phi @ inverse"),
        (HALVED, "np.tril(inverse.T @ phi @ inverse)"),
    ],
)
def test_a_wrong_gradient_of_a_cholesky_factor_is_wrong_from_many_cases(
    tmp_path: Path, halved: str, result: str
) -> None:
    found = checked(tmp_path, FACTOR.format(halved=halved, result=result))
    assert found.verdict == "wrong"
    assert found.cases > 25


def test_a_missing_transpose_of_an_inverse_is_wrong(tmp_path: Path) -> None:
    text = """
        # oracle: shapes A: n n
        def inverse(A):
            return np.linalg.inv(A)

        def inverse_backward(g, A):
            B = np.linalg.inv(A)
            return -B @ g @ B
    """
    assert checked(tmp_path, text).verdict == "wrong"


BERNOULLI = """
    # oracle: shapes q: N, t: N
    def surprise(q, t):
        return -(t * np.log(q) + (1 - t) * np.log(1 - q)).mean()

    def surprise_grad(q, t):
        return {gradient}
"""


def test_a_logarithm_is_judged_where_it_is_finite(tmp_path: Path) -> None:
    right = "((1 - t) / (1 - q) - t / q) / len(q)"
    result = checked(tmp_path, BERNOULLI.format(gradient=right))
    assert result.verdict == "correct"
    assert "correct for q in (0, 1)" in told(result)
    for wrong in ("(1 - t) / (1 - q) - t / q", "(q - t) / len(q)"):
        assert checked(tmp_path, BERNOULLI.format(gradient=wrong)).verdict == "wrong"


def test_no_derivative_is_taken_at_the_edge_of_a_clip(tmp_path: Path) -> None:
    text = """
        class Entropies:
            # oracle: shapes t: N K onehot, q: N K probabilities
            def loss(self, t, q):
                q = np.clip(q, 1e-12, 1 - 1e-12)
                return -t * np.log(q) - (1 - t) * np.log1p(-q)

            def gradient(self, t, q):
                q = np.clip(q, 1e-12, 1 - 1e-12)
                return (q - t) / (q * (1 - q))
    """
    assert checked(tmp_path, text).verdict == "correct"


PRECISION = """
    import torch

    # oracle: shapes S: n n spd, v: n
    class Whitened(torch.autograd.Function):
        @staticmethod
        def forward(ctx, S, v):
            u = torch.linalg.solve(S, v)
            ctx.save_for_backward(S, u)
            return u

        @staticmethod
        def backward(ctx, g):
            S, u = ctx.saved_tensors
            dv = torch.linalg.solve(S, g)
            return {dS}, dv
"""


@pytest.mark.parametrize(
    ("dS", "verdict"), [("-torch.outer(dv, u)", "correct"), ("-2 * torch.outer(dv, u)", "wrong")]
)
def test_a_function_of_a_symmetric_tensor_is_judged_by_the_symmetric_part(tmp_path, dS, verdict):
    assert checked(tmp_path, PRECISION.format(dS=dS)).verdict == verdict


KEYS = """
    import numpy as np

    # oracle: shapes a: N D, w: N D
    def overlap_value_and_grad(a, w):
        s = np.tanh(a * w)
        slope = 1 - s ** 2
        da = slope * w
        dw = slope * a
        return s.sum(), {{"a": {first}, "w": {second}}}
"""


@pytest.mark.parametrize(
    ("first", "second", "verdict"), [("da", "dw", "correct"), ("dw", "da", "wrong")]
)
def test_the_key_of_a_gradient_counts_and_not_its_local_name(tmp_path, first, second, verdict):
    assert checked(tmp_path, KEYS.format(first=first, second=second)).verdict == verdict
