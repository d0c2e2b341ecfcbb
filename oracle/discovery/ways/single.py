"""Ways 3 and 6: one function that returns the value, and the gradients or a pullback."""

import ast
import inspect
from collections.abc import Sequence
from typing import Any

import numpy as np

from oracle.discovery import arguments, givers, naming, plans
from oracle.discovery.arguments import User
from oracle.discovery.candidate import Candidate
from oracle.discovery.shapes import declared
from oracle.discovery.single_functions import pullback
from oracle.discovery.text import returns
from oracle.discovery.text.functions import Function
from oracle.discovery.text.returns import Item, Updated
from oracle.discovery.ways.gradients import Returned
from oracle.discovery.ways.pair import check_variables, variables_of_module
from oracle.discovery.ways.set_up import RATE
from oracle.subject import Inputs, Made, Subject, Way, WrongReturn, outputs


def value_and_gradient(user: User, candidate: Candidate) -> Subject:
    """``loss_and_grad(W, X, y) -> (loss, dW)``, in either order.

    Raises:
        Unusable: a shape is missing.
    """
    name = candidate.of("function")
    function, node = user.get(name), user.node(name)
    said = declared.of_parts(user.text, [name], user.shapes)
    given = arguments.parameters(function, name)
    asked = [p for p in given if p.required or declared.is_said(said, p.name)]
    of_module = variables_of_module(user, function, (node,), said)
    asked += of_module.parameters
    plan = plans.plan(candidate.name, said, asked, user.line(name), (node,), user)
    items = givers.named_by_moves(user.text, name, returns.items(node) or [])
    updates = returns.updated(node) if node is not None else []
    plan.constants |= {one.rate: RATE for one in updates}
    slots = list(plan.slots.values())
    count = len([leaf for slot in slots for leaf in slot.leaves() if leaf.differentiated])

    def run_forward(inputs: Inputs) -> tuple[Any, Any]:
        with of_module.placed(inputs):
            return value_of(arguments.call(function, given, inputs), items)

    def run_backward(inputs: Inputs, value: Any, kept: Any, upstream: Any) -> list[Made]:
        if updates:
            return [_step(one, inputs[one.parameter], kept[one.place]) for one in updates]
        known = items
        if len(kept) > count + 1 and len(items) == len(kept) and not items[-1].name:
            kept, known = kept[:-1], items[:-1]  # the state that the next call goes on from
        made = made_of(kept, known, node, candidate.line)
        made.inputs = inputs
        return made.made(gradients_of(kept, known), slots)

    check_variables(of_module, candidate.name, said, plan, run_forward, user.line(name))

    return Subject(
        candidate.name,
        user.file,
        candidate.line,
        candidate.way,
        tuple(plan.arguments),
        run_forward,
        run_backward,
        plan.prepare,
        (function,),
        module=user.module_name,
        remarks=plan.remarks,
        has_upstream=False,
        differentiable=plan.differentiable,
    )


def _step(one: Updated, before: Any, after: Any) -> Made:
    """The gradient in an updated parameter: its step, divided by a rate of 2**60.

    At this rate the parameter itself rounds away.
    """
    moved = (np.asarray(before) - np.asarray(after)) / RATE
    return Made((one.parameter,), one.gradient, one.line, moved)


def value_of(result: Any, items: Sequence[Item]) -> tuple[Any, Any]:
    """The value among the returned things, and all of them.

    Raises:
        WrongReturn: there is no tuple.
    """
    if not isinstance(result, tuple | list) or len(result) < 2:
        raise WrongReturn(
            f"it returned a {type(result).__name__} where (value, gradients) was expected"
        )
    return result[value_index(result, items)], result


def value_index(result: Sequence[Any], items: Sequence[Item]) -> int:
    """Where the value stands: first, or last, by its name, and then by what it is."""
    last = len(result) - 1
    if len(items) == len(result):
        named = [naming.looks_like_gradient(i.name) or bool(i.entries) for i in items]
        if named[0] and not named[last]:
            return last
        if named[last] and not named[0]:
            return 0
    if _is_single(result[0]):
        return 0
    return last if _is_single(result[last]) else 0


def _is_single(thing: Any) -> bool:
    return not isinstance(thing, dict | list | tuple) and np.ndim(thing) == 0


def gradients_of(result: Sequence[Any], items: Sequence[Item]) -> Any:
    at = value_index(result, items)
    rest = [part for i, part in enumerate(result) if i != at]
    return rest[0] if len(rest) == 1 else tuple(rest)


def made_of(
    result: Sequence[Any], items: Sequence[Item], node: Function | None, line: int
) -> Returned:
    at = value_index(result, items)
    returned = Returned(node, line, skip=(at,))
    returned.items = [item for i, item in enumerate(items) if i != at]
    if len(items) != len(result):
        returned.items = []
    elif len(returned.items) == 1 and node is not None:  # grads = (dW, db); return loss, grads
        inner = returns.written_out(node, returned.items[0].name)
        returned.items = inner or returned.items
    return returned


def value_and_pullback(user: User, candidate: Candidate) -> Subject:
    """``f(X, W) -> (value, pullback)``, as ``reference/`` does.

    Raises:
        Unusable: a shape is missing.
    """
    name = candidate.of("function")
    function, node = user.get(name), user.node(name)
    said = declared.of_parts(user.text, [name], user.shapes)
    given = arguments.parameters(function, name)
    asked = [p for p in given if p.required or declared.is_said(said, p.name)]
    plan = plans.plan(candidate.name, said, asked, user.line(name), (node,), user)
    inner = _inner(node) if node is not None else None
    returned = Returned(None, candidate.line)
    if inner is not None:
        returned.items = returns.items(inner) or []
        returned.node = inner if isinstance(inner, Function) else None
        returned.line = inner.lineno
    slots = list(plan.slots.values())
    takes = len(_parameters_of(inner)) if inner is not None else 1

    def run_forward(inputs: Inputs) -> tuple[Any, Any]:
        result = arguments.call(function, given, inputs)
        if not isinstance(result, tuple) or len(result) < 2 or not callable(result[-1]):
            raise WrongReturn("it did not return (value, pullback)")
        value = result[0] if len(result) == 2 else result[:-1]
        return value, result[-1]

    def run_backward(inputs: Inputs, value: Any, kept: Any, upstream: Any) -> list[Made]:
        several = isinstance(upstream, tuple | list) and len(outputs(value)) > 1
        if not len(inspect.signature(kept).parameters):
            result = kept()
        elif several and len(inspect.signature(kept).parameters) > 1:
            result = kept(*upstream)
        else:
            result = kept(upstream)
        return returned.made(result, slots)

    return Subject(
        candidate.name,
        user.file,
        candidate.line,
        Way.VALUE_AND_PULLBACK,
        tuple(plan.arguments),
        run_forward,
        run_backward,
        plan.prepare,
        (function,),
        module=user.module_name,
        remarks=plan.remarks,
        has_upstream=takes > 0,
        differentiable=plan.differentiable,
    )


def _inner(node: Function) -> Function | ast.Lambda | None:
    name = pullback(node)
    for part in ast.walk(node):
        if isinstance(part, Function) and part.name == name:
            return part
        named = isinstance(part, ast.Assign) and any(
            isinstance(t, ast.Name) and t.id == name for t in part.targets
        )
        if named and isinstance(part, ast.Assign) and isinstance(part.value, ast.Lambda):
            return part.value
        if name == "<lambda>" and isinstance(part, ast.Return):
            value = part.value
            if isinstance(value, ast.Tuple) and isinstance(value.elts[-1], ast.Lambda):
                return value.elts[-1]
    return None


def _parameters_of(node: Function | ast.Lambda) -> list[str]:
    return [a.arg for a in (*node.args.posonlyargs, *node.args.args)]
