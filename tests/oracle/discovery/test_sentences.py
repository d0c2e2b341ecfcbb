"""Shapes and what values mean, as people put them in docstrings: one grammar everywhere."""

import pytest

from oracle.discovery.shapes.declared import of_parts
from oracle.discovery.text import source
from oracle.discovery.text.functions import is_abstract
from tests.oracle.discovery.differences import found, problems, right


def said(docstring: str, names: str = "x, y, w") -> dict[str, str]:
    """What a docstring says of a function's arguments, in the words of the grammar."""
    user = source.parse(f'def f({names}):\n    """{docstring}"""\n    return x\n')
    return {
        path[0]: str(entry.argument(path[0])).partition(": ")[2]
        for path, entry in of_parts(user, ["f"]).items()
    }


@pytest.mark.parametrize(
    ("after", "meant"),
    [
        (" fixed", "N C fixed"),
        (", fixed", "N C fixed"),
        (" fixed design matrix", "N C fixed"),
        (" array of the teacher, held fixed.", "N C fixed"),
        (" probabilities, fixed", "N C probabilities fixed"),
        (" probabilities", "N C probabilities"),
        (" one-hot", "N C onehot fixed"),
        (" onehot, fixed", "N C onehot fixed"),
        (" binary", "N C binary fixed"),
        (" positive rates", "N C positive"),
        (", strictly positive", "N C positive"),
        (" mask", "N C mask"),
    ],
)
def test_words_after_a_docstrings_shape_mean_what_they_mean_in_a_comment(after, meant):
    for form in (f"x : (N, C){after}", f"x: array of shape (N, C){after}"):
        assert said(form)["x"] == meant, form
    assert said(f"\n    :param x: array of shape (N, C){after}\n    ")["x"] == meant


def test_several_arguments_may_stand_in_one_line():
    text = "\n    x: data of shape (N, D); y: scale of shape (D,); w: shift of shape (D,)\n    "
    assert said(text) == {"x": "N D", "y": "D", "w": "D"}


def test_labels_of_so_many_classes_are_told_in_a_docstring_as_in_a_comment():
    assert said("x : (N, D)\n\n    y : (N,) labels(C)") == {"x": "N D", "y": "N labels(C)"}
    assert said("x: (N, D), y: (N,) labels(C)") == {"x": "N D", "y": "N labels(C)"}


@pytest.mark.parametrize(
    "sentence",
    [
        "fixed-size windows",
        "fixed length sequences",
        "inputs of fixed scale, for the hidden unit",
        "scores of the positive class",
        "positive class scores",
        "unit vectors",
        "weights, scored by a fixed rule",
    ],
)
def test_a_word_of_the_grammar_that_is_said_of_something_else_says_nothing(sentence):
    assert said(f"x : (N, D) {sentence}")["x"] == "N D"


def test_probabilities_of_one_event_a_sample_need_not_sum_to_one():
    assert said("x : (N,) probabilities")["x"] == "N unit"
    assert said("x : (N, 1) probabilities")["x"] == "N 1 unit"
    assert said("x : (C,) probabilities")["x"] == "C probabilities"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("(T, 2*K)", "T 2*K"),
        ("(T, 2 * K)", "T 2*K"),
        ("(N, C, H+2, W + 2)", "N C H+2 W+2"),
        ("(N, H - K + 1)", "N H-K+1"),
        ("(N, 4H)", "N 4*H"),
        ("(N, H/2)", "N H//2"),
        ("(N, 2*(K+1))", "N 2*(K+1)"),
        ("(N, 1 + (H - K)//S)", "N 1+(H-K)//S"),
        ("[T, 2*K]", "T 2*K"),
    ],
)
def test_sizes_in_a_docstring_may_be_sums_and_products(written, meant):
    for form in (f"x of shape {written}", f"x : {written}", f"x (ndarray, shape {written}): data"):
        assert said(form)["x"] == meant, form


@pytest.mark.parametrize(
    "sentence",
    [
        "x of shape (N, D), w of shape (D, M).",
        "x of shape (N, D) and w of shape (D, M)",
        "Multiplies x of shape (N, D) by w of shape (D, M).",
        "x (N, D) times w (D, M)",
        "x has shape (N, D), w has shape (D, M)",
        "x is an array of shape (N, D); w a matrix of shape (D, M).",
        "x: (N, D), w: (D, M)",
        "x with shape (N, D) and `w` with shape (D, M)",
    ],
)
def test_one_sentence_may_say_several_shapes(sentence):
    assert said(sentence) == {"x": "N D", "w": "D M"}


def test_two_arguments_may_share_one_shape_in_a_sentence():
    assert said("x and y of shape (N, D), w of shape (D, D)") == {
        "x": "N D",
        "y": "N D",
        "w": "D D",
    }


def test_a_call_in_a_docstring_is_no_shape():
    assert said("Returns f.w(N, D), or x.") == {}


def test_what_a_docstring_holds_fixed_has_no_gradient(tmp_path):
    written = '''
        def ridge_cost_and_grad(beta, A, b, lam=0.3):
            """
            beta : (D+1,)
            A : (N, D) fixed
            b : (N,) fixed
            """
            r = A @ beta[:-1] + beta[-1] - b
            grad = np.concatenate([A.T @ r, [r.sum()]])
            return 0.5 * r @ r, grad
    '''
    assert right(found(tmp_path, written)["ridge_cost_and_grad"]) == {"grad": ("beta",)}


@pytest.mark.parametrize(
    ("body", "abstract"),
    [
        ("pass", True),
        ("...", True),
        ("raise NotImplementedError", True),
        ("raise NotImplementedError('to do')", True),
        ("raise ValueError('wrong shape')", False),
        ("return x", False),
    ],
)
def test_only_what_is_not_implemented_is_abstract(body, abstract):
    assert is_abstract(source.parse(f"def f(x):\n    {body}\n").functions["f"]) is abstract


def test_a_forward_that_always_raises_is_told(tmp_path):
    written = """
        class Layer:
            # oracle: shapes x: N D
            def forward(self, x):
                raise RuntimeError("not today")

            def backward(self, dout):
                return dout
    """
    assert problems(tmp_path, written) == [(6, "Layer: RuntimeError: not today")]


def test_what_is_said_of_the_next_argument_on_a_line_is_not_said_of_the_first():
    line = "x: (n,) parameters{0} w: (m, n) data{0} y: (m,) binary targets, fixed"
    for between in (";", ",", ".", ", and"):
        meant = {"x": "n", "w": "m n", "y": "m binary fixed"}
        assert said(line.format(between)) == meant, between


@pytest.mark.parametrize("sign", ["--", "-", ":", "is"])
def test_a_comment_above_a_function_says_shapes_with_any_sign(sign):
    user = source.parse(f"# x {sign} (T, N, D) sequence\ndef f(x):\n    return x\n")
    assert of_parts(user, ["f"])[("x",)].dims == ("T", "N", "D")


DICTS = '''
        def value_and_grads(params, batch):
            """{}"""
            d = batch["x"] @ params["W"] + params["b"]
            return 0.5 * (d**2).sum(), {{"W": batch["x"].T @ d, "b": d.sum(0)}}
    '''


def test_a_sentence_may_say_the_shapes_of_a_dicts_entries(tmp_path):
    sentence = "params: dict with W (D, C) and b (C,); batch: dict with x (N, D), fixed"
    subject = found(tmp_path, DICTS.format(sentence))["value_and_grads"]
    assert [a.name for a in subject.arguments] == ["params.W", "params.b", "batch.x"]
    names = right(subject)
    assert names == {"W": ("params", "W"), "b": ("params", "b")}


def test_the_line_to_add_names_the_entries_of_a_dict(tmp_path):
    refused = DICTS.replace(
        "            d = ", "            assert len(batch['x']) < 0\n            d = "
    )
    ((_, message),) = problems(tmp_path, refused.format("Nothing."))
    assert '"# oracle: shapes params.W: SIZES, params.b: SIZES, batch.x: SIZES"' in message
