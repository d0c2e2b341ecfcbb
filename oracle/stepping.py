"""Update rules in lock-step with torch.optim: the same W, gradient and state into both, each step.

At every step torch's own state is handed to the rule, so that one step is judged at a time and a
difference in one does not grow into the next; then once more free-running, each on its own state.
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

import reference
from oracle import source
from oracle.results import Counterexample, Gradient
from oracle.runs import Run
from oracle.verdict import EPS, WRONG_AT

STEPS = 200
SHAPE = (7, 5)

# (W, dW, state or None) -> (W, what is to be compared of the new state, the new state)
Stepped = tuple[np.ndarray, np.ndarray, Any]


@dataclass(frozen=True)
class Rule:
    """A rule of reference/, torch's optimizer for it, and how the state goes from one to the other.

    ``exact``: both do the same operations, so that not one bit may differ. (torch fuses the product
    and the difference of W − η·G into one rounding, NumPy has two.)
    """

    name: str
    twin: str
    optimizer: Callable[[list[torch.Tensor]], torch.optim.Optimizer]
    step: Callable[[np.ndarray, np.ndarray, Any], Stepped]
    state: Callable[[Mapping[str, Any]], Any]  # torch's, as the rule takes it
    compared: str  # the entry of torch's state that the rule's second result is
    exact: bool


def _rprop(W: np.ndarray, dW: np.ndarray, state: Any) -> Stepped:
    W, new = reference.rprop_step(W, dW, state or reference.rprop_state(W, 0.01))
    return W, new.step_size, new


def _descent(W: np.ndarray, dW: np.ndarray, state: Any) -> Stepped:
    W, _ = reference.gradient_descent(W, dW, None, 0.1)
    return W, np.zeros(0, W.dtype), None


def _momentum(W: np.ndarray, dW: np.ndarray, state: Any) -> Stepped:
    W, V = reference.momentum_torch(W, dW, state, 0.1, 0.9, 0.5)
    return W, V, V


RULES = (
    Rule(
        "rprop_step",
        "torch.optim.Rprop",
        lambda p: torch.optim.Rprop(p, foreach=False),
        _rprop,
        lambda s: reference.RpropState(_plain(s["prev"]), _plain(s["step_size"])),
        "step_size",
        exact=True,
    ),
    Rule(
        "gradient_descent",
        "torch.optim.SGD",
        lambda p: torch.optim.SGD(p, lr=0.1, foreach=False),
        _descent,
        lambda _: None,
        "",
        exact=False,
    ),
    Rule(
        "momentum_torch",
        "torch.optim.SGD(momentum, dampening)",
        lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, dampening=0.5, foreach=False),
        _momentum,
        lambda s: _plain(s["momentum_buffer"]),
        "momentum_buffer",
        exact=False,
    ),
)


def check(rule: Rule, dtype: str, seed: int, steps: int = STEPS) -> Run:
    """A rule against torch's: in lock-step, and free-running from the same start.

    The gradients come from a seed: of all sizes, with zeros, of steady and of changing sign.
    """
    rng = np.random.default_rng([seed, len(rule.name)])
    start = rng.standard_normal(SHAPE).astype(dtype)
    parameter = torch.from_numpy(start.copy()).requires_grad_()
    optimizer = rule.optimizer([parameter])
    function = inspect.unwrap(getattr(reference, rule.name))
    place = source.place(function)
    run = Run(
        rule.name,
        source.spoken(place.file),
        place.line,
        rule.twin,
        [Gradient("W", "", place.line), Gradient("state", "", place.line)],
        dtypes={dtype},
        regimes={"lock-step", "free-running"},
        shapes={str(SHAPE)},
    )
    free_W, free_state = start, None
    steady = rng.standard_normal(SHAPE)
    for index in range(steps):
        size = 10.0 ** rng.uniform(-6, 1, SHAPE)
        G = (steady + 0.7 * rng.standard_normal(SHAPE)) * size * (rng.random(SHAPE) > 0.1)
        G = G.astype(dtype)
        before = _plain(parameter)
        state = rule.state(optimizer.state[parameter]) if optimizer.state[parameter] else None
        parameter.grad = torch.from_numpy(G.copy())
        optimizer.step()
        after = _plain(parameter)
        kept = optimizer.state[parameter].get(rule.compared) if rule.compared else None
        due = np.zeros(0, dtype) if kept is None else _plain(kept)

        W, compared, _ = rule.step(before, G, state)
        free_W, _, free_state = rule.step(free_W, G, free_state)
        run.cases += 1
        _take(run.gradients[0], rule, dtype, index, W, after, np.abs(before).max())
        _take(run.gradients[1], rule, dtype, index, compared, due, 1.0)
        # Roundings add up when nothing is set right again: one a step, at the most.
        slack = 1.0 if rule.exact else index + 1.0
        _take(run.gradients[0], rule, dtype, index, free_W, after, slack * np.abs(before).max())
    return run


def _take(
    entry: Gradient, rule: Rule, dtype: str, step: int, got: Any, want: np.ndarray, scale: float
) -> None:
    """Note how far off a step is, in roundings of what it is made of."""
    off = float(np.abs(got - want).max(initial=0)) if got.shape == want.shape else np.inf
    units = off / (EPS[dtype] * max(float(scale), float(np.abs(want).max(initial=0)), 1e-30))
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
            got.tolist(),
            want.tolist(),
        )


def _plain(tensor: torch.Tensor) -> np.ndarray:
    found: np.ndarray = tensor.detach().numpy().copy()
    return found
