"""Update rules in lock-step with their truth; known-wrong ones are rejected and told apart."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

import reference
from oracle.diagnosis.mistakes.optimizers import of_momentum, of_rprop
from oracle.truth import update_rules
from oracle.verify import stepping
from oracle.verify.stepping import (
    DESCENT,
    IRPROP_MINUS,
    IRPROP_PLUS,
    MOMENTUM_TORCH,
    RPROP_MINUS,
    RPROP_PLUS,
    RULES,
    Rule,
)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.name} {rule.option}")
def test_200_steps_in_lock_step_and_free_running(rule: Rule, dtype: str) -> None:
    run = stepping.check(rule, dtype, seed=1)
    assert run.cases == 200
    for entry in run.gradients:
        assert entry.verdict == "correct", entry
        if rule.exact:
            assert entry.error_units == 0, "not one bit may differ"


def test_the_variants_written_out_are_torchs_where_torch_has_the_rule() -> None:
    written = replace(IRPROP_MINUS, truth=IRPROP_MINUS.written)
    run = stepping.check(written, "float32", seed=2)
    assert [entry.error_units for entry in run.gradients] == [0, 0]


def found(rule: Rule, step: Any, **changed: Any) -> list[str]:
    run = stepping.check(replace(rule, step=step, **changed), "float64", seed=1)
    assert "wrong" in {entry.verdict for entry in run.gradients}
    return [note.name for entry in run.gradients for note in entry.findings]


def rprop(**options: Any) -> Any:
    """The user's Rprop as one would write it with masks, and one line of it otherwise."""

    def step(W: np.ndarray, dW: np.ndarray, error: float, state: Any) -> Any:
        state = state or reference.rprop_state(W, 0.01)
        grow, shrink = options.get("grow", 1.2), options.get("shrink", 0.5)
        M = dW * state.previous_gradient
        if options.get("unused"):
            M = 0 * M
        positive = M >= 0 if options.get("zero_grows") else M > 0
        step = state.step_size * np.where(positive, grow, np.where(M < 0, shrink, 1.0))
        step = np.clip(step, options.get("low", 1e-6), options.get("high", 50.0))
        G = dW if options.get("keeps") else np.where(M < 0, 0, dW)
        along = np.where(M < 0, 0, np.sign(dW))
        length = state.step_size if options.get("late") else step
        W = W + options.get("sign", -1) * along * length
        return W, reference.RpropState(state.previous_gradient if options.get("stale") else G, step)

    return step


@pytest.mark.parametrize(
    ("options", "finding"),
    [
        ({"high": np.inf}, "step-not-clamped"),
        ({"low": 0.0}, "step-not-clamped"),
        ({"keeps": True}, "gradient-not-zeroed"),
        ({"zero_grows": True}, "wrong-step-factor"),
        ({"grow": 0.5, "shrink": 1.2}, "wrong-step-factor"),
        ({"unused": True}, "state-not-kept"),
        ({"stale": True}, "state-not-kept"),
        ({"late": True}, "state-not-kept"),
        ({"sign": 1}, "sign-flipped"),
        ({"shrink": 0.7}, "unexplained"),
    ],
)
def test_a_wrong_rprop_is_called_by_its_mistake(options: dict[str, Any], finding: str) -> None:
    assert found(IRPROP_MINUS, rprop(**options)) == [finding]


@pytest.mark.parametrize("meant", [IRPROP_MINUS, RPROP_MINUS, RPROP_PLUS, IRPROP_PLUS])
@pytest.mark.parametrize("written", [IRPROP_MINUS, RPROP_MINUS, RPROP_PLUS, IRPROP_PLUS])
def test_the_variants_are_told_apart(meant: Rule, written: Rule) -> None:
    if meant is written:
        return
    backtracks = meant.option.endswith("+") and written.option == "irprop-"
    due = "no-backtracking" if backtracks else "another-variant"
    assert found(meant, written.step) == [due]


@pytest.mark.parametrize(
    "rule", [IRPROP_MINUS, RPROP_MINUS, RPROP_PLUS, IRPROP_PLUS, MOMENTUM_TORCH]
)
def test_every_known_wrong_rule_is_rejected_and_no_other_explains_it(rule: Rule) -> None:
    """The confusion matrix of the bank: each wrong rule, written out, is found to be itself."""
    rprop_like = rule is not MOMENTUM_TORCH
    known = list(of_rprop(rule.written) if rprop_like else of_momentum(rule.written))  # type: ignore[arg-type]
    told = {}
    for wrong in known:
        if wrong.rule == rule.written:
            continue

        def step(W: Any, dW: Any, error: float, state: Any, wrong: Any = wrong) -> Any:
            return wrong.rule(W, dW, error, state)

        kept = ("step_size", "prev") if rprop_like else ("V",)
        run = stepping.check(
            replace(
                rule, step=step, truth=rule.written, state=lambda memory: memory,
                kept=lambda state, kept=kept: {name: state[name] for name in kept},
            ),
            "float64", seed=3,
        )  # fmt: skip
        notes = [note for entry in run.gradients for note in entry.findings]
        told[wrong.message] = [note.message for note in notes]
    same: dict[Any, str] = {}
    for wrong in known:  # two names for one and the same rule are one mistake
        same.setdefault(wrong.rule, wrong.message)
    assert told == {
        wrong.message: [f"the rule {same[wrong.rule]}"]
        for wrong in known
        if wrong.rule != rule.written
    }


def momentum_with_a_damped_first_step(W: np.ndarray, dW: np.ndarray, error: float, V: Any) -> Any:
    V = np.zeros_like(W) if V is None else V
    return reference.momentum_torch(W, dW, V, 0.1, 0.9, 0.5)


def momentum_in_another_convention(W: np.ndarray, dW: np.ndarray, error: float, V: Any) -> Any:
    return reference.momentum_haykin(W, dW, V, 0.1, 0.9)


@pytest.mark.parametrize(
    "step", [momentum_with_a_damped_first_step, momentum_in_another_convention]
)
def test_another_momentum_is_another_variant(step: Any) -> None:
    assert found(MOMENTUM_TORCH, step) == ["another-variant"]


@pytest.mark.parametrize(
    ("rate", "finding"), [(0.01, "wrong-constant-factor"), (-0.1, "sign-flipped")]
)
def test_a_rate_applied_twice_or_with_another_sign_is_named(rate: float, finding: str) -> None:
    def step(W: np.ndarray, dW: np.ndarray, error: float, state: Any) -> Any:
        return W - rate * dW, None

    assert found(DESCENT, step) == [finding]


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_the_functions_behind_torchs_optimizers_are_the_optimizers(dtype: str) -> None:
    rng = np.random.default_rng(0)
    makes: list[tuple[Any, Any]] = [
        (lambda p: torch.optim.Rprop(p, lr=0.01), update_rules.torch_rprop(0.01)),
        (lambda p: torch.optim.SGD(p, lr=0.1), update_rules.torch_sgd(0.1)),
        (
            lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, dampening=0.5),
            update_rules.torch_sgd(0.1, 0.9, 0.5),
        ),
    ]
    for make, truth in makes:
        W, memory = rng.standard_normal((4, 3)).astype(dtype), None
        parameter = torch.from_numpy(W.copy()).requires_grad_()
        optimizer = make([parameter])
        for _ in range(8):
            G = rng.standard_normal((4, 3)).astype(dtype)
            parameter.grad = torch.from_numpy(G.copy())
            optimizer.step()
            W, memory = truth(W, G, 0.0, memory)
            assert np.array_equal(W, parameter.detach().numpy())
