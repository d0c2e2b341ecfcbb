"""Sums, means, extremes, sorts, quantiles, covariances by torch, with NumPy's names and arguments.

Ties: ``max`` and ``min`` split the derivative evenly among the largest (torch's ``amax``), whether
taken along an axis or over all. ``sort`` is stable; ``median`` and ``quantile`` follow the sort.
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


def _average(a: Any, axis: Any = None, weights: Any = None, returned: bool = False, *,
             keepdims: Any = False) -> Any:  # fmt: skip
    a = real(a)
    if weights is None:
        mean = mean_of(a, axis, keepdims=keepdims)
        return (mean, torch.full_like(mean, a.numel() / max(mean.numel(), 1))) if returned else mean
    w = real(weights)
    if w.shape != a.shape and w.ndim == 1:
        shape = [1] * a.ndim
        shape[axes(axis, a.ndim)[0]] = -1
        w = w.reshape(shape)
    w = w.broadcast_to(a.shape)
    total = sum_of(w, axis, keepdims=keepdims)
    mean = sum_of(a * w, axis, keepdims=keepdims) / total
    return (mean, total) if returned else mean


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
    if given(keepdims):
        for a in sorted(dims):
            result = result.unsqueeze(a + real(q).ndim)
    return result


def _percentile(x: Any, q: Any, *args: Any, **kwargs: Any) -> Tensor:
    return _quantile(x, real(q) / 100, *args, **kwargs)


def _median(x: Any, axis: Any = None, out: Any = None, overwrite_input: bool = False,
            keepdims: Any = False) -> Tensor:  # fmt: skip
    return _quantile(x, 0.5, axis, keepdims=keepdims)


def _diff(
    x: Any, n: int = 1, axis: int = -1, prepend: Any = NOT_GIVEN, append: Any = NOT_GIVEN
) -> Tensor:
    x = real(x)
    for option, at_front in ((given(prepend), True), (given(append), False)):
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
    total = sum_of(real(b) * torch.exp(a - largest), axis, keepdims=True)
    return dropped(torch.log(total) + largest, axis, keepdims)


def _softmax(x: Any, axis: Any = None) -> Tensor:
    return torch.exp(_log_softmax(x, axis))


def _log_softmax(x: Any, axis: Any = None) -> Tensor:
    x = real(x)
    return x - _logsumexp(x, axis, keepdims=True)


REDUCTIONS: dict[str, Callable[..., Any]] = {
    "amax": max_of,
    "amin": min_of,
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
    "max": max_of,
    "mean": mean_of,
    "median": _median,
    "min": min_of,
    "nancumsum": _without_nan(_cumulative(torch.cumsum), 0.0),
    "nanmax": _without_nan(max_of, -torch.inf),
    "nanmean": _where_numbers(mean_of),
    "nanmin": _without_nan(min_of, torch.inf),
    "nanprod": _without_nan(prod_of, 1.0),
    "nanstd": _where_numbers(_std),
    "nansum": _without_nan(sum_of, 0.0),
    "nanvar": _where_numbers(_var),
    "percentile": _percentile,
    "prod": prod_of,
    "ptp": _ptp,
    "quantile": _quantile,
    "scipy.special.log_softmax": _log_softmax,
    "scipy.special.logsumexp": _logsumexp,
    "scipy.special.softmax": _softmax,
    "sort": _sort,
    "std": _std,
    "sum": sum_of,
    "trapezoid": _trapezoid,
    "trapz": _trapezoid,
    "var": _var,
}
