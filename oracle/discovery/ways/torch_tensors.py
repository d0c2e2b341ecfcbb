"""Code on torch tensors that is no ``torch.autograd.Function``: plain functions and classes.

Whether a piece wants arrays or tensors is proposed by the names that it reads, and decided by
running it: forward and backward run with the one, and mostly not with the other.
"""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from oracle.discovery.arguments import User
from oracle.discovery.candidate import Candidate
from oracle.discovery.trial_inputs import kept_random_state, trial_arrays
from oracle.subject import MissingShapes, NothingToJudge, Subject, Way, outputs

REMARK = "it is run on torch tensors"
Build = Callable[[User, Candidate], Subject]


@dataclass
class TensorUser(User):
    """A user's file whose functions and classes are wrapped, so that they take arrays."""

    shared: Any = None  # Crossings

    def get(self, name: str) -> Any:
        thing = super().get(name)
        return self._wrapped(thing) if callable(thing) else thing

    def kind(self, name: str) -> type:
        defined = self.classes.get(name)
        kind: type = super().kind(name) if defined is None else self._wrapped(defined)
        return kind

    def _wrapped(self, thing: Any) -> Any:
        from oracle.truth import torch_crossing  # torch takes a second to import

        while _is_without_graph(thing):
            thing = thing.__wrapped__
        if isinstance(thing, type):
            return torch_crossing.crossing_class(thing, self.shared)
        return torch_crossing.crossing(thing, self.shared)


def _is_without_graph(thing: Any) -> bool:
    """A function under ``@torch.no_grad()``: it computes the same without it."""
    file = getattr(getattr(thing, "__code__", None), "co_filename", "")
    return hasattr(thing, "__wrapped__") and file.endswith("torch/utils/_contextlib.py")


def built(user: User, candidate: Candidate, build: Build) -> Subject:
    """The subject of a candidate, with arrays or tensors, whichever it runs with."""
    users = _users(user, candidate)
    if len(users) == 1:
        return build(user, candidate)
    subjects: list[Subject] = []
    errors: list[Exception] = []
    missing: MissingShapes | None = None
    for one in users:
        try:
            subject = build(one, candidate)
        except NothingToJudge:
            raise
        except MissingShapes as error:
            missing = missing or error
            continue
        except Exception as error:
            errors.append(error)
            continue
        ran = _runs(subject)
        if isinstance(one, TensorUser):
            subject.tensors = one.shared.settled()
            subject.remarks += [REMARK, *_told(subject.tensors)]
        if ran:
            return subject
        subjects.append(subject)
    if missing is not None:
        raise missing
    if subjects:
        return subjects[0]  # the check meets what it raises, and reports it
    raise errors[0]


def _users(user: User, candidate: Candidate) -> list[User]:
    """The user's file as it is, and with tensors, if it has to do with torch; the likely first."""
    of_torch = user.names_of("torch")
    if not of_torch or user.text is None or candidate.way == Way.TORCH_FUNCTION:
        return [user]
    of_numpy = user.names_of("numpy")
    from oracle.truth.torch_crossing import Crossings

    given = {part.name: getattr(user, part.name) for part in fields(user)}
    tensors = [TensorUser(**given, shared=Crossings(promote)) for promote in (True, False)]
    read = set(_names_read(user, candidate))
    first = not (read & of_numpy if read & of_torch else of_numpy)
    return [*tensors, user] if first else [user, *tensors]


def _told(precision: Any) -> Iterator[str]:
    inside = str(precision.inside).removeprefix("torch.")
    if precision.promote:
        yield f"computes in {inside}: the formula is judged with float64 in its place"
    elif inside != "float64":
        yield f"computes in {inside}: judged by its rounding"


def _names_read(user: User, candidate: Candidate) -> Iterator[str]:
    assert user.text is not None
    for part in candidate.parts.values():
        node: ast.AST | None = user.text.classes.get(part) or user.text.functions.get(part)
        for inner in ast.walk(node) if node is not None else ():
            if isinstance(inner, ast.Name):
                yield inner.id


def _runs(subject: Subject) -> bool:
    """True if forward and backward run on small arrays."""
    arrays = trial_arrays(subject.arguments)
    try:
        with kept_random_state(0), np.errstate(all="ignore"):
            inputs = subject.prepare({name: array.copy() for name, array in arrays.items()}, 0)
            value, kept = subject.forward(inputs)
            ones = tuple(np.ones_like(part)[()] for part in outputs(value))
            sent: Any = ones if isinstance(value, tuple | list) else ones[0]
            return bool(subject.backward(inputs, value, kept, sent))
    except (Exception, SystemExit):
        return False
