"""A forward of the user's on tensors: the state of torch while it runs, and autograd through it.

A Function's forward runs without autograd, where steps in place and writes into views are usual.
Autograd refuses many of these. Torch can run such a function *functionalized*: with each step in
place, through a view or not, as a new tensor. The values are the same, and autograd takes it.
"""

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import torch

from oracle.truth import torch_compat
from oracle.truth.replay import NotReplayable
from oracle.truth.torch_compat import TorchFunctionMode

EPS = {
    torch.float64: 2.0**-52,
    torch.float32: 2.0**-23,
    torch.float16: 2.0**-10,
    torch.bfloat16: 2.0**-7,
}
DTYPES = {"float64": torch.float64, "float32": torch.float32}
CASTS = {"float": torch.float32, "half": torch.float16, "bfloat16": torch.bfloat16}
LOWER = frozenset(EPS) - {torch.float64}
Tensors = Mapping[str, Any]


@dataclass(frozen=True)
class Precision:
    """In which dtype a function of the user's runs, and in which it computes."""

    only: torch.dtype | None = None  # the only dtype that it takes; None: it takes float64
    inside: torch.dtype = torch.float64  # the lowest that it asks for
    promote: bool = (
        False  # where it is given float64, it is given float64 for all dtypes it asks for
    )

    def eps(self, dtype: str) -> float:
        """The rounding of its numbers, given those of a dtype."""
        own = EPS[self.only or DTYPES[dtype]]
        return own if self.promote and dtype == "float64" else max(own, EPS[self.inside])


@contextlib.contextmanager
def world(seed: int, dtype: str, precision: Precision) -> Iterator[None]:
    """Random numbers from a seed, and tensors made without a dtype in this one; all set back.

    ``torch.manual_seed`` would queue a seed for each accelerator, with a traceback: that takes
    longer than a small forward.
    """
    before, random = torch.get_default_dtype(), torch.default_generator
    state = random.get_state()
    promoted = precision.promote and dtype == "float64"
    with Asked(True) if promoted else contextlib.nullcontext():
        random.manual_seed(seed % 2**32)
        torch.set_default_dtype(precision.only or DTYPES[dtype])
        try:
            yield
        finally:
            torch.set_default_dtype(before)
            random.set_state(state)


PLAIN = Precision()


class Asked(TorchFunctionMode):
    """While it is entered, each dtype below float64 that code asks for is noted in ``asked``.

    ``promote``: such code is given float64 instead. A formula is judged in float64; code that
    casts to bfloat16 inside would otherwise be judged by the two digits that bfloat16 leaves.
    """

    def __init__(self, promote: bool) -> None:
        super().__init__()
        self.promote = promote
        self.asked: set[torch.dtype] = set()

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        name = getattr(func, "__name__", "")
        if name == "__get__" or name.startswith("is_"):
            return func(*args, **kwargs)
        if name in CASTS and len(args) == 1:
            self.asked.add(CASTS[name])
            return args[0].to(torch.float64) if self.promote else func(*args, **kwargs)
        low = [a for a in (*args, *kwargs.values()) if isinstance(a, torch.dtype) and a in LOWER]
        self.asked.update(low)
        if low and self.promote:
            args = [self._promoted(a) for a in args]
            kwargs = {key: self._promoted(a) for key, a in kwargs.items()}
        made = func(*args, **kwargs)
        if not self.promote and isinstance(made, torch.Tensor) and made.dtype in LOWER:
            self.asked.add(made.dtype)
        return made

    def _promoted(self, arg: Any) -> Any:
        return torch.float64 if isinstance(arg, torch.dtype) and arg in LOWER else arg


def lowest(dtypes: set[torch.dtype]) -> torch.dtype:
    """The dtype of the fewest digits; float64 where there is none."""
    return max(dtypes, key=EPS.__getitem__, default=torch.float64)


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
