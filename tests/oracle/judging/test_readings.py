"""Code is read in the way in which it is right, and no reading makes a wrong gradient right."""

import re
import textwrap
from pathlib import Path

import pytest

from oracle.commands.check import Settings
from oracle.results import Failure, Result
from tests.oracle.outcomes import outcomes

FEW = Settings(cases=30)


def told(folder: Path, text: str) -> list[Result | Failure]:
    file = folder / "derivation.py"
    file.write_text("import numpy as np\n" + textwrap.dedent(text))
    return outcomes(file, FEW)


def result(folder: Path, text: str) -> Result:
    (one,) = told(folder, text)
    assert isinstance(one, Result), one
    return one


def failure(folder: Path, text: str) -> str:
    (one,) = told(folder, text)
    assert isinstance(one, Failure), one
    return one.message


def remarks(one: Result) -> str:
    return "\n".join(f"{note.name}: {note.message}" for note in one.remarks)


def wrong(one: Result) -> set[str]:
    return {gradient.name for gradient in one.gradients if gradient.verdict == "wrong"}


def findings(one: Result) -> set[str]:
    return {note.name for gradient in one.gradients for note in gradient.findings}


# -- a derivative method: of the input, of the output, or times an upstream ----------------------

METHOD = """
    class Arc:
        def fn(self, z):
            return np.arctan(z)

        def derivative(self, {name}):
            return {slope}
"""


@pytest.mark.parametrize("name", ["x", "z", "v", "pre"])
def test_a_derivative_method_is_taken_at_the_input_whatever_its_argument_is_called(
    tmp_path: Path, name: str
) -> None:
    text = METHOD.format(name=name, slope=f"1 / (1 + {name}**2)")
    assert result(tmp_path, text).verdict == "correct"


def test_a_derivative_method_may_be_given_the_output(tmp_path: Path) -> None:
    one = result(tmp_path, METHOD.format(name="a", slope="np.cos(a) ** 2"))
    assert one.verdict == "correct"
    assert "correct when given the output, not z" in remarks(one)


def test_a_constant_derivative_does_not_ignore_an_upstream(tmp_path: Path) -> None:
    text = """
        class Triple:
            def __call__(self, z):
                return 3.0 * z

            def gradient(self, x):
                return np.full_like(x, 3.0)
    """
    assert result(tmp_path, text).verdict == "correct"


def test_a_derivative_method_may_multiply_an_upstream_of_any_name(tmp_path: Path) -> None:
    text = """
        class Arc:
            def forward(self, z):
                self.z = z
                return np.arctan(z)

            def grad(self, v):
                return v / (1 + self.z**2)
    """
    assert result(tmp_path, text).verdict == "correct"


def test_a_wrong_derivative_is_wrong_in_the_reading_that_its_argument_confirms(
    tmp_path: Path,
) -> None:
    one = result(tmp_path, METHOD.format(name="x", slope="2 / (1 + x**2)"))
    assert one.verdict == "wrong"
    assert "judged in the reading 'of the input'" in remarks(one)


def test_a_derivative_that_calls_its_forward_is_one_of_the_input(tmp_path: Path) -> None:
    one = result(tmp_path, METHOD.format(name="v", slope="2 * np.cos(self.fn(v)) ** 2"))
    assert one.verdict == "wrong"


def proposed(one: Result) -> list[str]:
    """The comments that a report proposes, of which each settles the reading."""
    (note,) = [note for note in one.remarks if note.name == "open-reading"]
    assert f"above line {one.line}" in note.message
    return re.findall(r'"(# oracle: reading [^"]+)"', note.message)


def test_a_derivative_that_no_reading_makes_right_is_undecidable_if_none_is_confirmed(
    tmp_path: Path,
) -> None:
    one = result(tmp_path, METHOD.format(name="v", slope="2 / (1 + v**2)"))
    assert one.verdict == "undecidable"
    assert proposed(one) == [f"# oracle: reading of the {end}" for end in ("input", "output")]
    assert not findings(one)


BARE = """
    class Arc:
        def fn(self, z):
            return np.arctan(z)

        def derivative(self, v):
            return {slope}
"""
PAIR = """
    def arc(z):
        return np.arctan(z)

    def arc_derivative(v):
        return {slope}
"""


@pytest.mark.parametrize("text", [BARE, PAIR], ids=["class", "functions"])
@pytest.mark.parametrize("which", [0, 1])
def test_each_comment_that_is_proposed_settles_the_reading(
    tmp_path: Path, text: str, which: int
) -> None:
    text = text.format(slope="2 / (1 + v**2)")
    one = result(tmp_path, text)
    said = proposed(one)[which]
    lines = ["import numpy as np", *textwrap.dedent(text).splitlines()]
    lines.insert(one.line - 1, said)
    again = result(tmp_path, "\n".join(lines[1:]) + "\n")
    assert again.verdict == "wrong"
    assert f"judged in the reading {said.removeprefix('# oracle: reading ')!r}" in remarks(again)


@pytest.mark.parametrize(
    ("name", "verdict"), [("of the output", "correct"), ("of the input", "wrong")]
)
def test_what_a_comment_says_is_meant_is_what_is_judged(
    tmp_path: Path, name: str, verdict: str
) -> None:
    text = METHOD.format(name="a", slope="np.cos(a) ** 2")
    assert result(tmp_path, f"    # oracle: reading {name}{text}").verdict == verdict


def test_a_comment_cannot_name_a_reading_that_the_code_does_not_allow(tmp_path: Path) -> None:
    text = METHOD.format(name="x", slope="2 / (1 + x**2)")
    said = failure(tmp_path, f"    # oracle: reading twice the derivative{text}")
    assert "no reading 'twice the derivative'; its readings: of the input; of the output" in said


@pytest.mark.parametrize("name", ["dout", "grad_output", "delta"])
def test_a_backward_that_ignores_its_upstream_stays_wrong(tmp_path: Path, name: str) -> None:
    text = f"""
        class Arc:
            def forward(self, z):
                self.z = z
                return np.arctan(z)

            def backward(self, {name}):
                return 1 / (1 + self.z**2)
    """
    one = result(tmp_path, text)
    assert one.verdict == "wrong"
    assert "ignores-upstream" in findings(one)


# -- an upstream under any name, at any place ----------------------------------------------------

ANY_NAME = """
    class Arc:
        def forward(self, x):
            self.x = x
            return np.arctan(x)

        def backward(self, {arguments}):
            return {result}
"""


@pytest.mark.parametrize("arguments", ["eta", "lr", "alpha", "x, top", "top, x", "x, labels_above"])
def test_an_upstream_is_known_by_what_is_made_of_it(tmp_path: Path, arguments: str) -> None:
    name = arguments.replace(", x", "").replace("x, ", "")
    text = ANY_NAME.format(arguments=arguments, result=f"{name} / (1 + self.x**2)")
    assert result(tmp_path, text).verdict == "correct"
    text = ANY_NAME.format(arguments=arguments, result=f"2 * {name} / (1 + self.x**2)")
    one = result(tmp_path, text)
    assert (one.verdict, findings(one)) == ("wrong", {"wrong-constant-factor"})


def test_an_argument_that_nothing_explains_makes_no_gradient_wrong(tmp_path: Path) -> None:
    text = ANY_NAME.format(arguments="x, above", result="above**2 / (1 + x**2)")
    one = result(tmp_path, text)
    assert one.verdict == "undecidable"
    assert proposed(one) == ["# oracle: reading of each entry", "# oracle: reading of the mean"]


def test_a_function_may_take_its_upstream_last(tmp_path: Path) -> None:
    text = """
        # oracle: shapes x: N D, w: D M
        def squash(x, w):
            return np.tanh(x @ w)


        def squash_backward(x, w, top):
            dz = top * (1 - np.tanh(x @ w) ** 2)
            return {dx}, x.T @ dz
    """
    assert result(tmp_path, text.format(dx="dz @ w.T")).verdict == "correct"
    assert wrong(result(tmp_path, text.format(dx="dz @ w.T / len(x)"))) == {"dx"}


# -- one array under several names ---------------------------------------------------------------

TABLE = """
    # oracle: shapes E: V D, ids: N labels(V)
    class Embedding:
        def __init__(self, E):
            self.E = E
            self.weights = {{"all": (E,)}}
            {held}

        def forward(self, ids):
            self.ids = ids
            return self.{read}[ids]

        def backward(self, dout):
            self.dE = np.zeros_like(self.E)
            np.add.at(self.dE, self.ids, {share})
"""


@pytest.mark.parametrize("read", ["E", 'weights["all"][0]', "other.E"])
def test_an_array_under_several_names_is_one_array(tmp_path: Path, read: str) -> None:
    held = 'self.other = type("Other", (), {})(); self.other.E = E'
    one = result(tmp_path, TABLE.format(held=held, read=read, share="dout"))
    assert one.verdict == "correct"
    one = result(tmp_path, TABLE.format(held=held, read=read, share="2 * dout"))
    assert one.verdict == "wrong"


SHARED = """
    class Half:
        # oracle: shapes x: N D
        def __init__(self, W):
            self.W, self.dW = W, np.zeros_like(W)

        def forward(self, x):
            self.x = x
            return x @ self.W

        def backward(self, dout):
            self.dW[...] = {share}
            return dout @ self.W.T


    class Twice:
        # oracle: shapes W: D D, x: N D
        def __init__(self, W):
            self.one, self.two = Half(W), Half(W)

        def forward(self, x):
            return self.two.forward(np.tanh(self.one.forward(x)))

        def backward(self, dout):
            h = self.two.x
            return self.one.backward(self.two.backward(dout) * (1 - h * h))
"""


def test_gradients_that_layers_of_one_array_leave_are_shares(tmp_path: Path) -> None:
    (whole,) = (
        r for r in told(tmp_path, SHARED.format(share="self.x.T @ dout")) if r.target == "Twice"
    )
    assert whole.verdict == "correct"
    assert "shares" in remarks(whole)
    (whole,) = (
        r for r in told(tmp_path, SHARED.format(share="self.x.T @ dout / 2")) if r.target == "Twice"
    )
    assert whole.verdict == "wrong"


@pytest.mark.parametrize(
    ("share", "named"),
    [
        ("self.x.T @ np.ones_like(dout)", True),
        ("np.sin(self.x).T @ self.x", True),
        ("np.sin(self.x).T @ dout", False),
    ],
)
def test_shares_that_ignore_what_comes_in_are_named(
    tmp_path: Path, share: str, named: bool
) -> None:
    judged = told(tmp_path, SHARED.format(share=share))
    (whole,) = (one for one in judged if isinstance(one, Result) and one.target == "Twice")
    assert whole.verdict == "wrong"
    assert ("ignores-upstream" in findings(whole)) is named


# -- one gradient of several inputs that look alike -----------------------------------------------

ALIKE = """
    # oracle: shapes {first}: N D, {second}: N D
    def mean_square({first}, {second}):
        return np.mean(np.sum(({first} - {second}) ** 2, axis=1))

    def mean_square_grad({first}, {second}):
        {name} = {sign}2 * ({first} - {second}) / len({first})
        return {name}
"""


@pytest.mark.parametrize(
    ("first", "second", "name", "verdicts"),
    [
        ("p", "t", "d_p", ("correct", "wrong")),  # the name says of which
        ("p", "t", "g", ("correct", "wrong")),  # nobody means that of the targets
        ("y_true", "y_pred", "g", ("wrong", "correct")),
        ("y", "yhat", "dy", ("correct", "correct")),  # dy is that of y, or of the output
        ("a", "b", "g", ("correct", "correct")),
        ("a", "b", "db", ("wrong", "correct")),
    ],
)
def test_the_gradient_of_a_different_input_is_right_only_where_it_may_be_meant(
    tmp_path: Path, first: str, second: str, name: str, verdicts: tuple[str, str]
) -> None:
    for sign, verdict in zip(("", "-"), verdicts):
        text = ALIKE.format(first=first, second=second, name=name, sign=sign)
        assert result(tmp_path, text).verdict == verdict, (first, name, sign)


# -- the order of what comes back ----------------------------------------------------------------

TWO = """
    # oracle: shapes in_scale: N D, in_shift: N D
    def bound(in_scale, in_shift):
        return np.sum(np.exp(in_scale) + in_shift**2)


    def bound_grad(in_scale, in_shift):
        {first} = np.exp(in_scale)
        {second} = 2 * in_shift
        return {returned}
"""


def test_gradients_are_read_in_the_order_of_their_names(tmp_path: Path) -> None:
    text = TWO.format(first="dScale", second="dShift", returned="dShift, dScale")
    one = result(tmp_path, text)
    assert one.verdict == "correct"
    assert "dShift is that of in_shift" in remarks(one)


def test_swapped_gradients_whose_names_agree_with_their_places_are_wrong(tmp_path: Path) -> None:
    text = TWO.format(first="dShift", second="dScale", returned="dScale, dShift")
    assert wrong(result(tmp_path, text)) == {"dScale", "dShift"}


def test_names_in_their_own_order_do_not_make_a_wrong_gradient_right(tmp_path: Path) -> None:
    text = TWO.format(first="dScale", second="dShift", returned="dShift, dScale")
    text = text.replace("= 2 * in_shift", "= 3 * in_shift")
    assert wrong(result(tmp_path, text)) == {"dShift"}


# -- a second output that is a loss --------------------------------------------------------------

WITH_LOSS = """
    # oracle: shapes x: N D, W: D H, t: N H fixed
    def unit_forward(x, W, t):
        h = np.tanh(x @ W)
        off = h - t
        penalty = {penalty}
        return h, penalty, (x, W, h, off)


    def unit_backward(dh, cache):
        x, W, h, off = cache
        dz = (dh + {more}) * (1 - h * h)
        return dz @ W.T, {dW}
"""


@pytest.mark.parametrize(
    ("more", "dW", "verdict"),
    [
        ("off / len(x)", "x.T @ dz", "correct"),
        ("0", "x.T @ dz", "correct"),  # of h alone
        ("off", "x.T @ dz", "wrong"),  # missing-batch-mean
        ("2 * off / len(x)", "x.T @ dz", "wrong"),
        ("off / len(x)", "2 * x.T @ dz", "wrong"),
    ],
)
def test_a_loss_among_the_outputs_has_an_upstream_of_1(
    tmp_path: Path, more: str, dW: str, verdict: str
) -> None:
    text = WITH_LOSS.format(penalty="0.5 * np.sum(off**2) / len(x)", more=more, dW=dW)
    assert result(tmp_path, text).verdict == verdict


# -- a last layer whose upstream is 1 ------------------------------------------------------------

LAST = """
    class Squares:
        # oracle: shapes x: N D, t: N D
        def forward(self, x, t):
            self.off = (x - t) / len(x)
            return 0.5 * np.sum((x - t) ** 2) / len(x)

        def backward(self, dout{default}):
            return self.off{factor}
"""


CALLER = """
    def train(x, t):
        last = Squares()
        last.forward(x, t)
        {before}
        return last.backward({given})
"""


@pytest.mark.parametrize(
    ("before", "given", "verdict"),
    [
        ("dout = 1", "dout", "correct"),
        ("pass", "", "correct"),
        ("pass", "1.0", "correct"),
        ("pass", "0.5", "wrong"),
        ("dout = len(x)", "dout", "wrong"),
    ],
)
def test_what_callers_pass_decides_whether_an_upstream_is_1(
    tmp_path: Path, before: str, given: str, verdict: str
) -> None:
    text = LAST.format(default="=1", factor="") + CALLER.format(before=before, given=given)
    one = result(tmp_path, text)
    assert one.verdict == verdict
    assert ("correct for dout = 1, its default" in remarks(one)) == (verdict == "correct")


def test_a_caller_in_the_same_folder_decides_as_well(tmp_path: Path) -> None:
    caller = "from derivation import Squares\nlast = Squares()\nlast.backward()\n"
    (tmp_path / "network.py").write_text(caller)
    assert result(tmp_path, LAST.format(default="=1", factor="")).verdict == "correct"


@pytest.mark.parametrize(("default", "factor"), [("", ""), ("=1", " * 2")])
def test_a_loss_layer_without_that_default_or_with_a_factor_is_wrong(
    tmp_path: Path, default: str, factor: str
) -> None:
    text = LAST.format(default=default, factor=factor)
    text += CALLER.format(before="dout = 1", given="dout")
    assert result(tmp_path, text).verdict == "wrong"


def test_an_upstream_of_1_that_nothing_reads_and_no_caller_passes_is_1(tmp_path: Path) -> None:
    one = result(tmp_path, LAST.format(default="=1", factor=""))
    assert one.verdict == "correct"
    assert "correct for dout = 1, its default" in remarks(one)


HALF_USED = """
    class Squares:
        # oracle: shapes x: N D, t: N D
        def forward(self, x, t):
            self.off = x - t
            return 0.5 * np.sum((x - t) ** 2)

        def backward(self, dout=1):
            return self.off, {second}
"""


def test_an_upstream_that_one_of_two_gradients_reads_is_not_taken_for_1(tmp_path: Path) -> None:
    one = result(tmp_path, HALF_USED.format(second="-self.off * dout"))
    assert one.verdict == "wrong"
    assert "ignores-upstream" in findings(one)


def test_a_last_layer_may_have_a_guard_in_its_forward(tmp_path: Path) -> None:
    text = """
        class Logits:
            # oracle: shapes x: N C, t: N C onehot
            def forward(self, x, t):
                e = np.exp(x - x.max(axis=1, keepdims=True))
                self.p, self.t = e / e.sum(axis=1, keepdims=True), t
                return -np.sum(t * np.log(self.p + 1e-7)) / len(x)

            def backward(self, dout=1):
                return {factor}(self.p - self.t) / len(self.t)
    """
    one = result(tmp_path, text.format(factor=""))
    assert one.verdict == "correct"
    assert "guard-ignored" in {n.name for g in one.gradients for n in g.remarks}
    one = result(tmp_path, text.format(factor="3 * "))
    assert one.verdict == "wrong"
    assert "wrong-constant-factor" in findings(one)


# -- a loss layer that is given its own output ---------------------------------------------------

OWN_OUTPUT = """
    class Together:
        # oracle: shapes scores: N C, y_true: N labels(C)
        def forward(self, scores, y_true):
            e = np.exp(scores - scores.max(axis=1, keepdims=True))
            self.output = e / e.sum(axis=1, keepdims=True)
            return -np.mean(np.log(self.output[np.arange(len(scores)), y_true]))

        def backward(self, probabilities, y_true):
            out = probabilities.copy()
            out[np.arange(len(out)), y_true] -= 1
            return out{mean}
"""


def test_a_loss_layer_may_be_given_what_its_forward_left(tmp_path: Path) -> None:
    one = result(tmp_path, OWN_OUTPUT.format(mean=" / len(out)"))
    assert one.verdict == "correct"
    assert "what forward left in self.output" in remarks(one)


def test_that_reading_does_not_make_up_for_a_missing_mean(tmp_path: Path) -> None:
    assert result(tmp_path, OWN_OUTPUT.format(mean="")).verdict == "wrong"


# -- a first layer -------------------------------------------------------------------------------

FIRST = """
    class Inner:
        # oracle: shapes x: N D
        def __init__(self, D=3, M=2):
            self.W = np.random.randn(D, M)

        def forward(self, x):
            self.x = x
            return x @ self.W

        def backward(self, dout):
            dW = {dW}
            return dW
"""


def test_a_first_layer_may_return_the_gradient_of_its_weights_alone(tmp_path: Path) -> None:
    one = result(tmp_path, FIRST.format(dW="self.x.T @ dout"))
    assert one.verdict == "correct"
    assert "correct as the gradient of W: a first layer needs no dx" in remarks(one)
    assert wrong(result(tmp_path, FIRST.format(dW="self.x.T @ dout / len(dout)"))) == {"dW"}


def test_a_gradient_that_the_file_passes_on_is_that_of_the_input(tmp_path: Path) -> None:
    used = """
    def both(layers, dout):
        for layer in layers:
            dout = layer.backward(dout)
        return dout
    """
    one = result(tmp_path, FIRST.format(dW="self.x.T @ dout") + used)
    assert one.verdict == "wrong"


# -- calls that are ours -------------------------------------------------------------------------

HELPER = """
    {start}

    # oracle: shapes x: N D, w: D M
    def mix_forward(x, w):
        return x @ w, (x, w)


    def mix_backward(dout, cache):
        x, w = cache
        return fast_rows(dout @ w.T), x.T @ dout
"""


def test_a_helper_that_was_not_imported_is_no_mistake_of_the_backward(tmp_path: Path) -> None:
    start = "try: from not_compiled import fast_rows\n    except ImportError: pass"
    assert "fast_rows, which was not imported" in failure(tmp_path, HELPER.format(start=start))


def test_a_helper_of_a_file_beside_it_may_not_have_been_imported_either(tmp_path: Path) -> None:
    beside = "try:\n    from not_compiled import rows\nexcept ImportError:\n    pass\n\n\n"
    (tmp_path / "quick.py").write_text(f"{beside}def fast_rows(x):\n    return rows(x)\n")
    start = "from quick import fast_rows"
    assert "rows, which was not imported" in failure(tmp_path, HELPER.format(start=start))
    (tmp_path / "quick.py").write_text("def fast_rows(x):\n    return rows(x)\n")
    assert "raises" in findings(result(tmp_path, HELPER.format(start=start)))


def test_a_name_that_nothing_imports_is_one(tmp_path: Path) -> None:
    one = result(tmp_path, HELPER.format(start=""))
    assert one.verdict == "wrong"
    assert "raises" in findings(one)


def test_a_backward_that_returns_its_own_arguments_is_not_judged(tmp_path: Path) -> None:
    text = """
        # oracle: shapes inp: N D, w: D M, y: N M
        def forward_pass(inp, w):
            return inp @ w


        def backward_pass(inp, w, y, out):
            w -= 0.1 * inp.T @ (out - y)
            return inp, w, y, out
    """
    assert "returns its own arguments" in failure(tmp_path, text)


SCIPY = """
    # oracle: shapes knots: K, basis: N K, heights: N fixed
    def misfit(knots, basis, heights):
        return np.sum((basis @ knots - heights) ** 2)


    def misfit_grad(knots, basis, heights):
        return {factor} * basis.T @ (basis @ knots - heights)
"""


def test_the_one_gradient_of_a_loss_is_that_of_its_first_argument(tmp_path: Path) -> None:
    assert result(tmp_path, SCIPY.format(factor="2")).verdict == "correct"
    assert result(tmp_path, SCIPY.format(factor="1")).verdict == "wrong"


def test_a_layer_that_returns_one_of_two_gradients_is_not_correct(tmp_path: Path) -> None:
    text = """
        # oracle: shapes left: N K, right: K M
        def product_forward(left, right):
            return left @ right, (left, right)


        def product_backward(dout, cache):
            left, right = cache
            return dout @ right.T
    """
    assert result(tmp_path, text).verdict == "wrong"


BERNOULLI = """
    class Bits:
        def loss(self, t, p):
            return -t * np.log(p) - (1 - t) * np.log(1 - p)

        def gradient(self, t, p):
            return {sign}(p - t) / (p * (1 - p))
"""


def test_beside_targets_p_is_a_prediction_and_no_dropout_rate(tmp_path: Path) -> None:
    assert result(tmp_path, BERNOULLI.format(sign="")).verdict == "correct"
    assert wrong(result(tmp_path, BERNOULLI.format(sign="-"))) == {"dp"}


# -- what callers send and take over -------------------------------------------------------------

ONE_ENTRY = """
    # oracle: shapes x: D
    class Choice:
        def __init__(self, D=4, M=3):
            self.W = np.random.randn(D, M)

        def forward(self, x):
            self.x = x
            self.a = np.tanh(x @ self.W)
            return self.a / (1 + self.a @ self.a)

        def backward(self, d_out):
            for i, g in enumerate(d_out):
                {test}
                s = 1 + self.a @ self.a
                da = -2 * self.a[i] * self.a / s**2
                da[i] += 1 / s
                return self.W @ ({factor}g * da * (1 - self.a**2))
"""


@pytest.mark.parametrize(
    ("test", "factor", "verdict"),
    [
        ("if g == 0: continue", "", "correct"),
        ("if g == 0: continue", "2 * ", "wrong"),
        ("pass", "", "wrong"),
    ],
)
def test_an_upstream_with_one_entry_must_be_looked_for(
    tmp_path: Path, test: str, factor: str, verdict: str
) -> None:
    one = result(tmp_path, ONE_ENTRY.format(test=test, factor=factor))
    assert one.verdict == verdict
    assert ("with one entry that is not 0" in remarks(one)) == (verdict == "correct")


OF_EACH = """
    # oracle: shapes x: B D 1
    class Rows:
        def __init__(self, D=4, M=3):
            self.W = np.random.randn(1, M, D)

        def forward(self, x):
            return np.matmul(self.W, x)

        def backward(self, x, top):
            return {{"W": {factor}top @ x.transpose(0, 2, 1), "x": self.W.transpose(0, 2, 1) @ top}}


    def train(x, g):
        layer = Rows()
        held = layer.backward(x, g)
        layer.W -= {update}
"""


@pytest.mark.parametrize(
    ("update", "factor", "verdict"),
    [
        ('0.1 * np.mean(held["W"], axis=0)', "", "correct"),
        ('0.1 * np.sum(held["W"], 0)', "", "correct"),
        ('0.1 * np.sum(held["W"], 0)', "2 * ", "wrong"),
        ('0.1 * held["W"][0]', "", "wrong"),
        ("0.1 * np.sum(x, axis=0)", "", "wrong"),
    ],
)
def test_a_caller_may_sum_over_the_batch(
    tmp_path: Path, update: str, factor: str, verdict: str
) -> None:
    one = result(tmp_path, OF_EACH.format(update=update, factor=factor))
    assert one.verdict == verdict
    assert ("which a caller sums over axis 0" in remarks(one)) == (verdict == "correct")


def test_the_shape_that_is_found_is_one_that_the_gradient_fits(tmp_path: Path) -> None:
    text = """
        class Shift:
            def forward(self, X, v):
                return X + v

            def backward(self, X, v, dZ):
                return dZ, np.ones((1, len(dZ))) @ dZ
    """
    one = result(tmp_path, text)
    assert one.verdict == "correct"
    assert one.inferred == "X: N D, v: 1 D"
    wrong = result(tmp_path, text.replace("@ dZ", "@ dZ / len(dZ)"))
    assert wrong.verdict == "wrong"


# -- a loss whose backward is that of the logits --------------------------------------------------

LOGITS = """
    class Surprise:
        # oracle: shapes q: N C probabilities, t: N C onehot
        def forward(self, q, t):
            return -np.mean(np.sum(t * np.log(q), axis=1))

        def backward(self, q, t):
            {said}
            return {gradient}
"""


@pytest.mark.parametrize(
    "said",
    ['"""Of the logits."""', "pass  # the softmax is part of it", '"""Softmax comes first."""'],
)
def test_words_beside_a_loss_may_say_that_its_gradient_is_that_of_the_logits(
    tmp_path: Path, said: str
) -> None:
    one = result(tmp_path, LOGITS.format(said=said, gradient="(q - t) / len(t)"))
    assert one.verdict == "correct"
    assert "correct as the gradient of what q is the softmax" in remarks(one)
    one = result(tmp_path, LOGITS.format(said=said, gradient="q - t"))
    assert (one.verdict, findings(one)) == ("wrong", {"missing-batch-mean"})


def test_without_such_words_the_gradient_of_the_logits_is_wrong(tmp_path: Path) -> None:
    one = result(tmp_path, LOGITS.format(said="pass", gradient="(q - t) / len(t)"))
    assert one.verdict == "wrong"


def test_such_words_do_not_change_a_gradient_that_is_right_without_them(tmp_path: Path) -> None:
    text = LOGITS.format(said='"""Of a softmax."""', gradient="-t / q / len(t)")
    one = result(tmp_path, text)
    assert one.verdict == "correct"
    assert "softmax" not in remarks(one)


@pytest.mark.parametrize(
    ("slope", "verdicts"),
    [("1 / (1 - (v + 1e-9))", ("correct", "unstable")), ("1 / (1 + (v + 1e-9))", ("wrong",))],
)
def test_a_guard_on_another_side_of_a_sign_in_the_derivative_of_each_entry_is_no_mistake(
    tmp_path: Path, slope: str, verdicts: tuple[str, ...]
) -> None:
    text = """
        class Hazard:
            # oracle: shapes v: N D unit
            def fn(self, v):
                return -np.log(1 - v + 1e-9)

            def derivative(self, v):
                return {slope}
    """
    one = result(tmp_path, text.format(slope=slope))
    assert one.verdict in verdicts
    notes = [n.name for g in one.gradients for n in (*g.remarks, *g.findings)]
    assert ("guard-ignored" in notes) is (one.verdict != "wrong")
