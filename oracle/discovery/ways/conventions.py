"""A course's convention: the 1/m of the mean is in the gradients of the parameters alone.

``linear_backward`` divides dW and db by m but not dA, and ``dZ = A - Y`` leaves the 1/m out: the
whole is right, though no part is the derivative of its own forward.
"""

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np

from oracle.discovery import naming
from oracle.discovery.arguments import User
from oracle.discovery.candidate import Candidate
from oracle.discovery.text import source
from oracle.discovery.ways.readings import combined
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
