"""The part of a gradient that a caller takes over, and the upstream that a caller is meant to send.

Each is a reading that something in the code must show: a caller that sums what the backward has
returned over its samples; a backward that looks for the one entry of its upstream that is not 0.
"""

import ast
import dataclasses
from collections.abc import Iterator
from pathlib import Path as File
from typing import Any

import numpy as np

from oracle.discovery.arguments import User
from oracle.discovery.candidate import Candidate
from oracle.discovery.text import callers, functions
from oracle.discovery.text.functions import Function
from oracle.discovery.text.source import Text
from oracle.discovery.ways.attributes import value_at
from oracle.discovery.ways.readings import Variant, combined
from oracle.subject import Inputs, Made, Reading, Subject, as_array

SUMS = ("sum", "mean", "average")


def proposed(user: User, candidate: Candidate, subject: Subject) -> Subject:
    """A subject with these readings, where the code shows them."""
    node = user.node(candidate.of("backward"))
    if user.text is None or node is None or subject.torch_function is not None:
        return subject
    plain: Variant = (Reading(""), lambda one: one)
    found = [*_of_one_entry(node), *_summed_by_caller(user.text, candidate)]
    return combined(subject, [plain, *found]) if found else subject


# -- an upstream with one entry that is not 0 -----------------------------------------------------


def _of_one_entry(node: Function) -> Iterator[Variant]:
    """A loop over the upstream that passes over zeros, and ends at the first other entry."""
    given = set(functions.parameters(node))
    for loop in functions.own_nodes(node):
        if not isinstance(loop, ast.For):
            continue
        over = {n.id for n in ast.walk(loop.iter) if isinstance(n, ast.Name)} & given
        names = {n.id for n in ast.walk(loop.target) if isinstance(n, ast.Name)}
        if over and _passes_over_zeros(loop, names) and _ends_early(loop):
            name = min(over)
            remark = (
                f"correct for a {name} with one entry that is not 0, for which the loop on line "
                f"{loop.lineno} looks"
            )
            reading = Reading(f"{name} has one entry that is not 0", remark, False)
            yield reading, lambda one: dataclasses.replace(one, one_entry=True)
            return


def _passes_over_zeros(loop: ast.For, names: set[str]) -> bool:
    """``if g == 0: continue`` at the start of a pass."""
    return any(
        isinstance(part, ast.If)
        and isinstance(part.test, ast.Compare)
        and isinstance(part.test.ops[0], ast.Eq)
        and isinstance(part.test.comparators[0], ast.Constant)
        and part.test.comparators[0].value == 0
        and names & {n.id for n in ast.walk(part.test.left) if isinstance(n, ast.Name)}
        and isinstance(part.body[-1], ast.Continue)
        for part in loop.body
    )


def _ends_early(loop: ast.For) -> bool:
    """A return or break that each pass comes to."""
    return isinstance(loop.body[-1], ast.Return | ast.Break)


# -- gradients of each sample, which a caller sums ------------------------------------------------


def _summed_by_caller(text: Text, candidate: Candidate) -> Iterator[Variant]:
    """``np.mean(grads["W"], axis=0)`` of what a caller has got from a backward of this class."""
    owner = candidate.of("class").rpartition(".")[2]
    method = candidate.of("backward").rpartition(".")[2]
    for near in callers.texts(text, owner) if owner else ():
        line = _sums_result(near, method)
        if line:
            where = f"line {line}" if near is text else f"{File(near.file).name}, line {line}"
            remark = (
                f"correct as gradients of each sample, which a caller sums over axis 0 ({where})"
            )
            yield Reading("of each sample", remark, False), _summed
            return


def _sums_result(text: Text, method: str) -> int:
    """The line on which what a method has returned is summed over axis 0; 0 if there is none."""
    held = {
        name.id
        for node in ast.walk(text.tree)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call)
        if ast.unparse(node.value.func).endswith(f".{method}")
        for target in node.targets
        for name in ast.walk(target)
        if isinstance(name, ast.Name)
    }
    for call in ast.walk(text.tree):
        if not isinstance(call, ast.Call) or ast.unparse(call.func).rpartition(".")[2] not in SUMS:
            continue
        axes = [word.value for word in call.keywords if word.arg == "axis"] + call.args[1:2]
        used = {n.id for part in call.args[:1] for n in ast.walk(part) if isinstance(n, ast.Name)}
        if used & held and any(isinstance(a, ast.Constant) and a.value == 0 for a in axes):
            return call.lineno
    return 0


def _summed(subject: Subject) -> Subject:
    """Gradients with an axis of samples that their array does not have, summed over it."""
    plain = subject.backward

    def backward(inputs: Inputs, value: Any, kept: Any, upstream: Any) -> list[Made]:
        shapes = {m.of: m for m in plain(inputs, value, kept, upstream)}
        return [
            dataclasses.replace(m, value=_fitted(as_array(m.value), np.shape(value_at(inputs, of))))
            for of, m in shapes.items()
        ]

    return dataclasses.replace(subject, backward=backward)


def _fitted(gradient: Any, shape: tuple[int, ...]) -> Any:
    own = np.shape(gradient)
    if len(own) == len(shape) and own[1:] == shape[1:] and shape[:1] == (1,):
        return gradient.sum(axis=0, keepdims=True)
    return gradient.sum(axis=0) if own[1:] == shape and own else gradient
