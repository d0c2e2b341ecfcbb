"""A linear call applied forwards on the way back, in the place of its transpose.

A running sum goes back from the end, a roll by the negative shift, a permutation by its inverse,
``h @ W`` with ``W.T``. Where input and output have the same shape, nothing tells but the numbers.
"""

from collections.abc import Callable, Iterator
from typing import Any

import torch

from oracle.diagnosis.mistakes.suspicion import Suspicion, Target
from oracle.truth.recording import Note, Value

BACK = {
    "cumsum": "sum from the end: flip, cumsum, flip",
    "add.accumulate": "sum from the end: flip, accumulate, flip",
    "roll": "roll by the negative shift",
    "getitem": "undo the permutation, by np.argsort of the index",
    "take": "undo the permutation, by np.argsort of the index",
    "matmul": "multiply by the transpose",
    "dot": "multiply by the transpose",
    "einsum": "swap the indices of that operand",
}


def suspicions(target: Target) -> Iterator[Suspicion]:
    evidence, of = target.evidence, target.of
    if evidence is None or of is None:
        return
    reached = evidence.after_value(of)
    places: dict[tuple[Any, ...], list[tuple[Note, int]]] = {}
    for step in evidence.plan.steps:
        note = step.note
        if step.elementwise or len(note.outputs) != 1:
            continue
        for i, arg in enumerate(note.args):
            same = isinstance(arg, Value) and arg.shape == note.outputs[0].shape and arg.shape
            if same and arg.active and id(arg) in reached:
                key = (note.file, note.place.span, note.op, i)
                places.setdefault(key, []).append((note, i))
    for key, found in places.items():
        note, i = found[0]
        instead = {one: _forwards(i) for one, _ in found}
        yield Suspicion(
            ("forwards", *key[1:]), "transposed",
            f"{{name}} goes through {note.op} on line {note.line} forwards; expected: its "
            "transpose",
            BACK.get(note.op, "apply the transpose of it"),
            lambda instead=instead: evidence.mutated(of, instead=instead), rank=12,
        )  # fmt: skip


def _forwards(i: int) -> Callable[..., torch.Tensor]:
    """The same value; back comes the call itself, applied to the upstream."""

    def change(rule: Callable[..., torch.Tensor], *args: Any, **kwargs: Any) -> torch.Tensor:
        def call(x: torch.Tensor) -> torch.Tensor:
            others = [a.detach() if isinstance(a, torch.Tensor) else a for a in args]
            return rule(*[x if j == i else other for j, other in enumerate(others)], **kwargs)

        with torch.no_grad():
            x = args[i].detach()
            other = torch.cos(torch.arange(x.numel(), dtype=x.dtype)).reshape(x.shape)
            parts = call(x + other), call(x) + call(other)
            if not torch.allclose(*parts, rtol=1e-9, atol=1e-9 * float(parts[1].abs().max())):
                raise ValueError("it is not linear")
        made = rule(*[a.detach() if j == i else a for j, a in enumerate(args)], **kwargs)
        return made + _Forwards.apply(call, args[i])

    return change


class _Forwards(torch.autograd.Function):
    """Zeros in the forward pass; in the backward pass, a call applied to the upstream."""

    @staticmethod
    def forward(ctx: Any, call: Callable[..., torch.Tensor], x: torch.Tensor) -> torch.Tensor:
        ctx.call = call
        return torch.zeros_like(x)

    @staticmethod
    def backward(ctx: Any, upstream: torch.Tensor) -> Any:
        return None, ctx.call(upstream)
