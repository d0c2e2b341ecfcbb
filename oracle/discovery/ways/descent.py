"""Plain gradient descent, for layers that are handed an optimizer and update themselves."""

from collections.abc import Iterable
from typing import Any

STEPS = frozenset({"update", "step", "apply", "apply_gradient", "optimize", "update_weights"})
# So large that the weights are lost below the last digit of the gradient that an update adds.
RATE = 2.0**60


class PlainDescent:
    """An optimizer that a layer asks for its new weights: w − rate · gradient."""

    def __init__(self, lr: float = RATE) -> None:
        self.lr = self.learning_rate = self.eta = lr

    @classmethod
    def is_held_by(cls, values: Iterable[Any], steps: Iterable[Any]) -> bool:
        """Whether one of some given values, or of some set-up steps, is such an optimizer."""
        given = [*values, *(value for step in steps for value in step.values.values())]
        return any(cls.__name__ in getattr(value, "names", ()) for value in given)

    def update(self, w: Any, grad: Any, *others: Any) -> Any:
        return w - self.lr * grad

    step = apply = apply_gradient = optimize = update_weights = __call__ = update
