"""Gradient descent and momentum on hand figures, against torch.optim.SGD, against each other."""

import numpy as np
import pytest
import torch

from reference.optimizers import (
    gradient_descent,
    momentum_damped,
    momentum_haykin,
    momentum_torch,
)

RULES = [gradient_descent, momentum_haykin, momentum_damped, momentum_torch]
MOMENTA = RULES[1:]
FLOATS = [np.float32, np.float64]


def run(rule, steps, W=1.0, gradient=lambda W: W, **options):
    """The weights after each of so many steps."""
    W, state = np.array([W]), None
    path = []
    for _ in range(steps):
        W, state = rule(W, gradient(W), state, **options)
        path.append(W[0])
    return path


# Figures.


@pytest.mark.parametrize(
    ("rule", "options", "due"),  # on f = ½w² from w = 1
    [
        (gradient_descent, {"rate": 0.1}, [0.9, 0.81, 0.729]),
        (momentum_haykin, {"rate": 0.1, "beta": 0.9}, [0.9, 0.72, 0.486]),
        (
            momentum_damped,
            {"rate": 0.1, "beta": 0.9},
            [0.99, 0.9711, 0.944379, 0.91088631, 0.8716340259],
        ),
        (momentum_torch, {"rate": 0.1, "beta": 0.9, "dampening": 0.9}, [0.9, 0.801, 0.70389]),
    ],
)
def test_the_trace_on_a_quadratic(rule, options, due):
    np.testing.assert_allclose(run(rule, len(due), **options), due, rtol=1e-14)


@pytest.mark.parametrize(
    ("rule", "options", "step"),
    [
        (gradient_descent, {}, 0.1),
        (momentum_haykin, {}, 1.0),
        (momentum_damped, {}, 0.1),
        (momentum_torch, {}, 1.0),
        (momentum_torch, {"dampening": 0.9}, 0.1),
    ],
)
def test_a_constant_gradient_ends_in_a_constant_step(rule, options, step):
    path = run(rule, 400, gradient=np.ones_like, rate=0.1, **options)
    np.testing.assert_allclose(path[-2] - path[-1], step, rtol=1e-10)


# torch.


def sgd(W, **options):
    parameter = torch.tensor(W, requires_grad=True)
    return parameter, torch.optim.SGD([parameter], **options)


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize(("rate", "exact"), [(0.125, True), (0.1, False)])
@pytest.mark.parametrize(
    ("beta", "dampening"), [(None, 0), (0.9, 0), (0.9, 0.5), (0.9, 0.9), (0, 0)]
)
def test_torch_sgd_in_lock_step(dtype, rate, exact, beta, dampening):
    """Bit for bit where its products are exact, within its single rounding where they are not."""
    exact = exact and dampening in (0, 0.5)
    random = np.random.default_rng(0)
    V = None
    parameter, optimizer = sgd(
        random.standard_normal((3, 5)).astype(dtype),
        lr=rate,
        momentum=beta or 0,
        dampening=dampening,
    )
    for _ in range(200):
        G = random.standard_normal((3, 5)).astype(dtype)
        W = parameter.detach().numpy().copy()
        if beta is None:
            new_W, new_V = gradient_descent(W, G, rate=rate)
        else:
            new_W, new_V = momentum_torch(W, G, V, rate, beta, dampening)
        parameter.grad = torch.tensor(G)
        optimizer.step()
        buffer = optimizer.state[parameter].get("momentum_buffer")
        V = None if buffer is None else buffer.numpy().copy()  # of torch: each step alone
        rounding = np.finfo(dtype).eps * (
            abs(W) + abs(G) + (abs(new_V) if new_V is not None else 0)
        )
        assert (abs(new_W - parameter.detach().numpy()) <= (0 if exact else rounding)).all()
        if V is not None:
            assert (abs(new_V - V) <= (0 if exact else 4 * rounding)).all()


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("dampening", [0.0, 0.3, 0.9])
def test_torch_sgd_running_free(dtype, dampening):
    curvature = np.array([1.0, 4.0, 0.1], dtype)
    W, V = np.array([1.0, -0.25, 3.0], dtype), None
    parameter, optimizer = sgd(W, lr=0.1, momentum=0.9, dampening=dampening)
    for _ in range(200):
        W, V = momentum_torch(W, curvature * W, V, 0.1, 0.9, dampening)
        parameter.grad = torch.tensor(curvature) * parameter.detach()
        optimizer.step()
        np.testing.assert_allclose(
            W, parameter.detach().numpy(), rtol=0, atol=100 * np.finfo(dtype).eps
        )


# The three conventions.


def test_torch_without_dampening_is_haykin_while_the_rate_stays():
    np.testing.assert_allclose(run(momentum_torch, 50), run(momentum_haykin, 50), atol=1e-14)


def test_damped_is_haykin_at_a_smaller_rate():
    damped, haykin = run(momentum_damped, 50, rate=0.1), run(momentum_haykin, 50, rate=0.01)
    np.testing.assert_allclose(damped, haykin, atol=1e-14)


def test_torch_with_dampening_is_not_damped_for_its_first_step_is_ten_times_as_long():
    damped, torchs = run(momentum_damped, 1), run(momentum_torch, 1, dampening=0.9)
    np.testing.assert_allclose((1 - torchs[0]) / (1 - damped[0]), 10)


@pytest.mark.parametrize(
    ("rule", "moved"), [(momentum_haykin, -0.09), (momentum_damped, -0.009), (momentum_torch, 0.0)]
)
def test_only_torch_gives_a_new_rate_to_old_gradients(rule, moved):
    W, V = rule(np.zeros(1), np.ones(1), None, rate=0.1)
    new_W, _ = rule(W, np.ones(1), V, rate=0.0)
    np.testing.assert_allclose(new_W - W, [moved], rtol=1e-14)


@pytest.mark.parametrize("rule", [momentum_haykin, momentum_torch, momentum_damped])
def test_no_momentum_is_gradient_descent(rule):
    assert run(rule, 20, beta=0.0) == run(gradient_descent, 20)


# What goes in and what comes out.


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("shape", [(), (0,), (2, 3)])
def test_any_shape_keeps_its_shape_and_dtype(rule, dtype, shape):
    W, state = np.ones(shape, dtype), None
    for _ in range(2):
        W, state = rule(W, np.ones(shape, dtype), state)
        for array in [W] if state is None else [W, state]:
            assert isinstance(array, np.ndarray)
            assert (array.shape, array.dtype) == (shape, dtype)


@pytest.mark.parametrize("rule", RULES)
def test_nothing_is_changed_and_nothing_is_shared(rule):
    W, G, V = np.random.default_rng(1).standard_normal((3, 2, 3))
    for state in (None,) if rule is gradient_descent else (None, V):
        given = [W.copy(), G.copy()] + ([] if state is None else [V.copy()])
        for array in given:
            array.setflags(write=False)
        after = [a for a in rule(*given) if a is not None]
        for k, array in enumerate(after):
            assert not any(np.shares_memory(array, other) for other in given + after[k + 1 :])


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("rate", [-0.1, np.nan])
def test_a_negative_rate_is_refused(rule, rate):
    with pytest.raises(ValueError, match=f"{rule.__name__}: rate is {rate}, expected 0 or more"):
        rule(np.ones(2), np.ones(2), rate=rate)


@pytest.mark.parametrize("rule", MOMENTA)
@pytest.mark.parametrize("beta", [-0.1, 1.1, np.nan])
def test_a_beta_outside_0_to_1_is_refused(rule, beta):
    with pytest.raises(ValueError, match=f"{rule.__name__}: beta is {beta}, expected 0 to 1"):
        rule(np.ones(2), np.ones(2), beta=beta)


@pytest.mark.parametrize("rule", MOMENTA)
def test_a_gradient_or_a_velocity_of_another_kind_is_refused(rule):
    W = np.ones((2, 3))
    with pytest.raises(ValueError, match=r"dW has shape \(3,\)"):
        rule(W, W[0])
    with pytest.raises(ValueError, match=r"V has shape \(3,\), expected \(2, 3\) as W has"):
        rule(W, W, W[0])
    with pytest.raises(TypeError, match="V has dtype float32, expected float64 as W has"):
        rule(W, W, W.astype(np.float32))
    with pytest.raises(TypeError, match="V is a float, expected a NumPy array"):
        rule(W, W, 0.0)
