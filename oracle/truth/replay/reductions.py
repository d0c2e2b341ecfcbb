"""Sums, means, extremes and their like by torch, under NumPy's names and with its arguments.

Ties: ``max`` and ``min`` split the derivative evenly among the largest (torch's ``amax``), whether
taken along an axis or over all.
"""

from collections.abc import Callable
from typing import Any

import torch

from oracle.truth.numpy_compat import NOT_GIVEN
from oracle.truth.replay.elementwise import Tensor, real, tensor


def axes(axis: Any, ndim: int) -> tuple[int, ...]:
    if axis is None:
        return tuple(range(ndim))
    return tuple(int(a) % ndim for a in (axis if isinstance(axis, (tuple, list)) else (axis,)))


def given(option: Any, default: Any = None) -> Any:
    return default if option is NOT_GIVEN or option is None else option


def _masked(x: Tensor, where: Any, fill: float) -> Tensor:
    where = given(where, True)
    return x if where is True else torch.where(tensor(where), x, fill)


def sum_of(x: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: Any = False,
         initial: Any = NOT_GIVEN, where: Any = True) -> Tensor:  # fmt: skip
    x = _masked(real(x), where, 0.0)
    total = x.sum(axes(axis, x.ndim), keepdim=bool(given(keepdims))) if x.ndim else x
    return total + given(initial, 0)


def prod_of(x: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: Any = False,
          initial: Any = NOT_GIVEN, where: Any = True) -> Tensor:  # fmt: skip
    x = _masked(real(x), where, 1.0)
    for a in sorted(axes(axis, x.ndim), reverse=True):
        x = x.prod(a, keepdim=bool(given(keepdims)))
    return x * given(initial, 1)


def _extreme(amax: Callable[..., Tensor], pair: Callable[..., Tensor], worst: float) -> Any:
    def extreme(x: Any, axis: Any = None, out: Any = None, keepdims: Any = False,
                initial: Any = NOT_GIVEN, where: Any = True, **_: Any) -> Tensor:  # fmt: skip
        x = _masked(real(x), where, worst)
        most = amax(x, axes(axis, x.ndim), bool(given(keepdims))) if x.ndim else x
        initial = given(initial)
        return most if initial is None else pair(most, real(initial))

    return extreme


max_of = _extreme(torch.amax, torch.maximum, -torch.inf)


min_of = _extreme(torch.amin, torch.minimum, torch.inf)


def _count(x: Tensor, axis: Any, where: Any) -> Any:
    dims = axes(axis, x.ndim)
    if given(where, True) is True:
        n = 1
        for a in dims:
            n *= x.shape[a]
        return n
    return tensor(where).broadcast_to(x.shape).sum(dims, keepdim=True)


def mean_of(x: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: Any = False,
          *, where: Any = True) -> Tensor:  # fmt: skip
    x = real(x)
    total = sum_of(x, axis, keepdims=True, where=where) / _count(x, axis, where)
    return dropped(total, axis, keepdims)


def dropped(x: Tensor, axis: Any, keepdims: Any) -> Tensor:
    return x if given(keepdims) or not x.ndim else x.squeeze(axes(axis, x.ndim))


def _var(x: Any, axis: Any = None, dtype: Any = None, out: Any = None, ddof: Any = 0,
         keepdims: Any = False, *, where: Any = True, mean: Any = NOT_GIVEN,
         correction: Any = NOT_GIVEN) -> Tensor:  # fmt: skip
    x = real(x)
    center = given(mean)
    if center is None:
        center = mean_of(x, axis, keepdims=True, where=where)
    square = torch.square(torch.abs(x - center))
    total = sum_of(square, axis, keepdims=True, where=where)
    return dropped(total / (_count(x, axis, where) - given(correction, ddof)), axis, keepdims)


def _std(*args: Any, **kwargs: Any) -> Tensor:
    return torch.sqrt(_var(*args, **kwargs))


def _ptp(x: Any, axis: Any = None, out: Any = None, keepdims: Any = False) -> Tensor:
    return max_of(x, axis, keepdims=keepdims) - min_of(x, axis, keepdims=keepdims)


def _cumulative(function: Callable[..., Any]) -> Callable[..., Tensor]:
    def cumulative(x: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Tensor:
        x = real(x)
        return function(x.reshape(-1), 0) if axis is None else function(x, int(axis))

    return cumulative


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


def _builtin_sum(numbers: Any) -> Tensor:
    return tensor(numbers).sum(0)


REDUCTIONS: dict[str, Callable[..., Any]] = {
    "amax": max_of,
    "amin": min_of,
    "builtin sum": _builtin_sum,
    "cumprod": _cumulative(torch.cumprod),
    "cumsum": _cumulative(torch.cumsum),
    "math.dist": lambda p, q: torch.linalg.vector_norm(real(p) - real(q)),
    "math.fsum": _builtin_sum,
    "math.prod": lambda x, start=1: tensor(x).prod() * start,
    "max": max_of,
    "mean": mean_of,
    "min": min_of,
    "nancumsum": _without_nan(_cumulative(torch.cumsum), 0.0),
    "nanmax": _without_nan(max_of, -torch.inf),
    "nanmean": _where_numbers(mean_of),
    "nanmin": _without_nan(min_of, torch.inf),
    "nanprod": _without_nan(prod_of, 1.0),
    "nanstd": _where_numbers(_std),
    "nansum": _without_nan(sum_of, 0.0),
    "nanvar": _where_numbers(_var),
    "prod": prod_of,
    "ptp": _ptp,
    "std": _std,
    "sum": sum_of,
    "var": _var,
}
