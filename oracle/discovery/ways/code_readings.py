"""Readings that other code or words beside a derivation show: callers, activations."""

import ast
import dataclasses
import re
from collections.abc import Callable, Iterator
from pathlib import Path as File
from typing import Any

import numpy as np

from oracle.discovery import naming
from oracle.discovery.arguments import User
from oracle.discovery.candidate import Candidate
from oracle.discovery.text import callers, functions
from oracle.discovery.text.functions import Function
from oracle.discovery.text.source import Text
from oracle.discovery.trial_inputs import kept_random_state, trial_arrays
from oracle.discovery.ways.attributes import value_at
from oracle.discovery.ways.readings import INPUTS, Variant, combined
from oracle.subject import Inputs, Made, Reading, Subject, Way, as_array

SUMS = ("sum", "mean", "average")


def of_callers(user: User, candidate: Candidate, subject: Subject) -> Subject:
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
    """The return or break that ends every pass of the loop."""
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


# Losses whose backward is that of what an activation is given: ``p − y`` under a softmax.
#
# ``cross_entropy(p, y)`` beside ``return (p - y) / len(y)`` is right for the logits of which p is
# the softmax. Words in the text of the derivation itself must say so: where p has a backward of
# its own that goes through the softmax once more, the same gradient is wrong.

SAID = re.compile(r"soft-?max|sigmoid|logit|logistic", re.IGNORECASE)


def softmax(axis: int) -> Callable[[Any], Any]:
    def along(z: Any) -> Any:
        e = np.exp(z - np.max(z, axis=axis, keepdims=True))
        return e / np.sum(e, axis=axis, keepdims=True)

    return along


def sigmoid(z: Any) -> Any:
    return 1 / (1 + np.exp(-z))


def of_activations(user: User, candidate: Candidate, subject: Subject) -> Subject:
    """A loss with these readings, where words beside its code say which activation is meant."""
    names = [argument.name for argument in subject.arguments]
    is_loss = candidate.way in (Way.PAIR, Way.LAYER) and len(names) == 2
    if subject.has_upstream or not is_loss or not naming.targets(names):
        return subject
    said = {word.lower() for word in SAID.findall(_prose(user, candidate))}
    if not said or subject.torch_function is not None:
        return subject
    before = subject.by_trial
    acts: dict[str, Callable[[Any], Any]] = {}
    if any("max" in word for word in said) or "logit" in said:
        acts |= {"softmax along the last axis": softmax(-1), "softmax along axis 0": softmax(0)}
    if any("sig" in word or "logi" in word for word in said):
        acts["sigmoid"] = sigmoid

    def by_trial(one: Subject) -> Subject:
        one = one if before is None else before(one)
        name = _of_one_array(one)
        return combined(one, _variants(name, acts)) if name else one

    return dataclasses.replace(subject, by_trial=by_trial)


def _prose(user: User, candidate: Candidate) -> str:
    """The docstrings and comments of the functions or of the class that a derivation is."""
    if user.text is None:
        return ""
    found = []
    for name in candidate.parts.values():
        node = user.text.functions.get(name) or user.text.classes.get(name)
        if node is None or isinstance(node, ast.Lambda):
            continue
        found.append(ast.get_docstring(node) or "")
        lines = user.text.lines[node.lineno - 1 : node.end_lineno]
        found += [line.partition("#")[2] for line in lines if "#" in line]
    return "\n".join(found)


def _of_one_array(subject: Subject) -> str:
    """The one prediction that a loss has a gradient of; "" if there are more, or none."""
    try:
        arrays = trial_arrays(subject.arguments)
        inputs = subject.prepare({n: a.copy() for n, a in arrays.items()}, 0)
        with kept_random_state(0), np.errstate(all="ignore"):
            value, kept = subject.forward(inputs)
            made = subject.backward(inputs, value, kept, 1.0)
    except (Exception, SystemExit):  # the check meets it again and reports it
        return ""
    if len(made) != 1 or len(made[0].of) != 1 or np.ndim(value):
        return ""
    name = str(made[0].of[0])
    own = bool(naming.PARAMETERS.match(name)) or name.strip("_").lower() in INPUTS
    return "" if own else name


def _variants(name: str, acts: dict[str, Callable[[Any], Any]]) -> list[Variant]:
    plain: Variant = (Reading(f"the gradient of {name}", "", False), lambda subject: subject)
    return [plain, *(_variant(name, said, act) for said, act in acts.items())]


def _variant(name: str, said: str, act: Callable[[Any], Any]) -> Variant:
    def read(subject: Subject) -> Subject:
        forward, backward = subject.forward, subject.backward

        def meant(inputs: Inputs) -> Inputs:
            return {**inputs, name: act(inputs[name])}

        def run_backward(inputs: Inputs, value: Any, kept: Any, upstream: Any) -> list[Made]:
            return backward(meant(inputs), value, kept, upstream)

        return dataclasses.replace(
            subject, forward=lambda inputs: forward(meant(inputs)), backward=run_backward
        )

    remark = f"correct as the gradient of what {name} is the {said} of"
    return Reading(f"the gradient of what {name} is the {said} of", remark), read
