"""What is right is not accused; what is wrong is found, and called by the mistake's name."""

import re

import numpy as np
import pytest

import oracle
from oracle import discovery
from oracle.judging.examine import examine
from tests.oracle.diagnosis.derivations import CASES


def found_of(name):
    forward, backward, shapes, _ = CASES[name]
    return oracle.check(forward, backward, shapes=shapes, cases=80)


@pytest.mark.parametrize("name", [n for n, case in CASES.items() if case[3] == "correct"])
def test_right_derivations_are_not_accused(name):
    found = found_of(name)
    assert found.verdict == "correct", found


@pytest.mark.parametrize("name", [n for n, case in CASES.items() if case[3] != "correct"])
def test_a_mistake_is_found_and_named(name):
    found = found_of(name)
    due = "unstable" if CASES[name][3] == "tie-spread" else "wrong"  # ties are no ordinary values
    assert found.verdict == due, found
    first = next(g for g in found.gradients.values() if g.verdict == due)
    assert first.findings[0].name == CASES[name][3], found


def test_what_follows_from_a_wrong_step_is_inherited():
    found = found_of("network_sign")
    verdicts = {name: gradient.verdict for name, gradient in found.gradients.items()}
    assert verdicts.pop("d2") == "wrong"
    assert set(verdicts.values()) == {"inherited"}


def test_only_the_layers_below_a_wrong_step_inherit():
    found = found_of("network_hidden_tanh")
    verdicts = [gradient.verdict for gradient in found.gradients.values()]
    assert verdicts == ["wrong", "inherited", "inherited", "inherited", "correct", "correct"]


def test_a_factor_that_is_deferred_to_the_parameters_is_no_mistake():
    def f(X, W, b, t):
        return np.sum((X @ W + b - t) ** 2) / (2 * len(X))

    def f_grad(X, W, b, t):
        dZ = X @ W + b - t
        return dZ @ W.T / len(X), X.T @ dZ / len(X), dZ.mean(0)

    shapes = "X: N D, W: D M, b: M, t: N M fixed"
    assert oracle.check(f, f_grad, shapes=shapes, cases=60).verdict == "correct"


def test_where_it_passes_is_said_in_words():
    assert re.search("dW is right only when N = 1", repr(found_of("affine_extra_mean")))


def test_what_nothing_explains_is_called_unexplained():
    def f(X):
        return np.sin(X) * np.cosh(X)

    def f_backward(dZ, X):
        return dZ * np.cos(X**2) + 0.3 * np.abs(X)

    found = oracle.check(f, f_backward, shapes="X: N D", cases=60)
    assert found.verdict == "wrong"
    assert found.findings == ["unexplained"]


def test_a_wrong_slope_of_an_elementwise_function_is_its_derivative_whatever_it_is():
    def f(X):
        return np.sin(X) * np.cosh(X)

    def f_backward(dZ, X):
        return dZ * np.where(X > 0, np.cos(X**2) * np.arctan(X), _derivative(X))

    def _derivative(X):
        return np.cos(X) * np.cosh(X) + np.sin(X) * np.sinh(X)

    found = oracle.check(f, f_backward, shapes="X: N D", cases=60)
    assert found.findings == ["wrong-activation-derivative"]
    assert "for positive X only" in repr(found)


def test_one_step_is_blamed_that_is_taken_for_the_gradient_of_something_else_throughout():
    """dz is the gradient of s = σ(z), and both x and V take it for that of z."""

    def f(x, V):
        return x * (1 / (1 + np.exp(-(x @ V))))

    def f_backward(dy, x, V):
        s = 1 / (1 + np.exp(-(x @ V)))
        dz = dy * x
        return dy * s + dz @ V.T, x.T @ dz

    found = oracle.check(f, f_backward, shapes="x: N D, V: D D", cases=60)
    verdicts = {name: gradient.verdict for name, gradient in found.gradients.items()}
    assert verdicts.pop("dz") == "wrong"
    assert set(verdicts.values()) == {"inherited"}
    assert found.findings == ["missing-activation-derivative"]


def test_one_step_is_blamed_where_a_later_one_is_wrong_for_it_as_well():
    """d2 lacks the output's slope: W2 and b2 are made of it, and W1 by way of d1."""

    def loss(X, T, W1, W2):
        a1 = np.tanh(X @ W1)
        return 0.5 * np.sum((np.tanh(a1 @ W2) - T) ** 2)

    def loss_grad(X, T, W1, W2):
        a1 = np.tanh(X @ W1)
        d2 = np.tanh(a1 @ W2) - T
        d1 = d2 @ W2.T * (1 - a1**2)
        return X.T @ d1, a1.T @ d2

    shapes = "X: N D fixed, T: N C fixed, W1: D H, W2: H C"
    found = oracle.check(loss, loss_grad, shapes=shapes, cases=60)
    verdicts = {name: gradient.verdict for name, gradient in found.gradients.items()}
    assert verdicts.pop("d2") == "wrong"
    assert set(verdicts.values()) == {"inherited"}
    assert "missing-activation-derivative" in found.findings


def test_a_statement_that_is_wrong_in_every_turn_of_a_loop_is_blamed_once():
    """dc lacks the slope of tanh in each turn; dx, dc0 and df follow from it."""

    def cell(x, f, c0):
        c, cs = c0, [c0]
        for t in range(len(x)):
            c = np.tanh(f * c + x[t])
            cs.append(c)
        return np.stack(cs[1:]), cs

    def cell_backward(dh, cache, x, f, c0):
        dx, df, dnext = np.zeros_like(x), np.zeros_like(f), np.zeros_like(c0)
        for t in reversed(range(len(x))):
            dc = dh[t] + dnext
            dz = dc * (1 - cache[t + 1]) ** 2
            dx[t] = dz
            df += (dz * cache[t]).sum(axis=0)
            dnext = f * dz
        return dx, df, dnext

    found = oracle.check(cell, cell_backward, shapes="x: T N D, f: D, c0: N D", cases=60)
    verdicts = {name: gradient.verdict for name, gradient in found.gradients.items()}
    assert verdicts.pop("dz") == "wrong"
    assert set(verdicts.values()) == {"inherited"}
    assert found.findings == ["wrong-activation-derivative"]


def test_an_array_is_blamed_under_the_name_that_it_is_wrong_for():
    """ds is the gradient of s, and dz, which is no more than ds, is not that of z."""

    def coupling(x, y, V):
        s = np.tanh(x @ V)
        return y * np.exp(s)

    def coupling_backward(g, x, y, V):
        s = np.tanh(x @ V)
        ds = g * y * np.exp(s)
        dz = ds
        return dz @ V.T, g * np.exp(s), x.T @ dz

    found = oracle.check(coupling, coupling_backward, shapes="x: N D, y: N M, V: D M", cases=60)
    guilty = [name for name, gradient in found.gradients.items() if gradient.verdict == "wrong"]
    assert guilty == ["dz"]
    assert found.findings == ["missing-activation-derivative"]


def test_what_torchs_softmax_loses_as_well_is_no_instability():
    """Autograd sends the gradient of the maximum on, which takes back what was lost before."""

    def heads_forward(q, k, v):
        score = np.einsum("bhik,bhjk->bhij", q, k) * q.shape[-1] ** -0.5
        score = np.exp(score - score.max(-1, keepdims=True))
        prob = score / score.sum(-1, keepdims=True)
        return np.einsum("bhij,bhjk->bhik", prob, v)

    def heads_backward(dy, q, k, v):
        scale = q.shape[-1] ** -0.5
        score = np.einsum("bhik,bhjk->bhij", q, k) * scale
        score = np.exp(score - score.max(-1, keepdims=True))
        prob = score / score.sum(-1, keepdims=True)
        dprob = np.einsum("bhik,bhjk->bhij", dy, v)
        dscore = prob * (dprob - np.einsum("bhij,bhij->bhi", dprob, prob)[..., None])
        dq = scale * np.einsum("bhij,bhjk->bhik", dscore, k)
        dk = scale * np.einsum("bhij,bhik->bhjk", dscore, q)
        return dq, dk, np.einsum("bhij,bhik->bhjk", prob, dy)

    shapes = "q: B H S K, k: B H S K, v: B H S K"
    found = oracle.check(heads_forward, heads_backward, shapes=shapes, cases=100)
    assert found.verdict == "correct"


def test_a_step_is_blamed_before_what_is_made_of_it_though_it_is_right_for_something_else():
    """dc is the gradient of tanh c; the gates, and dx by way of them, take it for that of c."""

    def cell(x, U, V):
        i, g = 1 / (1 + np.exp(-(x @ U))), np.tanh(x @ V)
        return np.tanh(i * g) * 2

    def cell_backward(dh, x, U, V):
        i, g = 1 / (1 + np.exp(-(x @ U))), np.tanh(x @ V)
        dc = dh * 2
        da = np.concatenate([dc * g * i * (1 - i), dc * i * (1 - g**2)], axis=1)
        dU, dV = np.split(x.T @ da, 2, axis=1)
        return da @ np.concatenate([U, V], axis=1).T, dU, dV

    found = oracle.check(cell, cell_backward, shapes="x: N D, U: D H, V: D H", cases=60)
    verdicts = {name: gradient.verdict for name, gradient in found.gradients.items()}
    assert verdicts.pop("dc") == "wrong"
    assert set(verdicts.values()) == {"inherited"}
    assert found.findings == ["missing-activation-derivative"]


@pytest.mark.parametrize(("limit", "verdict"), [(500.0, "correct"), (0.5, "wrong")])
def test_a_matrix_that_cannot_be_inverted_at_extreme_values_is_no_fault(limit, verdict):
    def inverse(x):
        return x**2

    def inverse_backward(dy, x):
        if np.abs(x).max() > limit:
            raise np.linalg.LinAlgError("Singular matrix")
        return 2 * x * dy

    found = oracle.check(inverse, inverse_backward, shapes="x: N D", cases=60)
    assert found.verdict == verdict


def test_labels_are_not_shifted_where_a_sum_over_them_cannot_tell():
    def loss(b, T):
        return 0.5 * np.sum((1 / (1 + np.exp(-b - np.zeros_like(T))) - T) ** 2)

    def loss_grad(b, T):
        return (1 / (1 + np.exp(-b - np.zeros_like(T))) - T).sum(0)

    found = oracle.check(loss, loss_grad, shapes="b: C, T: N C unit", cases=60)
    assert found.findings == ["gradient-of-another-loss"]


def test_a_mask_left_out_of_a_squared_error_is_a_mask_left_out():
    def loss(U, V, R, M):
        return 0.5 * np.sum((M * (U @ V.T - R)) ** 2)

    def loss_grad(U, V, R, M):
        E = U @ V.T - R
        return (M * E) @ V, E.T @ U

    shapes = "U: N K, V: D K, R: N D fixed, M: N D mask"
    found = oracle.check(loss, loss_grad, shapes=shapes, cases=60)
    assert found.findings[0] == "dropout-mask-missing"


def test_a_mask_given_to_where_has_its_scale_too():
    def f(x, keep):
        return np.where(keep, x / 0.7, 0.0)

    def f_backward(dy, x, keep):
        dx = np.where(keep, dy, 0.0)
        return dx

    found = oracle.check(f, f_backward, shapes="x: N D, keep: N D mask", cases=60)
    assert found.findings == ["dropout-scale-missing"]


def test_entries_of_a_dict_are_parameters_that_count_no_samples():
    def forward_propagation(X, parameters):
        A = np.tanh(parameters["W1"] @ X + parameters["b1"])
        return A, (A,)

    def compute_cost(A, Y):
        return 0.5 * np.sum((A - Y) ** 2) / Y.shape[1]

    def cost_and_gradients(parameters, X, Y):
        A, _ = forward_propagation(X, parameters)
        dZ = (A - Y) * (1 - A**2)
        m = X.shape[1]
        return compute_cost(A, Y), {"W1": dZ @ X.T / m, "b1": dZ.sum(1, keepdims=True)}

    shapes = "X: n_x m fixed, W1: n_h n_x, b1: n_h 1, Y: n_h m fixed"
    found = oracle.check(cost_and_gradients, shapes=shapes, cases=60)
    assert found.findings == ["missing-batch-mean"]


def test_a_factor_as_long_as_an_axis_always_is_counts_its_entries():
    def f(W):
        return np.tanh(W).mean(axis=1)

    def f_backward(dy, W):
        dW = dy[:, None] * (1 - np.tanh(W) ** 2)
        return dW

    found = oracle.check(f, f_backward, shapes="W: D 5", cases=60)
    assert found.findings == ["wrong-size-factor"]
    assert "5 is how long its axis 1 always is" in repr(found)


def test_a_term_of_the_loss_that_is_left_out_is_told_as_that():
    """By way of the mean activation alone: to hold the mean constant comes to the same."""

    def loss(W, X):
        a = 1 / (1 + np.exp(-(X @ W)))
        r = a.mean(axis=0)
        return np.sum(a**2) - 0.3 * np.sum(np.log(r) + np.log(1 - r))

    def loss_grad(W, X):
        a = 1 / (1 + np.exp(-(X @ W)))
        dz = 2 * a * a * (1 - a)
        return X.T @ dz

    found = oracle.check(loss, loss_grad, shapes="W: D M, X: N D fixed", cases=60)
    assert found.findings[0] == "dropped-term"
    assert "leaves out a term of the loss" in repr(found)


@pytest.mark.parametrize(
    ("forwards", "way"),
    [
        (lambda x: np.cumsum(x, axis=0), "cumsum"),
        (lambda x: np.roll(x, 1, axis=1), "roll"),
        (lambda x: x[:, [*range(1, x.shape[1]), 0]], "getitem"),
    ],
    ids=["running-sum", "roll", "permutation"],
)
def test_a_linear_call_gone_through_forwards_is_not_transposed(forwards, way):
    def f(x, w):
        return forwards(np.sin(x) * w)

    def f_backward(dy, x, w):
        d = forwards(dy)
        return d * w * np.cos(x), (d * np.sin(x)).sum(0)

    found = oracle.check(f, f_backward, shapes="x: N D+2, w: D+2", cases=60)
    assert set(found.findings) == {"transposed"}
    assert f"through {way}" in repr(found)


def test_a_gradient_that_is_nothing_but_rounding_is_not_judged_by_its_size():
    """What is added before the mean is subtracted has the gradient 0, but for rounding."""

    def loss_and_grad(W, b, X, t):
        Z = X @ W + b
        C = Z - Z.mean(axis=0)
        r = (np.tanh(C) - t) / len(X)
        dC = 1e3 * r * (1 - np.tanh(C) ** 2)
        dZ = dC - dC.sum(axis=0) / len(X)
        return 500 * np.sum((np.tanh(C) - t) ** 2) / len(X), (X.T @ dZ, dZ.sum(axis=0))

    shapes = "W: D M, b: M, X: N D fixed, t: N M fixed"
    assert oracle.check(loss_and_grad, shapes=shapes, cases=80).verdict in (
        "correct",
        "undecidable",
    )


def test_a_guard_that_the_backward_ignores_is_a_remark():
    found = found_of("cross_entropy_none")
    (gradient,) = found.gradients.values()
    assert [note.name for note in gradient.remarks] == ["guard-ignored"]


def test_a_gradient_that_is_wrong_at_ties_alone_is_not_taken_for_guarded():
    def layer(X, W):
        return np.maximum(X, 0) @ W

    def layer_backward(dout, X, W):
        at_zero = np.where(X < 0, 0.0, 3.0)
        dX = dout @ W.T * np.where(X > 0, 1.0, at_zero)
        dW = 2 * np.maximum(X, 0).T @ dout
        return dX, dW

    found = oracle.check(layer, layer_backward, shapes="X: N D, W: D M", cases=80)
    assert {name: g.verdict for name, g in found.gradients.items()} == {
        "dX": "wrong",
        "dW": "wrong",
    }
    assert "0.0, 3.0) should be" in found.gradients["dX"].findings[0].message
    assert found.gradients["dW"].findings[0].name == "wrong-constant-factor"


def test_only_the_dtypes_that_were_judged_are_told_of():
    subject = discovery.subject(np.sin, lambda d, x: d * np.cos(x), "x: N")
    examined = examine(subject, 20, dtypes=("float64",))
    assert examined.result.dtypes == ("float64",)


@pytest.mark.parametrize("at_kink", [0.0, 0.5, 1.0])
def test_any_derivative_between_the_one_sided_ones_will_do_at_a_kink(at_kink):
    def relu(x):
        return np.maximum(x, 0)

    def relu_backward(d, x):
        return d * np.where(x == 0, at_kink, x > 0)

    assert oracle.check(relu, relu_backward, shapes="x: N D", cases=80).verdict == "correct"


def test_many_entries_may_be_at_a_kink_at_once():
    def block(x, W, b, V):
        return x + np.maximum(x @ W + b, 0) @ V

    def block_backward(dout, x, W, b, V):
        pre = x @ W + b
        dpre = dout @ V.T * (pre > 0)
        return dout + dpre @ W.T, x.T @ dpre, dpre.sum(0), np.maximum(pre, 0).T @ dout

    shapes = "x: N D, W: D H, b: H, V: H D"
    assert oracle.check(block, block_backward, shapes=shapes, cases=300).verdict == "correct"


@pytest.mark.parametrize("last", [False, True])
def test_ties_in_overlapping_windows_may_be_broken_by_the_first_or_the_last(last):
    def windows(x):
        return [(i, j) for i in range(x.shape[0] - 2) for j in range(x.shape[1] - 2)]

    def pool(x):
        y = np.zeros((x.shape[0] - 2, x.shape[1] - 2))
        for i, j in windows(x):
            y[i, j] = x[i : i + 3, j : j + 3].max()
        return y

    def pool_backward(dy, x):
        dx = np.zeros_like(x)
        for i, j in windows(x):
            flat = x[i : i + 3, j : j + 3].ravel()
            at = 8 - int(flat[::-1].argmax()) if last else int(flat.argmax())
            dx[i + at // 3, j + at % 3] += dy[i, j]
        return dx

    found = oracle.check(pool, pool_backward, shapes="x: H+5 W+5", cases=300)
    assert found.verdict == "correct"


def test_the_counterexample_of_an_intermediate_is_a_small_one():
    example = found_of("network_sign").gradients["d2"].counterexample
    assert sum(example.dims.values()) <= 8, example.dims


def test_another_value_at_a_kink_is_wrong():
    def relu(x):
        return np.maximum(x, 0)

    def relu_backward(d, x):
        return d * np.where(x == 0, 2.0, x > 0)

    assert oracle.check(relu, relu_backward, shapes="x: N D", cases=80).verdict == "wrong"


def test_overflow_is_unstable_and_not_wrong():
    def softplus(x):
        return np.log1p(np.exp(-np.abs(x))) + np.maximum(x, 0)

    def softplus_backward(d, x):
        return d * np.exp(x) / (np.exp(x) + 1)

    found = oracle.check(softplus, softplus_backward, shapes="x: N D", cases=80)
    assert (found.verdict, found.findings) == ("unstable", ["overflow"])


def test_a_forward_that_is_never_finite_leaves_nothing_to_judge():
    def f(x):
        return np.log(-np.abs(x))

    def f_backward(dy, x):
        return dy / x

    found = oracle.check(f, f_backward, shapes="x: N D", cases=60)
    assert found.verdict == "undecidable"
    (note,) = (n for n in found.gradients["dx"].remarks if n.name == "nothing-to-compare")
    assert "the forward was finite in none" in note.message


@pytest.mark.parametrize("seed", [7, 14])
def test_where_a_clip_next_to_0_decides_nothing_is_held_against_a_gradient(seed):
    def bce(p, y, eps=1e-7):
        q = np.clip(p, eps, 1 - eps)
        return -np.mean(y * np.log(q) + (1 - y) * np.log(1 - q))

    def bce_grad(p, y, eps=1e-7):
        q = np.clip(p, eps, 1 - eps)
        return (q - y) / (q * (1 - q)) / len(p)

    found = oracle.check(bce, bce_grad, shapes="p: N unit, y: N binary", seed=seed)
    assert found.verdict == "correct"


def test_cases_in_which_the_forward_overflows_are_told_as_not_checked():
    def loss(z):
        return np.sum(np.log(np.exp(z) + 1))

    def loss_grad(z):
        return 1 / (1 + np.exp(-z))

    found = oracle.check(loss, loss_grad, shapes="z: N", cases=80)
    assert found.verdict == "correct"
    assert any("where the forward is not finite" in said for said in found.result.not_checked)


def test_float32_inside_is_lower_precision():
    def f(x):
        return x**3

    def f_backward(d, x):
        return d * (3 * x**2).astype(np.float32)

    found = oracle.check(f, f_backward, shapes="x: N D", cases=80)
    assert (found.verdict, found.findings) == ("unstable", ["lower-precision"])


def test_state_between_calls_is_found():
    calls = []

    def f(x):
        return x**2

    def f_backward(d, x):
        calls.append(0)
        return 2 * x * d + 1e-3 * (len(calls) % 2)

    found = oracle.check(f, f_backward, shapes="x: N D", cases=60)
    assert "not-deterministic" in found.findings


def test_a_column_against_a_row_is_remarked_on():
    def mse(p, t):
        return np.mean((p - t) ** 2)

    def mse_grad(p, t):
        d = p - t
        return (2 * d / d.size).sum(1, keepdims=True)

    found = oracle.check(mse, mse_grad, shapes="p: N 1, t: N fixed", cases=60)
    assert found.verdict == "correct"
    assert [note.name for note in found.result.remarks] == ["unintended-broadcast"]


def test_assert_correct_carries_the_report():
    forward, backward, shapes, _ = CASES["affine_extra_mean"]
    with pytest.raises(AssertionError, match=r"(?s)dW.*extra-batch-mean.*smallest failing case"):
        oracle.assert_correct(forward, backward, shapes=shapes, cases=60)


def test_a_notebook_shows_the_report_in_html():
    html = found_of("affine_extra_mean")._repr_html_()
    assert html.startswith("<pre")
    assert "extra-batch-mean" in html


def test_renaming_everything_changes_no_verdict_and_no_finding():
    def x1(x2, x3, x4):
        return np.tanh(x2 @ x3 + x4)

    def x5(x6, x2, x3, x4):
        x7 = np.tanh(x2 @ x3 + x4)
        x8 = x6 * (1 - x7)
        return x8 @ x3.T, x2.T @ x8, x8.sum(0)

    found = oracle.check(x1, x5, shapes="x2: N D, x3: D M, x4: M", cases=60)
    verdicts = {name: gradient.verdict for name, gradient in found.gradients.items()}
    assert verdicts.pop("x8") == "wrong"
    assert set(verdicts.values()) == {"inherited"}
    assert found.findings == ["wrong-activation-derivative"]


@pytest.mark.parametrize("axis", [0, 1])
def test_a_missing_mean_under_a_softmax_is_no_gradient_of_another_loss(axis):
    def rows(W, X, T):
        z = X @ W if axis else W @ X
        e = np.exp(z - z.max(axis=axis, keepdims=True))
        p = e / e.sum(axis=axis, keepdims=True)
        return -np.sum(T * np.log(p)) / X.shape[1 - axis]

    def rows_grad(W, X, T):
        z = X @ W if axis else W @ X
        e = np.exp(z - z.max(axis=axis, keepdims=True))
        dz = e / e.sum(axis=axis, keepdims=True) - T
        return X.T @ dz if axis else dz @ X.T

    shapes = ("W: C D, X: D m, T: C m onehot(0)", "W: D C, X: m D, T: m C onehot")[axis]
    found = oracle.check(rows, rows_grad, shapes=shapes, cases=60)
    assert found.findings == ["missing-batch-mean"]


def test_a_part_that_is_set_to_0_is_told_as_such():
    def square(x):
        return x**2

    def square_backward(g, x):
        dx = 2 * g * x
        dx[:, 3:] = 0
        return dx

    found = oracle.check(square, square_backward, shapes="x: N D", cases=60)
    assert found.verdict == "wrong"
    (note,) = found.gradients["dx"].findings
    assert re.fullmatch(r"take line \d+ out", note.fix)


@pytest.mark.parametrize(
    "penalty",
    [lambda lam, w: 0.5 * lam * w @ w, lambda lam, w: lam * np.sum(w * w) / 2],
    ids=["on one side", "outside"],
)
@pytest.mark.parametrize(
    ("share", "finding"),
    [(0, "missing-regularization"), (2, "wrong-regularization-factor")],
)
def test_a_penalty_may_be_spelled_with_its_factor_on_one_side(penalty, share, finding):
    def loss_and_grad(w, X, y, lam=0.3):
        r = X @ w - y
        loss = r @ r + penalty(lam, w)
        grad = 2 * X.T @ r + share * lam * w
        return loss, grad

    found = oracle.check(loss_and_grad, shapes="w: D, X: N D, y: N", cases=80)
    assert found.findings == [finding]
