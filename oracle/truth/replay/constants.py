"""The arguments of a note, made ready for torch: constants as tensors, values looked up."""

from typing import Any

import numpy as np
import torch

from oracle.truth.recording import Value
from oracle.truth.replay.elementwise import Tensor, tensor


def constant(array: Any) -> Any:
    """A constant of the record as a tensor, or as the number or object that it is."""
    if isinstance(array, np.ndarray):
        kind = array.dtype.kind
        if kind == "f":
            return torch.from_numpy(np.array(array, np.float64))
        if kind == "c":
            return torch.from_numpy(np.array(array, np.complex128))
        if kind == "b":
            return torch.from_numpy(np.array(array))
        if kind in "iu":
            return torch.from_numpy(np.array(array, np.int64))
        return array
    if isinstance(array, np.bool_):
        return bool(array)
    if isinstance(array, np.integer):
        return int(array)
    if isinstance(array, np.floating):
        return float(array)
    return array


def prepared(arg: Any) -> Any:
    """A note's argument with its constants made tensors."""
    kind = type(arg)
    if kind is Value:
        return arg if arg.active else constant(arg.array)
    if kind is list or kind is tuple:
        return kind([prepared(part) for part in arg])
    if isinstance(arg, (np.ndarray, np.generic)):
        return constant(arg)
    return arg


def resolved(arg: Any, tensors: dict[int, Tensor]) -> Any:
    kind = type(arg)
    if kind is Value:
        return tensors[id(arg)]
    if kind is list or kind is tuple:
        return kind([resolved(part, tensors) for part in arg])
    return arg


def recorded_tensors(arg: Any) -> Any:
    """A prepared argument with the recorded numbers in it."""
    kind = type(arg)
    if kind is Value:
        return tensor(constant(np.asarray(arg.array)))
    if kind is list or kind is tuple:
        return kind([recorded_tensors(part) for part in arg])
    return arg
