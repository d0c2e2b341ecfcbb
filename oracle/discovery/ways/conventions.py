"""A course's convention: the 1/m of the mean is in the gradients of the parameters alone.

``linear_backward`` divides dW and db by m but not dA, and ``dZ = A - Y`` leaves the 1/m out: the
whole is right, though no part is the derivative of its own forward. Where a whole derivation that
calls the part is judged, it decides. Where a loop over layers calls it, the first upstream decides,
``A - Y`` or ``(A - Y) / m``; where the text shows none, nothing does.
"""

import ast
import dataclasses
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path as File
from typing import Any

import numpy as np

from oracle.discovery.arguments import User
from oracle.discovery.candidate import Candidate
from oracle.discovery.text import callers, first_upstream, functions, source
from oracle.discovery.text.functions import Function
from oracle.discovery.text.source import Text
from oracle.discovery.ways.readings import Variant, combined
from oracle.subject import Inputs, Made, Reading, Subject, Way, size_names

Found = Sequence[tuple[Candidate, Subject]]
WHOLES = (Way.FORWARD_COST_BACKWARD, Way.NETWORK)
PARTS = (Way.PAIR, Way.PAIR_WITH_CACHE, Way.LAYER)
Batch = tuple[str, int, str, list[str]]  # an argument, its axis, its size, the parameters


def with_mean_in_parameters(user: User, found: Found) -> list[Subject]:
    """The subjects, each with this reading where the code of the file or project allows it."""
    if user.text is None:
        return [subject for _, subject in found]
    wholes = [
        (source.used_by(user.text, [candidate.of("backward")]), subject)
        for candidate, subject in found
        if candidate.way in WHOLES
    ]
    made = []
    for candidate, subject in found:
        name = candidate.of("backward")
        calling = [whole for used, whole in wholes if name in used]
        if candidate.way in PARTS and _divides(user.text, name):
            caller, kind = ("", "") if calling else _loop_that_calls(user, candidate)
            if calling or (caller and kind != "a mean"):
                batches = _batches(subject, user, candidate)
                subject = _read(subject, calling, (caller, kind), batches)
        made.append(subject)
    return made


def _read(
    subject: Subject, wholes: Sequence[Subject], by: tuple[str, str], batches: Iterable[Batch]
) -> Subject:
    """A subject that is judged as it stands, or else with the 1/m in its parameters' gradients."""
    found: list[Variant] = [(Reading(""), lambda one: one)]
    for name, axis, size, held in batches:
        what = " and ".join(held) if held else "its parameters"
        remark = (
            f"correct up to a convention: the 1/{size} of the mean is in the gradients of {what} "
            "alone"
        )
        doubt = ""
        if wholes:
            remark += f", which makes {wholes[0].name} right"
        elif by[1] == "a sum":
            remark += f", which {by[0]} leaves out of the first upstream"
        else:
            doubt = (
                f"the gradients of {what} are 1/{size} of those of the forward, which is right "
                f"only if the loss is a mean and its gradient, which {by[0]} hands on, leaves "
                f"the 1/{size} out; nothing shows whether it does"
            )
        one = Reading(
            f"the 1/{size} of a mean is in it", remark, False, when=tuple(wholes[:1]), doubt=doubt
        )
        found.append((one, _multiplied(name, axis, held)))
    return combined(subject, found)


def _batches(subject: Subject, user: User, candidate: Candidate) -> Iterator[Batch]:
    """Axes that may be that of the samples."""
    drawn = [argument for argument in subject.arguments if argument.differentiated]
    if subject.way == Way.LAYER:
        node = user.node(candidate.of("forward"))
        given = functions.parameters(node) if node is not None else []
        drawn = [argument for argument in drawn if argument.name in given]
    sizes = dict.fromkeys(size for a in drawn for size in size_names(a.dims) if size[0] != "*")
    for size in sizes:
        data = [a for a in drawn if size in a.dims]
        held = [a.name for a in drawn if size not in size_names(a.dims)]
        if data and (held or subject.way == Way.LAYER):
            yield data[0].name, data[0].dims.index(size), size, held


def _multiplied(name: str, axis: int, held: Sequence[str]) -> Any:
    """The subject with the gradients of the parameters times the number of samples."""

    def read(subject: Subject) -> Subject:
        plain = subject.backward

        def backward(inputs: Inputs, value: Any, kept: Any, upstream: Any) -> list[Made]:
            count = np.shape(inputs[name])[axis]
            return [
                dataclasses.replace(one, value=np.asarray(one.value) * count)
                if one.of[0] in (held or ("self",))
                else one
                for one in plain(inputs, value, kept, upstream)
            ]

        return dataclasses.replace(subject, backward=backward)

    return read


# -- what the code shows ---------------------------------------------------------------------------


def _divides(text: Text, name: str) -> bool:
    """True if a function, or one that it calls, divides by something, or takes a mean."""
    called = dict.fromkeys([name, *source.used_by(text, [name])])
    nodes = [text.functions[n] for n in called if n in text.functions]
    return any(
        first_upstream.divides(node) or any(isinstance(p, ast.Div) for p in ast.walk(node))
        for node in nodes
    )


def _loop_that_calls(user: User, candidate: Candidate) -> tuple[str, first_upstream.Kind]:
    """Who calls a backward for layer after layer, and what its first upstream is; ("", "")."""
    assert user.text is not None
    short = candidate.of("backward").rpartition(".")[2]
    for text in callers.near(user.text, short):
        for name, node, call in loops(text, candidate, user.text):
            texts = callers.near(user.text, "")
            kind = first_upstream.kind(texts, node, call, name.rpartition(".")[2])
            own = text is user.text
            return name if own else f"{name} ({File(text.file).name})", kind
    return "", ""


def loops(text: Text, candidate: Candidate, own: Text) -> Iterator[tuple[str, Function, ast.Call]]:
    """The functions of a text in which a loop calls the backward of a candidate."""
    owner, short = candidate.of("class"), candidate.of("backward").rpartition(".")[2]
    if text is not own and not _knows(text, own, owner or short):
        return
    for name, node in text.functions.items():
        for loop in ast.walk(node):
            if not isinstance(loop, ast.For | ast.While) or name == candidate.of("backward"):
                continue
            for call in ast.walk(loop):
                if isinstance(call, ast.Call) and _calls(call, short, bool(owner)):
                    yield name, node, call


def _calls(call: ast.Call, short: str, is_method: bool) -> bool:
    if is_method:
        return isinstance(call.func, ast.Attribute) and call.func.attr == short
    return ast.unparse(call.func).rpartition(".")[2] == short


def _knows(text: Text, own: Text, name: str) -> bool:
    """True if a text speaks of a name, or imports a base class that the other text imports too."""
    name = name.rpartition(".")[2]
    if any(isinstance(n, ast.Name) and n.id == name for n in functions.all_nodes(text.tree)):
        return True
    node = own.classes.get(name)
    bases = {ast.unparse(base) for base in node.bases} if node is not None else set()
    return bool(bases & own.imported.keys() & text.imported.keys())
