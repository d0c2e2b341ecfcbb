"""Regularisation that is missing or too much, and weights that are not those of the forward."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch

from oracle.blame import multiple
from oracle.evidence import agree
from oracle.mistakes.scale import matching, product
from oracle.mistakes.suspicion import Suspicion, Target
from oracle.recording import Value

LINEAR = ("matmul", "dot", "einsum", "tensordot", "inner", "convolve", "correlate", "multiply")


def suspicions(target: Target) -> Iterator[Suspicion]:
    evidence, of = target.evidence, target.of
    if evidence is None or of is None:
        return
    if target.path is not None and target.got.shape == target.true.shape:
        yield from _regularisation(target)
    yield from _other_weights(target)


def _regularisation(target: Target) -> Iterator[Suspicion]:
    """The difference is a multiple of the parameter itself."""
    evidence, of = target.evidence, target.of
    assert evidence is not None
    assert of is not None
    parameter = evidence.number(of)
    if parameter.size < 2:
        return
    rest = target.got - target.true
    extra = multiple(rest, parameter)
    if extra is None and parameter.ndim == 2:
        for side, at in (("first", 0), ("last", -1)):
            for axis in (0, 1):
                row = np.zeros_like(parameter)
                index = (slice(None),) * axis + (at,)
                row[index] = parameter[index]
                only = multiple(rest, row)
                if only is not None:
                    yield Suspicion(
                        ("bias-row", side, axis), "regularized-bias",
                        f"{{name}} has a regularisation term in its {side} "
                        f"{'row' if axis == 0 else 'column'}, the bias's, which the loss has not",
                        "leave that one out of the regularisation",
                        lambda r=row, o=only: target.true + o * r, rank=5,
                    )  # fmt: skip
        return
    if extra is None:
        return
    due = _due(target)

    def predicted() -> np.ndarray:
        return target.true + extra * parameter

    if due is None:
        bias = parameter.ndim == 1 or 1 in parameter.shape
        what = target.path[-1] if target.path else "the parameter"
        yield Suspicion(
            ("regularised", bias), "regularized-bias" if bias else "wrong-regularization-factor",
            f"{{name}} has a term proportional to {what}, which the loss has not",
            f"do not regularise {what}" if bias else "leave the term out", predicted, rank=5,
        )  # fmt: skip
        return
    total = due + extra
    if abs(total) <= 1e-9 * abs(due):
        yield Suspicion(
            ("regularisation", "missing"), "missing-regularization",
            "{name} leaves out the regularisation term of the loss",
            f"add its gradient, {due:g}·{target.path[-1] if target.path else 'W'} here",
            predicted, rank=5,
        )  # fmt: skip
        return
    for expression in matching(total / due, target.sizes):
        yield Suspicion(
            ("regularisation", expression), "wrong-regularization-factor",
            f"{{name}} has {product(*expression)} times the regularisation term that is due",
            "½λ‖W‖² has the gradient λW, and λ‖W‖² has 2λW", predicted, rank=5,
        )  # fmt: skip


def _due(target: Target) -> float | None:
    """The factor of the parameter itself in its true gradient, if some use of it adds that."""
    evidence, of = target.evidence, target.of
    assert evidence is not None
    assert of is not None
    parameter = evidence.number(of)
    for note in evidence.users.get(id(of), ()):
        part = np.zeros(parameter.shape)
        for value in note.outputs:
            if value.active:
                part += evidence.carried_to(value, evidence.true(value), of)
        found = multiple(part, parameter)
        if found is not None:
            return found
    return None


def _other_weights(target: Target) -> Iterator[Suspicion]:
    """On the way back, a product is taken with something else than on the way forth."""
    evidence, of = target.evidence, target.of
    assert evidence is not None
    assert of is not None
    reached = evidence.after_value(of)
    leaves = {id(v): p for p, v in evidence.inputs.items()}
    for step in evidence.plan.steps:
        note = step.note
        values = [a for a in note.args if isinstance(a, Value) and a.active]
        if note.op not in LINEAR or len(values) < 2:
            continue
        for i, weights in enumerate(note.args):
            if not isinstance(weights, Value) or not weights.active:
                continue
            if not any(v is not weights and id(v) in reached for v in values):
                continue
            for key, finding, said, fix, other in _alternatives(target, weights, leaves):
                yield Suspicion(
                    ("weights", note.line, note.op, i, key), finding,
                    f"{{name}} is carried back through {said} on line {note.line}", fix,
                    lambda n=note, i=i, o=other: evidence.mutated(of, instead={n: _with(i, o)}),
                    rank=11, line=note.line,
                )  # fmt: skip


def _alternatives(
    target: Target, weights: Value, leaves: dict[int, Any]
) -> Iterator[tuple[Any, str, str, str, np.ndarray]]:
    evidence = target.evidence
    assert evidence is not None
    array = evidence.number(weights)
    path = leaves.get(id(weights))
    name = path[-1] if path else "the matrix"
    if array.ndim == 2 and array.shape[0] == array.shape[1] and array.shape[0] > 1:
        yield (
            "transposed", "transposed", f"{name} instead of its transpose",
            f"use {name} transposed: what Z = XW does, dZ·Wᵀ undoes", array.T,
        )  # fmt: skip
    if array.ndim >= 3:
        yield (
            "flipped", "kernel-not-flipped", f"{name} flipped the wrong way",
            "a cross-correlation goes back as a convolution: flip the kernel once",
            np.ascontiguousarray(np.flip(array, (-2, -1))),
        )  # fmt: skip
    for other_path, value in evidence.inputs.items():
        if value is not weights and value.shape == array.shape and array.size > 1:
            yield (
                ("other", other_path), "weights-of-wrong-layer",
                f"{other_path[-1]} instead of {name}", f"use {name}", evidence.number(value),
            )  # fmt: skip
    if path is not None and path in evidence.got:
        for index, step in enumerate(evidence.steps()):
            if step.value.shape == array.shape and array.size > 1:
                moved = evidence.number(step.value) - array
                ratio = multiple(moved, evidence.got[path])
                if ratio is not None and not agree(moved, np.zeros_like(moved), 1.0):
                    yield (
                        "updated", "updated-weights-used",
                        f"{name} as it is after its own update", "compute all gradients first, "
                        "and update then", evidence.number(step.value),
                    )  # fmt: skip
                    return
                del index


def _with(i: int, other: np.ndarray) -> Any:
    """The same value, with the derivative of the product with another operand."""
    tensor = torch.from_numpy(np.ascontiguousarray(other))

    def change(rule: Any, *args: Any, **kwargs: Any) -> torch.Tensor:
        made = rule(*args, **kwargs)
        swapped = [tensor if j == i else a for j, a in enumerate(args)]
        wrong = rule(*swapped, **kwargs)
        # The operand's own derivative stays what it is; only the other's goes through ``other``.
        own = rule(*[a.detach() if j != i and isinstance(a, torch.Tensor) else a for j, a in enumerate(args)], **kwargs)
        return made.detach() + (wrong - wrong.detach()) + (own - own.detach())

    return change
