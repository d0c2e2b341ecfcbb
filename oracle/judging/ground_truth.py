"""The true gradients of one case, and where they come from."""

from dataclasses import dataclass, field

import numpy as np

from oracle.subject import Path

AUTOGRAD, DIFFERENCES = "autograd", "finite differences"


@dataclass
class Truth:
    """Gradients by path of the input, the function's value, and where they come from."""

    value: dict[Path, np.ndarray]
    gradients: dict[Path, np.ndarray]
    kind: str = AUTOGRAD
    units: dict[Path, float] = field(default_factory=dict)  # of finite differences
    why: str = ""  # why it is not autograd's
    quieted: bool = False  # autograd's own would be nan: 0·∞ is taken for 0

    def is_finite(self, path: Path) -> bool:
        """The value, and the gradient of an input, are finite everywhere."""
        return all(bool(np.isfinite(a).all()) for a in (self.gradients[path], *self.value.values()))
