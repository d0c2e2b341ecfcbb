"""An object of a user's class, run forward and backward: its inputs and its gradients."""

import ast
import dataclasses
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from oracle.discovery import arguments, givers, naming
from oracle.discovery.arguments import Parameter, User
from oracle.discovery.candidate import Candidate
from oracle.discovery.plans import Plan, Slot, solved
from oracle.discovery.text import returns
from oracle.discovery.trial_inputs import kept_random_state
from oracle.discovery.ways import instances, makers
from oracle.discovery.ways.attributes import (
    OUTPUTS,
    gradients_beside,
    gradients_of_numbers,
    input_gradient,
    made_with_numbers,
    slots_of,
    spellings,
    value_at,
    with_numbers,
)
from oracle.discovery.ways.gradients import Returned, is_gradient
from oracle.discovery.ways.instances import is_rate
from oracle.discovery.ways.makers import Maker
from oracle.discovery.ways.readings import scaled
from oracle.discovery.ways.set_up import PlainDescent, Step
from oracle.subject import Argument, Inputs, Made, Path, Reading, Unusable, Way, WrongReturn

HELPERS = re.compile(r"(_fn|_func|_function|_layer|^layers?|optimizer|activation_?\w*)$")
USUAL_RATE = 0.1
RATE_ATTRIBUTES = ("learning_rate", "lr", "eta", "learningRate", "step_size", "learn_rate")


@dataclass
class Object:
    """A class of the user's as a derivation: how it is made, run forward, and run backward."""

    user: User
    candidate: Candidate
    maker: Maker
    plan: Plan  # the arrays of forward, backward and loss
    given: list[Parameter]  # of forward,
    taken: list[Parameter]  # of backward,
    asked: list[Parameter]  # and of the loss
    upstreams: list[str] = field(default_factory=list)
    aliases: dict[str, str] = field(default_factory=dict)  # of backward's: forward's own argument
    bound: dict[str, Path] = field(default_factory=dict)  # the same by path; () is what it returned
    points: dict[str, list[Reading]] = field(default_factory=dict)  # of a derivative's argument
    shared: dict[Path, list[Path]] = field(default_factory=dict)  # other names of the same array
    phantoms: list[Argument] = field(default_factory=list)
    of_forward: list[str] = field(default_factory=list)
    held: set[Path] = field(default_factory=set)  # what a new object holds,
    parameters: list[Slot] = field(default_factory=list)  # what of it has a gradient,
    paths: set[Path] = field(default_factory=set)  # and what has a gradient
    short: set[str] = field(default_factory=set)  # whose gradients have fewer entries than they
    is_scalar: bool = False
    hands_on: bool = False  # the forward returns its input, or what equals it
    numbers: list[Path] = field(default_factory=list)  # parameters that are no arrays but numbers
    steps: tuple[Step, ...] = ()  # calls that set it up before its first forward
    lazy: set[Path] = field(default_factory=set)  # what only its first forward makes
    growing: list[Path] = field(default_factory=list)  # lists and counters that a forward raises
    rate: float = makers.RATE  # of updates from which gradients are read; 0 if none are
    seen_by_update: bool = False
    was_made: bool = False  # the constructor has not raised
    unknown: str = ""  # an argument of the backward of which nothing says what it is
    has_shares: bool = False  # several layers have a gradient each of one array
    adds_shares: bool = False  # and the gradient is their sum
    loss: Callable[[Inputs, Any], Any] | None = None  # one of the usual losses, as a reading
    sum_of_losses: str = ""  # the attribute in which a forward leaves a loss, or adds to it
    with_loss: bool = False  # it is the value, or part of it, as a reading

    @property
    def surely_upstreams(self) -> set[str]:
        """The backward's arguments that are upstreams even where the value is one number."""
        return {
            p.name
            for p in self.taken
            if p.required or naming.is_upstream_by_default(p.name, p.default, self.outputs)
        }

    @property
    def outputs(self) -> list[str]:
        """The names of what the forward returns; "" for what has none."""
        return [i.name for i in returns.items(self.user.node(self.candidate.of("forward"))) or []]

    @property
    def arguments(self) -> list[Argument]:
        return [*self.maker.arguments, *self.plan.arguments, *self.phantoms]

    def method(self, role: str) -> str:
        return self.candidate.of(role).rpartition(".")[2]

    def prepare(self, arrays: Mapping[str, np.ndarray], seed: int = 0) -> Inputs:
        """A new object with numbers of its own, and the forward's arguments."""
        thing = self._constructed(arrays, seed)
        self.was_made = True
        if self.steps:
            sizes = solved(arrays, self.arguments)
            with kept_random_state(seed), np.errstate(all="ignore"):
                for step in self.steps:
                    step.run(thing, sizes)
        if self.lazy:  # its first forward is to make them, and to leave nothing else
            with kept_random_state(seed), np.errstate(all="ignore"):
                forward = getattr(thing, self.method("forward"))
                copies = ({n: a.copy() for n, a in arrays.items()} for _ in range(2))
                given = (self.plan.prepare(each, seed) for each in copies)
                calls = (arguments.call(forward, self.given, each) for each in given)
                instances.without_kept(thing, self.growing, calls)
        theirs = {id(a) for a in arrays.values()}
        rng = np.random.default_rng([seed, 1])
        held = instances.arrays_in(thing)
        own = {slot.path[1:] for slot in self.parameters for slot in slot.leaves()}
        constructed = [held[(n,)] for n in self.maker.arrays if (n,) in held]
        for path, array in held.items():
            drawn = any(array is c for c in constructed) or id(array) in theirs
            if path in own and not drawn and array.flags.writeable:
                array[...] = rng.standard_normal(array.shape)
        for holder, name in instances.rates_of(thing):
            if self._learns(name) and self.rate != getattr(holder, name):
                was = getattr(holder, name)
                setattr(holder, name, self.rate or (USUAL_RATE if was == makers.RATE else was))
        inputs: Inputs = {"self": thing}
        inputs.update(self.plan.prepare(arrays, seed))
        return inputs

    def _constructed(self, arrays: Mapping[str, np.ndarray], seed: int) -> Any:
        if not self.numbers:
            return self.maker.make(arrays, self.arguments, seed)

        def make(given: Mapping[str, Any]) -> Any:
            maker = dataclasses.replace(self.maker, constants=self.maker.constants | dict(given))
            return maker.make(arrays, self.arguments, seed)

        return made_with_numbers(make, {p.name for p in self.maker.given}, self.numbers, seed)

    def _learns(self, name: str) -> bool:
        node = self.user.node(self.candidate.of("backward"))
        return node is not None and f"self.{name}" in ast.unparse(node)

    def forward(self, inputs: Inputs) -> tuple[Any, Any]:
        thing = inputs["self"]
        instances.tie(thing, self.shared)
        function = getattr(thing, self.method("forward"))
        result = arguments.call(function, self.given, inputs)
        if result is None:
            result = self._attribute(thing)
        kept = result
        if isinstance(result, tuple) and result and not self._several(result):
            result = result[self._of_output(result)]
        if self.candidate.of("loss") and self.candidate.way == Way.NETWORK:
            loss = getattr(thing, self.method("loss"))
            result = arguments.call(loss, self.asked, self._values(self.asked, inputs, kept))
            if isinstance(result, tuple):
                result = result[0]
        elif self.loss is not None:
            result = self.loss(inputs, result)
        elif isinstance(result, Mapping) and result:
            result = tuple(result.values())  # the upstream has the same keys
        if self.with_loss:
            loss = getattr(thing, self.sum_of_losses)
            loss = np.sum(loss) if np.ndim(loss) else loss
            result = (result, loss) if self.upstreams else loss
        return result, kept

    def _several(self, result: tuple[Any, ...]) -> bool:
        return len(self.upstreams) > 1 and len(self.upstreams) == len(result)

    def _of_output(self, result: tuple[Any, ...]) -> int:
        """Which of several outputs the one upstream belongs to: by its name, else the first."""
        fits = len(self.upstreams) == 1 and len(self.outputs) == len(result)
        return naming.assign(self.upstreams, self.outputs).get(0, 0) if fits else 0

    def _attribute(self, thing: Any) -> Any:
        for name in OUTPUTS:
            if getattr(thing, name, None) is not None:
                return getattr(thing, name)
        raise WrongReturn("forward returned None and left no attribute such as self.output")

    def _values(self, wanted: Sequence[Parameter], inputs: Inputs, output: Any) -> dict[str, Any]:
        """The arguments of a loss or backward, by name; the output for a name that is unknown."""
        found: dict[str, Any] = {}
        by_result = self._by_result(wanted, inputs, output)
        for parameter in wanted:
            name = parameter.name
            if name in self.bound:
                path = self.bound[name]
                first = output[0] if isinstance(output, tuple) else output
                found[name] = value_at(inputs, path) if path else first
            elif name in inputs:
                found[name] = inputs[name]
            elif name in self.plan.constants:
                found[name] = self.plan.constants[name]
            elif is_rate(name):
                found[name] = self.rate or USUAL_RATE
            elif name in self.aliases:
                found[name] = inputs[self.aliases[name]]
            elif name in by_result:
                found[name] = by_result[name]
            elif parameter.required:
                alike = [n for n in inputs if n != "self" and naming.same(n, name)]
                by_order = self._by_order(name, wanted)
                if alike:
                    found[name] = inputs[alike[0]]
                elif by_order:
                    found[name] = inputs[by_order]
                elif naming.is_cache(name) and isinstance(output, tuple):
                    found[name] = output[1] if len(output) == 2 else output[1:]
                elif HELPERS.search(name):
                    raise Unusable(f"{self.candidate.name}: nothing says what {name} is")
                else:
                    found[name] = output[0] if isinstance(output, tuple) else output
        return found

    def _by_result(
        self, wanted: Sequence[Parameter], inputs: Inputs, output: Any
    ) -> dict[str, Any]:
        """Arguments with the names of what forward returned, and one other that is left of it."""
        items = returns.items(self.user.node(self.candidate.of("forward"))) or []
        names = [item.name for item in items]
        if not isinstance(output, tuple) or len(names) != len(output):
            return {}
        asked = [p.name for p in wanted if p.required]
        found = {name: output[names.index(name)] for name in asked if name in names}
        known = {*inputs, *self.plan.constants, *self.aliases, *found}
        left = [n for n in asked if not (n in known or is_rate(n) or naming.is_cache(n))]
        rest = [part for name, part in zip(names, output) if name not in found]
        if found and len(left) == len(rest) == 1:
            found[left[0]] = rest[0]
        return found

    def _by_order(self, name: str, wanted: Sequence[Parameter]) -> str:
        """``feedforward(a)`` beside ``backprop(x, y)``: both begin with the same input."""
        names = [p.name for p in wanted if p.required]
        first = self.of_forward[0] if self.of_forward else ""
        of_backward = wanted is not self.asked and self.candidate.way == Way.NETWORK
        open_ = names[:1] == [name] and first not in names and not naming.is_output(name)
        return first if of_backward and open_ else ""

    def backward(self, inputs: Inputs, value: Any, kept: Any, upstream: Any) -> list[Made]:
        thing = inputs["self"]
        if self.with_loss and self.upstreams:
            upstream = upstream[0]
        before = instances.arrays_in(thing)
        was = {path: array.copy() for path, array in before.items() if path in self.held}
        values = self._values([p for p in self.taken if p.name not in self.upstreams], inputs, kept)
        if len(self.upstreams) == 1:
            of_keys = isinstance(kept, Mapping) and isinstance(upstream, tuple)
            values[self.upstreams[0]] = dict(zip(kept, upstream)) if of_keys else upstream
        elif self.upstreams:
            values.update(zip(self.upstreams, upstream))
        attributes = instances.entries_of(thing)
        result = arguments.call(getattr(thing, self.method("backward")), self.taken, values)
        made = self._with_left(self._made(inputs, result, was), inputs, attributes)
        if not made:
            raise WrongReturn(
                f"{self.candidate.of('backward')} returned no gradient, and left none in "
                "attributes such as self.dW"
            )
        if not self.upstreams and not self.is_scalar:
            made = [self._scaled(m, inputs, value, upstream) for m in made]
        return made

    @staticmethod
    def _scaled(made: Made, inputs: Inputs, value: Any, upstream: Any) -> Made:
        shape = np.shape(value_at(inputs, made.of))
        return dataclasses.replace(made, value=scaled(upstream, made.value, value, shape))

    def _made(self, given: Inputs, result: Any, was: Mapping[Path, np.ndarray]) -> list[Made]:
        """The gradients that were returned, that are in attributes, or that updated a parameter."""
        thing = given["self"]
        qualified = self.candidate.of("backward")
        node = self.user.node(qualified)
        made: list[Made] = []
        inputs = [s for n, s in self.plan.slots.items() if n in self.of_forward]
        parameters = slots_of(was)
        now = with_numbers(thing)
        kind = self.candidate.of("class")
        attributes: list[Made] = []
        for path in was:
            shares = self._shares(thing, path, now)
            self.has_shares |= len(shares) > 1
            for other, array in shares[:1]:
                name = instances.spelled(other, thing)
                line = instances.line_of(self.user, kind, qualified, name)
                whole = sum(share for _, share in shares) if self.adds_shares else array
                attributes.append(Made(("self", *path), name, line, whole))
        of_inputs: list[Made] = []
        for slot in inputs:
            for name in spellings(slot.name, first=slot is inputs[0]):
                value = getattr(thing, name, None)
                if is_gradient(value) and slot.differentiated and (name,) not in was:
                    own = f"self.{name}"
                    line = instances.line_of(self.user, kind, qualified, own)
                    of_inputs.append(Made(slot.path, own, line, value))
                    break
        only_numbers = isinstance(result, Mapping) and not instances.arrays_in(result)
        if result is not None and not isinstance(result, str | bool) and not only_numbers:
            returned = Returned(node, self.user.line(qualified), inputs=given)
            returned.items = givers.named_by_moves(self.user.text, qualified, returned.items)
            known = {m.of for m in attributes}
            made += self._returned(result, returned, inputs, parameters, known)
        have = {m.of for m in made}
        made += [m for m in [*of_inputs, *attributes] if m.of not in have]
        have = {m.of for m in made}
        for path, old in was.items():
            new = instances.part_at(thing, path)
            if ("self", *path) in have or not isinstance(new, np.ndarray) or not self.rate:
                continue
            if new.shape == old.shape and not np.array_equal(new, old) and self._rated():
                own = instances.spelled(path, thing)
                line = instances.line_of(self.user, kind, qualified, own)
                name = f"d{own.removeprefix('self.')}"
                made.append(Made(("self", *path), name, line, (old - new) / self.rate))
                self.seen_by_update = True
        return made

    def _with_left(self, made: list[Made], inputs: Inputs, was: Mapping[str, Any]) -> list[Made]:
        """The gradients, with those of numbers, and that of an input under a name of its own."""
        thing, qualified = inputs["self"], self.candidate.of("backward")
        kind = self.candidate.of("class")
        for path, (where, value) in gradients_of_numbers(thing, self.numbers).items():
            name = instances.spelled(where, thing)
            line = instances.line_of(self.user, kind, qualified, name)
            made.append(Made(("self", *path), name, line, value))
        have = {m.of for m in made}
        slots = [s for n, s in self.plan.slots.items() if n in self.of_forward and not s.entries]
        for slot in [s for s in slots if s.differentiated and s.path not in have][:1]:
            known = {m.name.removeprefix("self.") for m in made}
            own = input_gradient(thing, was, np.shape(inputs[slot.name]), known)
            if own and not have & {s.path for s in slots}:
                line = instances.line_of(self.user, kind, qualified, f"self.{own}")
                made.append(Made(slot.path, f"self.{own}", line, getattr(thing, own)))
        return made

    def _shares(
        self, thing: Any, path: Path, now: Mapping[Path, Any]
    ) -> list[tuple[Path, np.ndarray]]:
        """The gradient of an array beside it, or one beside each of its names."""
        found: list[tuple[Path, np.ndarray]] = []
        for name in (path, *self.shared.get(path, ())):
            for other, array in gradients_beside(thing, name, now)[:1]:
                if not any(array is known for _, known in found):
                    found.append((other, array))
        return found

    def _returned(
        self,
        result: Any,
        returned: Returned,
        inputs: list[Slot],
        parameters: list[Slot],
        known: set[Path],
    ) -> list[Made]:
        wanted = [slot for slot in inputs if slot.differentiated]
        names = [item.name for item in returned.items]
        if isinstance(result, Mapping):
            return returned.made(result, [*wanted, *parameters])
        if isinstance(result, tuple | list):
            if len(wanted) == 1 and wanted[0].entries and len(result) == len(wanted[0].leaves()):
                return returned.made(result, wanted)  # of a list, one for each of its entries
            named = naming.assign(names, [s.name for s in parameters])
            leaves = naming.assign(names, [x.name for s in parameters for x in s.leaves()])
            if named or leaves or len(result) > len(wanted):
                of = naming.assign(names, [s.name for s in wanted])
                kept = [wanted[i] for i in of.values()]
                if len(kept) + max(len(named), len(leaves)) == len(result):
                    return returned.made(result, [*kept, *parameters])
                return returned.made(result, [*wanted, *parameters])
            return returned.made(result, wanted)
        if not is_gradient(result):
            return []  # a loss, a list of layers, self
        if (
            np.ndim(result) == 0
            and known
            and not any(s.argument and not s.argument.dims for s in wanted)
        ):
            return []
        if not wanted or (self.candidate.way == Way.NETWORK and known):
            found = naming.assign(names, [s.name for s in [*wanted, *parameters]])
            return returned.made(result, [*wanted, *parameters]) if found else []
        return returned.made(result, wanted)

    def _rated(self) -> bool:
        """True if the backward multiplies its updates by the rate that the oracle has set."""
        descends = PlainDescent.is_held_by(self.maker.constants.values(), self.steps)
        if descends or any(is_rate(p.name) for p in self.taken):
            return True
        return any(map(self._learns, RATE_ATTRIBUTES))
