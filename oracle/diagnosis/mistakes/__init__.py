"""The bank of mistakes, by family: what each does to a gradient, its name, its cure.

A mistake is a prediction: "if this were the mistake, the gradient would be that array". It is
reported only where the prediction agrees to rounding with what the user's code returned, on several
shapes. So a name is never a guess; where nothing agrees, the finding is ``unexplained``.

    scale.py         constants, sizes, signs
    arrangement.py   shapes, transposes, sums over axes, swaps
    upstream.py      what comes in from above
    terms.py         one path of the chain rule left out, doubled, negated; statistics held constant
    factors.py       a factor of the forward left out: a mask, a scale, a weight
    activations.py   derivatives of elementwise functions (units.py finds these)
    softmax.py       pullbacks of the softmax and its logarithm
    losses.py        the gradient of another loss, shifted labels
    parameters.py    regularisation, other weights
    directions.py    a linear call gone through forwards in place of backwards
"""

from oracle.diagnosis.mistakes import (
    activations,
    arrangement,
    directions,
    losses,
    parameters,
    scale,
    softmax,
    terms,
    upstream,
)
from oracle.diagnosis.mistakes.suspicion import Suspicion, Target

FAMILIES = (
    arrangement.suspicions,
    scale.suspicions,
    upstream.suspicions,
    activations.suspicions,
    softmax.suspicions,
    losses.suspicions,
    parameters.suspicions,
    terms.suspicions,
    directions.suspicions,
)

__all__ = ["FAMILIES", "Suspicion", "Target"]
