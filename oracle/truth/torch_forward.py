"""A forward of the user's on tensors, as autograd goes through it.

A Function's forward runs without autograd, where steps in place and writes into views are usual.
Autograd refuses many of these. Torch can run such a function *functionalized*: with each step in
place, through a view or not, as a new tensor. The values are the same, and autograd takes it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch

from oracle.truth import torch_compat
from oracle.truth.replay import NotReplayable
from oracle.truth.torch_world import PLAIN, Precision

Tensors = Mapping[str, Any]


@dataclass
class Forward:
    """A function of tensors by name, which autograd can go through.

    ``out_of_place`` is found out at the first refusal, and holds for all further cases.
    """

    function: Callable[[Tensors], Any]
    precision: Precision = PLAIN
    out_of_place: bool = False
    refusal: str = ""  # of autograd's, as it was in place

    def __call__(self, tensors: Tensors) -> Any:
        """The value, from copies: the user's code may write into what it is given."""
        given = {n: t.clone() if isinstance(t, torch.Tensor) else t for n, t in tensors.items()}
        if self.out_of_place and torch.is_grad_enabled():
            return _functionalized(self.function, given)
        return self.function(given)

    def differentiated(self, gradients: Callable[[], Any]) -> Any:
        """The result of ``gradients()``, which calls this forward; out of place if need be.

        Raises:
            NotReplayable: autograd cannot go through the forward.
        """
        try:
            return gradients()
        except RuntimeError as error:
            self.refusal = self.refusal or said(error)
            if self.out_of_place:
                why = f"autograd cannot go through the forward: {self.refusal}"
                raise NotReplayable(None, why) from error
        self.out_of_place = True
        return self.differentiated(gradients)


def _functionalized(function: Callable[[Tensors], Any], given: Tensors) -> Any:
    names = [name for name, thing in given.items() if isinstance(thing, torch.Tensor)]
    others: list[Any] = []

    def run(*tensors: torch.Tensor) -> tuple[torch.Tensor, ...]:
        value = function({**given, **dict(zip(names, tensors))})
        parts = value if isinstance(value, tuple | list) else (value,)
        others[:] = [None if isinstance(p, torch.Tensor) else (p,) for p in parts]
        others.append(isinstance(value, tuple | list))
        return tuple(p for p in parts if isinstance(p, torch.Tensor))

    made = iter(torch_compat.functionalize(run)(*[given[name] for name in names]))
    *parts, several = others
    value = tuple(next(made) if part is None else part[0] for part in parts)
    return value if several else value[0]


def said(error: BaseException) -> str:
    """The first sentence of one of torch's messages."""
    return str(error).strip().partition("\n")[0].partition(". ")[0]
