"""Linear algebra and Fourier transforms by torch, under NumPy's names and with its arguments."""

from collections.abc import Callable
from typing import Any

import torch

from oracle.truth import numpy_compat
from oracle.truth.replay.elementwise import Tensor, real
from oracle.truth.replay.products import together
from oracle.truth.replay.reductions import axes


def _norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Tensor:
    """The derivative of a vector's norm at 0 is 0."""
    x = real(x)
    dims = axes(axis, x.ndim)
    if ord is None or len(dims) == 1:
        if axis is None and ord is None:
            dims = tuple(range(x.ndim))
        return torch.linalg.vector_norm(x, 2 if ord is None else ord, dims, keepdims)
    return torch.linalg.matrix_norm(x, ord, (dims[0], dims[1]), keepdims)


def _vector_norm(x: Any, /, *, axis: Any = None, keepdims: bool = False, ord: Any = 2) -> Tensor:
    x = real(x)
    return torch.linalg.vector_norm(x, ord, axes(axis, x.ndim), keepdims)


def _matrix_norm(x: Any, /, *, keepdims: bool = False, ord: Any = "fro") -> Tensor:
    return torch.linalg.matrix_norm(real(x), ord, keepdim=keepdims)


def _solve(a: Any, b: Any) -> Tensor:
    a, b = together(a, b)
    vectors = numpy_compat.solves_vectors(a.ndim, b.ndim)
    if vectors:
        return torch.linalg.solve(a, b.unsqueeze(-1)).squeeze(-1)
    return torch.linalg.solve(a, b)


def _cholesky(a: Any, /, *, upper: bool = False) -> Tensor:
    return torch.linalg.cholesky(real(a), upper=upper)


def _eigh(a: Any, UPLO: str = "L") -> Any:
    return torch.linalg.eigh(real(a), UPLO)


def _svd(a: Any, full_matrices: bool = True, compute_uv: bool = True, hermitian: bool = False,
         ) -> Any:  # fmt: skip
    if not compute_uv:
        return torch.linalg.svdvals(real(a))
    return torch.linalg.svd(real(a), full_matrices=full_matrices)


def _qr(a: Any, mode: str = "reduced") -> Any:
    if mode == "r":
        return torch.linalg.qr(real(a), mode="reduced")[1]
    return torch.linalg.qr(real(a), mode=mode)


def _lstsq(a: Any, b: Any, rcond: Any = None) -> Any:
    """Of full rank: x = a⁺b, and the sums of squared residuals."""
    a, b = together(a, b)
    columns = b if b.ndim == 2 else b.unsqueeze(-1)
    x = torch.linalg.pinv(a) @ columns
    residuals = torch.square(columns - a @ x).sum(0)
    if a.shape[0] <= a.shape[1]:
        residuals = residuals[:0]
    x = x if b.ndim == 2 else x.squeeze(-1)
    return x, residuals, None, torch.linalg.svdvals(a)


def _cond(x: Any, p: Any = None) -> Tensor:
    x = real(x)
    if p is None or p == 2:
        s = torch.linalg.svdvals(x)
        return s[..., 0] / s[..., -1]
    return torch.linalg.matrix_norm(x, p) * torch.linalg.matrix_norm(torch.linalg.inv(x), p)


def _fft(name: str) -> Callable[..., Tensor]:
    function = getattr(torch.fft, name)
    if name.endswith(("2", "n")):
        last_two = (-2, -1) if name.endswith("2") else None

        def many(a: Any, s: Any = None, axes: Any = last_two, norm: Any = None, **_: Any) -> Tensor:
            return function(real(a), s, axes, norm)

        return many

    def one(a: Any, n: Any = None, axis: int = -1, norm: Any = None, **_: Any) -> Tensor:
        return function(real(a), n, axis, norm)

    return one


# fmt: off
# fmt: off
FFT = (
    "fft", "ifft", "rfft", "irfft", "fft2", "ifft2", "rfft2", "irfft2",
    "fftn", "ifftn", "rfftn", "irfftn",
)
# fmt: on
LINALG: dict[str, Callable[..., Any]] = {
    "linalg.cholesky": _cholesky,
    "linalg.cond": _cond,
    "linalg.det": lambda a: torch.linalg.det(real(a)),
    "linalg.eigh": _eigh,
    "linalg.eigvalsh": lambda a, UPLO="L": torch.linalg.eigvalsh(real(a), UPLO),
    "linalg.inv": lambda a: torch.linalg.inv(real(a)),
    "linalg.lstsq": _lstsq,
    "linalg.matrix_norm": _matrix_norm,
    "linalg.matrix_power": lambda a, n: torch.linalg.matrix_power(real(a), n),
    "linalg.norm": _norm,
    "linalg.pinv": lambda a, *_, **__: torch.linalg.pinv(real(a)),
    "linalg.qr": _qr,
    "linalg.slogdet": lambda a: torch.linalg.slogdet(real(a)),
    "linalg.solve": _solve,
    "linalg.svd": _svd,
    "linalg.svdvals": lambda a: torch.linalg.svdvals(real(a)),
    "linalg.vector_norm": _vector_norm,
    **{f"fft.{name}": _fft(name) for name in FFT},
}
