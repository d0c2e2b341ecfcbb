"""Sums, means, extremes and their like by torch, under NumPy's names and with its arguments.

Ties: ``max`` and ``min`` split the derivative evenly among the largest (torch's ``amax``), whether
taken along an axis or over all; ``sort`` is stable; ``median`` and ``quantile`` follow the sort;
``maximum.accumulate`` gives it to the last of the largest (torch's ``cummax``).
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from oracle.truth.replay.elementwise import Tensor, accumulated, real, reduced, tensor, ufunc

_NO = np._NoValue


def axes(axis: Any, ndim: int) -> tuple[int, ...]:
    if axis is None:
        return tuple(range(ndim))
    return tuple(int(a) % ndim for a in (axis if isinstance(axis, (tuple, list)) else (axis,)))


def _given(option: Any, default: Any = None) -> Any:
    return default if option is _NO or option is None else option


def _masked(x: Tensor, where: Any, fill: float) -> Tensor:
    where = _given(where, True)
    return x if where is True else torch.where(tensor(where), x, fill)


def _sum(x: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: Any = False,
         initial: Any = _NO, where: Any = True) -> Tensor:  # fmt: skip
    x = _masked(real(x), where, 0.0)
    total = x.sum(axes(axis, x.ndim), keepdim=bool(_given(keepdims))) if x.ndim else x
    return total + _given(initial, 0)


def _prod(x: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: Any = False,
          initial: Any = _NO, where: Any = True) -> Tensor:  # fmt: skip
    x = _masked(real(x), where, 1.0)
    for a in sorted(axes(axis, x.ndim), reverse=True):
        x = x.prod(a, keepdim=bool(_given(keepdims)))
    return x * _given(initial, 1)


def _extreme(amax: Callable[..., Tensor], pair: Callable[..., Tensor], worst: float) -> Any:
    def extreme(x: Any, axis: Any = None, out: Any = None, keepdims: Any = False,
                initial: Any = _NO, where: Any = True, **_: Any) -> Tensor:  # fmt: skip
        x = _masked(real(x), where, worst)
        most = amax(x, axes(axis, x.ndim), bool(_given(keepdims))) if x.ndim else x
        initial = _given(initial)
        return most if initial is None else pair(most, real(initial))

    return extreme


_max = _extreme(torch.amax, torch.maximum, -torch.inf)
_min = _extreme(torch.amin, torch.minimum, torch.inf)


def _count(x: Tensor, axis: Any, where: Any) -> Any:
    dims = axes(axis, x.ndim)
    if _given(where, True) is True:
        n = 1
        for a in dims:
            n *= x.shape[a]
        return n
    return tensor(where).broadcast_to(x.shape).sum(dims, keepdim=True)


def _mean(x: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: Any = False,
          *, where: Any = True) -> Tensor:  # fmt: skip
    x = real(x)
    total = _sum(x, axis, keepdims=True, where=where) / _count(x, axis, where)
    return _dropped(total, axis, keepdims)


def _dropped(x: Tensor, axis: Any, keepdims: Any) -> Tensor:
    return x if _given(keepdims) or not x.ndim else x.squeeze(axes(axis, x.ndim))


def _var(x: Any, axis: Any = None, dtype: Any = None, out: Any = None, ddof: Any = 0,
         keepdims: Any = False, *, where: Any = True, mean: Any = _NO,
         correction: Any = _NO) -> Tensor:  # fmt: skip
    x = real(x)
    center = _given(mean)
    if center is None:
        center = _mean(x, axis, keepdims=True, where=where)
    square = torch.square(torch.abs(x - center))
    total = _sum(square, axis, keepdims=True, where=where)
    return _dropped(total / (_count(x, axis, where) - _given(correction, ddof)), axis, keepdims)


def _std(*args: Any, **kwargs: Any) -> Tensor:
    return torch.sqrt(_var(*args, **kwargs))


def _ptp(x: Any, axis: Any = None, out: Any = None, keepdims: Any = False) -> Tensor:
    return _max(x, axis, keepdims=keepdims) - _min(x, axis, keepdims=keepdims)


def _cumulative(function: Callable[..., Any]) -> Callable[..., Tensor]:
    def cumulative(x: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Tensor:
        x = real(x)
        return function(x.reshape(-1), 0) if axis is None else function(x, int(axis))

    return cumulative


def _average(a: Any, axis: Any = None, weights: Any = None, returned: bool = False, *,
             keepdims: Any = False) -> Any:  # fmt: skip
    a = real(a)
    if weights is None:
        mean = _mean(a, axis, keepdims=keepdims)
        return (mean, torch.full_like(mean, a.numel() / max(mean.numel(), 1))) if returned else mean
    w = real(weights)
    if w.shape != a.shape and w.ndim == 1:
        shape = [1] * a.ndim
        shape[axes(axis, a.ndim)[0]] = -1
        w = w.reshape(shape)
    w = w.broadcast_to(a.shape)
    total = _sum(w, axis, keepdims=keepdims)
    mean = _sum(a * w, axis, keepdims=keepdims) / total
    return (mean, total) if returned else mean


def _without_nan(function: Callable[..., Tensor], fill: float) -> Callable[..., Tensor]:
    def on_numbers(x: Any, *args: Any, **kwargs: Any) -> Tensor:
        x = real(x)
        return function(torch.where(torch.isnan(x), fill, x), *args, **kwargs)

    return on_numbers


def _where_numbers(function: Callable[..., Tensor]) -> Callable[..., Tensor]:
    def on_numbers(x: Any, *args: Any, **kwargs: Any) -> Tensor:
        x = real(x)
        numbers = ~torch.isnan(x)
        return function(torch.where(numbers, x, 0.0), *args, where=numbers, **kwargs)

    return on_numbers


def _sort(x: Any, axis: Any = -1, kind: Any = None, order: Any = None, *, stable: Any = None,
          ) -> Tensor:  # fmt: skip
    x = real(x)
    if axis is None:
        x, axis = x.reshape(-1), -1
    return torch.sort(x, dim=int(axis), stable=True).values


def _quantile(x: Any, q: Any, axis: Any = None, out: Any = None, overwrite_input: bool = False,
              method: str = "linear", keepdims: Any = False, **_: Any) -> Tensor:  # fmt: skip
    x = real(x)
    dims = axes(axis, x.ndim)
    rest = [a for a in range(x.ndim) if a not in dims]
    flat = x.permute(*rest, *dims).reshape([x.shape[a] for a in rest] + [-1])
    result = torch.quantile(flat, real(q), dim=-1, interpolation=method)
    if _given(keepdims):
        for a in sorted(dims):
            result = result.unsqueeze(a + real(q).ndim)
    return result


def _percentile(x: Any, q: Any, *args: Any, **kwargs: Any) -> Tensor:
    return _quantile(x, real(q) / 100, *args, **kwargs)


def _median(x: Any, axis: Any = None, out: Any = None, overwrite_input: bool = False,
            keepdims: Any = False) -> Tensor:  # fmt: skip
    return _quantile(x, 0.5, axis, keepdims=keepdims)


def _diff(x: Any, n: int = 1, axis: int = -1, prepend: Any = _NO, append: Any = _NO) -> Tensor:
    x = real(x)
    for option, at_front in ((_given(prepend), True), (_given(append), False)):
        if option is not None:
            more = real(option)
            if not more.ndim:
                shape = list(x.shape)
                shape[axis] = 1
                more = more.broadcast_to(shape)
            x = torch.cat([more, x] if at_front else [x, more], axis)
    return torch.diff(x, n=n, dim=axis)


def _trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1) -> Tensor:
    y = real(y)
    low = y.narrow(axis, 0, y.shape[axis] - 1)
    high = y.narrow(axis, 1, y.shape[axis] - 1)
    if x is None:
        return ((low + high) / 2 * dx).sum(axis)
    width = torch.diff(real(x), dim=-1 if real(x).ndim == 1 else axis)
    if width.ndim == 1:
        shape = [1] * y.ndim
        shape[axis] = -1
        width = width.reshape(shape)
    return ((low + high) / 2 * width).sum(axis)


def _cov(m: Any, y: Any = None, rowvar: bool = True, bias: bool = False, ddof: Any = None,
         *_: Any, **__: Any) -> Tensor:  # fmt: skip
    m = torch.atleast_2d(real(m))
    if not rowvar and m.shape[0] != 1:
        m = m.T
    if y is not None:
        other = torch.atleast_2d(real(y))
        m = torch.cat([m, other if rowvar or other.shape[0] == 1 else other.T])
    ddof = (0 if bias else 1) if ddof is None else ddof
    centered = m - m.mean(1, keepdim=True)
    return (centered @ centered.T / (m.shape[1] - ddof)).squeeze()


def _corrcoef(x: Any, y: Any = None, rowvar: bool = True, **_: Any) -> Tensor:
    c = _cov(x, y, rowvar)
    if not c.ndim:
        return c / c
    d = torch.sqrt(torch.diagonal(c))
    return c / d[:, None] / d[None, :]


def _logsumexp(a: Any, axis: Any = None, b: Any = None, keepdims: Any = False,
               return_sign: bool = False) -> Tensor:  # fmt: skip
    a = real(a)
    if return_sign:
        raise NotImplementedError("return_sign")
    if b is None:
        return torch.logsumexp(a, axes(axis, a.ndim), keepdim=keepdims)
    largest = a.detach().amax(axes(axis, a.ndim), keepdim=True)
    total = _sum(real(b) * torch.exp(a - largest), axis, keepdims=True)
    return _dropped(torch.log(total) + largest, axis, keepdims)


def _softmax(x: Any, axis: Any = None) -> Tensor:
    return torch.exp(_log_softmax(x, axis))


def _log_softmax(x: Any, axis: Any = None) -> Tensor:
    x = real(x)
    return x - _logsumexp(x, axis, keepdims=True)


def _builtin_sum(numbers: Any) -> Tensor:
    return tensor(numbers).sum(0)


REDUCTIONS: dict[str, Callable[..., Any]] = {
    "amax": _max,
    "amin": _min,
    "average": _average,
    "builtin sum": _builtin_sum,
    "corrcoef": _corrcoef,
    "cov": _cov,
    "cumprod": _cumulative(torch.cumprod),
    "cumsum": _cumulative(torch.cumsum),
    "diff": _diff,
    "math.dist": lambda p, q: torch.linalg.vector_norm(real(p) - real(q)),
    "math.fsum": _builtin_sum,
    "math.prod": lambda x, start=1: tensor(x).prod() * start,
    "max": _max,
    "mean": _mean,
    "median": _median,
    "min": _min,
    "nancumsum": _without_nan(_cumulative(torch.cumsum), 0.0),
    "nanmax": _without_nan(_max, -torch.inf),
    "nanmean": _where_numbers(_mean),
    "nanmin": _without_nan(_min, torch.inf),
    "nanprod": _without_nan(_prod, 1.0),
    "nanstd": _where_numbers(_std),
    "nansum": _without_nan(_sum, 0.0),
    "nanvar": _where_numbers(_var),
    "percentile": _percentile,
    "prod": _prod,
    "ptp": _ptp,
    "quantile": _quantile,
    "scipy.special.log_softmax": _log_softmax,
    "scipy.special.logsumexp": _logsumexp,
    "scipy.special.softmax": _softmax,
    "sort": _sort,
    "std": _std,
    "sum": _sum,
    "trapezoid": _trapezoid,
    "trapz": _trapezoid,
    "var": _var,
}

# The methods of ufuncs

_REDUCE: dict[str, Callable[..., Tensor]] = {
    "add": _sum,
    "multiply": _prod,
    "maximum": _max,
    "minimum": _min,
    "fmax": _max,
    "fmin": _min,
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
               initial: Any = _NO, where: Any = True) -> Tensor:  # fmt: skip
        if name in _REDUCE:
            return _REDUCE[name](x, axis, keepdims=keepdims, initial=initial, where=where)
        x = real(x)
        if _given(where, True) is not True or _given(initial) is not None:
            raise NotImplementedError(f"{name}.reduce with where or initial")
        for a in sorted(axes(axis, x.ndim), reverse=True):
            x = reduced(name, known, x, a)
            x = x.unsqueeze(a) if _given(keepdims) else x
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
