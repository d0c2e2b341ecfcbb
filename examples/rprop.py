"""RProp in matrix form: four variants and their traces, and what torch's RProp is, bit for bit.

bulyaki.com, "The matrix form of the RProp algorithm" (2013); Riedmiller and Braun (1993); Igel and
Hüsken (2003). The traces are those of f = ½(w1² + 4w2²) from (1, −0.25), the first step being 0.1.
"""

from typing import Any, get_args

import numpy as np
import torch

from examples._table import Row, show
from reference import rprop_matrix_form, rprop_state, rprop_step
from reference.rprop import Variant

VARIANTS: tuple[Variant, ...] = get_args(Variant)
CURVATURE = np.array([1.0, 4.0])
START = np.array([1.0, -0.25])
# w after steps 3, 4, 5 and 7.
TRACES: dict[Variant, str] = {
    "rprop-": "0.636 0.114 0.4632 0.042 0.25584 -0.0444 -0.2915904 0.05064",
    "irprop-": "0.636 0.114 0.4632 0.114 0.25584 0.042 -0.2915904 -0.0444",
    "rprop+": "0.636 0.114 0.4632 -0.03 0.25584 0.042 -0.2915904 0.006",
    "irprop+": "0.636 0.114 0.4632 0.114 0.25584 0.042 -0.2915904 -0.0444",
}
TRAP = (
    "the product of two gradients underflows to 0 in float32, so that the step never grows; torch "
    "takes the product, and does the same"
)
CLIPPED = "torch holds each step in its limits at every step, also one that did not change"
DEFAULT = "the paper's first step is 0.1, torch's is its lr, 0.01"


def trace(variant: Variant, steps: int = 7) -> np.ndarray:
    W, state = START, rprop_state(START, 0.1)
    path = [W]
    for _ in range(steps):
        error = float((CURVATURE * W * W).sum() / 2)
        W, state = rprop_step(W, CURVATURE * W, state, variant, error)
        path.append(W)
    return np.array(path)


def trace_of_torch(steps: int = 7) -> np.ndarray:
    w = torch.tensor(START, requires_grad=True)
    optimizer = torch.optim.Rprop([w], lr=0.1)
    path = [START]
    for _ in range(steps):
        w.grad = torch.tensor(CURVATURE) * w.detach()
        optimizer.step()
        path.append(w.detach().numpy().copy())
    return np.array(path)


def matrix_form_differs(steps: int = 200) -> float:
    random = np.random.default_rng(0)
    W = V = random.normal(size=(4, 3))
    state = other = rprop_state(W)
    for _ in range(steps):
        dW = random.normal(size=W.shape)
        W, state = rprop_step(W, dW, state)
        V, other = rprop_matrix_form(V, dW, other)
    return float(np.abs(W - V).max())


def constant(slope: float, first_step: float, product_of: Any = "gradients", w0: float = 1) -> Any:
    """float32, and a gradient that stays the same: w after 1 to 4 steps, and torch's."""
    W, dW = np.full(1, w0, np.float32), np.full(1, slope, np.float32)
    w, state = torch.tensor(W, requires_grad=True), rprop_state(W, first_step)
    optimizer, path = torch.optim.Rprop([w], lr=first_step), []
    for _ in range(4):
        W, state = rprop_step(W, dW, state, product_of=product_of)
        w.grad = torch.tensor(dW)
        optimizer.step()
        path.append((W[0], w.item()))
    return np.array(path).T


def run(quick: bool = False) -> list[Row]:
    rows = []
    torchs = trace_of_torch()[[3, 4, 5, 7]]
    for variant, figures in TRACES.items():
        path = trace(variant)[[3, 4, 5, 7]]
        twin = torchs if variant == "irprop-" else None
        rows.append(Row(f"{variant}: w after steps 3, 4, 5, 7", path, figures, twin, rtol=0))
    tiny, signs = constant(1e-25, 0.1), constant(1e-25, 0.1, "signs")
    large, small = (constant(-1, step, w0=0)[:, 0] for step in (100, 1e-9))
    first_step = rprop_state(START).step_size[0]
    first = torch.optim.Rprop([torch.zeros(1)]).defaults["lr"]
    return [
        *rows,
        Row("matrix form − irprop-, 200 steps", matrix_form_differs(), "≤0"),
        Row("float32, gradient 1e-25: w", tiny[0], "0.9 0.78 0.636 0.4632", tiny[1], mistake=TRAP),
        Row("  with the product of the signs", signs[0], "0.9 0.78 0.636 0.4632"),
        Row("a first step of 100, clipped to 50", large[0], "50", large[1], rtol=0),
        Row("  of 1e-9, clipped to 1e-6", small[0], "1e-6", small[1], rtol=0, note=CLIPPED),
        Row("first step, if none is given", first_step, "0.1", first, torch_differs=DEFAULT),
    ]


if __name__ == "__main__":
    show("rprop", run())
