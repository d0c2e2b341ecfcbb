"""Update rules in lock-step with their truth: the same W, gradient and state into both, each step.

At every step the truth's own state is handed to the rule, so that one step is judged at a time and
a difference in one does not grow into the next; then once more free-running, each on its own state.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

import reference
from oracle.discovery.text import places
from oracle.judging.examined import Tally, plain
from oracle.judging.verdict import EPS, WRONG_AT, largest
from oracle.results import Counterexample
from oracle.truth import update_rules as rules
from oracle.truth.update_rules import LockStep, Memory, Truth
from oracle.verify.runs import Run

STEPS = 200
SHAPE = (7, 5)
RATE, BETA, DAMPENING, FIRST = 0.1, 0.9, 0.5, 0.01


@dataclass(frozen=True)
class Rule:
    """A rule of reference/, its truth, and how its state is converted from one to the other.

    ``exact``: both do the same operations, so that not one bit may differ. (torch fuses the product
    and the difference of W − η·G into one rounding, NumPy has two.)
    """

    name: str  # of the function in reference/
    option: str  # the variant, if the function has several
    twin: str
    truth: Truth
    step: Callable[[np.ndarray, np.ndarray, float, Any], tuple[np.ndarray, Any]]
    state: Callable[[Memory], Any]  # the truth's, as the rule takes it
    kept: Callable[[Any], Memory]  # of the rule's state, what the truth's memory has as well
    written: rules.Rprop | rules.Momentum  # the rule, for what is known to go wrong with it
    exact: bool = True


def _rprop(variant: str, W: np.ndarray, dW: np.ndarray, error: float, state: Any) -> Any:
    state = state or reference.rprop_state(W, FIRST)
    return reference.rprop_step(W, dW, state, variant, error)  # type: ignore[arg-type]


def _matrix_form(W: np.ndarray, dW: np.ndarray, error: float, state: Any) -> Any:
    return reference.rprop_matrix_form(W, dW, state or reference.rprop_state(W, FIRST))


def _descent(W: np.ndarray, dW: np.ndarray, error: float, state: Any) -> Any:
    return reference.gradient_descent(W, dW, None, RATE)


def _momentum(rule: Any, W: np.ndarray, dW: np.ndarray, error: float, V: Any) -> Any:
    return rule(W, dW, V, RATE, BETA)


def _momentum_torch(W: np.ndarray, dW: np.ndarray, error: float, V: Any) -> Any:
    return reference.momentum_torch(W, dW, V, RATE, BETA, DAMPENING)


def _rprop_state(memory: Memory) -> reference.RpropState:
    return reference.RpropState(memory["prev"], memory["step_size"], float(memory["error"]))


def _of_rprop(variant: str, written: rules.Rprop, title: str, truth: Truth | None = None) -> Rule:
    return Rule(
        "rprop_step", variant, title, truth or written, partial(_rprop, variant), _rprop_state,
        lambda s: {"step_size": s.step_size, "prev": s.previous_gradient}, written,
    )  # fmt: skip


def _of_momentum(name: str, gain: float) -> Rule:
    written = rules.Momentum(BETA, gain)
    return Rule(
        name, "", "the formula, written out", written, partial(_momentum, getattr(reference, name)),
        lambda m: m["V"], lambda V: {"V": V}, written,
    )  # fmt: skip


_TORCH_RPROP = rules.torch_rprop(FIRST)
IRPROP_MINUS = _of_rprop("irprop-", rules.IRPROP_MINUS, "torch.optim.Rprop", _TORCH_RPROP)
RPROP_MINUS = _of_rprop("rprop-", rules.RPROP_MINUS, "the papers, case by case")
RPROP_PLUS = _of_rprop("rprop+", rules.RPROP_PLUS, "the papers, case by case")
IRPROP_PLUS = _of_rprop("irprop+", rules.IRPROP_PLUS, "the papers, case by case")
MATRIX_FORM = Rule(
    "rprop_matrix_form", "", "torch.optim.Rprop", _TORCH_RPROP, _matrix_form, _rprop_state,
    IRPROP_MINUS.kept, rules.IRPROP_MINUS,
)  # fmt: skip
DESCENT = Rule(
    "gradient_descent", "", "torch.optim.SGD", rules.torch_sgd(RATE), _descent, lambda _: None,
    lambda _: {}, rules.Momentum(0.0, 1.0, -RATE), exact=False,
)  # fmt: skip
MOMENTUM_TORCH = Rule(
    "momentum_torch", "", "torch.optim.SGD(momentum, dampening)",
    rules.torch_sgd(RATE, BETA, DAMPENING), _momentum_torch, lambda m: m["V"], lambda V: {"V": V},
    rules.Momentum(BETA, 1 - DAMPENING, -RATE, first=1.0), exact=False,
)  # fmt: skip

RULES = (
    IRPROP_MINUS, RPROP_MINUS, RPROP_PLUS, IRPROP_PLUS, MATRIX_FORM, DESCENT, MOMENTUM_TORCH,
    _of_momentum("momentum_haykin", -RATE), _of_momentum("momentum_damped", -RATE * (1 - BETA)),
)  # fmt: skip


def check(rule: Rule, dtype: str, seed: int, steps: int = STEPS) -> Run:
    """A rule against its truth: in lock-step, and free-running from the same start.

    The gradients come from a seed: of all sizes, with zeros, of changing sign; in the first row of
    one sign and in the second of alternating ones, so that bounds of step sizes are reached. If a
    step is wrong, the known mistake that accounts for every step of the candidate is named.
    """
    rng = np.random.default_rng([seed, len(rule.name)])
    W = free_W = rng.standard_normal(SHAPE).astype(dtype)
    memory: Memory | None = None
    free_state: Any = None
    run = _blank(rule, dtype)
    parameter, state = run.gradients
    seen: list[LockStep] = []
    steady = rng.standard_normal(SHAPE)
    for index in range(steps):
        size = 10.0 ** rng.uniform(-6, 1, SHAPE)
        noisy = steady + 0.7 * rng.standard_normal(SHAPE)
        G = noisy * size * (rng.random(SHAPE) > 0.1)
        G[0], G[1] = np.abs(G[0]), np.abs(G[1]) * (-1) ** index
        G = G.astype(dtype)
        error = float(rng.random())
        due, kept = rule.truth(W, G, error, memory)
        kept["error"] = np.array(error)

        got, new = rule.step(W, G, error, None if memory is None else rule.state(memory))
        mine = rule.kept(new)
        seen.append(LockStep(W, G, error, memory, due, kept, got, mine))
        free_W, free_state = rule.step(free_W, G, error, free_state)
        run.cases += 1
        _take(parameter, rule, dtype, index, got, due, largest(W))
        for name, array in mine.items():
            _take(state, rule, dtype, index, array, kept[name], 1.0)
        # Roundings add up when nothing is set right again: one a step, at the most.
        slack = 1.0 if rule.exact else index + 1.0
        _take(parameter, rule, dtype, index, free_W, due, slack * largest(W))
        W, memory = due, kept
    if "wrong" in (parameter.verdict, state.verdict):
        from oracle.diagnosis.mistakes import (
            optimizers as mistakes,  # the whole bank, seldom needed
        )

        worst = parameter if parameter.verdict == "wrong" else state
        worst.findings += mistakes.explain(rule.written, seen)
    return run


def _blank(rule: Rule, dtype: str) -> Run:
    place = places.place(inspect.unwrap(getattr(reference, rule.name)))
    return Run(
        f"{rule.name} {rule.option}".strip(),
        places.spoken(place.file),
        place.line,
        rule.twin,
        [Tally("W", "", place.line), Tally("state", "", place.line)],
        dtypes={dtype},
        regimes={"lock-step", "free-running"},
        shapes={str(SHAPE)},
    )


def _take(
    entry: Tally, rule: Rule, dtype: str, step: int, got: Any, want: np.ndarray, scale: float
) -> None:
    """Note how far off a step is, in roundings of what it is made of."""
    off = largest(got - want) if got.shape == want.shape else np.inf
    units = off / (EPS[dtype] * max(float(scale), largest(want), 1e-30))
    key = f"{dtype}/{(step and 'later') or 'first'} step"
    entry.units[key] = max(entry.units.get(key, 0.0), units)
    wrong = not np.array_equal(got, want) if rule.exact else units > WRONG_AT
    if wrong or got.dtype != want.dtype:
        entry.failed += 1
        entry.verdict = "wrong"
        entry.counterexample = entry.counterexample or Counterexample(
            f"oracle verify optimizers --dtype {dtype}",
            {"step": step},
            {},
            step,
            dtype,
            "lock-step",
            plain(got),
            plain(want),
        )
