"""Verdicts where several lines of shapes were found by running."""

from oracle.commands.check import Settings, judge
from oracle.discovery import subjects
from tests.oracle.discovery.differences import write

SETTINGS = Settings(cases=40, dtypes=("float64",))


def result(folder, text):
    usable, failures = subjects(write(folder, text))
    assert not failures, failures
    return judge(usable[0], SETTINGS)


ERROR = """
    def half_mse(out, target):
        return 0.5 * np.mean((out - target) ** 2)

    def half_mse_backward(out, target):
        return (out - target) / {}
"""


def test_a_mean_by_len_is_right_for_vectors_and_wrong_for_matrices_so_it_is_left_open(tmp_path):
    found = result(tmp_path, ERROR.format("len(target)"))
    assert found.verdict == "undecidable"
    (note,) = [n for n in found.remarks if n.name == "open-shapes"]
    assert "out: N, target: N`" in note.message
    assert "out: N C, target: N C`" in note.message


def test_a_mean_by_size_is_right_under_all_lines(tmp_path):
    assert result(tmp_path, ERROR.format("target.size")).verdict == "correct"


def test_a_missing_mean_is_wrong_under_all_lines(tmp_path):
    assert result(tmp_path, ERROR.format("1")).verdict == "wrong"


def test_the_line_is_told_in_text_and_data(tmp_path):
    found = result(tmp_path, ERROR.format("target.size"))
    assert found.inferred == "out: N C, target: N C"
    (note,) = [n for n in found.remarks if n.name == "shapes-inferred"]
    assert note.message.startswith("shapes inferred: out: N C, target: N C;")


def test_a_missing_batch_sum_is_not_cleared_by_an_inferred_shape(tmp_path):
    text = """
        def lin(x, w, b):
            return x @ w + b

        def lin_backward(g, x, w, b):
            return g @ w.T, x.T @ g / len(x), g.sum(axis=0)
    """
    found = result(tmp_path, text)
    assert {g.name: g.verdict for g in found.gradients}["dw"] == "wrong"


SWITCHED = """
    def churn_cost(score, target):
        p = 1 / (1 + np.exp(-score))
        chosen = np.where(target > 0.5, p, 1 - p)
        return np.sum((1 - chosen) ** 2)

    def churn_cost_grad(score, target):
        p = 1 / (1 + np.exp(-score))
        return {}
"""


def test_a_gradient_that_is_right_for_labels_alone_is_a_question(tmp_path):
    found = result(tmp_path, SWITCHED.format("2 * (p - target) * p * (1 - p)"))
    assert found.verdict == "undecidable"
    (note,) = [n for n in found.remarks if n.name == "open-shapes"]
    assert "target: N C binary`" in note.message


def test_a_gradient_that_is_wrong_for_labels_as_well_is_wrong(tmp_path):
    for gradient in ("2 * (p - target) * p", "(p - target) * p * (1 - p)", "2 * target * p"):
        assert result(tmp_path, SWITCHED.format(gradient)).verdict == "wrong", gradient
