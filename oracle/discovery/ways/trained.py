"""Way 11 by running: code that trains, as a subject without gradients.

A search for shapes makes it, calls it and looks at nothing but whether that runs; how it was
called is told in Python, and its gradients are judged line by line in a trace.
"""

import dataclasses
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from oracle.discovery import arguments, plans
from oracle.discovery.arguments import Parameter, User
from oracle.discovery.candidate import Candidate
from oracle.discovery.given import Given
from oracle.discovery.importing.finder import Budget, Ended
from oracle.discovery.plans import Plan
from oracle.discovery.shapes import declared
from oracle.discovery.shapes.declared import Shapes
from oracle.discovery.trial_inputs import kept_random_state, trial_arrays
from oracle.discovery.ways import instances, makers, runs
from oracle.discovery.ways.makers import Maker
from oracle.discovery.ways.roles import has_shape, parameters_of
from oracle.subject import Argument, Inputs, Subject, Unusable, Way

PASSES = 3  # through the data: as many steps as a trace judges
EPOCHS = re.compile(
    r"((n|num|nb|no|max|total)_?)?(of_)?(epochs?|iter(ation)?s?|max_?iter|steps|rounds|passes)",
    re.IGNORECASE,
)
LONG = 1.0  # seconds; what has run so long without an error, runs


def trained(user: User, candidate: Candidate) -> Subject:
    """Code that trains, called once; ``command`` is the call in Python.

    Raises:
        Unusable: it cannot be made, a shape is missing, or it does not run.
    """
    owner, name = candidate.of("class"), candidate.of("function")
    methods = user.text.methods(owner) if user.text is not None and owner else {}
    init = [methods["__init__"]] if "__init__" in methods else []
    spoken = declared.of_parts(user.text, [*filter(None, [owner]), name], user.shapes, init)
    if not owner:
        given = arguments.parameters(user.get(name), name)
        return _Call(user, candidate, given, None, _plan(user, candidate, given, spoken)).subject()
    kind = user.kind(owner)
    given = parameters_of(kind, name)
    maker = makers.maker(user, owner, kind, spoken, [p.name for p in given])

    def called(one: Maker) -> Subject:
        short = dataclasses.replace(one, constants={**one.constants, **_passes(one.given)})
        plan = _plan(user, candidate, given, spoken)
        return _Call(user, candidate, given, short, plan).subject()

    return runs.first_to_run(makers.unified(maker, spoken), called)


def _passes(given: Sequence[Parameter]) -> dict[str, Any]:
    return {p.name: PASSES for p in given if EPOCHS.fullmatch(p.name)}


def _plan(user: User, candidate: Candidate, given: Sequence[Parameter], spoken: Shapes) -> Plan:
    """The arrays to draw for its arguments; a number of epochs is small."""
    name, passes = candidate.of("function"), _passes(given)
    wanted = [p for p in given if p.required or has_shape(p.name, spoken)]
    wanted = [p for p in wanted if p.name not in passes]
    plan = plans.plan(candidate.name, spoken, wanted, user.line(name), (user.node(name),), user)
    plan.constants |= passes
    return plan


@dataclasses.dataclass(frozen=True)
class _Call:
    """One call of code that trains: of a function, or of a method of an object."""

    user: User
    candidate: Candidate
    given: Sequence[Parameter]
    maker: Maker | None
    plan: Plan

    def subject(self) -> Subject:
        """The call, run once."""
        name = self.candidate.of("function")
        one = Subject(
            self.candidate.name, self.user.file, self.user.line(name), Way.VALUE_AND_GRADIENT,
            tuple(self._arguments), self._run, lambda *_: [], self._prepare,
            module=self.user.module_name, has_upstream=False, command=self._told(),
        )  # fmt: skip
        with np.errstate(all="ignore"):
            self._run(self._prepare(trial_arrays(one.arguments), 0))
        return one

    @property
    def _arguments(self) -> list[Argument]:
        if self.maker is None:
            return self.plan.arguments
        own = [*self.maker.arguments, *self.plan.arguments]
        return [*own, *makers.phantoms(self.maker, self.plan.arguments)]

    def _prepare(self, arrays: Mapping[str, np.ndarray], seed: int) -> Inputs:
        inputs = self.plan.prepare(arrays, seed)
        if self.maker is not None:
            inputs["self"] = self.maker.make(arrays, self._arguments, seed)
        return inputs

    def _run(self, inputs: Inputs) -> tuple[Any, Any]:
        """Its arrays' sum afterwards: a number that is finite where all of them are."""
        name, thing = self.candidate.of("function"), inputs.get("self")
        short = name.rpartition(".")[2]
        function: Callable[..., Any] = (
            self.user.get(name) if thing is None else getattr(thing, short)
        )
        with kept_random_state(0):
            try:
                with Budget(LONG, 3 * LONG).spent():
                    arguments.call(function, self.given, inputs)
            except Ended:
                pass  # it runs
        held = instances.arrays_in(inputs)
        return float(sum(np.sum(array) for array in held.values())), None

    # The call in Python

    def _told(self) -> str:
        name, given = self.candidate.of("function"), ", ".join(self._given())
        if self.maker is None:
            return f"{name}({given})"
        made = ", ".join(self._constructed(self.maker))
        return f"{self.candidate.of('class')}({made}).{name.rpartition('.')[2]}({given})"

    def _given(self) -> Iterator[str]:
        open_ = False  # a default stands before it
        for parameter in self.given:
            own, slot = parameter.name, self.plan.slots.get(parameter.name)
            if slot is not None and slot.argument is None:
                raise Unusable(f"{self.candidate.name}: {own} is a container of arrays")
            if own in self.plan.constants:
                yield f"{own}={_spelled(self.plan.constants[own])}"
            elif slot is not None:
                yield f"{own}={own}" if open_ or parameter.by_name_only else own
            open_ = open_ or slot is None

    @staticmethod
    def _constructed(maker: Maker) -> Iterator[str]:
        for parameter in maker.given:
            own = parameter.name
            if own in maker.constants:
                yield f"{own}={_spelled(maker.constants[own])}"
            elif own in maker.sizes:
                yield f"{own}={maker.sizes[own]}"
            elif own in maker.lists:
                yield f"{own}=[{', '.join(maker.lists[own])}]"
            elif own in maker.arrays:
                yield f"{own}={maker.arrays[own].name}"


def _spelled(value: Any) -> str:
    return value.text if isinstance(value, Given) else repr(value)
