"""Arrays that went into a function as tensors, and numbers that came out of tensors."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch

from oracle.truth import torch_compat
from oracle.truth.recording.kinds import SPECIAL, plain
from oracle.truth.recording.tape import Tape


class Items(torch_compat.TorchFunctionMode):
    """While it is entered, it is noted of which tensor a number is that ``loss.item()`` gave."""

    def __init__(self) -> None:
        super().__init__()
        self._numbers: dict[int, tuple[float, torch.Tensor]] = {}

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        made = func(*args, **(kwargs or {}))
        if type(made) is float and args and isinstance(args[0], torch.Tensor):
            self._numbers[id(made)] = (made, args[0])
        return made

    def tensor(self, leaf: Any) -> torch.Tensor | None:
        """The tensor whose ``item()`` gave this number."""
        known = self._numbers.get(id(leaf)) if type(leaf) is float else None
        return None if known is None else known[1].reshape(())


class Slot(int):
    """The place of an array in arguments that are kept: its number."""


@dataclass
class Entered:
    """The arrays that went in, each once, and the tensors that they are meanwhile."""

    dtype: torch.dtype
    arrays: list[Any] = field(default_factory=list)
    tensors: list[torch.Tensor] = field(default_factory=list)
    versions: list[int] = field(default_factory=list)
    numbers: dict[int, int] = field(default_factory=dict)  # by the id of the array

    def number(self, leaf: Any) -> Slot:
        if id(leaf) not in self.numbers:
            self.numbers[id(leaf)] = len(self.arrays)
            self.arrays.append(leaf)
            tensor = to_tensor(plain(leaf), self.dtype, Tape.now is not None)
            self.tensors.append(tensor)
            self.versions.append(tensor._version)
        return Slot(self.numbers[id(leaf)])

    def which(self, tensor: torch.Tensor) -> int | None:
        """The number of the array that a tensor came from, if nothing was written to it."""
        for number, known in enumerate(self.tensors):
            if known is tensor:
                return number
        return None

    def changed(self, number: int) -> bool:
        return self.tensors[number]._version != self.versions[number]


def is_array(leaf: Any) -> bool:
    if type(leaf) in SPECIAL:
        return not isinstance(plain(leaf), float) or isinstance(plain(leaf), np.floating)
    return isinstance(leaf, np.floating) or (
        type(leaf) is np.ndarray and leaf.dtype.kind in "fiub" and leaf.dtype != np.uint16
    )


def working_dtype(roots: list[Any]) -> torch.dtype:
    """The dtype in which a function computes: float32 if it is given an array of that."""
    given = [plain(part) for part in [*roots[0], *roots[1].values()] if is_array(part)]
    low = any(array.dtype == np.float32 for array in given)
    return torch.float32 if low else torch.float64


def to_tensor(array: Any, dtype: torch.dtype, copied: bool) -> torch.Tensor:
    """An array as a tensor, in the same memory where that can be."""
    array = np.asarray(array)
    if copied or not array.flags.writeable or any(stride < 0 for stride in array.strides):
        array = array.copy()
    tensor = torch.from_numpy(array)
    return tensor.to(dtype) if tensor.is_floating_point() else tensor


def filled(leaf: Any, tensors: Any) -> Any:
    return tensors[leaf] if type(leaf) is Slot else leaf


def to_array(tensor: torch.Tensor) -> np.ndarray:
    tensor = tensor.detach()
    if tensor.dtype in (torch.bfloat16, torch.float16):
        tensor = tensor.float()
    array: np.ndarray = tensor.numpy()
    return array
