"""``# oracle: against MODULE:FUNCTION``: a torch function as the truth of a forward.

For forwards that cannot be replayed: compiled kernels, numba, ctypes. The function takes the
forward's arrays as tensors, by name or in their order.
"""

import importlib
import inspect
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from oracle.discovery.arguments import User
from oracle.discovery.candidate import Candidate
from oracle.discovery.load import said
from oracle.discovery.trial_inputs import trial_arrays
from oracle.subject import Subject, Unusable

FORM = "write MODULE:FUNCTION, as in torch.nn.functional:gelu"


def applied(user: User, candidate: Candidate, subject: Subject, text: str, line: int) -> Subject:
    """The subject with a truth of its own: the function that the text names.

    Raises:
        Unusable: there is no such function, or it does not take the forward's arrays.
    """
    names = [argument.name for argument in subject.arguments]
    if candidate.of("class") and subject.torch_function is None:
        raise Unusable(
            f"against {text}: {candidate.name} is a class; only a function, or a "
            "torch.autograd.Function, can be judged against another function",
            line,
        )
    function = _called(_function(user, text, line), names, text, line)
    _expect_to_run(function, subject, text, line)
    from oracle.truth.torch_forward import Forward  # torch takes a second to import

    precision = {} if subject.torch_function is None else {
        "precision": subject.torch_function.precision
    }  # fmt: skip
    remarks = [*subject.remarks, f"the truth is {text}, differentiated by torch"]
    through = Forward(function, **precision)
    return replace(subject, torch_function=through, against=text, remarks=remarks)


def _expect_to_run(
    function: Callable[[Mapping[str, Any]], Any], subject: Subject, text: str, line: int
) -> None:
    """Call the function once, with small tensors."""
    import torch

    arrays = trial_arrays(subject.arguments)
    try:
        value = function({name: torch.from_numpy(array.copy()) for name, array in arrays.items()})
    except Exception as error:
        names = ", ".join(str(argument) for argument in subject.arguments)
        raise Unusable(
            f"against {text}: called with {names} it raises {said(error)}", line
        ) from error
    parts = value if isinstance(value, tuple | list) else (value,)
    if not any(isinstance(part, torch.Tensor) for part in parts):
        raise Unusable(f"against {text}: it returns {type(value).__name__}, and no tensor", line)


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
