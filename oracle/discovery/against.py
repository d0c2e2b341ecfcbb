"""``# oracle: against MODULE:FUNCTION``: a torch function as the truth of a forward.

For forwards that cannot be replayed: compiled kernels, numba, ctypes. The function takes the
forward's arrays as tensors, by name or in their order.
"""

import importlib
import inspect
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from oracle.discovery.arguments import User
from oracle.discovery.candidate import Candidate
from oracle.subject import Subject, Unusable

COMMENT = re.compile(r"\s*#\s*oracle\s*:\s*against\b\s*:?\s*(.*?)\s*$", re.IGNORECASE)
FORM = "write MODULE:FUNCTION, as in torch.nn.functional:gelu"


def applied(user: User, candidate: Candidate, subject: Subject) -> Subject:
    """The subject with a truth of its own, where one is named.

    Raises:
        Unusable: there is no such function, or it does not take the forward's arrays.
    """
    text, line = _named(user, candidate)
    if not text:
        return subject
    names = [
        argument.name for argument in subject.arguments if not argument.name.startswith("size ")
    ]
    if candidate.of("class") and subject.torch_function is None:
        raise Unusable(
            f"against {text}: {candidate.name} is a class; only a function, or a "
            "torch.autograd.Function, can be judged against another function",
            line,
        )
    function = _called(_function(user, text, line), names, text, line)
    from oracle.truth.torch_forward import Forward  # torch takes a second to import

    precision = {} if subject.torch_function is None else {
        "precision": subject.torch_function.precision
    }  # fmt: skip
    return replace(subject, torch_function=Forward(function, **precision), against=text)


def _named(user: User, candidate: Candidate) -> tuple[str, int]:
    """What ``--against`` or a comment says, and the comment's line."""
    if user.against:
        return user.against, 0
    for part in (candidate.name, *candidate.parts.values()) if user.text is not None else ():
        assert user.text is not None
        node = user.text.functions.get(part) or user.text.classes.get(part)
        if node is None:
            continue
        at = min([node.lineno, *(d.lineno for d in node.decorator_list)]) - 1
        while at >= 1 and user.text.lines[at - 1].lstrip().startswith("#"):
            if said := COMMENT.match(user.text.lines[at - 1]):
                return said[1], at
            at -= 1
    return "", 0


def _function(user: User, text: str, line: int) -> Callable[..., Any]:
    module, colon, name = text.partition(":")
    if not colon or not module or not name:
        raise Unusable(f"against {text!r}: {FORM}", line)
    path = list(sys.path)
    sys.path.insert(0, str(Path(user.file).resolve().parent))
    try:
        found: Any = importlib.import_module(module)
    except ImportError as error:
        raise Unusable(f"against {text}: {error}", line) from error
    finally:
        sys.path[:] = path
    for part in name.split("."):
        found = getattr(found, part, None)
    if not callable(found):
        known = f"{module} has no function {name}" if found is None else f"{name} is no function"
        raise Unusable(f"against {text}: {known}", line)
    function: Callable[..., Any] = found
    return function


def _called(
    function: Callable[..., Any], names: list[str], text: str, line: int
) -> Callable[[Mapping[str, Any]], Any]:
    """The function of tensors by name: by the names that it has, or in the forward's order."""
    try:
        parameters = inspect.signature(function).parameters
    except (TypeError, ValueError):  # built in: it says nothing
        return lambda tensors: function(*[tensors[name] for name in names])
    required = [
        p.name
        for p in parameters.values()
        if p.default is p.empty and p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)
    ]
    if set(required) <= set(names) <= set(parameters):
        return lambda tensors: function(**{name: tensors[name] for name in names})
    takes = [p.name for p in parameters.values() if p.kind is not p.KEYWORD_ONLY]
    several = any(p.kind is p.VAR_POSITIONAL for p in parameters.values())
    if len(required) > len(names) or (len(takes) < len(names) and not several):
        raise Unusable(
            f"against {text}: it takes {', '.join(takes) or 'nothing'}; "
            f"the forward takes {', '.join(names)}",
            line,
        )
    return lambda tensors: function(*[tensors[name] for name in names])
