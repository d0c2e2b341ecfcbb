"""Recording of a ``torch.autograd.Function``, as ``oracle.truth.recording`` does it for NumPy.

Torch tells a mode of every function that is called. Each becomes a note under the name that NumPy
has for it, so that blame and the bank of mistakes read both alike; what runs it again is the torch
function itself.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch

from oracle.subject import Path
from oracle.truth import torch_compat
from oracle.truth.recording import Recording, Value
from oracle.truth.recording.tape import Tape
from oracle.truth.replay import NotReplayable, TorchCall

# Torch's names without underscores, and NumPy's name for the same function.
ELEMENTWISE = {
    "add": "add", "radd": "add", "iadd": "add", "sub": "subtract", "rsub": "subtract",
    "isub": "subtract", "subtract": "subtract", "mul": "multiply", "rmul": "multiply",
    "imul": "multiply", "multiply": "multiply", "div": "divide", "truediv": "divide",
    "rtruediv": "divide", "rdiv": "divide", "itruediv": "divide", "divide": "divide",
    "pow": "power", "rpow": "power", "neg": "negative", "negative": "negative", "abs": "absolute",
    "exp": "exp", "expm1": "expm1", "log": "log", "log1p": "log1p", "log2": "log2",
    "sqrt": "sqrt", "rsqrt": "rsqrt", "reciprocal": "reciprocal", "square": "square",
    "sin": "sin", "cos": "cos", "tan": "tan", "tanh": "tanh", "sinh": "sinh", "cosh": "cosh",
    "atan": "arctan", "atan2": "arctan2", "sigmoid": "expit", "logsigmoid": "log_expit",
    "erf": "erf", "maximum": "maximum", "minimum": "minimum", "max2": "maximum",
    "relu": "relu", "leaky_relu": "leaky_relu", "elu": "elu", "gelu": "gelu", "silu": "silu",
    "softplus": "softplus", "mish": "mish", "selu": "selu", "hardtanh": "clip", "clamp": "clip",
    "clamp_min": "clip", "clamp_max": "clip", "clip": "clip", "where": "where",
    "masked_fill": "where", "sign": "sign", "xlogy": "xlogy", "addcmul": "addcmul",
}  # fmt: skip
OTHERS = {
    "matmul": "matmul", "rmatmul": "matmul", "mm": "matmul", "bmm": "matmul", "mv": "matmul",
    "linear": "matmul", "einsum": "einsum", "dot": "dot", "outer": "outer", "conv1d": "convolve",
    "conv2d": "convolve", "sum": "sum", "mean": "mean", "var": "var", "std": "std", "amax": "amax",
    "prod": "prod", "norm": "norm", "max": "amax", "min": "amin", "amin": "amin",
    "transpose": "transpose", "t": "transpose", "T": "transpose", "permute": "transpose",
    "view": "reshape", "reshape": "reshape", "flatten": "reshape", "unsqueeze": "expand_dims",
    "cat": "concatenate", "stack": "stack", "getitem": "getitem", "cumsum": "cumsum",
}  # fmt: skip
SAME = ("contiguous", "requires_grad_", "to", "type", "double")  # often the very tensor


def record(
    run: Callable[[Mapping[str, torch.Tensor], Mapping[Path, torch.Tensor]], Any],
    inputs: Mapping[str, torch.Tensor],
    differentiated: frozenset[str],
    upstreams: Mapping[Path, np.ndarray],
) -> tuple[Recording, list[str]]:
    """Forward and backward in one recording, and of which input each gradient in it is.

    ``run`` takes the inputs and the upstreams and returns the outputs by path and the gradients by
    name.

    Raises:
        NotReplayable: it does something that cannot be followed, such as writing through a view.
    """
    recorder = Recorder(Tape())
    known: dict[Path, Value] = {}
    given = {n: t.detach() if isinstance(t, torch.Tensor) else t for n, t in inputs.items()}
    sent = {path: torch.from_numpy(np.array(array, float)) for path, array in upstreams.items()}
    for name in inputs:
        if name in differentiated:
            known[0, name] = recorder.follow(given[name], Value(_array(given[name]), True))
    for path, tensor in sent.items():
        known[1, path] = recorder.follow(tensor, Value(_array(tensor), True))
    try:
        with torch.no_grad(), recorder:
            outputs, gradients = run(given, sent)
    except NotReplayable:
        raise
    except Exception as error:  # autograd hands it more than can be handed to it here
        raise NotReplayable(None, f"{type(error).__name__}: {error}") from error
    made: dict[Path, Value] = {}
    for path, tensor in outputs.items():
        made[path] = recorder.value(tensor)
    for index, tensor in enumerate(gradients.values()):
        made[1, index] = recorder.value(tensor)
    made = {path: value for path, value in made.items() if value.active}
    return Recording(None, known, made, tuple(recorder.tape.notes), ()), list(gradients)


class Recorder(torch_compat.TorchFunctionMode):
    """While it is entered, every function of torch's that takes something followed is noted."""

    def __init__(self, tape: Tape) -> None:
        super().__init__()
        self.tape = tape
        self._values: dict[int, Value] = {}
        self._kept: list[torch.Tensor] = []  # so that no id is used again
        self._memory: dict[int, int] = {}  # how many followed tensors stand in it

    def follow(self, tensor: torch.Tensor, value: Value) -> Value:
        if id(tensor) not in self._values:
            memory = tensor.untyped_storage().data_ptr()
            self._memory[memory] = self._memory.get(memory, 0) + 1
            self._kept.append(tensor)
        self._values[id(tensor)] = value
        return value

    def value(self, tensor: torch.Tensor) -> Value:
        """The value of a tensor; a constant if it does not depend on a followed tensor."""
        if id(tensor) not in self._values:
            self._kept.append(tensor)
            self._values[id(tensor)] = Value(_array(tensor))
        return self._values[id(tensor)]

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        name = getattr(func, "__name__", "")
        if name == "__get__":
            name = getattr(getattr(func, "__self__", None), "__name__", name)
        followed = any(v.active for v in self._among((args, tuple(kwargs.values()))))
        noted = [self._noted(arg) for arg in args], {k: self._noted(a) for k, a in kwargs.items()}
        result = func(*args, **kwargs)
        if not followed:
            return result
        writes = name == "__setitem__" or (name[-1:] == "_" and name[:2] != "__")
        writes = writes or (name.startswith("__i") and name.strip("_") in ELEMENTWISE)
        if writes and name not in SAME:
            self._write(func, name, args[0], *noted)
            return result
        if name.endswith("_like") or name.startswith("new_"):
            return result  # of its shape only
        parts = result if isinstance(result, tuple | list) else [result]
        fresh = [p for p in parts if isinstance(p, torch.Tensor) and p.is_floating_point()]
        if not fresh or any(part is arg for part in fresh for arg in args):
            return result
        call = TorchCall(_only(func, len(parts), fresh, parts), *named(name, noted[0]))
        note = self.tape.note(call.name, call, tuple(noted[0]), noted[1])
        for part in fresh:
            self.follow(part, self.tape.result(note, _array(part)))
        return result

    def _write(
        self, func: Any, name: str, target: torch.Tensor, args: list[Any], kwargs: dict[str, Any]
    ) -> None:
        """Note a write in place: from here on the tensor has a new value."""
        if self._memory.get(target.untyped_storage().data_ptr(), 0) > 1:
            raise NotReplayable(None, f"{name} writes to what is seen by other names as well")

        def written(old: torch.Tensor, *args: Any, **kwargs: Any) -> torch.Tensor:
            new = old.clone()
            func(new, *args, **kwargs)
            return new

        call = TorchCall(written, *named(name, args))
        note = self.tape.note(call.name, call, tuple(args), kwargs)
        self.follow(target, self.tape.result(note, _array(target)))

    def _among(self, tree: Any) -> list[Value]:
        if isinstance(tree, torch.Tensor):
            return [self._values[id(tree)]] if id(tree) in self._values else []
        if isinstance(tree, tuple | list):
            return [value for part in tree for value in self._among(part)]
        return []

    def _noted(self, arg: Any) -> Any:
        if isinstance(arg, torch.Tensor):
            return self.value(arg)
        if type(arg) in (tuple, list):
            return type(arg)([self._noted(part) for part in arg])
        return arg


def _array(tensor: torch.Tensor) -> np.ndarray:
    array: np.ndarray = tensor.detach().numpy().copy()
    return array


def named(name: str, args: list[Any]) -> tuple[str, bool]:
    """NumPy's name of a function of torch's, and whether it works entry by entry."""
    plain = name.strip("_")
    if plain in ("max", "min") and len(args) > 1 and isinstance(args[1], Value):
        return f"{plain}imum", True
    if plain in ELEMENTWISE:
        return ELEMENTWISE[plain], True
    return OTHERS.get(plain, f"torch.{plain}"), False


def _only(func: Any, count: int, fresh: list[Any], parts: Any) -> Callable[..., Any]:
    """A function that returns its floating-point tensors, and nothing else."""
    if len(fresh) == count:
        return func
    wanted = [index for index, part in enumerate(parts) if any(part is f for f in fresh)]

    def chosen(*args: Any, **kwargs: Any) -> Any:
        found = func(*args, **kwargs)
        return tuple(found[index] for index in wanted)

    return chosen
