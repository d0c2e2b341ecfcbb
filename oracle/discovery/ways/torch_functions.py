"""Way 5: a ``torch.autograd.Function``, whose backward torch itself runs."""

import dataclasses
import itertools
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch

from oracle.cases.shapes import Size
from oracle.discovery import arguments, plans
from oracle.discovery.arguments import Parameter, User
from oracle.discovery.candidate import Candidate
from oracle.discovery.plans import Plan
from oracle.discovery.shapes import declared
from oracle.discovery.shapes.declared import Said, Shapes
from oracle.discovery.shapes.grammar import NOTHING
from oracle.discovery.text import returns, torch_classes
from oracle.discovery.text.functions import Function as Node
from oracle.discovery.trial_inputs import trial_arrays, trial_sizes
from oracle.discovery.ways import torch_options, torch_shapes
from oracle.discovery.ways.torch_call import Call
from oracle.discovery.ways.torch_shapes import Open
from oracle.subject import Inputs, NothingToJudge, Subject, outputs
from oracle.truth import torch_compat
from oracle.truth.torch_forward import Forward
from oracle.truth.torch_world import PLAIN, Asked, Precision, lowest, world

FIRST_SIZES = (2, 5, 3)  # each trial run has sizes from here on, all different
ANY_SHAPE: tuple[Size, ...] = ((3,), (2, 3), (2, 3, 4))
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
    said = declared.of_parts(user.text, [candidate.name, *names], user.shapes)
    apart = _is_apart(kind)
    given = arguments.parameters(kind.forward, names[0])[0 if apart else 1 :]
    items = returns.items(user.node(names[1])) or []
    call = Call(kind, given, apart, set(), items, user.line(names[1]))
    required = [p for p in given if p.required or declared.is_said(said, p.name)]
    inferred = _options(user, candidate, given, required, said)
    said |= inferred
    open_ = list(_open(user, names[0], call, required, said))
    shapes, call = _found(user, candidate, call, required, said, open_)
    if shapes is None and torch_classes.has_subclasses(user.text, candidate.name):
        raise NothingToJudge(f"{candidate.name} does not run by itself: its subclasses are judged")
    if open_ and shapes is not None:
        inferred |= {path: shapes[path] for path in shapes if path not in said}
        said = shapes
    plan = _plan(user, candidate, required, said)
    return _subject(
        user, candidate, plan, dataclasses.replace(call, wanted=_wanted(plan)), inferred
    )


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
        remarks=[*plan.remarks, *_told(inferred, plan), *_told_precision(call.precision)],
        differentiable=plan.differentiable,
        torch_function=Forward(call.through, call.precision),
        torch_both=call.both,
    )


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
    """Whether ``setup_context`` is a method of its own."""
    if not isinstance(kind, type):
        return True
    return any("setup_context" in vars(base) for base in kind.__mro__[:-1] if _is_users(base))


def _is_users(base: type) -> bool:
    return base.__module__.partition(".")[0] != "torch"


def _options(
    user: User,
    candidate: Candidate,
    given: list[Parameter],
    required: list[Parameter],
    said: Shapes,
) -> Shapes:
    """The values that the file calls it with, of arguments of which nothing else is said."""
    called = torch_options.called_with(user, candidate.name, given)
    names = {p.name for p in required if (p.name,) not in said}
    return {(n,): Said(literal=value) for n, value in called.items() if n in names}


def _open(
    user: User, forward: str, call: Call, required: list[Parameter], said: Shapes
) -> Iterator[Open]:
    """The parameters of which nothing says what they are."""
    hints = _hints(user.node(forward))
    for at, parameter in enumerate(call.given):
        spoken = said.get((parameter.name,), Said())
        known = spoken.has_shape or spoken.literal is not NOTHING
        if parameter in required and not known and not declared.is_said(said, parameter.name):
            hint = hints.get(parameter.name, "")
            text = call.items[at].text if at < len(call.items) else ""
            none = text == "None" or hint in torch_shapes.NO_TENSORS
            surely = not none and len(call.items) >= len(required)
            yield Open(parameter.name, None if not (none or surely) else surely, hint)


def _hints(node: Node | None) -> dict[str, str]:
    found = {}
    for argument in node.args.args if node is not None else ():
        name = getattr(argument.annotation, "id", None)
        if isinstance(name, str):
            found[argument.arg] = name
    return found


def _found(
    user: User,
    candidate: Candidate,
    call: Call,
    required: list[Parameter],
    said: Shapes,
    open_: list[Open],
) -> tuple[Shapes | None, Call]:
    """The shapes in which it runs, and the call in the precision that it runs in."""
    for precision, defaults in itertools.product(PRECISIONS, (True, False)):
        tried = dataclasses.replace(call, precision=precision, defaults=defaults)

        def fits(shapes: Shapes, backward: bool, tried: Call = tried) -> bool:
            try:
                plan = _plan(user, candidate, required, shapes)
                own = dataclasses.replace(tried, wanted=_wanted(plan))
                return all(_runs(own, plan, *sizes, backward) for sizes in _sizes(plan))
            except (Exception, SystemExit):
                return False

        shapes = torch_shapes.found(open_, said, fits)
        if shapes is not None:
            plan = _plan(user, candidate, required, shapes)
            own = dataclasses.replace(tried, wanted=_wanted(plan))
            inside = _inside(own, plan)
            promote = precision.promote and inside != torch.float64
            if precision.promote and not promote:
                precision = PLAIN
            precision = dataclasses.replace(precision, inside=inside, promote=promote)
            return shapes, dataclasses.replace(tried, precision=precision)
    return None, call


def _plan(user: User, candidate: Candidate, required: list[Parameter], said: Shapes) -> Plan:
    names = candidate.of("forward"), candidate.of("backward")
    above = user.line(candidate.of("class") or names[0])
    return plans.plan(candidate.name, said, required, above, (user.node(names[0]),), user)


def _wanted(plan: Plan) -> set[str]:
    return {name for name, slot in plan.slots.items() if slot.differentiated}


def _sizes(plan: Plan) -> Iterator[tuple[dict[str, Size], int]]:
    """The sizes of the trial runs, and a seed for each."""
    for seed, first in enumerate(FIRST_SIZES):
        sizes = trial_sizes(plan.arguments, first)
        for starred in [name for name in sizes if name.startswith("*")]:
            sizes[starred] = ANY_SHAPE[seed]
        yield sizes, seed


def _runs(call: Call, plan: Plan, sizes: dict[str, Size], seed: int, backward: bool) -> bool:
    """It runs, and each gradient has the shape of its input."""
    inputs = _drawn(plan, sizes, seed)
    with world(seed, "float64", call.precision), np.errstate(all="ignore"):
        value, kept = call.run_forward(inputs)
        if not outputs(value):
            return False
        ups = tuple(np.ones_like(part) for part in outputs(value))
        if not backward:
            return True
        made = call.run_backward(inputs, value, kept, ups if isinstance(value, tuple) else ups[0])
    return bool(made) and all(np.shape(m.value) == np.shape(inputs[m.of[0]]) for m in made)


def _drawn(plan: Plan, sizes: dict[str, Size], seed: int) -> Inputs:
    return plan.prepare(trial_arrays(plan.arguments, seed=seed, sizes=sizes), seed)


def _inside(call: Call, plan: Plan) -> torch.dtype:
    """The lowest dtype that it asks for, given float64."""
    sizes, seed = next(_sizes(plan))
    inputs = _drawn(plan, sizes, seed)
    asked = Asked(call.precision.promote)
    plain = dataclasses.replace(call.precision, promote=False)
    with world(seed, "float64", plain), asked, np.errstate(all="ignore"):
        try:
            value, kept = call.run_forward(inputs)
            ups = tuple(np.ones_like(part) for part in outputs(value))
            call.run_backward(inputs, value, kept, ups if isinstance(value, tuple) else ups[0])
        except (Exception, SystemExit):
            pass  # the check meets it again
    return lowest(asked.asked)


def _told(inferred: Shapes, plan: Plan) -> Iterator[str]:
    """The shapes and values that were found, said once."""
    shapes = [str(argument) for argument in plan.arguments if (argument.name,) in inferred]
    if shapes:
        yield f"shapes inferred: {', '.join(shapes)}; say otherwise with a comment"
    for (name, *_), said in inferred.items():
        if not said.has_shape:
            yield f"{name} was taken to be {said.literal!r}"


def _told_precision(precision: Precision) -> Iterator[str]:
    inside = str(precision.inside).removeprefix("torch.")
    if precision.only is not None:
        yield f"runs in {str(precision.only).removeprefix('torch.')} only: judged by its rounding"
    elif precision.promote:
        yield f"computes in {inside}: the formula is judged with float64 in its place"
