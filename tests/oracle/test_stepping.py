"""Update rules in lock-step with torch.optim, and known-wrong ones that must not pass."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import reference
from oracle import stepping
from oracle.stepping import RULES

RPROP, DESCENT, MOMENTUM = RULES


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_200_steps_in_lock_step_and_free_running(rule: stepping.Rule, dtype: str) -> None:
    run = stepping.check(rule, dtype, seed=1)
    assert run.cases == 200
    for entry in run.gradients:
        assert entry.verdict == "correct", entry
        if rule.exact:
            assert entry.error_units == 0, "not one bit may differ"


def gradient_kept_after_a_sign_change(W: np.ndarray, dW: np.ndarray, state: Any) -> Any:
    W, new = reference.rprop_step(W, dW, state or reference.rprop_state(W, 0.01), "rprop-")
    return W, new.step_size, new


def step_not_clamped(W: np.ndarray, dW: np.ndarray, state: Any) -> Any:
    state = state or reference.rprop_state(W, 0.01)
    W, new = reference.rprop_step(W, dW, state, step_min=0.0, step_max=1e9)
    return W, new.step_size, new


def previous_gradient_not_kept(W: np.ndarray, dW: np.ndarray, state: Any) -> Any:
    first = reference.rprop_state(W, 0.01)
    state = first if state is None else first._replace(step_size=state.step_size)
    W, new = reference.rprop_step(W, dW, state)
    return W, new.step_size, new


def zero_counts_as_positive(W: np.ndarray, dW: np.ndarray, state: Any) -> Any:
    state = state or reference.rprop_state(W, 0.01)
    grown = np.where(dW * state.previous_gradient >= 0, 1.2, 0.5).astype(W.dtype)
    step = np.clip(state.step_size * grown, 1e-6, 50).astype(W.dtype)
    kept = np.where(dW * state.previous_gradient < 0, 0, dW).astype(W.dtype)
    return W - np.sign(kept) * step, step, state._replace(previous_gradient=kept, step_size=step)


def last_steps_update(W: np.ndarray, dW: np.ndarray, state: Any) -> Any:
    state = state or reference.rprop_state(W, 0.01)
    _, new = reference.rprop_step(W, dW, state)
    return W - np.sign(dW) * state.step_size, new.step_size, new


@pytest.mark.parametrize(
    "step",
    [
        gradient_kept_after_a_sign_change,
        step_not_clamped,
        previous_gradient_not_kept,
        zero_counts_as_positive,
        last_steps_update,
    ],
)
def test_a_wrong_rprop_is_rejected(step: Any) -> None:
    run = stepping.check(replace(RPROP, step=step), "float64", seed=1, steps=400)
    assert "wrong" in {entry.verdict for entry in run.gradients}


def momentum_with_a_damped_first_step(W: np.ndarray, dW: np.ndarray, V: Any) -> Any:
    V = np.zeros_like(W) if V is None else V
    W, V = reference.momentum_torch(W, dW, V, 0.1, 0.9, 0.5)
    return W, V, V


def momentum_in_another_convention(W: np.ndarray, dW: np.ndarray, V: Any) -> Any:
    W, V = reference.momentum_haykin(W, dW, V, 0.1, 0.9)
    return W, V, V


@pytest.mark.parametrize(
    "step", [momentum_with_a_damped_first_step, momentum_in_another_convention]
)
def test_another_momentum_is_rejected(step: Any) -> None:
    run = stepping.check(replace(MOMENTUM, step=step), "float64", seed=1)
    assert {entry.verdict for entry in run.gradients} == {"wrong"}


def test_a_rate_applied_twice_is_rejected_though_its_direction_is_right() -> None:
    def twice(W: np.ndarray, dW: np.ndarray, state: Any) -> Any:
        W, _ = reference.gradient_descent(W, 0.1 * dW, None, 0.1)
        return W, np.zeros(0), None

    run = stepping.check(replace(DESCENT, step=twice), "float64", seed=1)
    assert run.gradients[0].verdict == "wrong"
