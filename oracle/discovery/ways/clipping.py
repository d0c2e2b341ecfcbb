"""Gradients that are clipped before they are returned: judged where the clip is not active.

A backward is linear in its upstream, so a clip does nothing where the upstream is tiny: it is
given one that is smaller by a power of two, and what comes is multiplied by that again, which
rounds nothing. Where there is no upstream, cases in which a gradient reaches the limit are not
judged; a clip whose limit is no number, or of a thing that is not returned, is not understood.
"""

import ast
import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np

from oracle.discovery.arguments import User
from oracle.discovery.candidate import Candidate
from oracle.discovery.text import functions, returns
from oracle.discovery.text.functions import Function
from oracle.subject import ClippedHere, Inputs, Made, Subject, Unusable

SMALLER = 2.0**-40
REMARK = "its gradients are clipped: judged where the clip is not active"


def unclipped(user: User, candidate: Candidate, subject: Subject) -> Subject:
    """A subject whose clipped gradients are judged where they are not clipped.

    Raises:
        Unusable: it has no upstream, and nothing says where its clip is active.
    """
    node = user.node(candidate.of("backward") or candidate.of("function"))
    line = returns.clipped(node) if node is not None else 0
    if node is None or not line or subject.torch_function is not None:
        return subject
    limit = None if subject.has_upstream else _limit(node, line)
    if limit is None and not subject.has_upstream:
        raise Unusable(
            f"{candidate.name} clips its gradients: where they are large, what it returns is no "
            "gradient, and nothing says where; clip what it returns, between two numbers, or "
            "where the gradients are used",
            line,
        )
    if REMARK not in subject.remarks:
        subject.remarks.append(REMARK)
    return _wrapped(subject, limit or np.inf)


def _wrapped(subject: Subject, limit: float) -> Subject:
    """A subject, and each of its readings, with that backward."""
    plain, read_as = subject.backward, subject.read_as

    def backward(inputs: Inputs, value: Any, kept: Any, upstream: Any) -> list[Made]:
        if subject.has_upstream:
            made = plain(inputs, value, kept, _times(upstream, SMALLER))
            return [dataclasses.replace(m, value=_times(m.value, 1 / SMALLER)) for m in made]
        made = plain(inputs, value, kept, upstream)
        if any(np.max(np.abs(np.asarray(m.value)), initial=0.0) >= limit for m in made):
            raise ClippedHere(f"a gradient reaches {limit:g}, at which it is clipped")
        return made

    found = dataclasses.replace(subject, backward=backward)
    if read_as is not None:
        found.read_as = lambda which: _wrapped(read_as(which), limit)
    return found


def _times(thing: Any, factor: float) -> Any:
    if isinstance(thing, tuple | list):
        return type(thing)(_times(part, factor) for part in thing)
    return None if thing is None else thing * factor


def _limit(node: Function, line: int) -> float | None:
    """The number at which the returned gradients are clipped; None if there is no such number."""
    items = returns.items(node) or []
    returned = {item.name for item in items} | {e.name for item in items for e in item.entries}
    limits: list[float] = []
    for call in functions.own_nodes(node):
        if not isinstance(call, ast.Call) or not ast.unparse(call.func).endswith("np.clip"):
            continue
        if not set(returns.clipped_names(node, call)) <= returned:
            if call.lineno == line:
                return None
            continue
        try:
            limits += [abs(float(ast.literal_eval(bound))) for bound in _bounds(call)]
        except (ValueError, TypeError):
            return None
    return min(limits, default=None)


def _bounds(call: ast.Call) -> Sequence[ast.expr]:
    words = {word.arg: word.value for word in call.keywords}
    named = [words[name] for name in ("a_min", "a_max", "min", "max") if name in words]
    return [*call.args[1:3], *named]
