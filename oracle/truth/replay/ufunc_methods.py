"""The methods of ufuncs by torch: reduce, accumulate, outer, reduceat, at.

Ties: ``maximum.accumulate`` gives the derivative to the last of the largest (torch's ``cummax``).
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from oracle.truth.numpy_compat import NOT_GIVEN
from oracle.truth.replay.elementwise import Tensor, accumulated, real, reduced, tensor, ufunc
from oracle.truth.replay.reductions import axes, given, max_of, min_of, prod_of, sum_of

_REDUCE: dict[str, Callable[..., Tensor]] = {
    "add": sum_of,
    "multiply": prod_of,
    "maximum": max_of,
    "minimum": min_of,
    "fmax": max_of,
    "fmin": min_of,
}


_ACCUMULATE: dict[str, Callable[..., Tensor]] = {
    "add": torch.cumsum,
    "multiply": torch.cumprod,
    "maximum": lambda x, a: torch.cummax(x, a).values,
    "minimum": lambda x, a: torch.cummin(x, a).values,
    "logaddexp": torch.logcumsumexp,
}


def ufunc_method(name: str, method: str) -> Callable[..., Any] | None:
    """``np.add.reduce`` and its like."""
    function = ufunc(name)
    if function is None:
        return None
    known: Callable[..., Any] = function

    def reduce(x: Any, axis: Any = 0, dtype: Any = None, out: Any = None, keepdims: Any = False,
               initial: Any = NOT_GIVEN, where: Any = True) -> Tensor:  # fmt: skip
        if name in _REDUCE:
            return _REDUCE[name](x, axis, keepdims=keepdims, initial=initial, where=where)
        x = real(x)
        if given(where, True) is not True or given(initial) is not None:
            raise NotImplementedError(f"{name}.reduce with where or initial")
        for a in sorted(axes(axis, x.ndim), reverse=True):
            x = reduced(known, x, a)
            x = x.unsqueeze(a) if given(keepdims) else x
        return x

    def accumulate(x: Any, axis: int = 0, dtype: Any = None, out: Any = None) -> Tensor:
        shortcut = _ACCUMULATE.get(name)
        return shortcut(real(x), axis) if shortcut else accumulated(known, real(x), axis)

    def outer(x: Any, y: Any, **_: Any) -> Tensor:
        x, y = tensor(x), tensor(y)
        return known(x.reshape(x.shape + (1,) * y.ndim), y)

    def reduceat(x: Any, indices: Any, axis: int = 0, dtype: Any = None, out: Any = None) -> Tensor:
        x = real(x)
        starts = tensor(indices).tolist()
        ends = [*starts[1:], x.shape[axis]]
        pieces = [
            reduce(x.narrow(axis, i, max(j - i, 1)), axis)
            for i, j in zip(starts, ends, strict=True)
        ]
        return torch.stack(pieces, axis)

    def at(x: Tensor, index: Any, y: Any = None) -> Tensor:
        return _at(name, known, x, index, y)

    methods: dict[str, Callable[..., Any]] = {
        "reduce": reduce,
        "accumulate": accumulate,
        "outer": outer,
        "reduceat": reduceat,
        "at": at,
    }
    return methods.get(method)


def _at(name: str, function: Callable[..., Any], x: Tensor, index: Any, y: Any) -> Tensor:
    """``np.add.at(x, index, y)``: an element that the index names twice is worked on twice."""
    index = _as_numpy(index)
    spots = np.arange(x.numel()).reshape(x.shape)[index]
    flat = x.reshape(-1)
    where = torch.from_numpy(np.ascontiguousarray(spots).reshape(-1))
    values = None if y is None else real(y).broadcast_to(spots.shape).reshape(-1)
    if values is not None and name in ("add", "subtract"):
        values = values if name == "add" else -values
        return flat.index_add(0, where, values).reshape(x.shape)
    turns = np.zeros(spots.size, int)  # how often this element was named before
    seen: dict[int, int] = {}
    for i, spot in enumerate(spots.ravel().tolist()):
        turns[i] = seen.get(spot, 0)
        seen[spot] = turns[i] + 1
    for t in range(int(turns.max(initial=-1)) + 1):
        now = torch.from_numpy(np.flatnonzero(turns == t))
        old = flat[where[now]]
        new = function(old) if values is None else function(old, values[now])
        flat = flat.index_put((where[now],), new)
    return flat.reshape(x.shape)


def _as_numpy(index: Any) -> Any:
    if isinstance(index, Tensor):
        return index.numpy()
    if isinstance(index, (tuple, list)):
        return type(index)(_as_numpy(part) for part in index)
    return index
