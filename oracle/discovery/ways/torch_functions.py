"""Way 5: a ``torch.autograd.Function``, whose backward torch itself runs."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from oracle.discovery import arguments, plans
from oracle.discovery.arguments import User
from oracle.discovery.candidate import Candidate
from oracle.discovery.shapes import declared
from oracle.discovery.text import returns
from oracle.subject import Inputs, Made, Path, Subject, WrongReturn


class Context:
    """What a forward wants of its ``ctx`` when autograd runs through it."""

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
    import torch

    from oracle.truth import torch_compat

    kind = user.get(candidate.of("class"))
    names = candidate.of("forward"), candidate.of("backward")
    said = declared.of_parts(user.text, [candidate.name, *names], user.shapes)
    apart = "setup_context" in vars(kind)
    given = arguments.parameters(kind.forward, names[0])[0 if apart else 1 :]
    asked = [p for p in given if p.required or declared.is_said(said, p.name)]
    above = user.line(candidate.name)
    plan = plans.plan(candidate.name, said, asked, above, (user.node(names[0]),), user)
    items = returns.items(user.node(names[1])) or []
    wanted = {name for name, slot in plan.slots.items() if slot.differentiated}

    def tensors(inputs: Inputs) -> dict[str, Any]:
        made = {}
        for name, value in inputs.items():
            if isinstance(value, np.ndarray):
                made[name] = torch.from_numpy(np.array(value, order="C"))
                made[name].requires_grad_(name in wanted)
            else:
                made[name] = value
        return made

    def run_forward(inputs: Inputs) -> tuple[Any, Any]:
        given_tensors = tensors(inputs)
        positional = [given_tensors.get(p.name, p.default) for p in given]
        while len(positional) and given[len(positional) - 1].name not in given_tensors:
            positional.pop()
        out = kind.apply(*positional)
        if isinstance(out, tuple):
            return tuple(_plain(o) for o in out), (given_tensors, out)
        return _plain(out), (given_tensors, out)

    def run_backward(inputs: Inputs, value: Any, kept: Any, upstream: Any) -> list[Made]:
        given_tensors, out = kept
        leaves = {
            n: t for n, t in given_tensors.items() if n in wanted and isinstance(t, torch.Tensor)
        }
        outs = [o for o in out if o.requires_grad] if isinstance(out, tuple) else [out]
        ups = list(upstream) if isinstance(upstream, tuple | list) else [upstream]
        given_ups = [torch.from_numpy(np.array(u, order="C")) for u in ups]
        found: Sequence[Any]
        try:
            found = torch_compat.gradients(
                outs, list(leaves.values()), given_ups, retain_graph=True
            )
        except RuntimeError as error:
            if not ("gradient" in str(error) and "returned" in str(error)):
                raise
            found = by_hand(leaves, given_tensors, given_ups, error)
        made = []
        positions = [p.name for p in given]
        for name, gradient in zip(leaves, found):
            at = positions.index(name)
            item = items[at] if at < len(items) else None
            if gradient is None and item is not None and item.text in ("", "None"):
                continue  # it says that there is none
            value_of = np.zeros(leaves[name].shape) if gradient is None else _plain(gradient)
            own = item.text if item is not None and item.text else f"d{name}"
            line = item.line if item is not None else user.line(names[1])
            made.append(Made((name,), own, line, value_of))
        return made

    def by_hand(
        leaves: Mapping[str, Any], given_tensors: Mapping[str, Any], ups: Sequence[Any], why: Any
    ) -> list[Any]:
        """Each gradient as backward returns it, where torch refuses all of them for one's shape."""
        try:
            with torch.no_grad():
                sent = {(0, i): u for i, u in enumerate(ups)} if len(ups) > 1 else {(0,): ups[0]}
                gradients = both(given_tensors, sent)[1]
        except Exception:
            raise WrongReturn(str(why)) from why
        return [_summed(gradients.get(name), leaf.shape) for name, leaf in leaves.items()]

    def through(given_tensors: Mapping[str, Any]) -> Any:
        values = {p.name: given_tensors[p.name] for p in given if p.name in given_tensors}
        if apart:
            return kind.forward(**values)
        return kind.forward(Context(), **values)

    def both(given_tensors: Mapping[str, Any], sent: Mapping[Path, Any]) -> Any:
        ctx = Context()
        values = {p.name: given_tensors[p.name] for p in given if p.name in given_tensors}
        if apart:
            out = kind.forward(**values)
            kind.setup_context(ctx, tuple(values.get(p.name, p.default) for p in given), out)
        else:
            out = kind.forward(ctx, **values)
        outs = {(0, i): o for i, o in enumerate(out)} if isinstance(out, tuple) else {(0,): out}
        found = kind.backward(ctx, *[sent.get(path) for path in outs])
        returned = found if isinstance(found, tuple) else (found,)
        gradients = {p.name: g for p, g in zip(given, returned, strict=False) if p.name in wanted}
        kept = {path: o for path, o in outs.items() if path in sent}
        return kept, {name: g for name, g in gradients.items() if isinstance(g, torch.Tensor)}

    return Subject(
        candidate.name,
        user.file,
        candidate.line,
        5,
        tuple(plan.arguments),
        run_forward,
        run_backward,
        plan.prepare,
        (kind,),
        module=user.module_name,
        remarks=plan.remarks,
        differentiable=plan.differentiable,
        torch_function=through,
        torch_both=both,
    )


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
