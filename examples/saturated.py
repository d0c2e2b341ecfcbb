"""Where a unit is saturated: what becomes of a gradient that is a product, and of torch's two ways.

The δ3 of the program broken is a(1 − a)·−(Y/a − (1 − Y)/(1 − a)), which is a − Y, multiplied out;
but from z = 37 on a is rounded to 1, and 0·∞ is left of it. ``_broken_network`` has its code.
"""

from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

from examples import _broken_network as theirs
from examples import _torch
from examples._oracle import says
from examples._table import Row, show
from reference import binary_cross_entropy_with_logits, sigmoid

ZERO = torch.zeros(1, dtype=torch.float64)
CLAMPS = "it clamps: its logarithms end at −100, and its gradient is 0 where a is rounded to 1"


def delta(of: Any, z: float) -> float:
    return float(of(np.array([[z]]), np.zeros((1, 1)))[1][0, 0])


def on_logits(Z: Any) -> Any:
    return F.binary_cross_entropy_with_logits(Z, ZERO)


def on_probabilities(Z: Any) -> Any:
    return F.binary_cross_entropy(Z.sigmoid(), ZERO)


def run(quick: bool = False) -> list[Row]:
    """y = 0 throughout, so that the loss is z and δ is 1, but for rounding."""
    z = np.array([40.0])
    losses, pullback = binary_cross_entropy_with_logits(z[:, None], np.zeros((1, 1)))
    dZ: Any = pullback(np.ones(1))[0]
    right, (gradient,) = _torch.gradients(on_logits, z)
    clamped, (no_gradient,) = _torch.gradients(on_probabilities, z)
    with np.errstate(all="ignore"):
        as_product = [delta(theirs.delta_as_product, z) for z in (36.0, 37.0)]
        first = next(z for z in range(60) if np.isnan(delta(theirs.delta_as_product, z)))
        cost = -np.log(1 - sigmoid(z)[0])
        far = 1 / (1 + np.exp(np.array(1000.0)))
    a, pullback = sigmoid(np.array(2.0))
    slope: Any = pullback(np.ones(()))[0]
    return [
        Row("δ3 as a product, z = 36", as_product[0], "1"),
        Row("  z = 37", as_product[1], "1", mistake="0·∞"),
        Row("  the first whole z where it is NaN", first, "37"),
        says(theirs.delta_as_product),
        *([] if quick else [says(theirs.divided_by_m, "  of the whole network, 200 cases", 200)]),
        Row("δ3 as a − Y, z = 40", delta(theirs.delta_as_difference, 40.0), "1", gradient),
        says(theirs.delta_as_difference),
        Row("cost −ln(1 − a), z = 40", cost, "40", mistake="1 − a is 0"),
        Row("  on logits", losses, "40", right),
        Row("torch's binary_cross_entropy there", losses, "40", clamped, torch_differs=CLAMPS),
        Row("  its gradient", dZ, "1", no_gradient, torch_differs=CLAMPS),
        Row("σ(−1000) as 1/(1 + e⁻ᶻ)", far, "0", note="right, though e¹⁰⁰⁰ overflows: a warning"),
        Row(
            "  of reference/", sigmoid(np.array(-1000.0))[0], "0", torch.sigmoid(-1000 * (ZERO + 1))
        ),
        Row("a(1 − a), a = σ(2)", a * (1 - a), f"{slope:.9f}"),
        Row("  handed z = 2", 2.0 * (1 - 2.0), f"{slope:.9f}", mistake=NAME),
    ]


NAME = "derivative_sigmoid(x) = x(1 − x) is of the activation: right here, and a trap by its name"

if __name__ == "__main__":
    show("saturated", run())
