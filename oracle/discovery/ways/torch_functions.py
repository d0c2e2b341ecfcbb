"""Way 5: a ``torch.autograd.Function``, whose backward torch itself runs."""

import ast
import dataclasses
import itertools
import warnings
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch

from oracle.discovery import arguments, plans
from oracle.discovery.arguments import Parameter, User
from oracle.discovery.candidate import Candidate
from oracle.discovery.plans import Plan
from oracle.discovery.shapes import declared
from oracle.discovery.shapes.declared import Said, Shapes
from oracle.discovery.text import returns
from oracle.discovery.text.functions import Function
from oracle.discovery.text.returns import Item
from oracle.discovery.trial_inputs import trial_arrays
from oracle.discovery.ways.torch_call import Call
from oracle.subject import NothingToJudge, Subject, outputs
from oracle.truth import torch_compat
from oracle.truth.torch_forward import PLAIN, Asked, Forward, Precision, lowest, world

UNKNOWN = object()


def called_with(user: User, name: str, given: list[Parameter]) -> dict[str, Any]:
    """The values that ``NAME.apply(x, dim, 50)`` says, or the defaults of what calls it so."""
    found: dict[str, Any] = {}
    if user.text is None:
        return found
    applied = {f"{name}.apply", *_aliases(user.text.tree, name)}
    for scope, call in _calls(user):
        if ast.unparse(call.func) in applied:
            for parameter, argument in zip(given, call.args):
                value = _value(user, scope, argument)
                if value is not UNKNOWN:
                    found.setdefault(parameter.name, value)
    return found


def _aliases(tree: ast.Module, name: str) -> Iterator[str]:
    """``f`` of ``f = NAME.apply``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and ast.unparse(node.value) == f"{name}.apply":
            yield from (ast.unparse(target) for target in node.targets)


def _calls(user: User) -> Iterator[tuple[str, ast.Call]]:
    """The calls in the file, each with the qualified name of the function that it stands in."""
    assert user.text is not None
    for scope, node in user.text.functions.items():
        yield from ((scope, part) for part in ast.walk(node) if isinstance(part, ast.Call))
    for statement in user.text.tree.body:
        if not isinstance(statement, Function | ast.ClassDef):
            yield from (("", part) for part in ast.walk(statement) if isinstance(part, ast.Call))


def _value(user: User, scope: str, node: ast.expr) -> Any:
    assert user.text is not None
    try:
        return ast.literal_eval(node)
    except ValueError:
        pass
    if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "self":
        scope, name = f"{scope.rpartition('.')[0]}.__init__", node.attr
    elif isinstance(node, ast.Name):
        name = node.id
    else:
        return UNKNOWN
    function = user.text.functions.get(scope)
    default = UNKNOWN if function is None else _default(function, name)
    if default is UNKNOWN and isinstance(node, ast.Name):
        default = getattr(user.module, name, UNKNOWN)
    return default if isinstance(default, int | float | str | bool) else UNKNOWN


def _default(function: Function, name: str) -> Any:
    """The default of a parameter, if that is written out."""
    arguments = function.args
    positional = [*arguments.posonlyargs, *arguments.args]
    with_default = list(zip(positional[::-1], arguments.defaults[::-1]))
    with_default += [(a, d) for a, d in zip(arguments.kwonlyargs, arguments.kw_defaults) if d]
    for argument, default in with_default:
        if argument.arg == name:
            try:
                return ast.literal_eval(default)
            except ValueError:
                return UNKNOWN
    return UNKNOWN


# Way 5: a ``torch.autograd.Function``, whose backward torch itself runs.

AXES = ("dim", "axis")  # options that are -1 where nothing says more
# How a Function may be run, the most telling way first.
PRECISIONS = (
    Precision(promote=True),
    PLAIN,
    Precision(torch.float32),
    Precision(torch.bfloat16),
    Precision(torch.float16),
)


def function(user: User, candidate: Candidate) -> Subject:
    """The subject that a ``Function`` is. ``torch_function`` takes tensors by name, and is its
    forward as autograd runs through it.

    Raises:
        Unusable: a shape is missing.
    """
    names = candidate.of("forward"), candidate.of("backward")
    of_class = candidate.of("class")
    kind: Any = user.kind(of_class) if of_class else _custom_op(user, candidate)
    if missing := _left_to_subclasses(user, kind, names[0]):
        raise NothingToJudge(f"{candidate.name} leaves {missing} to its subclasses")
    said = declared.of_parts(user.text, [candidate.name, *names], user.shapes)
    apart = _is_apart(kind)
    given = arguments.parameters(kind.forward, names[0])[0 if apart else 1 :]
    items = returns.items(user.node(names[1])) or []
    inferred = _options(user, candidate, given, said)
    said |= inferred
    optional = set(_optional_tensors(given, items))
    asked = [dataclasses.replace(p, required=p.required or p.name in optional) for p in given]
    required = [p for p in asked if p.required or declared.is_said(said, p.name)]
    above = user.line(of_class or names[0])
    plan = plans.plan(candidate.name, said, required, above, (user.node(names[0]),), user)
    wanted = {name for name, slot in plan.slots.items() if slot.differentiated}
    call = Call(kind, given, apart, wanted, items, user.line(names[1]))
    return _subject(user, candidate, plan, _in_its_precision(call, plan), inferred)


def _subject(user: User, candidate: Candidate, plan: Plan, call: Call, inferred: Shapes) -> Subject:
    return Subject(
        candidate.name,
        user.file,
        candidate.line,
        candidate.way,
        tuple(plan.arguments),
        call.run_forward,
        call.run_backward,
        plan.prepare,
        (call.kind if isinstance(call.kind, type) else call.kind.forward,),
        module=user.module_name,
        remarks=[*plan.remarks, *_told(inferred), *_told_precision(call.precision)],
        differentiable=plan.differentiable,
        torch_function=Forward(call.through, call.precision),
        torch_both=call.both,
    )


def _left_to_subclasses(user: User, kind: Any, forward: str) -> str:
    """The attribute that a forward reads from its class and the class lacks; "" if none."""
    for node in ast.walk(user.node(forward) or ast.Pass()):
        own = isinstance(node, ast.Attribute) and ast.unparse(node.value) == "cls"
        if own and not hasattr(kind, node.attr):  # type: ignore[attr-defined]
            return node.attr  # type: ignore[attr-defined]
    return ""


def _optional_tensors(given: list[Parameter], items: list[Item]) -> Iterator[str]:
    """Arguments that are None by default, and for which the backward returns a gradient."""
    for parameter, item in zip(given, items):
        if parameter.default is None and item.text not in ("", "None"):
            yield parameter.name


def _custom_op(user: User, candidate: Candidate) -> Any:
    """``@torch.library.custom_op`` with ``register_autograd``, as a Function is."""
    op = user.get(candidate.of("forward"))
    setup = candidate.of("setup")
    return SimpleNamespace(
        forward=torch_compat.function_of_op(op),
        backward=user.get(candidate.of("backward")),
        setup_context=user.get(setup) if setup else lambda ctx, inputs, output: None,
        apply=op,
    )


def _is_apart(kind: Any) -> bool:
    """True if ``setup_context`` is a method of its own."""
    if not isinstance(kind, type):
        return True
    return any("setup_context" in vars(base) for base in kind.__mro__[:-1] if _is_users(base))


def _is_users(base: type) -> bool:
    return base.__module__.partition(".")[0] != "torch"


def _options(user: User, candidate: Candidate, given: list[Parameter], said: Shapes) -> Shapes:
    """The values of arguments that are no tensors, where the file itself calls it with them."""
    called = called_with(user, candidate.name, given)
    required = [p.name for p in given if p.required and not declared.is_said(said, p.name)]
    usual = dict.fromkeys(AXES, -1)
    values = {name: {**usual, **called}[name] for name in required if name in {**usual, **called}}
    return {(name,): Said(literal=value) for name, value in values.items()}


def _in_its_precision(call: Call, plan: Plan) -> Call:
    """The call in the precision that it runs in; as it is where it runs in none."""
    for precision, defaults in itertools.product(PRECISIONS, (True, False)):
        own = dataclasses.replace(call, precision=precision, defaults=defaults)
        asked = Asked(precision.promote)
        inputs = plan.prepare(trial_arrays(plan.arguments), 0)
        plain = dataclasses.replace(precision, promote=False)
        try:
            with (
                world(0, "float64", plain), asked, np.errstate(all="ignore"),
                warnings.catch_warnings(action="ignore"),
            ):  # fmt: skip
                value, kept = own.run_forward(inputs)
                ups = tuple(np.ones_like(part) for part in outputs(value))
                own.run_backward(inputs, value, kept, ups if isinstance(value, tuple) else ups[0])
        except (Exception, SystemExit):
            continue
        inside = lowest(asked.asked)
        promote = precision.promote and inside != torch.float64
        precision = dataclasses.replace(precision, inside=inside, promote=promote)
        return dataclasses.replace(own, precision=precision)
    return call


def _told(inferred: Shapes) -> Iterator[str]:
    yield from (f"{path[0]} was taken to be {said.literal!r}" for path, said in inferred.items())


def _told_precision(precision: Precision) -> Iterator[str]:
    inside = str(precision.inside).removeprefix("torch.")
    if precision.only is not None:
        yield f"runs in {str(precision.only).removeprefix('torch.')} only: judged by its rounding"
    elif precision.promote:
        yield f"computes in {inside}: the formula is judged with float64 in its place"
