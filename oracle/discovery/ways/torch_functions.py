"""Way 5: a ``torch.autograd.Function``, whose backward torch itself runs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from oracle.discovery import arguments, plans
from oracle.discovery.arguments import Parameter, User
from oracle.discovery.candidate import Candidate
from oracle.discovery.shapes import declared
from oracle.discovery.text import returns
from oracle.discovery.text.returns import Item
from oracle.subject import Inputs, Made, Path, Subject, WrongReturn
from oracle.truth import torch_compat


class Context:
    """The ``ctx`` of a forward that autograd runs through."""

    def __init__(self) -> None:
        self.saved_tensors: tuple[Any, ...] = ()
        self.needs_input_grad: tuple[bool, ...] = (True,) * 100

    def save_for_backward(self, *tensors: Any) -> None:
        self.saved_tensors = tensors

    save_for_forward = save_for_backward

    def mark_dirty(self, *tensors: Any) -> None:
        pass

    mark_non_differentiable = mark_dirty

    def set_materialize_grads(self, value: bool) -> None:
        pass


def function(user: User, candidate: Candidate) -> Subject:
    """The subject that a ``Function`` is. ``torch_function`` takes tensors by name, and is its
    forward as autograd runs through it.

    Raises:
        Unusable: a shape is missing.
    """
    kind: Any = user.kind(candidate.of("class"))
    names = candidate.of("forward"), candidate.of("backward")
    said = declared.of_parts(user.text, [candidate.name, *names], user.shapes)
    apart = "setup_context" in vars(kind)
    given = arguments.parameters(kind.forward, names[0])[0 if apart else 1 :]
    asked = [p for p in given if p.required or declared.is_said(said, p.name)]
    above = user.line(candidate.name)
    plan = plans.plan(candidate.name, said, asked, above, (user.node(names[0]),), user)
    items = returns.items(user.node(names[1])) or []
    wanted = {name for name, slot in plan.slots.items() if slot.differentiated}
    one = _Function(kind, given, apart, wanted, items, user.line(names[1]))
    return Subject(
        candidate.name,
        user.file,
        candidate.line,
        candidate.way,
        tuple(plan.arguments),
        one.run_forward,
        one.run_backward,
        plan.prepare,
        (kind,),
        module=user.module_name,
        remarks=plan.remarks,
        differentiable=plan.differentiable,
        torch_function=one.through,
        torch_both=one.both,
    )


@dataclass(frozen=True)
class _Function:
    """A ``Function`` as it is called: its forward's parameters, and what its backward returns."""

    kind: Any
    given: list[Parameter]
    apart: bool  # setup_context is a method of its own
    wanted: set[str]  # the inputs that are differentiated
    items: list[Item]
    line: int  # of the backward

    def _tensors(self, inputs: Inputs) -> dict[str, Any]:
        made = {}
        for name, value in inputs.items():
            if isinstance(value, np.ndarray):
                made[name] = torch.from_numpy(np.array(value, order="C"))
                made[name].requires_grad_(name in self.wanted)
            else:
                made[name] = value
        return made

    def run_forward(self, inputs: Inputs) -> tuple[Any, Any]:
        tensors = self._tensors(inputs)
        positional = [tensors.get(p.name, p.default) for p in self.given]
        while len(positional) and self.given[len(positional) - 1].name not in tensors:
            positional.pop()
        out = self.kind.apply(*positional)
        if isinstance(out, tuple):
            return tuple(_plain(o) for o in out), (tensors, out)
        return _plain(out), (tensors, out)

    def run_backward(self, inputs: Inputs, value: Any, kept: Any, upstream: Any) -> list[Made]:
        tensors, out = kept
        leaves = {
            n: t for n, t in tensors.items() if n in self.wanted and isinstance(t, torch.Tensor)
        }
        outs = [o for o in out if o.requires_grad] if isinstance(out, tuple) else [out]
        ups = list(upstream) if isinstance(upstream, tuple | list) else [upstream]
        sent = [torch.from_numpy(np.array(u, order="C")) for u in ups]
        found: Sequence[Any]
        try:
            found = torch_compat.gradients(outs, list(leaves.values()), sent, retain_graph=True)
        except RuntimeError as error:
            if not ("gradient" in str(error) and "returned" in str(error)):
                raise
            found = self._by_hand(leaves, tensors, sent, error)
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
        self, leaves: Mapping[str, Any], tensors: Mapping[str, Any], ups: Sequence[Any], why: Any
    ) -> list[Any]:
        """Each gradient as backward returns it, where torch refuses all of them for one's shape."""
        try:
            with torch.no_grad():
                sent = {(0, i): u for i, u in enumerate(ups)} if len(ups) > 1 else {(0,): ups[0]}
                gradients = self.both(tensors, sent)[1]
        except Exception:
            raise WrongReturn(str(why)) from why
        return [_summed(gradients.get(name), leaf.shape) for name, leaf in leaves.items()]

    def through(self, tensors: Mapping[str, Any]) -> Any:
        values = {p.name: tensors[p.name] for p in self.given if p.name in tensors}
        if self.apart:
            return self.kind.forward(**values)
        return self.kind.forward(Context(), **values)

    def both(self, tensors: Mapping[str, Any], sent: Mapping[Path, Any]) -> Any:
        """The outputs and the gradients by hand, for upstreams by the path of the output."""
        ctx = Context()
        values = {p.name: tensors[p.name] for p in self.given if p.name in tensors}
        if self.apart:
            out = self.kind.forward(**values)
            given = tuple(values.get(p.name, p.default) for p in self.given)
            self.kind.setup_context(ctx, given, out)
        else:
            out = self.kind.forward(ctx, **values)
        outs = {(0, i): o for i, o in enumerate(out)} if isinstance(out, tuple) else {(0,): out}
        found = self.kind.backward(ctx, *[sent.get(path) for path in outs])
        returned = found if isinstance(found, tuple) else (found,)
        gradients = {
            p.name: g
            for p, g in zip(self.given, returned, strict=False)
            if p.name in self.wanted and isinstance(g, torch.Tensor)
        }
        return {path: o for path, o in outs.items() if path in sent}, gradients


def _summed(gradient: Any, shape: Any) -> Any:
    """A gradient summed to a shape as torch does it, where it would."""
    if gradient is None or gradient.shape == shape:
        return gradient
    try:
        return gradient.sum_to_size(shape)
    except RuntimeError:
        return gradient


def _plain(tensor: Any) -> Any:
    return tensor.detach().numpy() if hasattr(tensor, "detach") else tensor
