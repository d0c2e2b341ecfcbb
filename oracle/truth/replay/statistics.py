"""Sorts, quantiles, differences, covariances, log-sum-exp by torch, under NumPy's names.

``sort`` is stable; ``median`` and ``quantile`` follow the sort.
"""

from collections.abc import Callable
from typing import Any

import torch

from oracle.truth.numpy_compat import NOT_GIVEN
from oracle.truth.replay.elementwise import Tensor, real
from oracle.truth.replay.reductions import axes, dropped, given, mean_of, sum_of


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


STATISTICS: dict[str, Callable[..., Any]] = {
    "average": _average,
    "corrcoef": _corrcoef,
    "cov": _cov,
    "diff": _diff,
    "median": _median,
    "percentile": _percentile,
    "quantile": _quantile,
    "scipy.special.log_softmax": _log_softmax,
    "scipy.special.logsumexp": _logsumexp,
    "scipy.special.softmax": _softmax,
    "sort": _sort,
    "trapezoid": _trapezoid,
    "trapz": _trapezoid,
}
