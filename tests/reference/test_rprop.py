"""RProp on hand figures, against torch.optim.Rprop, and its four variants against each other."""

import numpy as np
import pytest
import torch

from reference import rprop as module
from reference.rprop import (
    RpropState,
    maximum_where_not_zero,
    minimum_where_not_zero,
    rprop_matrix_form,
    rprop_state,
    rprop_step,
    separate_by_sign,
    zero_where_negative,
)

VARIANTS = ["rprop-", "irprop-", "rprop+", "irprop+"]
FLOATS = [np.float32, np.float64]


def run(gradient, W, steps, dtype=np.float64, step_size=0.1, error=None, **options):
    """All the weights and states that so many steps go through, the first ones included."""
    W = np.array(W, dtype)
    path = [(W, rprop_state(W, step_size))]
    for _ in range(steps):
        W, state = path[-1]
        options_now = options if error is None else {**options, "error": error(W)}
        path.append(rprop_step(W, gradient(W).astype(dtype), state, **options_now))
    return path


def gradients_of_all_sizes(random, shape, dtype):
    """Some 0, the others from 1e-30 to 1e3, so that float32 products underflow now and then."""
    G = random.standard_normal(shape) * 10.0 ** random.integers(-30, 4, shape)
    return (G * (random.random(shape) > 0.1)).astype(dtype)


def state_of(optimizer, parameter):
    state = optimizer.state[parameter]
    return RpropState(state["prev"].numpy().copy(), state["step_size"].numpy().copy())


# The helpers.


def test_the_masks_separate_negative_zero_and_positive():
    minus, zero, plus = separate_by_sign(np.array([-3.0, 0.0, -0.0, 1e-300, -np.inf]))
    assert minus.tolist() == [1, 0, 0, 0, 1]
    assert zero.tolist() == [0, 1, 1, 0, 0]
    assert plus.tolist() == [0, 0, 0, 1, 0]


@pytest.mark.parametrize("dtype", FLOATS)
def test_the_masks_sum_to_ones_and_put_the_matrix_together_again(dtype):
    A = gradients_of_all_sizes(np.random.default_rng(0), (5, 7), dtype)
    masks = separate_by_sign(A)
    assert all(mask.dtype == dtype for mask in masks)
    np.testing.assert_array_equal(sum(masks), np.ones_like(A))
    np.testing.assert_array_equal((masks[2] - masks[0]) * abs(A), A)


@pytest.mark.parametrize(
    ("helper", "bound", "B", "due"),
    [
        (minimum_where_not_zero, 50.0, [0, 2, 50, 60, -1], [0, 2, 50, 50, -1]),
        (minimum_where_not_zero, -1.0, [0, 2, -3], [0, -1, -3]),
        (minimum_where_not_zero, np.inf, [0, 2], [0, 2]),
        (maximum_where_not_zero, 1.0, [0, 2, 1, 0.5, -1], [0, 2, 1, 1, 1]),
        (maximum_where_not_zero, 1e-6, [0, 1e-9], [0, 1e-6]),
    ],
)
def test_a_bound_holds_what_is_not_zero(helper, bound, B, due):
    assert helper(np.array(B, float), bound).tolist() == due


def test_zero_where_negative():
    B = np.array([-1.0, 0.0, 2.0, -np.inf])
    assert zero_where_negative(B).tolist() == [0, 0, 2, 0]
    assert zero_where_negative(B, np.array([1.0, 1.0, -1.0, -1.0])).tolist() == [-1, 0, 0, 0]


@pytest.mark.parametrize("dtype", FLOATS)
def test_the_helpers_keep_the_dtype(dtype):
    B = np.ones((2, 3), dtype)
    for C in (minimum_where_not_zero(B, 0.1), maximum_where_not_zero(B, 9), zero_where_negative(B)):
        assert C.dtype == dtype


# One step.


def one_step(gradient, previous, step_size=0.1, **options):
    W = np.zeros(1)
    state = RpropState(np.array([previous]), np.array([step_size]), previous_error=1.0)
    W, state = rprop_step(W, np.array([gradient]), state, **options)
    return W[0], state.step_size[0], state.previous_gradient[0]


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_first_step_goes_against_the_gradient_by_the_first_step_size(variant):
    _, (W, state) = run(
        lambda W: np.array([3.0, -1e-9, 0.0]),
        [1.0, 1.0, 1.0],
        1,
        variant=variant,
        error=lambda W: 1.0,
    )
    assert W.tolist() == [0.9, 1.1, 1.0]
    assert state.step_size.tolist() == [0.1, 0.1, 0.1]
    assert state.previous_gradient.tolist() == [3.0, -1e-9, 0.0]


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_same_sign_lengthens_the_step_by_a_fifth(variant):
    assert one_step(2.0, 7.0, variant=variant, error=2.0) == (-0.12, 0.12, 2.0)
    assert one_step(-2.0, -7.0, variant=variant, error=2.0) == (0.12, 0.12, -2.0)


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_sign_change_halves_the_step(variant):
    assert one_step(2.0, -7.0, variant=variant, error=2.0)[1] == 0.05


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize(
    ("gradient", "previous"), [(2.0, 0.0), (0.0, 2.0), (0.0, 0.0), (0.0, -2.0)]
)
def test_a_zero_leaves_the_step_as_it_is(variant, gradient, previous):
    moved = (-0.1 * np.sign(gradient), 0.1, gradient)
    assert one_step(gradient, previous, variant=variant, error=2.0) == moved


@pytest.mark.parametrize(
    ("variant", "error", "moved"),
    [
        ("rprop-", None, -0.05),  # on, by the new step
        ("irprop-", None, 0.0),  # not at all
        ("rprop+", None, -0.1),  # back: the last move, of the old step, was +0.1
        ("irprop+", 2.0, -0.1),  # back, for the error grew from 1 to 2
        ("irprop+", 1.0, 0.0),  # the error did not grow
        ("irprop+", 0.5, 0.0),
    ],
)
def test_a_sign_change_moves_the_weight_as_the_variant_has_it(variant, error, moved):
    assert one_step(2.0, -7.0, variant=variant, error=error)[0] == moved


@pytest.mark.parametrize(
    ("variant", "kept"), [("rprop-", 2.0), ("irprop-", 0.0), ("rprop+", 0.0), ("irprop+", 0.0)]
)
def test_a_sign_change_makes_all_but_rprop_minus_forget_the_gradient(variant, kept):
    assert one_step(2.0, -7.0, variant=variant, error=2.0)[2] == kept


@pytest.mark.parametrize(
    ("variant", "sizes"), [("rprop-", [0.05, 0.06]), ("irprop-", [0.05, 0.05])]
)
def test_a_forgotten_gradient_lets_the_step_rest_once(variant, sizes):
    signs = iter([-1.0, 1.0, 1.0, 1.0])
    path = run(lambda W: np.array([next(signs)]), [0.0], 4, variant=variant)
    np.testing.assert_allclose([s.step_size[0] for _, s in path[2:4]], sizes, rtol=1e-15)
    np.testing.assert_allclose(path[4][1].step_size[0], sizes[1] * 1.2, rtol=1e-15)


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize(
    ("gradient", "step_size", "held"),
    [(1.0, 0.9, 1.0), (-1.0, 0.03, 0.02), (0.0, 7.0, 1.0), (0.0, 0.0, 0.02)],
)
def test_every_step_is_held_in_its_bounds_also_one_that_rests(variant, gradient, step_size, held):
    options = {"variant": variant, "error": 2.0, "step_min": 0.02, "step_max": 1.0}
    assert one_step(gradient, 1.0, step_size, **options)[1] == held


def test_the_error_is_compared_with_that_of_the_step_before():
    W = np.zeros(1)
    state = rprop_state(W)
    for error, gradient in ((9.0, 1.0), (1.0, 1.0), (5.0, -1.0)):  # 5 is less than 9, more than 1
        before = W
        W, state = rprop_step(W, np.array([gradient]), state, variant="irprop+", error=error)
        assert state.previous_error == error
    assert W[0] == before[0] + 0.12


# Figures.

TRACE = {  # f = ½(w₁² + 4w₂²) from (1, −0.25): W after the steps 3, 4, 5 and 7
    "rprop-": [(0.636, 0.114), (0.4632, 0.042), (0.25584, -0.0444), (-0.2915904, 0.05064)],
    "irprop-": [(0.636, 0.114), (0.4632, 0.114), (0.25584, 0.042), (-0.2915904, -0.0444)],
    "rprop+": [(0.636, 0.114), (0.4632, -0.03), (0.25584, 0.042), (-0.2915904, 0.006)],
    "irprop+": [(0.636, 0.114), (0.4632, 0.114), (0.25584, 0.042), (-0.2915904, -0.0444)],
}


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_trace_on_a_quadratic(variant):
    curvature = np.array([1.0, 4.0])
    path = run(
        lambda W: curvature * W,
        [1.0, -0.25],
        7,
        variant=variant,
        error=lambda W: 0.5 * curvature @ (W * W),
    )
    np.testing.assert_allclose([path[k][0] for k in (3, 4, 5, 7)], TRACE[variant], atol=1e-15)


@pytest.mark.parametrize(
    ("start", "due"),  # ½w² from 0.04 grows when −0.06 is reached, from 0.06 it falls at −0.04
    [
        (0.04, {"rprop-": -0.01, "irprop-": -0.06, "rprop+": 0.04, "irprop+": 0.04}),
        (0.06, {"rprop-": 0.01, "irprop-": -0.04, "rprop+": 0.06, "irprop+": -0.04}),
    ],
)
def test_the_variants_part_at_the_first_jump_over_the_minimum(start, due):
    for variant, w in due.items():
        path = run(lambda W: W, [start], 2, variant=variant, error=lambda W: 0.5 * W[0] ** 2)
        np.testing.assert_allclose(path[2][0], [w], atol=1e-16)


def pseudocode(variant, w, gradients, errors, step=0.1):
    """One weight, as the papers have it: with ifs, and with the last move kept."""
    before, move, error_before = 0.0, 0.0, np.inf
    for g, error in zip(gradients, errors, strict=True):
        if g * before > 0:
            step = min(step * 1.2, 50.0)
        elif g * before < 0:
            step = max(step * 0.5, 1e-6)
        if g * before < 0 and variant != "rprop-":
            takes_back = variant == "rprop+" or (variant == "irprop+" and error > error_before)
            w, g = w - move if takes_back else w, 0.0
        else:
            move = -np.sign(g) * step
            w += move
        before, error_before = g, error
        yield w


@pytest.mark.parametrize("variant", VARIANTS)
def test_each_weight_goes_its_own_way_by_the_pseudocode(variant):
    random = np.random.default_rng(8)
    W = random.standard_normal(6)
    gradients = random.standard_normal((100, 6)) * (random.random((100, 6)) > 0.1)
    errors = random.random(100)
    due = [list(pseudocode(variant, W[i], gradients[:, i], errors)) for i in range(6)]
    state = rprop_state(W)
    for k in range(100):
        W, state = rprop_step(W, gradients[k], state, variant, error=errors[k])
        np.testing.assert_allclose(W, [path[k] for path in due], rtol=1e-13)


# float32.


@pytest.mark.parametrize(
    ("product_of", "due"), [("gradients", [0.9, 0.8, 0.7]), ("signs", [0.9, 0.78, 0.636])]
)
def test_a_float32_product_underflows_and_a_product_of_signs_does_not(product_of, due):
    path = run(lambda W: np.array([1e-25]), [1.0], 3, dtype=np.float32, product_of=product_of)
    np.testing.assert_allclose([W[0] for W, _ in path[1:]], due, rtol=1e-6)


def test_a_product_of_signs_is_the_product_where_nothing_underflows():
    random = np.random.default_rng(1)
    W, G, previous = random.standard_normal((3, 4, 5))
    state = RpropState(previous, np.full((4, 5), 0.1))
    for variant in VARIANTS:
        one, two = (
            rprop_step(W, G, state, variant, 1.0, product_of=p) for p in ("gradients", "signs")
        )
        np.testing.assert_array_equal(one[0], two[0])


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("step", [rprop_step, rprop_matrix_form])
def test_a_product_that_overflows_still_has_its_sign(step):
    big = np.full(1, 1e30, np.float32)
    W, state = step(np.zeros(1, np.float32), big, RpropState(big, np.full(1, 0.5, np.float32)))
    assert state.step_size[0] == np.float32(0.5) * np.float32(1.2) == -W[0]


def test_a_gradient_that_is_not_a_number_shows_in_its_weight_alone():
    W = np.zeros(2)
    for variant in VARIANTS:
        new, _ = rprop_step(W, np.array([np.nan, 1.0]), rprop_state(W), variant, error=1.0)
        assert np.isnan(new[0])
        assert new[1] == -0.1


@pytest.mark.filterwarnings("ignore:invalid value")
def test_an_infinite_gradient_still_has_its_sign():
    W = np.zeros(1)
    state = rprop_state(W)
    for gradient, due in ((np.inf, -0.1), (np.inf, -0.22), (-1.0, -0.22)):
        W, state = rprop_step(W, np.array([gradient]), state)
        np.testing.assert_allclose(W, [due], rtol=1e-15)


# torch.

SETTINGS = [
    {},
    {"lr": 0.1},
    {"lr": 100.0},  # beyond the bounds, where the first step clamps it
    {"lr": 1e-9},
    {"etas": (0.3, 1.7)},
    {"lr": 0.1, "step_sizes": (0.05, 0.3)},
]


def options_of(setting):
    eta_minus, eta_plus = setting.get("etas", (0.5, 1.2))
    step_min, step_max = setting.get("step_sizes", (1e-6, 50.0))
    return {
        "eta_minus": eta_minus,
        "eta_plus": eta_plus,
        "step_min": step_min,
        "step_max": step_max,
    }


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("setting", SETTINGS, ids=str)
def test_irprop_minus_is_torch_bit_for_bit(dtype, setting):
    random = np.random.default_rng(2)
    start = random.standard_normal((3, 7)).astype(dtype)
    parameter = torch.tensor(start, requires_grad=True)
    optimizer = torch.optim.Rprop([parameter], **setting)
    free = start, rprop_state(start, setting.get("lr", 0.01))
    state = free[1]
    for _ in range(200):
        G = gradients_of_all_sizes(random, start.shape, dtype)
        W = parameter.detach().numpy().copy()
        locked = rprop_step(W, G, state, **options_of(setting))
        free = rprop_step(free[0], G, free[1], **options_of(setting))
        parameter.grad = torch.tensor(G)
        optimizer.step()
        state = state_of(optimizer, parameter)  # of torch: each step is judged alone
        for new_W, new_state in (locked, free):
            np.testing.assert_array_equal(new_W, parameter.detach().numpy())
            np.testing.assert_array_equal(new_state.step_size, state.step_size)
            np.testing.assert_array_equal(new_state.previous_gradient, state.previous_gradient)


@pytest.mark.parametrize("variant", ["rprop-", "rprop+", "irprop+"])
def test_no_other_variant_is_torch(variant):
    random = np.random.default_rng(3)
    W = random.standard_normal(20)
    parameter = torch.tensor(W, requires_grad=True)
    optimizer = torch.optim.Rprop([parameter], lr=0.1)
    state = rprop_state(W)
    for k in range(6):
        G = random.standard_normal(20)
        W, state = rprop_step(W, G, state, variant, error=float(k))
        parameter.grad = torch.tensor(G)
        optimizer.step()
    assert abs(W - parameter.detach().numpy()).max() > 0.01


# The page and the family.


@pytest.mark.parametrize("dtype", FLOATS)
def test_the_matrix_form_is_irprop_minus_bit_for_bit(dtype):
    random = np.random.default_rng(4)
    W = random.standard_normal((4, 6)).astype(dtype)
    page = family = W, rprop_state(W)
    for _ in range(200):
        G = gradients_of_all_sizes(random, W.shape, dtype)
        page = rprop_matrix_form(page[0], G, page[1], step_min=0.02, step_max=0.15)
        family = rprop_step(family[0], G, family[1], step_min=0.02, step_max=0.15)
        np.testing.assert_array_equal(page[0], family[0])
        np.testing.assert_array_equal(page[1].step_size, family[1].step_size)
        np.testing.assert_array_equal(page[1].previous_gradient, family[1].previous_gradient)


def test_the_matrix_form_bounds_only_the_steps_that_change():
    W = np.zeros(1)
    _, page = rprop_matrix_form(W, np.ones(1), rprop_state(W, 100.0))
    _, family = rprop_step(W, np.ones(1), rprop_state(W, 100.0))
    assert (page.step_size[0], family.step_size[0]) == (100.0, 50.0)


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("block", [1, 4, 12, 1000])
def test_the_blocks_do_not_show(variant, block, monkeypatch):
    random = np.random.default_rng(5)
    W, G, previous = random.standard_normal((3, 4, 3))
    state = RpropState(previous, np.full((4, 3), 0.1), 0.0)
    due = rprop_step(W, G, state, variant, error=1.0)
    monkeypatch.setattr(module, "BLOCK", block)
    came = rprop_step(W, G, state, variant, error=1.0)
    np.testing.assert_array_equal(came[0], due[0])
    np.testing.assert_array_equal(came[1].step_size, due[1].step_size)
    np.testing.assert_array_equal(came[1].previous_gradient, due[1].previous_gradient)


@pytest.mark.parametrize("step", [rprop_step, rprop_matrix_form])
@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("shape", [(), (0,), (5,), (2, 0, 3), (2, 3, 4)])
def test_any_shape_keeps_its_shape_and_dtype(step, dtype, shape):
    W = np.ones(shape, dtype)
    state = rprop_state(W)
    for G in (np.ones(shape, dtype), np.full(shape, -1, dtype)):
        W, state = step(W, G, state)
        for array in (W, state.step_size, state.previous_gradient):
            assert isinstance(array, np.ndarray)
            assert (array.shape, array.dtype) == (shape, dtype)


def test_a_transposed_or_sliced_parameter_is_as_good_as_a_copy_of_it():
    W, G, previous = np.random.default_rng(6).standard_normal((3, 6, 8))
    for view in (np.transpose, lambda A: A[::2, ::-1]):
        of_views = rprop_step(view(W), view(G), RpropState(view(previous), view(abs(W))))
        copies = (view(A).copy() for A in (W, G, previous, abs(W)))
        W_copy, G_copy, previous_copy, sizes = copies
        of_copies = rprop_step(W_copy, G_copy, RpropState(previous_copy, sizes))
        np.testing.assert_array_equal(of_views[0], of_copies[0])


@pytest.mark.parametrize("variant", VARIANTS)
def test_nothing_is_changed_and_nothing_is_shared(variant):
    W, G, previous, sizes = abs(np.random.default_rng(7).standard_normal((4, 2, 3)))
    given = W, G * [1, 0, -1], previous, sizes
    before = [array.copy() for array in given]
    for array in given:
        array.setflags(write=False)
    new_W, new = rprop_step(given[0], given[1], RpropState(*given[2:], 0.0), variant, error=1.0)
    after = new_W, new.previous_gradient, new.step_size
    for array, copy in zip(given, before, strict=True):
        np.testing.assert_array_equal(array, copy)
    for k, array in enumerate(after):
        assert not any(np.shares_memory(array, other) for other in (*given, *after[k + 1 :]))


# Errors.


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"eta_minus": 0.0}, r"eta_minus is 0.0, expected between 0 and 1"),
        ({"eta_minus": 1.0}, r"eta_minus is 1.0, expected between 0 and 1"),
        ({"eta_plus": 1.0}, r"eta_plus is 1.0, expected more than 1"),
        ({"eta_plus": np.nan}, r"eta_plus is nan"),
        ({"step_min": 2.0, "step_max": 1.0}, r"step_min is 2.0 and step_max 1.0"),
        ({"step_min": -1.0}, r"step_min is -1.0"),
        ({"variant": "Rprop"}, r"variant is 'Rprop', expected one of 'rprop-'"),
        ({"variant": "irprop+"}, r"error is None; irprop\+ needs the error at W"),
        ({"product_of": "sign"}, r"product_of is 'sign'"),
    ],
)
def test_an_option_that_makes_no_sense_is_named(options, message):
    W = np.ones(2)
    with pytest.raises(ValueError, match=message):
        rprop_step(W, W, rprop_state(W), **options)


@pytest.mark.parametrize("step_size", [-0.1, np.nan])
def test_a_negative_first_step_size_is_refused(step_size):
    with pytest.raises(ValueError, match=f"step_size is {step_size}, expected 0 or more"):
        rprop_state(np.ones(2), step_size)


@pytest.mark.parametrize("step", [rprop_step, rprop_matrix_form])
def test_a_gradient_or_a_state_of_another_kind_is_refused(step):
    W = np.ones((2, 3))
    state = rprop_state(W)
    with pytest.raises(ValueError, match=r"dW has shape \(3, 2\)"):
        step(W, W.T, state)
    with pytest.raises(TypeError, match="dW has dtype float32, expected float64"):
        step(W, W.astype(np.float32), state)
    with pytest.raises(
        ValueError, match=r"state\.previous_gradient has shape \(3,\), expected \(2, 3\)"
    ):
        step(W, W, rprop_state(W[0]))
    with pytest.raises(TypeError, match=r"state\.step_size has dtype float32, expected float64"):
        step(W, W, state._replace(step_size=state.step_size.astype(np.float32)))
    with pytest.raises(TypeError, match="state is a tuple, expected an RpropState"):
        step(W, W, tuple(state))
