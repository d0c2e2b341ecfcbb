"""Ufuncs by torch: what a NumPy ufunc is called, and the elementary torch operation that it is.

Choices at kinks and ties, where a derivative is a matter of choice: |x|' and sign' are 0 at 0;
``maximum`` and ``minimum`` split ties evenly, and so max(x, 0)' is ½ at 0; ``fmax`` and ``fmin``
likewise; ``clip``'s derivative is 1 at its bounds; floor, ceil, round, rint, trunc, heaviside have
the derivative 0 everywhere; x**y is differentiated in y where x > 0, and 0 there where x is 0.
"""

from collections.abc import Callable
from typing import Any

import torch

from oracle.truth import torch_compat

Tensor = torch.Tensor


def tensor(x: Any) -> Tensor:
    """A tensor: of a number or a nested list as well."""
    if isinstance(x, Tensor):
        return x
    if isinstance(x, (list, tuple)):
        parts = [tensor(part) for part in x]
        if not parts:
            return torch.zeros(0, dtype=torch.float64)
        common = parts[0].dtype
        for part in parts:
            common = torch.promote_types(common, part.dtype)
        return torch.stack([part.to(common) for part in parts])
    if isinstance(x, float):
        return torch.tensor(x, dtype=torch.float64)
    return torch.as_tensor(x)


def real(x: Any) -> Tensor:
    """The same as a floating-point tensor, as NumPy's functions make of integers."""
    x = tensor(x)
    return x if x.is_floating_point() or x.is_complex() else x.to(torch.float64)


def power(x: Any, y: Any) -> Tensor:
    if isinstance(y, (int, float)):  # a constant exponent has a simpler derivative
        return torch.pow(real(x), y)
    return torch.pow(real(x), tensor(y))


def _logaddexp2(x: Tensor, y: Tensor) -> Tensor:
    return torch.logaddexp2(x, y)


def _cbrt(x: Tensor) -> Tensor:
    return torch.sign(x) * torch.pow(torch.abs(x), 1 / 3)


def _log(x: Any, base: Any = None) -> Tensor:
    y = torch.log(real(x))
    return y if base is None else y / torch.log(real(base))  # math.log(x, base)


def _heaviside(x: Tensor, at_zero: Tensor) -> Tensor:
    return torch.where(x == 0, at_zero, (x > 0).to(x.dtype))


def _entr(x: Tensor) -> Tensor:
    return torch.special.entr(x)


def _rel_entr(x: Tensor, y: Tensor) -> Tensor:
    return torch.xlogy(x, x / y)


def _exprel(x: Tensor) -> Tensor:
    return torch.where(x == 0, 1 + x / 2, torch.expm1(x) / torch.where(x == 0, 1.0, x))


def _gamma(x: Tensor) -> Tensor:
    sign = torch.where((x < 0) & (torch.floor(x) % 2 != 0), -1.0, 1.0)
    return sign * torch.exp(torch.lgamma(x))


def _modf(x: Any) -> tuple[Tensor, Tensor]:
    x = real(x)
    return x - torch.trunc(x), torch.trunc(x)


def _divmod(x: Any, y: Any) -> tuple[Tensor, Tensor]:
    x, y = real(x), real(y)
    return torch.floor(x / y), torch.remainder(x, y)


# One argument or two; integers are made real first.
UFUNCS: dict[str, Callable[..., Any]] = {
    "absolute": torch.abs,
    "fabs": torch.abs,
    "add": torch.add,
    "arccos": torch.arccos,
    "arccosh": torch.arccosh,
    "arcsin": torch.arcsin,
    "arcsinh": torch.arcsinh,
    "arctan": torch.arctan,
    "arctan2": torch.arctan2,
    "arctanh": torch.arctanh,
    "cbrt": _cbrt,
    "ceil": torch.ceil,
    "conjugate": torch.conj,
    "copysign": torch.copysign,
    "cos": torch.cos,
    "cosh": torch.cosh,
    "deg2rad": torch.deg2rad,
    "degrees": torch.rad2deg,
    "digamma": torch.digamma,
    "divide": torch.div,
    "entr": _entr,
    "erf": torch.erf,
    "erfc": torch.erfc,
    "erfinv": torch.erfinv,
    "exp": torch.exp,
    "exp2": torch.exp2,
    "expit": torch.sigmoid,
    "expm1": torch.expm1,
    "exprel": _exprel,
    "fix": torch.trunc,
    "floor": torch.floor,
    "floor_divide": lambda x, y: torch.floor(x / y),
    "fmax": torch.fmax,
    "fmin": torch.fmin,
    "fmod": torch.fmod,
    "gamma": _gamma,
    "gammaln": torch.lgamma,
    "heaviside": _heaviside,
    "hypot": torch.hypot,
    "i0": torch.special.i0,
    "i1": torch.special.i1,
    "kl_div": lambda x, y: _rel_entr(x, y) - x + y,
    "lgamma": torch.lgamma,
    "log10": torch.log10,
    "log1p": torch.log1p,
    "log2": torch.log2,
    "log_expit": torch.nn.functional.logsigmoid,
    "log_ndtr": torch.special.log_ndtr,
    "logaddexp": torch.logaddexp,
    "logaddexp2": _logaddexp2,
    "logit": torch.logit,
    "maximum": torch.maximum,
    "minimum": torch.minimum,
    "multiply": torch.mul,
    "ndtr": torch.special.ndtr,
    "ndtri": torch.special.ndtri,
    "negative": torch.neg,
    "positive": torch.positive,
    "psi": torch.digamma,
    "rad2deg": torch.rad2deg,
    "radians": torch.deg2rad,
    "reciprocal": torch.reciprocal,
    "rel_entr": _rel_entr,
    "remainder": torch.remainder,
    "rint": torch.round,
    "sign": torch.sgn,
    "sin": torch.sin,
    "sinc": torch.sinc,
    "sinh": torch.sinh,
    "softplus": lambda x: torch.logaddexp(x, torch.zeros_like(x)),
    "sqrt": torch.sqrt,
    "square": torch.square,
    "subtract": torch.sub,
    "tan": torch.tan,
    "tanh": torch.tanh,
    "trunc": torch.trunc,
    "xlog1py": torch.special.xlog1py,
    "xlogy": torch.xlogy,
}
# Names by which math and NumPy know the same.
ALIASES = {
    "abs": "absolute",
    "acos": "arccos",
    "acosh": "arccosh",
    "arctan2": "arctan2",
    "asin": "arcsin",
    "asinh": "arcsinh",
    "atan": "arctan",
    "atan2": "arctan2",
    "atanh": "arctanh",
    "conj": "conjugate",
    "loggamma": "gammaln",
    "true_divide": "divide",
}
SPECIAL: dict[str, Callable[..., Any]] = {
    "power": power,
    "pow": power,
    "float_power": power,
    "log": _log,
    "modf": _modf,
    "divmod": _divmod,
}


def ufunc(name: str) -> Callable[..., Any] | None:
    """The torch function for a ufunc (or function of ``math``) of this name."""
    name = ALIASES.get(name, name)
    if name in SPECIAL:
        return SPECIAL[name]
    function = UFUNCS.get(name)
    if function is None:
        return None
    if name == "hypot":
        return _hypot

    def on_tensors(*args: Any) -> Any:
        return function(*map(real, args))

    return on_tensors


def _hypot(*sides: Any) -> Tensor:
    """``math.hypot``, which takes any number of sides."""
    return torch.linalg.vector_norm(torch.stack(torch.broadcast_tensors(*map(real, sides))), dim=0)


def reduced(function: Callable[..., Any], x: Tensor, axis: int) -> Tensor:
    """``ufunc.reduce`` of any ufunc of two arguments, step by step."""
    parts = torch.unbind(x, axis)
    total = parts[0]
    for part in parts[1:]:
        total = function(total, part)
    return total


def accumulated(function: Callable[..., Any], x: Tensor, axis: int) -> Tensor:
    """``ufunc.accumulate``, step by step."""
    parts = list(torch.unbind(x, axis))
    for i in range(1, len(parts)):
        parts[i] = function(parts[i - 1], parts[i])
    return torch.stack(parts, axis)


# Ufuncs whose derivative may be infinite where nothing is sent to them: 0·∞ is taken for 0.


class _Quiet(torch.autograd.Function):
    """A ufunc whose derivative, however large, times an upstream of 0 is 0."""

    @staticmethod
    def forward(ctx: Any, rule: Callable[[Any], Tensor], *args: Tensor) -> Tensor:
        with torch.enable_grad():
            ctx.args = [x.detach().requires_grad_(x.is_floating_point()) for x in args]
            ctx.made = rule(ctx.args)
        return ctx.made.detach()

    @staticmethod
    def backward(ctx: Any, *upstream: Any) -> Any:
        points = [x for x in ctx.args if x.requires_grad]
        found = iter(torch_compat.gradients([ctx.made], points, upstream, retain_graph=True))
        nothing = upstream[0] == 0
        gradients = []
        for x in ctx.args:
            gradient = next(found) if x.requires_grad else None
            gradients.append(None if gradient is None else gradient.masked_fill(nothing, 0.0))
        return (None, *gradients)


def quietly(rule: Callable[..., Tensor], args: list[Any], kwargs: dict[str, Any]) -> Tensor:
    """Run a ufunc's rule by ``_Quiet``, its tensors broadcast beforehand."""
    where = [i for i, arg in enumerate(args) if isinstance(arg, Tensor)]
    same = torch.broadcast_tensors(*[args[i] for i in where])

    def on(tensors: list[Tensor]) -> Tensor:
        filled = list(args)
        for i, x in zip(where, tensors, strict=True):
            filled[i] = x
        return rule(*filled, **kwargs)

    made = on([x.detach() for x in same])
    if any(x.is_complex() for x in same) or made.shape != same[0].shape:
        return rule(*args, **kwargs)
    return _Quiet.apply(on, *same)
