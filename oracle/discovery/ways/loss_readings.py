"""Readings of a loss: the 1/m of the mean in some gradients alone, or an activation in it."""

import ast
import dataclasses
import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from oracle.discovery import naming
from oracle.discovery.arguments import User
from oracle.discovery.candidate import Candidate
from oracle.discovery.text import source
from oracle.discovery.trial_inputs import kept_random_state, trial_arrays
from oracle.discovery.ways.readings import INPUTS, Variant, combined
from oracle.subject import Inputs, Made, Reading, Subject, Way, size_names

Found = Sequence[tuple[Candidate, Subject]]
WHOLES = (Way.FORWARD_COST_BACKWARD, Way.NETWORK)


def with_mean_in_parameters(user: User, found: Found) -> list[Subject]:
    """The subjects, each with this reading where a whole derivation of the file calls it."""
    wholes = [
        (source.used_by(user.text, [candidate.of("backward")]), subject)
        for candidate, subject in found
        if user.text is not None and candidate.way in WHOLES
    ]
    return [
        _read(subject, [whole for used, whole in wholes if candidate.of("backward") in used])
        if candidate.way in (Way.PAIR, Way.PAIR_WITH_CACHE)
        else subject
        for candidate, subject in found
    ]


def _read(subject: Subject, wholes: Sequence[Subject]) -> Subject:
    """A subject that is judged as it stands, or else with the 1/m in its parameters' gradients."""
    drawn = [argument for argument in subject.arguments if argument.differentiated]
    parameters = [argument for argument in drawn if naming.PARAMETERS.match(argument.name)]
    data = [argument for argument in drawn if argument not in parameters]
    own = {size for argument in parameters for size in size_names(argument.dims)}
    batch = [(a.name, i, d) for a in data for i, d in enumerate(a.dims) if d not in own]
    if not wholes or not parameters or len({size for _, _, size in batch}) != 1:
        return subject
    name, axis, size = batch[0]
    held = {argument.name for argument in parameters}
    plain = subject.backward

    def backward(inputs: Inputs, value: Any, kept: Any, upstream: Any) -> list[Made]:
        count = np.shape(inputs[name])[axis]
        made = plain(inputs, value, kept, upstream)
        return [
            dataclasses.replace(one, value=np.asarray(one.value) * count)
            if one.of[0] in held
            else one
            for one in made
        ]

    remark = (
        f"correct up to a convention: the 1/{size} of the mean is in the gradients of "
        f"{' and '.join(argument.name for argument in parameters)} alone, which makes "
        f"{wholes[0].name} right"
    )
    reading = Reading(f"the 1/{size} of a mean is in it", remark, False, when=(wholes[0],))
    return combined(
        subject,
        [
            (Reading(""), lambda one: one),
            (reading, lambda one: dataclasses.replace(one, backward=backward)),
        ],
    )


# Losses whose backward is that of what an activation is given: ``p − y`` under a softmax.
#
# ``cross_entropy(p, y)`` beside ``return (p - y) / len(y)`` is right for the logits of which p is
# the softmax. Words in the text of the derivation itself must say so: where p has a backward of
# its own that goes through the softmax once more, the same gradient is wrong.

SAID = re.compile(r"soft-?max|sigmoid|logit|logistic", re.IGNORECASE)


def _softmax(axis: int) -> Callable[[Any], Any]:
    def softmax(z: Any) -> Any:
        e = np.exp(z - np.max(z, axis=axis, keepdims=True))
        return e / np.sum(e, axis=axis, keepdims=True)

    return softmax


def _sigmoid(z: Any) -> Any:
    return 1 / (1 + np.exp(-z))


def proposed(user: User, candidate: Candidate, subject: Subject) -> Subject:
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
        acts |= {"softmax along the last axis": _softmax(-1), "softmax along axis 0": _softmax(0)}
    if any("sig" in word or "logi" in word for word in said):
        acts["sigmoid"] = _sigmoid

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
