"""A ``torch.autograd.Function`` as it is called: forward, backward, and both by hand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from oracle.discovery import trial_inputs
from oracle.discovery.arguments import Parameter
from oracle.discovery.text.returns import Item
from oracle.subject import Inputs, Made, Path, WrongReturn
from oracle.truth import torch_compat
from oracle.truth.torch_forward import PLAIN, Precision


class Context:
    """The ``ctx`` of a forward that autograd runs through."""

    def __init__(self, needed: tuple[bool, ...]) -> None:
        self.saved_tensors: tuple[Any, ...] = ()
        self.needs_input_grad = needed
        self.constants: list[Any] = []  # outputs that have no derivative

    def save_for_backward(self, *tensors: Any) -> None:
        self.saved_tensors = tensors

    save_for_forward = save_for_backward

    def mark_dirty(self, *tensors: Any) -> None:
        """Nothing: what is written to are copies."""

    def mark_non_differentiable(self, *tensors: Any) -> None:
        self.constants += tensors

    def set_materialize_grads(self, value: bool) -> None:
        """Nothing: each output gets a gradient."""


@dataclass(frozen=True)
class Call:
    """A ``Function`` as it is called: its forward's parameters, and what its backward returns."""

    kind: Any
    given: list[Parameter]
    apart: bool  # setup_context is a method of its own
    wanted: set[str]  # the inputs that are differentiated
    items: list[Item]
    line: int  # of the backward
    precision: Precision = PLAIN
    defaults: bool = True  # arguments with defaults are passed as well

    def run_forward(self, inputs: Inputs) -> tuple[Any, Any]:
        tensors = self._tensors(inputs)
        positional = [_copy(tensors.get(p.name, p.default)) for p in self.given]
        while not self.defaults and self.given[len(positional) - 1].name not in tensors:
            positional.pop()
        out = self.kind.apply(*positional)
        if isinstance(out, list):
            out = tuple(out)
        if isinstance(out, tuple):
            return tuple(_plain(o) for o in out), (tensors, out)
        return _plain(out), (tensors, out)

    def _tensors(self, inputs: Inputs) -> dict[str, Any]:
        made = {}
        for name, value in inputs.items():
            if isinstance(value, np.ndarray | np.generic):
                tensor = torch.from_numpy(np.array(value, order="C"))
                if tensor.is_floating_point() and self.precision.only is not None:
                    tensor = tensor.to(self.precision.only)
                made[name] = tensor.requires_grad_(name in self.wanted)
            else:
                made[name] = value
        return made

    def run_backward(self, inputs: Inputs, value: Any, kept: Any, upstream: Any) -> list[Made]:
        tensors, out = kept
        leaves = {
            n: t for n, t in tensors.items() if n in self.wanted and isinstance(t, torch.Tensor)
        }
        numbers = [o for o in (out if isinstance(out, tuple) else (out,)) if _is_number(o)]
        ups = list(upstream) if isinstance(upstream, tuple | list) else [upstream]
        pairs = [(o, u) for o, u in zip(numbers, ups, strict=True) if isinstance(o, torch.Tensor)]
        outs = [o for o, _ in pairs]
        sent = [torch.as_tensor(np.array(u, order="C"), dtype=o.dtype) for o, u in pairs]
        ends = [(o, s) for o, s in zip(outs, sent) if o.requires_grad]
        found: Sequence[Any]
        try:
            found = torch_compat.gradients(
                [o for o, _ in ends], list(leaves.values()), [s for _, s in ends], retain_graph=True
            )
        except RuntimeError as error:
            if not ("gradient" in str(error) and "returned" in str(error)):
                raise
            found = self._by_hand(leaves, tensors, out, sent, error)
        if trial_inputs.CHOSEN:  # shapes are sought: a sum that torch makes tells that they misfit
            found = self._as_returned(leaves, tensors, out, sent) or found
        return self._made(leaves, found)

    def _made(self, leaves: Mapping[str, Any], found: Sequence[Any]) -> list[Made]:
        made = []
        positions = [p.name for p in self.given]
        for name, gradient in zip(leaves, found):
            at = positions.index(name)
            item = self.items[at] if at < len(self.items) else None
            if gradient is None and item is not None and item.text in ("", "None"):
                continue  # it says that there is none
            value = np.zeros(leaves[name].shape) if gradient is None else _plain(gradient)
            own = item.text if item is not None and item.text else f"d{name}"
            made.append(Made((name,), own, item.line if item is not None else self.line, value))
        return made

    def _by_hand(
        self,
        leaves: Mapping[str, Any],
        tensors: Mapping[str, Any],
        out: Any,
        ups: Sequence[Any],
        why: Any,
    ) -> list[Any]:
        """Each gradient as backward returns it, where torch refuses all of them for one's shape."""
        found = self._as_returned(leaves, tensors, out, ups)
        if found is None:
            raise WrongReturn(str(why)) from why
        return [_summed(gradient, leaf.shape) for gradient, leaf in zip(found, leaves.values())]

    def _as_returned(
        self, leaves: Mapping[str, Any], tensors: Mapping[str, Any], out: Any, ups: Sequence[Any]
    ) -> list[Any] | None:
        """Each gradient as backward returns it; None where it cannot be run by hand."""
        several = isinstance(out, tuple)
        paths = [(0, i) for i, o in enumerate(out) if _is_real(o)] if several else [(0,)]
        try:
            with torch.no_grad():
                copies = {name: _copy(thing) for name, thing in tensors.items()}
                gradients = self.both(copies, dict(zip(paths, ups)))[1]
        except Exception:
            return None
        return [gradients.get(name) for name in leaves]

    def through(self, tensors: Mapping[str, Any]) -> Any:
        """The outputs of the forward alone, for autograd to go through."""
        context, values = self._context(), self._values(tensors)
        out = self._run(context, values)
        if not isinstance(out, tuple | list):
            return out
        constants = {id(tensor) for tensor in context.constants}
        return tuple(_constant(part) if id(part) in constants else part for part in out)

    def _run(self, context: Context, values: Mapping[str, Any]) -> Any:
        if not self.apart:
            return self.kind.forward(context, **values)
        out = self.kind.forward(**values)
        every = tuple(values.get(p.name, p.default) for p in self.given)
        self.kind.setup_context(context, every, out)
        return out

    def _context(self) -> Context:
        return Context(tuple(p.name in self.wanted for p in self.given))

    def _values(self, tensors: Mapping[str, Any]) -> dict[str, Any]:
        return {p.name: tensors[p.name] for p in self.given if p.name in tensors}

    def both(self, tensors: Mapping[str, Any], sent: Mapping[Path, Any]) -> Any:
        """The outputs and the gradients by hand, for upstreams by the path of the output."""
        context, values = self._context(), self._values(tensors)
        out = self._run(context, values)
        outs = {(0, i): o for i, o in enumerate(out)} if isinstance(out, tuple) else {(0,): out}
        found = self.kind.backward(context, *[sent.get(path) for path in outs])
        returned = found if isinstance(found, tuple) else (found,)
        gradients = {
            p.name: g
            for p, g in zip(self.given, returned, strict=False)
            if p.name in self.wanted and isinstance(g, torch.Tensor)
        }
        return {path: o for path, o in outs.items() if path in sent}, gradients


def _constant(tensor: torch.Tensor) -> torch.Tensor:
    """The same without a derivative, and marked so."""
    made = tensor.detach()
    made.has_no_derivative = True  # type: ignore[attr-defined]
    return made


def _copy(thing: Any) -> Any:
    """A tensor that autograd lets the user's code write to, which it does not let for a leaf."""
    return thing.clone() if isinstance(thing, torch.Tensor) and thing.requires_grad else thing


def _summed(gradient: Any, shape: Any) -> Any:
    """A gradient summed to a shape as torch does it, where it would."""
    if gradient is None or gradient.shape == shape:
        return gradient
    try:
        return gradient.sum_to_size(shape)
    except RuntimeError:
        return gradient


def _is_number(thing: Any) -> bool:
    return isinstance(thing, float) or _is_real(thing)


def _is_real(thing: Any) -> bool:
    return isinstance(thing, torch.Tensor) and thing.is_floating_point()


def _plain(thing: Any) -> Any:
    """A tensor as an array; NumPy has no bfloat16, and float16 is judged as float32 is."""
    if not isinstance(thing, torch.Tensor):
        return thing
    thing = thing.detach()
    if thing.dtype in (torch.bfloat16, torch.float16):
        thing = thing.float()
    return thing.numpy()
