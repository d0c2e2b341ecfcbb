"""The values that arguments are proposed to have: those that the code asks for, and no others."""

import pytest

from oracle.commands.check import Settings, judge
from oracle.discovery.value_readings import variants
from tests.oracle.discovery.differences import found


def proposed(folder, text):
    """For each reading of the data: the words for the arguments that it is about."""
    (subject,) = found(folder, text).values()
    plain = {a.name: str(a) for a in subject.arguments}
    return [
        [str(a) for a in other.arguments if str(a) != plain[a.name]]
        for _, other in variants(subject)
    ]


CROSS_ENTROPY = """
    # oracle: shapes {shapes}
    def tagger_loss({names}):
        {body}
"""
ROWS = [["T: N C probabilities(1)"], ["T: N C onehot(1) fixed"]]
COLUMNS = [["T: C m probabilities(0)"], ["T: C m onehot(0) fixed"]]


@pytest.mark.parametrize(
    ("shapes", "body", "expected"),
    [
        (
            "S: N C, T: N C",
            "p = np.exp(S) / np.exp(S).sum(-1)[:, None]; return -(T * np.log(p)).sum(), p - T",
            ROWS,
        ),
        (
            "S: C m, T: C m",
            "p = np.exp(S) / np.exp(S).sum(0); return -np.vdot(T, np.log(p + 1e-12)), p - T",
            COLUMNS,
        ),
        (  # log-softmax with the opposite sign, and smoothed targets
            "S: N C, T: N C",
            "n = np.log(np.exp(S).sum(1, keepdims=True)) - S; U = 0.9 * T + 0.1 / T.shape[1]; "
            "return np.einsum('nc,nc->', U, n), np.exp(-n) - U",
            ROWS,
        ),
        (  # one sample after the other
            "S: N C, T: N C",
            "ps = [np.exp(s) / np.exp(s).sum() for s in S]; "
            "return -sum(t @ np.log(p) for t, p in zip(T, ps)), np.array(ps) - T",
            ROWS,
        ),
        (  # targets the other way round
            "S: C m, T: m C",
            "p = np.exp(S) / np.exp(S).sum(0); return -np.sum(T.T * np.log(p)), p - T.T",
            [["T: m C probabilities(1)"], ["T: m C onehot(1) fixed"]],
        ),
    ],
)
def test_targets_sum_to_1_along_the_axis_along_which_the_code_normalises(
    tmp_path, shapes, body, expected
):
    text = CROSS_ENTROPY.format(shapes=shapes, names="S, T", body=body)
    assert proposed(tmp_path, text) == expected


@pytest.mark.parametrize(
    "body",
    [
        # Squares of what is normalised, a sigmoid, a product without a logarithm.
        "p = np.exp(S) / np.exp(S).sum(1, keepdims=True); return ((p - T) ** 2).sum(), p - T",
        "p = 1 / (1 + np.exp(-S)); return -(T * np.log(p)).sum(), p - T",
        "p = np.exp(S) / np.exp(S).sum(1, keepdims=True); return -(T * p).sum(), p - T",
        "e = np.exp(S); return -(T * np.log(e)).sum(), -T",
    ],
)
def test_no_axis_is_proposed_along_which_no_logarithm_was_normalised(tmp_path, body):
    text = CROSS_ENTROPY.format(shapes="S: N C, T: N C", names="S, T", body=body)
    assert proposed(tmp_path, text) == []


def test_what_gets_a_gradient_is_no_target(tmp_path):
    body = "p = np.exp(S) / np.exp(S).sum(1, keepdims=True); l = np.log(p); return -(T * l).sum(), "
    text = CROSS_ENTROPY.format(shapes="S: N C, T: N C", names="S, T", body=body + "(p - T, -l)")
    assert proposed(tmp_path, text) == []


def test_an_argmax_of_targets_asks_for_one_hot_ones_along_its_axis(tmp_path):
    text = """
        # oracle: shapes P: C m, T: C m
        class Picked:
            def forward(self, P, T):
                self.P, self.T = P, T
                return -np.log(P[T.argmax(axis=0), np.arange(P.shape[1])] ** 2).sum()

            def backward(self):
                return -2 * self.T / self.P
    """
    assert proposed(tmp_path, text) == [["T: C m onehot(0) fixed"]]


def test_one_hot_that_is_said_is_kept_along_another_axis_only(tmp_path):
    body = "p = np.exp(S) / np.exp(S).sum({}); return -(T * np.log(p)).sum(), p - T"
    said = {"shapes": "S: C m, T: C m onehot", "names": "S, T"}
    text = CROSS_ENTROPY.format(**said, body=body.format("0"))
    assert proposed(tmp_path, text) == [["T: C m onehot(0) fixed"]]
    text = CROSS_ENTROPY.format(**said, body=body.format("1, keepdims=True"))
    assert proposed(tmp_path, text) == []


@pytest.mark.parametrize(
    ("shape", "value", "expected"),
    [
        ("x: N", "np.log(x)", [["x: N positive"]]),
        ("x: N", "np.log10(x.reshape(-1) + 1e-9)", [["x: N positive"]]),
        ("x: N", "np.sqrt(np.clip(x, 1e-9, None))", [["x: N positive"]]),
        ("x: N", "x ** 0.5", [["x: N positive"]]),
        ("x: N", "np.log(x) - np.log(1 - x)", [["x: N in(0,1)"]]),
        ("x: N", "np.log(x) - np.log1p(-x)", [["x: N in(0,1)"]]),
        ("x: N", "np.arcsin(x)", [["x: N in(-1,1)"]]),
        ("x: n", "np.interp(0.3, x, np.arange(len(x)))", [["x: n sorted"]]),
        ("x: n n", "np.linalg.cholesky(x + 1e-6 * np.eye(len(x)))", [["x: n n spd"]]),
        ("x: n n", "np.linalg.eigvalsh((x + x.T) / 2)", [["x: n n symmetric"], ["x: n n spd"]]),
        # Nothing is asked of these.
        ("x: N", "np.sqrt(np.maximum(x, 0))", []),
        ("x: N", "np.log(1 + x ** 2) + 1 / x + x ** 2", []),
        ("x: n n", "np.linalg.inv(x)", []),
        ("x: n n", "np.linalg.cholesky(x @ x.T + np.eye(len(x)))", []),
    ],
)
def test_numbers_and_matrices_at_which_a_forward_can_be_computed(tmp_path, shape, value, expected):
    text = f"""
        # oracle: shapes {shape}
        def thing(x):
            return {value}

        def thing_backward(dout, x):
            return dout * x
    """
    assert proposed(tmp_path, text) == expected


def test_a_matrix_that_is_named_as_a_covariance_is_one_where_it_is_inverted(tmp_path):
    text = """
        # oracle: shapes Sigma: n n, x: n
        def distance(Sigma, x):
            return x @ np.linalg.solve(Sigma, x)

        def distance_backward(dout, Sigma, x):
            a = np.linalg.solve(Sigma, x)
            return -dout * np.outer(a, a), 2 * dout * a
    """
    assert proposed(tmp_path, text) == [["Sigma: n n spd"]]


def test_a_vector_that_indexes_holds_labels(tmp_path):
    text = """
        # oracle: shapes S: N K, y: N
        def margin(S, y):
            return S[np.arange(len(y)), y].sum()

        def margin_backward(dout, S, y):
            dS = np.zeros_like(S)
            dS[np.arange(len(y)), y] = dout
            return dS
    """
    assert proposed(tmp_path, text) == [["y: N labels(K)"]]


def test_labels_are_found_for_what_indexes(tmp_path):
    text = """
        def margin(S, y):
            \"\"\"S: (N, C)\"\"\"
            return S[np.arange(len(y)), y].sum()

        def margin_backward(dout, S, y):
            dS = np.zeros_like(S)
            dS[np.arange(len(y)), y] = dout
            return dS
    """
    assert found(tmp_path, text)["margin_backward"].shapes == "y: N labels(C)"


MARGIN = """
    # oracle: shapes score: N, target: N
    def churn_loss_and_grad(score, target):
        {body}
"""


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("m = target * score; return np.exp(-m).sum(), -target * np.exp(-m)", True),
        ("m = 1 + -target * score; return (m * m).sum(), 2 * (score - target)", True),
        ("return (score - target) @ (score - target), 2 * (score - target)", False),
        (
            "p = 1 / (1 + np.exp(-score)); "
            "return -np.sum(target * np.log(p) + (1 - target) * np.log(1 - p)), p - target",
            False,
        ),
    ],
)
def test_targets_that_multiply_a_score_may_be_signs(tmp_path, body, expected):
    signs = ["target: N signs fixed"] in proposed(tmp_path, MARGIN.format(body=body))
    assert signs is expected


SQUARED_MARGIN = """
    def fit_loss(scores, target):
        return np.mean((1 - target * scores) ** 2)

    def fit_loss_grad(scores, target):
        return {gradient}
"""


@pytest.mark.parametrize(
    ("gradient", "verdict"),
    [
        ("2 * (scores - target) / scores.size", "correct"),
        ("2 * (scores - target)", "wrong"),
        ("(scores - target) / scores.size", "wrong"),
        ("-2 * (1 - target * scores) / scores.size", "wrong"),
    ],
)
def test_what_is_right_for_signs_alone_is_right_for_a_margin(tmp_path, gradient, verdict):
    (subject,) = found(tmp_path, SQUARED_MARGIN.format(gradient=gradient)).values()
    assert judge(subject, Settings(cases=40)).verdict == verdict
