"""Products by torch, under NumPy's names and with its arguments."""

from collections.abc import Callable
from typing import Any

import torch

from oracle.truth.replay.elementwise import Tensor, real


def together(*tensors: Any) -> list[Tensor]:
    """As floating point, and complex if one is: torch's products do not promote."""
    made = [real(x) for x in tensors]
    if any(x.is_complex() for x in made):
        return [x.to(torch.complex128) for x in made]
    return made


def _dot(a: Any, b: Any, out: Any = None) -> Tensor:
    a, b = together(a, b)
    if not a.ndim or not b.ndim:
        return a * b
    if b.ndim <= 2:
        return a @ b
    return torch.tensordot(a, b, dims=([-1], [-2]))


def _matmul(a: Any, b: Any) -> Tensor:
    a, b = together(a, b)
    return a @ b


def _inner(a: Any, b: Any) -> Tensor:
    a, b = together(a, b)
    if not a.ndim or not b.ndim:
        return a * b
    return torch.tensordot(a, b, dims=([-1], [-1]))


def _outer(a: Any, b: Any, out: Any = None) -> Tensor:
    a, b = together(a, b)
    return torch.outer(a.reshape(-1), b.reshape(-1))


def _vdot(a: Any, b: Any) -> Tensor:
    a, b = together(a, b)
    return torch.vdot(a.reshape(-1), b.reshape(-1))


def _vecdot(a: Any, b: Any, /, *, axis: int = -1) -> Tensor:
    a, b = together(a, b)
    return (torch.conj(a) * b).sum(axis)


def _tensordot(a: Any, b: Any, axes: Any = 2) -> Tensor:
    a, b = together(a, b)
    if isinstance(axes, int):
        return torch.tensordot(a, b, dims=axes)
    left, right = ([x] if isinstance(x, int) else [int(i) for i in x] for x in axes)
    return torch.tensordot(a, b, dims=(left, right))


def _kron(a: Any, b: Any) -> Tensor:
    a, b = together(a, b)
    return torch.kron(a, b)


def _einsum(*operands: Any, **_: Any) -> Tensor:
    if isinstance(operands[0], str):
        # torch wants a mark between the letters and the result only where NumPy does, and no spaces
        return torch.einsum(operands[0].replace(" ", ""), *together(*operands[1:]))
    tensors = together(*operands[0 : len(operands) // 2 * 2 : 2])
    lists = [
        [Ellipsis if i is Ellipsis else int(i) for i in part]
        for part in (*operands[1::2], *operands[len(operands) // 2 * 2 :])
    ]
    mixed: list[Any] = []
    for x, letters in zip(tensors, lists, strict=False):
        mixed += [x, letters]
    return torch.einsum(*mixed, *lists[len(tensors) :])


def _trace(a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1, *_: Any, **__: Any) -> Tensor:
    return torch.diagonal(real(a), offset, axis1, axis2).sum(-1)


def _linalg_trace(a: Any, *, offset: int = 0, **_: Any) -> Tensor:
    return _trace(a, offset, -2, -1)


def _cross(a: Any, b: Any, axisa: int = -1, axisb: int = -1, axisc: int = -1,
           axis: int | None = None) -> Tensor:  # fmt: skip
    if axis is not None:
        axisa = axisb = axisc = axis
    a, b = (x.movedim(i, -1) for x, i in zip(together(a, b), (axisa, axisb), strict=True))
    x = [a[..., i] if i < a.shape[-1] else None for i in range(3)]
    y = [b[..., i] if i < b.shape[-1] else None for i in range(3)]

    def minor(i: int, j: int) -> Tensor:
        terms = [
            sign * p * q
            for p, q, sign in ((x[i], y[j], 1), (x[j], y[i], -1))
            if p is not None and q is not None
        ]
        return torch.stack(torch.broadcast_tensors(*terms)).sum(0)

    if x[2] is None and y[2] is None:
        return minor(0, 1)
    return torch.stack([minor(1, 2), minor(2, 0), minor(0, 1)], -1).movedim(-1, axisc)


def _convolve(a: Any, v: Any, mode: str = "full") -> Tensor:
    a, v = together(a, v)
    if v.numel() > a.numel():
        a, v = v, a
    full = torch.nn.functional.conv1d(
        a.reshape(1, 1, -1), v.flip(0).reshape(1, 1, -1), padding=v.numel() - 1
    ).reshape(-1)
    if mode == "full":
        return full
    if mode == "same":
        start = (v.numel() - 1) // 2
        return full[start : start + a.numel()]
    return full[v.numel() - 1 : a.numel()]


def _correlate(a: Any, v: Any, mode: str = "valid") -> Tensor:
    a, v = together(a, v)
    if v.numel() > a.numel():
        return _correlate(v, a, mode).flip(0)
    v = v.flip(0)
    full = _convolve(a, v)
    if mode == "full":
        return full
    if mode == "same":
        start = (v.numel() - 1) // 2
        return full[start : start + a.numel()]
    return full[v.numel() - 1 : a.numel()]


def _signal_convolve(
    a: Any, v: Any, mode: str = "full", *more: Any, round_up: int = 0, **options: Any
) -> Tensor:
    """scipy.signal's, of one to three dimensions, zeros outside.

    ``round_up``: where the middle of a kernel of even size is, when the result is cut to "same".
    """
    boundary = options.get("boundary", more[0] if more else "fill")
    if boundary not in ("fill", "auto", "direct", "fft") or options.get("fillvalue", 0) != 0:
        raise NotImplementedError(f"boundary {boundary}")
    a, v = together(a, v)
    if mode == "valid" and all(n < m for n, m in zip(a.shape, v.shape, strict=True)):
        a, v = v, a
    convolve = {1: torch.conv1d, 2: torch.conv2d, 3: torch.conv3d}[a.ndim]
    kernel = v.flip(*range(v.ndim))
    full: Any = convolve(a[None, None], kernel[None, None], padding=[n - 1 for n in v.shape])[0, 0]
    if mode == "same":
        for d in range(a.ndim):
            full = full.narrow(d, (v.shape[d] - 1 + round_up) // 2, a.shape[d])
    elif mode == "valid":
        for d in range(a.ndim):
            full = full.narrow(d, v.shape[d] - 1, a.shape[d] - v.shape[d] + 1)
    return full


def _signal_correlate(a: Any, v: Any, *args: Any, **kwargs: Any) -> Tensor:
    v = real(v)
    return _signal_convolve(a, v.flip(*range(v.ndim)), *args, **kwargs)


def _signal_correlate2d(a: Any, v: Any, *args: Any, **kwargs: Any) -> Tensor:
    return _signal_correlate(a, v, *args, round_up=1, **kwargs)


def _multi_dot(arrays: Any, *, out: Any = None) -> Tensor:
    product = arrays[0]
    for x in arrays[1:]:
        product = _dot(product, x)
    return product


# fmt: on
PRODUCTS: dict[str, Callable[..., Any]] = {
    "convolve": _convolve,
    "correlate": _correlate,
    "cross": _cross,
    "dot": _dot,
    "einsum": _einsum,
    "imag": lambda x: torch.imag(x) if x.is_complex() else torch.zeros_like(x),
    "inner": _inner,
    "kron": _kron,
    "linalg.cross": _cross,
    "linalg.matmul": _matmul,
    "linalg.multi_dot": _multi_dot,
    "linalg.outer": _outer,
    "linalg.tensordot": _tensordot,
    "linalg.trace": _linalg_trace,
    "linalg.vecdot": _vecdot,
    "matmul": _matmul,
    "outer": _outer,
    "real": lambda x: torch.real(x) if x.is_complex() else x,
    "scipy.signal.convolve": _signal_convolve,
    "scipy.signal.convolve2d": _signal_convolve,
    "scipy.signal.correlate": _signal_correlate,
    "scipy.signal.correlate2d": _signal_correlate2d,
    "tensordot": _tensordot,
    "trace": _trace,
    "vdot": _vdot,
    "vecdot": _vecdot,
}
