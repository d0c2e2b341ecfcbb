"""Functions that are no ufunc, no reduction, no product and no movement of elements."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from oracle.truth.numpy_compat import NOT_GIVEN
from oracle.truth.recording.tape import Note, Value
from oracle.truth.replay.elementwise import Tensor, real, tensor


def _where(condition: Any, *choices: Any) -> Tensor:
    x, y = map(real, choices)
    return torch.where(tensor(condition).to(torch.bool), x, y)


def _clip(a: Any, *bounds: Any, **named: Any) -> Tensor:
    """The derivative is 1 at the bounds, as torch has it."""
    names = {"a_min": 0, "min": 0, "a_max": 1, "max": 1}
    limits: list[Any] = [*bounds[:2], None, None][:2]
    for name, bound in named.items():
        if name in names and bound is not None and bound is not NOT_GIVEN:
            limits[names[name]] = bound
    a = real(a)
    low, high = (None if x is None else real(x).to(a.dtype) for x in limits)
    return a if low is None and high is None else torch.clamp(a, low, high)


def _round(x: Any, decimals: Any = 0, *_: Any, **__: Any) -> Tensor:
    return torch.round(real(x), decimals=decimals or 0)


def _nan_to_num(x: Any, copy: bool = True, nan: Any = 0.0, posinf: Any = None, neginf: Any = None,
                ) -> Tensor:  # fmt: skip
    return torch.nan_to_num(real(x), nan, posinf, neginf)


def _linspace(start: Any, stop: Any, num: int = 50, endpoint: bool = True, *_: Any, **__: Any,
              ) -> Tensor:  # fmt: skip
    start, stop = real(start), real(stop)
    steps = torch.arange(num, dtype=torch.float64) / max(num - bool(endpoint), 1)
    steps = steps.reshape((-1,) + (1,) * torch.broadcast_tensors(start, stop)[0].ndim)
    return start + (stop - start) * steps


def _arange(*args: Any, **_: Any) -> Tensor:
    start, stop, step = {1: (0, args[0], 1), 2: (*args, 1), 3: args}[len(args)]
    count = torch.ceil((real(stop) - real(start)) / real(step)).detach().clamp(min=0)
    return real(start) + real(step) * torch.arange(int(count), dtype=torch.float64)


def _vander(x: Any, N: Any = None, increasing: bool = False) -> Tensor:
    x = real(x)
    powers = torch.arange(x.numel() if N is None else N)
    made = x[:, None] ** powers
    return made if increasing else made.flip(1)


def _bincount(x: Any, weights: Any = None, minlength: int = 0) -> Tensor:
    weights = real(weights)
    size = max(int(x.max()) + 1 if x.numel() else 0, minlength)
    return torch.zeros(size, dtype=weights.dtype).index_add(0, x, weights)


def _ediff1d(ary: Any, to_end: Any = None, to_begin: Any = None) -> Tensor:
    parts = [real(ary).reshape(-1).diff()]
    if to_begin is not None:
        parts.insert(0, real(to_begin).reshape(-1))
    if to_end is not None:
        parts.append(real(to_end).reshape(-1))
    return torch.cat(parts)


def _polyval(p: Any, x: Any) -> Tensor:
    x = real(x)
    y = torch.zeros_like(x)
    for coefficient in torch.unbind(real(p)):
        y = y * x + coefficient
    return y


def _interp(x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None, period: Any = None,
            ) -> Tensor:  # fmt: skip
    if period is not None:
        raise NotImplementedError("period")
    x, xp, fp = real(x), real(xp), real(fp)
    i = (torch.searchsorted(xp.detach(), x.detach(), right=True) - 1).clamp(0, len(xp) - 2)
    y = fp[i] + (fp[i + 1] - fp[i]) / (xp[i + 1] - xp[i]) * (x - xp[i])
    y = torch.where(x < xp[0], fp[0] if left is None else real(left), y)
    return torch.where(x > xp[-1], fp[-1] if right is None else real(right), y)


def _to_list(x: Tensor) -> list[Tensor]:
    return list(x.reshape(-1).unbind())


# Affine functions of one array: the matrix is all that is needed


class Affine:
    """f(x) = f(0) + Ax, the matrix A taken from NumPy's own function, column by column."""

    def __init__(self, note: Note) -> None:
        self.active = [value for value in note.inputs if value.active]
        assert note.function is not None
        x = self.active[0]
        if len(self.active) > 1:
            raise NotImplementedError("two active arguments")

        def at(array: np.ndarray) -> list[np.ndarray]:
            def filled(arg: Any) -> Any:
                if type(arg) is Value:
                    return array if arg is x else arg.array
                return type(arg)(map(filled, arg)) if type(arg) in (list, tuple) else arg

            assert note.function is not None
            kwargs = {name: filled(arg) for name, arg in note.kwargs.items()}
            made = note.function(*map(filled, note.args), **kwargs)
            return list(made) if isinstance(made, (list, tuple)) else [made]

        zero = np.zeros(np.shape(x.array))
        columns = []
        for index in np.ndindex(zero.shape):
            unit = zero.copy()
            unit[index] = 1.0
            columns.append([np.asarray(part).ravel() for part in at(unit)])
        self.parts = []
        for k, start in enumerate(at(zero)):
            offset = np.array(start, np.float64)
            matrix = np.stack([column[k] for column in columns], 1) - offset.reshape(-1, 1)
            self.parts.append((torch.from_numpy(matrix), torch.from_numpy(offset)))

    def __call__(self, x: Tensor) -> list[Tensor]:
        return [
            (matrix @ x.reshape(-1)).reshape(offset.shape) + offset for matrix, offset in self.parts
        ]


AFFINE = frozenset(
    {"gradient", "polyfit", "scipy.ndimage.gaussian_filter", "scipy.ndimage.uniform_filter"}
)
OTHERS: dict[str, Callable[..., Any]] = {
    "angle": lambda z, deg=False: torch.angle(z),
    "arange": _arange,
    "around": _round,
    "bincount": _bincount,
    "clip": _clip,
    "ediff1d": _ediff1d,
    "fix": lambda x, out=None: torch.trunc(real(x)),
    "interp": _interp,
    "linspace": _linspace,
    "nan_to_num": _nan_to_num,
    "polyval": _polyval,
    "round": _round,
    "round_": _round,
    "sinc": lambda x: torch.sinc(real(x)),
    "i0": lambda x: torch.special.i0(real(x)),
    "tolist": _to_list,
    "vander": _vander,
    "where": _where,
}
