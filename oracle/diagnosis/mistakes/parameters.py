"""Regularisation that is missing or too much, and weights that are not those of the forward."""

from collections.abc import Hashable, Iterator
from typing import Any

import numpy as np
import torch

from oracle.diagnosis.blame import multiple
from oracle.diagnosis.evidence import Evidence
from oracle.diagnosis.mistakes.factors import has_mask
from oracle.diagnosis.mistakes.scale import batch, extents, matching, product
from oracle.diagnosis.mistakes.suspicion import Suspicion, Target
from oracle.subject import Path
from oracle.truth.recording import Note, Value

LINEAR = ("matmul", "dot", "einsum", "tensordot", "inner", "convolve", "correlate", "multiply")


def suspicions(target: Target) -> Iterator[Suspicion]:
    evidence, of = target.evidence, target.of
    if evidence is None or of is None:
        return
    if target.path is not None and target.got.shape == target.true.shape:
        yield from _regularisation(target)
    yield from _left_out(target)
    yield from _other_weights(target)


def _regularisation(target: Target) -> Iterator[Suspicion]:
    """The difference is a multiple of the parameter itself."""
    evidence, of = target.evidence, target.of
    assert evidence is not None
    assert of is not None
    parameter = evidence.number(of)
    rest = target.got - target.true
    if parameter.size == 1 and np.all(parameter != 0):
        number = float((rest / parameter).item())
        for same in _constant(target, number):
            yield Suspicion(
                ("regularised", "one", same), "regularized-bias",
                f"{{name}} has a term proportional to {target.path[-1] if target.path else 'it'}, "
                "which the loss has not", "leave the term out",
                lambda: target.true + number * parameter, rank=9, fitted=True,
            )  # fmt: skip
    if parameter.size < 2 or multiple(target.true, parameter) is not None:
        return  # if there is nothing else, a factor is just a factor
    for part in _due_in_part(target):
        factor = multiple(rest, part)
        if factor is not None:
            yield from _share(target, 1 + factor, target.true + factor * part, "part of it")
    extra = multiple(rest, parameter)
    if extra is None:
        yield from _bias_row(target, parameter, rest)
        return
    due = _due(target)

    def predicted() -> np.ndarray:
        return target.true + extra * parameter

    if due is None:
        bias = parameter.ndim == 1 or 1 in parameter.shape
        what = target.path[-1] if target.path else "the parameter"
        for same in _constant(target, extra):
            yield Suspicion(
                ("regularised", bias, same),
                "regularized-bias" if bias else "wrong-regularization-factor",
                f"{{name}} has a term proportional to {what}, which the loss has not",
                f"do not regularise {what}" if bias else "leave the term out", predicted, rank=5,
            )  # fmt: skip
        return
    what = target.path[-1] if target.path else "W"
    yield from _share(target, (due + extra) / due, predicted(), f"{due:g}·{what} here")


def _bias_row(target: Target, parameter: np.ndarray, rest: np.ndarray) -> Iterator[Suspicion]:
    """The difference is a multiple of the first or last row or column alone."""
    for side, at in (("first", 0), ("last", -1)):
        for axis in range(min(2, parameter.ndim)):
            row = np.zeros_like(parameter)
            index = (slice(None),) * axis + (at,)
            row[index] = parameter[index]
            only = multiple(rest, row)
            if only is None:
                continue
            # Of a single number anything is a multiple: λ, or λ over a size, is to be the same in
            # all cases.
            single = int(np.count_nonzero(row)) == 1
            for same in _constant(target, only) if single else [0]:
                yield Suspicion(
                    ("bias-row", side, axis, same), "regularized-bias",
                    f"{{name}} has a regularisation term in its {side} "
                    f"{'row' if axis == 0 else 'column'}, the bias's, which the loss has not",
                    "leave that one out of the regularisation",
                    lambda r=row, o=only: target.true + o * r, rank=5, fitted=single,
                )  # fmt: skip


def _constant(target: Target, number: float) -> Iterator[object]:
    """The part of a factor that may be constant, whatever the sizes and arguments."""
    yield f"{number:.8g}"
    given = target.evidence.inputs if target.evidence is not None else {}
    for path, value in given.items():
        array = target.evidence.number(value) if target.evidence is not None else np.zeros(0)
        if array.size == 1 and array.item() and path != target.path:
            yield path, f"{number / array.item():.8g}"
    for name, size in extents(target.sizes).items():
        if size > 1:
            yield name, f"{number * size:.8g}"


def _share(target: Target, share: float, predicted: np.ndarray, due: str) -> Iterator[Suspicion]:
    """So much of the regularisation term's gradient is there, where all of it is expected."""
    if abs(share) <= 1e-9:
        yield Suspicion(
            ("regularisation", "missing"), "missing-regularization",
            "{name} leaves out the regularisation term of the loss",
            f"add its gradient, {due}", lambda: predicted, rank=5,
        )  # fmt: skip
        return
    known = list(matching(share, target.sizes))
    said: list[tuple[str, Hashable]] = [(product(*each), each) for each in known]
    for times, key in said or [(f"{share:.4g}", f"{share:.8g}")]:  # a number of the code's own
        yield Suspicion(
            ("regularisation", key), "wrong-regularization-factor",
            f"{{name}} has {times} times the regularisation term's gradient",
            "½λ‖W‖² has the gradient λW, and λ‖W‖² has 2λW", lambda: predicted, rank=5,
        )  # fmt: skip


def _due_in_part(target: Target) -> Iterator[np.ndarray]:
    """Terms of the true gradient that are a multiple of some of the parameter's own entries.

    θ[1:] is regularised, say, and θ[0], the bias, is not.
    """
    evidence, of = target.evidence, target.of
    assert evidence is not None
    assert of is not None
    parameter = evidence.number(of)
    for move in evidence.users.get(id(of), ()):
        if move.op not in ("getitem", "read", "reshape", "ravel"):
            continue
        for view in move.outputs:
            for note in evidence.users.get(id(view), ()):
                part = np.zeros(parameter.shape)
                for value in note.outputs:
                    if value.active:
                        part += evidence.carried_to(value, evidence.true(value), of)
                there = part != 0
                if there.sum() > 1 and multiple(part[there], parameter[there]) is not None:
                    yield part


def _due(target: Target) -> float | None:
    """The factor of the parameter itself in its true gradient, if some of its uses add that.

    Of ``λ * w @ w`` the product that is taken last adds what goes through both.
    """
    evidence, of = target.evidence, target.of
    assert evidence is not None
    assert of is not None
    parameter = evidence.number(of)
    found = []
    users = evidence.users.get(id(of), [])
    made = {id(note): {id(v) for v in note.outputs} for note in users}
    for note in users:
        later = set().union(*map(evidence.after_value, note.outputs))
        if any(made[id(other)] & later for other in users if other is not note):
            continue
        part = np.zeros(parameter.shape)
        for value in note.outputs:
            if value.active:
                part += evidence.carried_to(value, evidence.true(value), of)
        factor = multiple(part, parameter)
        found += [] if factor is None else [factor]
    return sum(found) if found else None


def _left_out(target: Target) -> Iterator[Suspicion]:
    """A factor, such as the γ of a normalisation, as if it were 1."""
    evidence, of = target.evidence, target.of
    assert evidence is not None
    assert of is not None
    for path, value in evidence.inputs.items():
        ops = {note.op for note in evidence.users.get(id(value), ())}
        if path == target.path or not ops & {"multiply", "divide"}:
            continue
        ones = np.ones(value.shape)
        yield Suspicion(
            ("as-one", path), "dropped-term", f"{{name}} leaves out {path[-1]}, as if it were 1",
            f"multiply by {path[-1]} on the way back as well",
            lambda p=path, o=ones: evidence.mutated(of, inputs={p: o}), rank=9,
        )  # fmt: skip


def _other_weights(target: Target) -> Iterator[Suspicion]:
    """On the way back, a product is taken with something else than on the way forth."""
    evidence, of = target.evidence, target.of
    assert evidence is not None
    assert of is not None
    reached = evidence.after_value(of)
    leaves = {id(v): p for p, v in evidence.inputs.items()}
    places: dict[tuple[Any, ...], list[Note]] = {}
    for step in evidence.plan.steps:
        note = step.note
        values = [a for a in note.args if isinstance(a, Value) and a.active]
        if note.op not in LINEAR or len(values) < 2:
            continue
        for i, weights in enumerate(note.args):
            carried = [v for v in values if v is not weights and id(v) in reached]
            if isinstance(weights, Value) and weights.active and carried:
                places.setdefault((note.place.span, note.op, i), []).append(note)
    for (span, op, i), notes in places.items():
        if any(n.args[i].shape != notes[0].args[i].shape for n in notes):
            continue
        for key, finding, said, fix, others in _alternatives(
            target, [n.args[i] for n in notes], leaves
        ):
            yield Suspicion(
                ("weights", span, op, i, key), finding,
                f"{{name}} is carried back through {said} on line {notes[0].line}", fix,
                lambda notes=notes, i=i, others=others: evidence.mutated(
                    of, instead={n: _with(i, o) for n, o in zip(notes, others, strict=True)}
                ),
                rank=4 if key == "updated" else 11,
            )  # fmt: skip


def _alternatives(
    target: Target, operands: list[Value], leaves: dict[int, Any]
) -> Iterator[tuple[Any, str, str, str, list[np.ndarray]]]:
    """Values that may stand for an operand at each of its occurrences."""
    evidence = target.evidence
    assert evidence is not None
    arrays = [evidence.number(value) for value in operands]
    array = arrays[0]
    path = leaves.get(id(operands[0]))
    name = path[-1] if path else "the matrix"
    if array.ndim == 2 and array.shape[0] == array.shape[1] and array.shape[0] > 1:
        yield (
            "transposed", "transposed", f"{name} instead of its transpose",
            f"use {name} transposed: for Z = X·W, dX = dZ·Wᵀ", [a.T for a in arrays],
        )  # fmt: skip
    for axes in ((-1,), (-2, -1)):
        if array.ndim >= len(axes) and array.shape[-1] > 1:
            yield (
                ("flipped", axes), "kernel-not-flipped", f"{name} flipped the wrong way",
                "a cross-correlation goes back as a convolution: flip the kernel once",
                [np.flip(a, axes) for a in arrays],
            )  # fmt: skip
    if any(value is not operands[0] for value in operands):
        return
    count = len(operands)
    for other_path, value in evidence.inputs.items():
        if value is operands[0] or value.shape != array.shape or array.size < 2:
            continue
        finding, fix = _confused(target, operands[0], value, path, other_path)
        yield (
            ("other", other_path), finding, f"{other_path[-1]} instead of {name}", fix,
            [evidence.number(value)] * count,
        )  # fmt: skip
    for other_path, value in evidence.inputs.items() if path is not None else ():
        turned = value.shape == array.shape[::-1] != array.shape and array.ndim == 2
        if value is not operands[0] and turned and array.size > 1:
            finding, fix = _confused(target, operands[0], value, path, other_path)
            yield (
                ("other", "transposed", other_path), finding,
                f"{other_path[-1]} transposed instead of {name}", fix,
                [evidence.number(value).T] * count,
            )  # fmt: skip
    for updated in _updated(evidence, path, array) if path is not None else ():
        yield (
            "updated", "updated-weights-used", f"{name} as it is after its own update",
            "compute all gradients first, and update then", [updated] * count,
        )  # fmt: skip


def _updated(evidence: Evidence, path: Path, array: np.ndarray) -> Iterator[np.ndarray]:
    """A parameter after a possible update: moved along its own gradient."""
    for step in evidence.steps() if array.size > 1 else ():
        if step.value.shape == array.shape:
            found = evidence.number(step.value)
            moved = found - array
            along = [evidence.want(path), *([evidence.got[path]] if path in evidence.got else [])]
            if any(multiple(moved, gradient) is not None for gradient in along):
                yield found


def _confused(
    target: Target, due: Value, other: Value, leaf: Path | None, wrong: Path
) -> tuple[str, str]:
    """The finding where an input stands for another one, or for what was made of it."""
    if leaf is not None:
        samples = batch(target)
        dims = {a.name: a.dims for a in target.subject.arguments}
        data = any(samples in dims.get(path[0], ()) for path in (leaf, wrong))
        return "wrong-operand" if data else "weights-of-wrong-layer", f"use {leaf[-1]}"
    note = due.note
    if note is not None and note.op == "multiply" and other in note.args and has_mask(note):
        return "dropout-mask-missing", f"use {wrong[-1]} as it is once the mask is applied"
    return "wrong-operand", f"use what line {note.line if note else 0} computes"


def _with(i: int, other: np.ndarray) -> Any:
    """The same value, with the derivative of the product with another operand."""
    tensor = torch.from_numpy(np.array(other))

    def change(rule: Any, *args: Any, **kwargs: Any) -> torch.Tensor:
        made = rule(*args, **kwargs)
        swapped = [tensor if j == i else a for j, a in enumerate(args)]
        wrong = rule(*swapped, **kwargs)
        # The operand's own derivative stays what it is; only the other's goes through ``other``.
        own = rule(
            *[
                a.detach() if j != i and isinstance(a, torch.Tensor) else a
                for j, a in enumerate(args)
            ],
            **kwargs,
        )
        return made.detach() + (wrong - wrong.detach()) + (own - own.detach())

    return change
