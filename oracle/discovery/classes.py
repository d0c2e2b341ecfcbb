"""Ways 4 and 9: layers, losses and networks that are classes."""

import ast
import dataclasses
import itertools
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from oracle.derivations import Argument
from oracle.discovery import calling, instances, losses, naming, shape_sources, single, text
from oracle.discovery.calling import Parameter, Plan, Slot, User
from oracle.discovery.find import Candidate
from oracle.discovery.gradients import Returned, is_gradient
from oracle.discovery.instances import Maker
from oracle.discovery.load import is_ours, line_in, said
from oracle.discovery.pairs import OF_INPUT, read_mean, scaled
from oracle.discovery.shape_sources import Shapes
from oracle.discovery.shape_text import Said
from oracle.discovery.subject import (
    Inputs,
    Made,
    NothingToJudge,
    Path,
    Reading,
    Subject,
    Unusable,
    WrongReturn,
)

OUTPUTS = ("output", "out", "outputs", "A", "a", "y", "Z", "z", "yhat", "h", "result", "activation")
HELPERS = re.compile(r"(_fn|_func|_function|_layer|^layers?|optimizer|activation_?\w*)$")
INPUT_GRADIENTS = [
    "dinputs", "dinput", "dx", "dX", "grad_input", "input_grad", "dL_dX", "dL_dx", "d_input", "din",
    "dA_prev", "delta_input",
]  # fmt: skip


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
    phantoms: list[Argument] = field(default_factory=list)
    of_forward: list[str] = field(default_factory=list)
    held: set[Path] = field(default_factory=set)  # what a new object holds,
    parameters: list[Slot] = field(default_factory=list)  # what of it has a gradient,
    paths: set[Path] = field(default_factory=set)  # and what has a gradient
    is_scalar: bool = False
    lazy: set[Path] = field(default_factory=set)  # what only its first forward makes
    rate: float = instances.RATE  # of updates that are all that tells a gradient; 0 if none is
    seen_by_update: bool = False
    loss: Callable[[Inputs, Any], Any] | None = None  # one of the usual losses, as a reading

    @property
    def surely_upstreams(self) -> set[str]:
        """What is an upstream of the backward even where the forward's value is one number."""
        returned = text.returns(self.user.node(self.candidate.of("forward"))) or []
        names = [item.name for item in returned]
        return {
            p.name
            for p in self.taken
            if p.required or naming.is_upstream_by_default(p.name, p.default, names)
        }

    @property
    def arguments(self) -> list[Argument]:
        return [*self.maker.arguments, *self.plan.arguments, *self.phantoms]

    def method(self, role: str) -> str:
        return self.candidate.of(role).rpartition(".")[2]

    def prepare(self, arrays: Mapping[str, np.ndarray], seed: int = 0) -> Inputs:
        """A new object with numbers of its own, and the forward's arguments."""
        thing = self.maker.make(arrays, self.arguments, seed)
        if self.lazy:
            with calling.kept_random_state(seed), np.errstate(all="ignore"):
                first = self.plan.prepare({n: a.copy() for n, a in arrays.items()}, seed)
                calling.call(getattr(thing, self.method("forward")), self.given, first)
        given = {id(a) for a in arrays.values()}
        rng = np.random.default_rng([seed, 1])
        held = instances.arrays_in(thing)
        own = {slot.path[1:] for slot in self.parameters for slot in slot.leaves()}
        constructed = [held[(n,)] for n in self.maker.arrays if (n,) in held]
        for path, array in held.items():
            drawn = any(array is c for c in constructed) or id(array) in given
            if path in own and not drawn and array.flags.writeable:
                array[...] = rng.standard_normal(array.shape)
        for holder, name in instances.numbers_in(thing):
            if self._learns(holder, name) and self.rate != getattr(holder, name):
                of_ours = getattr(holder, name) == instances.RATE
                setattr(
                    holder, name, self.rate or (USUAL_RATE if of_ours else getattr(holder, name))
                )
        inputs: Inputs = {"self": thing}
        inputs.update(self.plan.prepare(arrays, seed))
        return inputs

    def _learns(self, holder: Any, name: str) -> bool:
        node = self.user.node(self.candidate.of("backward"))
        return node is not None and f"self.{name}" in _source(node)

    def forward(self, inputs: Inputs) -> tuple[Any, Any]:
        thing = inputs["self"]
        function = getattr(thing, self.method("forward"))
        result = calling.call(function, self.given, inputs)
        if result is None:
            result = self._attribute(thing)
        kept = result
        if isinstance(result, tuple) and result and not self._several(result):
            result = result[0]
        if self.candidate.of("loss") and self.candidate.way == 9:
            loss = getattr(thing, self.method("loss"))
            result = calling.call(loss, self.asked, self._values(self.asked, inputs, result))
            if isinstance(result, tuple):
                result = result[0]
        elif self.loss is not None:
            result = self.loss(inputs, result)
        return result, kept

    def _several(self, result: tuple[Any, ...]) -> bool:
        return len(self.upstreams) > 1 and len(self.upstreams) == len(result)

    def _attribute(self, thing: Any) -> Any:
        for name in OUTPUTS:
            if getattr(thing, name, None) is not None:
                return getattr(thing, name)
        raise WrongReturn("forward returned None, and no attribute such as self.output")

    def _values(self, wanted: Sequence[Parameter], inputs: Inputs, output: Any) -> dict[str, Any]:
        """What a loss or a backward gets by name; what is nothing else is the output."""
        found: dict[str, Any] = {}
        for parameter in wanted:
            name = parameter.name
            if name in inputs:
                found[name] = inputs[name]
            elif name in self.plan.constants:
                found[name] = self.plan.constants[name]
            elif RATE_NAMES(name):
                found[name] = self.rate or USUAL_RATE
            elif name in self.aliases:
                found[name] = inputs[self.aliases[name]]
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

    def _by_order(self, name: str, wanted: Sequence[Parameter]) -> str:
        """``feedforward(a)`` beside ``backprop(x, y)``: the first argument is the same thing."""
        names = [p.name for p in wanted if p.required]
        first = self.of_forward[0] if self.of_forward else ""
        of_backward = wanted is not self.asked and self.candidate.way == 9
        open_ = names[:1] == [name] and first not in names and not naming.is_output(name)
        return first if of_backward and open_ else ""

    def backward(self, inputs: Inputs, value: Any, kept: Any, upstream: Any) -> list[Made]:
        thing = inputs["self"]
        before = instances.arrays_in(thing)
        was = {path: array.copy() for path, array in before.items() if path in self.held}
        values = self._values([p for p in self.taken if p.name not in self.upstreams], inputs, kept)
        if len(self.upstreams) == 1:
            values[self.upstreams[0]] = upstream
        elif self.upstreams:
            values.update(zip(self.upstreams, upstream))
        function = getattr(thing, self.method("backward"))
        result = calling.call(function, self.taken, values)
        made = self._made(thing, result, was)
        if not self.upstreams and not self.is_scalar:
            made = [self._scaled(m, inputs, value, upstream) for m in made]
        return made

    @staticmethod
    def _scaled(made: Made, inputs: Inputs, value: Any, upstream: Any) -> Made:
        shape = np.shape(_value_at(inputs, made.of))
        return dataclasses.replace(made, value=scaled(upstream, made.value, value, shape))

    def _made(self, thing: Any, result: Any, was: Mapping[Path, np.ndarray]) -> list[Made]:
        """The gradients that were returned, that are in attributes, or that updated a parameter."""
        qualified = self.candidate.of("backward")
        node = self.user.node(qualified)
        made: list[Made] = []
        inputs = [s for n, s in self.plan.slots.items() if n in self.of_forward]
        parameters = self._candidates(was)
        now = instances.arrays_in(thing, seen=set())
        kind = self.candidate.of("class")
        attributes: list[Made] = []
        for path in was:
            for other, array in _gradients_beside(thing, path, now):
                name = instances.spelled(other, thing)
                line = instances.line_of(self.user, kind, qualified, name)
                attributes.append(Made(("self", *path), name, line, array))
                break
        of_inputs: list[Made] = []
        for slot in inputs:
            for name in _spellings(slot.name, first=slot is inputs[0]):
                value = getattr(thing, name, None)
                if is_gradient(value) and slot.differentiated and (name,) not in was:
                    own = f"self.{name}"
                    line = instances.line_of(self.user, kind, qualified, own)
                    of_inputs.append(Made(slot.path, own, line, value))
                    break
        if result is not None and not isinstance(result, str | bool):
            returned = Returned(node, self.user.line(qualified))
            known = {m.of for m in attributes}
            made += self._returned(result, returned, inputs, parameters, known)
        have = {m.of for m in made}
        made += [m for m in [*of_inputs, *attributes] if m.of not in have]
        have = {m.of for m in made}
        for path, old in was.items():
            new = _at(thing, path)
            if ("self", *path) in have or not isinstance(new, np.ndarray) or not self.rate:
                continue
            if new.shape == old.shape and not np.array_equal(new, old) and self._rated(path):
                own = instances.spelled(path, thing)
                line = instances.line_of(self.user, kind, qualified, own)
                name = f"d{own.removeprefix('self.')}"
                made.append(Made(("self", *path), name, line, (old - new) / self.rate))
                self.seen_by_update = True
        if not made:
            raise WrongReturn(
                f"{qualified} returned no gradient, and left none in attributes such as self.dW"
            )
        return made

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
        if not wanted or (self.candidate.way == 9 and known):
            found = naming.assign(names, [s.name for s in [*wanted, *parameters]])
            return returned.made(result, [*wanted, *parameters]) if found else []
        return returned.made(result, wanted)

    def _candidates(self, was: Mapping[Path, np.ndarray]) -> list[Slot]:
        """The object's arrays as inputs: ``W``, the entries of ``params``, the list ``weights``."""
        found: dict[str, Slot] = {}
        for path, array in was.items():
            argument = Argument(instances.spelled(path), tuple(map(str, array.shape)))
            if len(path) == 1:
                found[path[0]] = Slot(str(path[0]), ("self", *path), argument)
            else:
                slot = found.setdefault(path[0], Slot(str(path[0]), ("self", path[0])))
                slot.entries.append(Slot(str(path[-1]), ("self", *path), argument))
        return list(found.values())

    def _rated(self, path: Path) -> bool:
        """Whether the updates are known to be times the rate that we have set."""
        if any(RATE_NAMES(p.name) for p in self.taken):
            return True
        node = self.user.node(self.candidate.of("backward"))
        text_of_it = _source(node) if node is not None else ""
        return any(f"self.{name}" in text_of_it for name in RATE_ATTRIBUTES)


USUAL_RATE = 0.1
RATE_ATTRIBUTES = ("learning_rate", "lr", "eta", "learningRate", "step_size", "learn_rate")


def RATE_NAMES(name: str) -> bool:
    return bool(instances.RATES.match(name))


def _source(node: Any) -> str:
    return ast.unparse(node)


def _at(thing: Any, path: Path) -> Any:
    for step in path:
        if isinstance(thing, Mapping | list | tuple):
            try:
                thing = thing[step]
            except (KeyError, IndexError):
                return None
        else:
            thing = getattr(thing, step, None)
    return thing


def _gradients_beside(
    thing: Any, path: Path, now: Mapping[Path, np.ndarray]
) -> list[tuple[Path, np.ndarray]]:
    """The arrays in an object that are called as the gradient of another, the likeliest first."""
    found: list[tuple[Path, np.ndarray]]
    found = [(other, array) for other, array in now.items() if instances.counterpart(path, other)]
    if len(path) == 1:
        for holder in instances.GRADIENTS:  # self.W beside self.grads["W"] or self.grads["dW"]
            entries = getattr(thing, holder, None)
            if isinstance(entries, Mapping):
                for key in (path[0], f"d{path[0]}", f"{path[0]}_grad", f"grad_{path[0]}"):
                    if key in entries and is_gradient(entries[key]):
                        found.append(((holder, key), entries[key]))
        for name in (f"d{path[0]}", f"grad_{path[0]}", f"{path[0]}_grad"):  # a number, not an array
            value = getattr(thing, name, None)
            if isinstance(value, float | np.floating) and not found:
                found.append(((name,), np.array(value)))
    elif len(path) == 2 and path[0] in instances.PARAMS:  # self.params["W"] beside self.dW
        for name in (f"d{path[1]}", f"grad_{path[1]}", f"{path[1]}_grad"):
            value = getattr(thing, name, None)
            if is_gradient(value):
                found.append(((str(name),), np.asarray(value)))
    found.sort(key=lambda pair: sum(str(step)[:1] != "d" for step in pair[0]))
    return found


def _spellings(name: str, first: bool) -> list[str]:
    """What the gradient of an input may be called among the attributes."""
    own = [
        f"d{name}", f"d_{name}", f"grad_{name}", f"{name}_grad", f"{name}_gradient", f"dL_d{name}",
        f"d{name}s",
    ]  # fmt: skip
    return own + (INPUT_GRADIENTS if first else [])


def layer(user: User, candidate: Candidate) -> Subject:
    """The subject that a layer or loss class is.

    Raises:
        Unusable: it cannot be made, or its forward and backward cannot be run for any shape tried.
    """
    return _subject(user, candidate)


def network(user: User, candidate: Candidate) -> Subject:
    """The subject that a network class is, with its own loss, or in a reading for each usual loss.

    Raises:
        Unusable: it cannot be made, or its forward and backward cannot be run for any shape tried.
    """
    return _subject(user, candidate)


def _subject(user: User, candidate: Candidate) -> Subject:
    kind = user.get(candidate.of("class"))
    roles = [candidate.of(role) for role in ("forward", "backward", "loss")]
    methods = user.text.methods(candidate.of("class")) if user.text is not None else {}
    init = methods.get("__init__", "")
    names = [candidate.of("class"), roles[0], roles[1], *filter(None, roles[2:])]
    spoken = shape_sources.of_parts(user.text, names, user.shapes, [init] if init else [])
    given, taken = (_parameters(kind, name) for name in roles[:2])
    asked = _parameters(kind, roles[2]) if roles[2] and candidate.way == 9 else []
    known = [p.name for p in (*given, *taken, *asked)]
    first, other = (next((p.name for p in some if p.required), "") for some in (given, taken))
    if candidate.way == 9 and not _has_shape(first, spoken) and _has_shape(other, spoken):
        spoken = {**spoken, (first,): spoken[(other,)]}  # feedforward(a) beside backprop(x, y)
    try:
        maker = instances.maker(user, candidate.of("class"), kind, spoken, known)
        return _found(user, candidate, kind, maker, spoken, (given, taken, asked))
    except Unusable as error:
        if _is_base(user, candidate) or _holds_layers(user, candidate):
            raise NothingToJudge(str(error), error.line) from error
        raise


def _is_base(user: User, candidate: Candidate) -> bool:
    """Whether other classes of the file are made from it."""
    classes = user.text.classes.values() if user.text is not None else []
    name = candidate.of("class")
    return any(isinstance(b, ast.Name) and b.id == name for node in classes for b in node.bases)


def _holds_layers(user: User, candidate: Candidate) -> bool:
    """Whether its forward goes through objects that it has been given."""
    node = user.node(candidate.of("forward"))
    return node is not None and any(
        isinstance(part, ast.For)
        and re.search(r"self\.\w*(layer|module|op|block)", ast.unparse(part.iter))
        for part in ast.walk(node)
    )


def _found(
    user: User,
    candidate: Candidate,
    kind: type,
    maker: Maker,
    spoken: Shapes,
    parameters: tuple[list[Parameter], list[Parameter], list[Parameter]],
) -> Subject:
    given, taken, asked = parameters
    roles = [candidate.of(role) for role in ("forward", "backward", "loss")]
    wanted = _wanted(candidate, given, taken, asked, spoken)
    open_ = [p.name for p in wanted if p.required and not _has_shape(p.name, spoken)]
    open_ = [n for n in open_ if n not in {*naming.NUMBERS, *naming.FLAGS, *calling.OPTION_DICTS}]
    problem: Exception | None = None
    ran: Object | None = None
    tries = itertools.product(
        instances.unified(maker, spoken), _guesses(open_, maker, kind, candidate)
    )
    for maker, shapes_of in tries:
        tried = dict(spoken)
        for name, dims in shapes_of.items():
            tried[(name,)] = Said(dims).completed(spoken.get((name,), Said()))
        try:
            thing = _object(user, candidate, maker, tried, (given, taken, asked), wanted)
            fits = _try(thing, open_)
        except Unusable:
            raise
        except Exception as error:
            if is_ours(error):
                raise
            problem = problem or error
            continue
        guessed = [str(a) for a in thing.plan.arguments if a.name in shapes_of]
        if guessed:
            thing.plan.remarks.append(f"taken to be of the shapes {', '.join(guessed)}")
        if fits or not open_:
            return _ready(thing, kind)
        ran = ran or thing
    if ran is not None:
        return _ready(ran, kind)
    if open_:
        raise shape_sources.missing(
            candidate.name, spoken, open_[0], user.line(roles[0]), open_[1:]
        ) from problem
    assert problem is not None
    raise Unusable(f"{candidate.name}: {said(problem)}", line_in(problem, user.file)) from problem


def _parameters(kind: type, qualified: str) -> list[Parameter]:
    name = qualified.rpartition(".")[2]
    found = calling.parameters(getattr(kind, name), qualified)
    static = isinstance(kind.__dict__.get(name), staticmethod | classmethod)
    return found if static else found[1:]


def _has_shape(name: str, spoken: Shapes) -> bool:
    if any(path[0] == name and len(path) > 1 for path in spoken):
        return True
    entry = spoken.get((name,))
    return entry is not None and (entry.has_shape or entry.literal is not instances.NOTHING)


def _wanted(
    candidate: Candidate,
    given: Sequence[Parameter],
    taken: Sequence[Parameter],
    asked: Sequence[Parameter],
    spoken: Shapes,
) -> list[Parameter]:
    """What is to be drawn: forward's arguments, and the targets of the loss and the backward."""
    found = [p for p in given if p.required or (p.name,) in spoken]
    names = {p.name for p in found}
    for parameter in (*asked, *taken):
        name = parameter.name
        target = name in naming.TARGETS | naming.PERHAPS_TARGETS
        if name in names or RATE_NAMES(name) or not parameter.required:
            continue
        if any(naming.same(name, other) for other in names) and target:
            continue
        if (
            (candidate.way == 9 and target)
            or (name,) in spoken
            or (name in naming.NUMBERS and not naming.is_upstream(name))
        ):
            found.append(Parameter(name, True, None))
            names.add(name)
    return found


def _guesses(
    open_: Sequence[str], maker: Maker, kind: type, candidate: Candidate
) -> list[dict[str, tuple[str, ...]]]:
    """Shapes to try where nothing is said: rows of samples, columns of samples, one sample."""
    if not open_:
        return [{}]
    if maker.lists:
        size = next(iter(maker.lists.values()))[0]
    else:
        size = next((s for n, s in maker.sizes.items() if instances.INPUT_SIZE.fullmatch(n)), "")
        size = size or next(iter(maker.sizes.values()), "")
    if not size and maker.arrays:
        size = next(iter(maker.arrays.values())).dims[0]
    extents = [size] if size else []
    if not size and instances.has_constructor(maker.kind):
        try:
            held = instances.arrays_in(maker.make({}, [], 0)).values()
        except Exception:
            held = []  # type: ignore[assignment]
        for array in held:
            if array.ndim == 2:
                extents = [str(array.shape[0]), str(array.shape[1])]
                break
        if not extents:
            extents = [str(a.shape[-1]) for a in held if a.ndim == 1][:1]
    extents = extents or ["D"]
    found: list[dict[str, tuple[str, ...]]] = []
    for extent in dict.fromkeys(extents):
        for dims in (("N", extent), (extent, "N"), (extent, "1"), (extent,)):
            found.append(dict.fromkeys(open_, dims))
    return found


def _object(
    user: User,
    candidate: Candidate,
    maker: Maker,
    spoken: Shapes,
    parameters: tuple[list[Parameter], list[Parameter], list[Parameter]],
    wanted: list[Parameter],
) -> Object:
    given, taken, asked = parameters
    above = user.line(candidate.of("forward"))
    nodes = [user.node(candidate.of(role)) for role in ("forward", "backward")]
    plan = calling.plan(candidate.name, spoken, wanted, above, nodes, user)
    plan.remarks += [r for r in maker.remarks if r not in plan.remarks]
    thing = Object(user, candidate, maker, plan, given, taken, asked)
    thing.of_forward = [p.name for p in given if p.name in plan.slots]
    if candidate.way == 4:
        thing.aliases = _aliases(given, taken)
        thing.upstreams = [] if thing.aliases else _upstreams(given, taken, plan)
    have = {d for a in (*maker.arguments, *plan.arguments) for d in a.dims}
    needed = [*maker.sizes.values(), *(s for several in maker.lists.values() for s in several)]
    thing.phantoms = [instances.phantom(s) for s in dict.fromkeys(needed) if s not in have]
    return thing


def _aliases(given: Sequence[Parameter], taken: Sequence[Parameter]) -> dict[str, str]:
    """``forward(y_pred, y_true)`` beside ``backward(dvalues, y_true)``: no upstream, but y_pred."""
    ins, outs = ([p.name for p in ps if p.required] for ps in (given, taken))
    if len(ins) != 2 or len(outs) != 2 or ins[1] != outs[1] or outs[0] in ins:
        return {}
    if ins[1] not in naming.TARGETS | naming.PERHAPS_TARGETS:
        return {}
    if outs[0] != "dvalues" and naming.is_upstream(outs[0]):
        return {}
    return {outs[0]: ins[0]}


def _upstreams(given: Sequence[Parameter], taken: Sequence[Parameter], plan: Plan) -> list[str]:
    known = {p.name for p in given}
    found: list[str] = []
    for i, parameter in enumerate(taken):
        name = parameter.name
        if name in known or RATE_NAMES(name) or name in plan.constants:
            continue
        if naming.is_cache(name) and not naming.is_upstream(name):
            continue
        if (
            (i == 0 and (parameter.required or naming.is_upstream(name)))
            or (not found and parameter.required and naming.is_upstream(name))
            or (found and parameter.required and naming.is_upstream(name))
            or (not found and naming.is_upstream_by_default(name, parameter.default))
        ):
            found.append(name)
    return found


def _try(thing: Object, open_: Sequence[str]) -> bool:
    """Run it once, and learn which of its arrays have gradients; whether these have their shapes.

    A layout of the samples in which a gradient has another shape is not the one that is meant.
    """
    arrays = calling.trial_arrays(thing.arguments)
    with np.errstate(all="ignore"):
        if thing.candidate.way == 9:
            # Sizes that no constant of the user's is likely to have.
            _targets_like_output(thing, open_, calling.trial_arrays(thing.arguments, 11))
            arrays = calling.trial_arrays(thing.arguments)
        inputs = thing.prepare(arrays)
        thing.held = set(instances.arrays_in(inputs["self"]))
        value, kept = thing.forward(inputs)
        thing.lazy = _made_once(thing, inputs["self"])
        if thing.lazy:
            thing.held |= thing.lazy
            inputs = thing.prepare(arrays)
            value, kept = thing.forward(inputs)
        if any(value is given for given in inputs.values()) and _holds_layers(
            thing.user, thing.candidate
        ):
            raise NothingToJudge(f"{thing.candidate.name} has no layers of its own")
        thing.is_scalar = np.ndim(value) == 0 if not isinstance(value, tuple) else False
        if thing.candidate.way == 9 and not thing.candidate.of("loss"):
            thing.is_scalar = True
        if thing.is_scalar:
            thing.upstreams = [n for n in thing.upstreams if n in thing.surely_upstreams]
        if isinstance(value, tuple):
            upstream: Any = tuple(np.ones_like(np.asarray(v)) for v in value)
        else:
            upstream = np.ones_like(np.asarray(value, dtype=float))
        made = thing.backward(inputs, value, kept, upstream)
    if not thing.seen_by_update:
        thing.rate = 0.0  # then updates are the user's own, which change nothing that is judged
    paths = {m.of for m in made}
    own = [path[1:] for path in paths if path[0] == "self"]
    thing.parameters = [Slot(str(path[-1]), ("self", *path)) for path in own]
    thing.paths = paths
    if not thing.upstreams and not thing.is_scalar:
        return True
    inputs = thing.prepare(arrays)
    return all(np.shape(m.value) == np.shape(_value_at(inputs, m.of)) for m in made)


def _made_once(thing: Object, own: Any) -> set[Path]:
    """The arrays that a first forward has made and a second one leaves alone: lazy parameters.

    What a forward keeps for its backward is another array each time.
    """
    made = {p: a for p, a in instances.arrays_in(own).items() if p not in thing.held}
    if not made:
        return set()
    other = thing.plan.prepare(calling.trial_arrays(thing.arguments, seed=1), 1)
    calling.call(getattr(own, thing.method("forward")), thing.given, other)
    now = instances.arrays_in(own)
    given = [a for a in other.values() if isinstance(a, np.ndarray)]
    return {
        path
        for path, array in made.items()
        if now.get(path) is array and not any(array is a for a in given)
    }


def _value_at(inputs: Inputs, path: Path) -> Any:
    thing = inputs[path[0]]
    return _at(thing, path[1:])


def _targets_like_output(
    thing: Object, open_: Sequence[str], arrays: Mapping[str, np.ndarray]
) -> None:
    """Targets of the output's shape, where nothing says another."""
    inputs = thing.prepare(arrays)
    function = getattr(inputs["self"], thing.method("forward"))
    output = calling.call(function, thing.given, inputs)
    if output is None:
        output = thing._attribute(inputs["self"])
    if isinstance(output, tuple):
        output = output[0]
    if not isinstance(output, np.ndarray):
        return
    names = {extent: size for size, extent in calling.trial_sizes(thing.arguments, 11).items()}
    dims = tuple(str(names.get(e, e)) for e in output.shape)
    for name in open_:
        if name in naming.TARGETS | naming.PERHAPS_TARGETS and name in thing.plan.slots:
            old = thing.plan.slots[name].argument
            assert old is not None
            values = old.values if old.values != "normal" else _values(output)
            new = Argument(name, dims, False, values, "", True)
            thing.plan.slots[name] = Slot(name, (name,), new)
            thing.plan.arguments = [new if a is old else a for a in thing.plan.arguments]


def _values(output: np.ndarray) -> str:
    if output.size and output.min() >= 0 and output.max() <= 1:
        sums = np.allclose(output.sum(axis=-1), 1) and output.shape[-1] > 1
        return "onehot" if sums else "unit"
    return "normal"


def _ready(thing: Object, kind: type) -> Subject:
    candidate, user = thing.candidate, thing.user
    subject = Subject(
        candidate.name,
        user.file,
        candidate.line,
        candidate.way,
        tuple(thing.arguments),
        thing.forward,
        thing.backward,
        thing.prepare,
        (kind,),
        module=user.module.__name__ if user.module is not None else "user",
        remarks=thing.plan.remarks,
        has_upstream=not thing.is_scalar or bool(thing.upstreams),
        differentiable=lambda path: path in thing.paths,
    )
    if candidate.way == 9 and not candidate.of("loss"):
        _read_losses(subject, thing)
    elif candidate.way == 4 and not thing.upstreams and not thing.is_scalar:
        _read_point(subject, thing)
        if subject.read_as is None:
            plain = dataclasses.replace(thing, is_scalar=True).backward
            read_mean(subject, thing.forward, plain, "mean" if thing.aliases else "each")
    return subject


def _read_point(subject: Subject, thing: Object) -> None:
    """A derivative method: at the input, or at the output."""
    names = [p.name for p in thing.taken]
    if len(names) != 1 or names[0] not in thing.given[0].name:
        return
    subject.readings = (
        OF_INPUT,
        Reading("of the output", f"correct when given the output, not {thing.given[0].name}"),
    )
    plain = thing.backward

    def of_output(inputs: Inputs, value: Any, kept: Any, upstream: Any) -> list[Made]:
        return plain({**inputs, names[0]: value}, value, kept, upstream)

    def read_as(which: int) -> Subject:
        backward = of_output if which else plain
        reading = (subject.readings[which],)
        return dataclasses.replace(subject, backward=backward, readings=reading, read_as=None)

    subject.read_as = read_as


def _read_losses(subject: Subject, thing: Object) -> None:
    """The loss is one of the usual ones; the first is taken until a reading says another."""
    targets = [
        name
        for name in thing.plan.slots
        if name in naming.TARGETS | naming.PERHAPS_TARGETS and name not in thing.of_forward
    ]
    targets = targets or [n for n in thing.plan.slots if n not in thing.of_forward]
    slot = thing.plan.slots[targets[0]]
    labels = slot.argument is not None and slot.argument.integer
    table = losses.LABELS if labels else losses.FLOATS
    first = next((s for n, s in thing.plan.slots.items() if n in thing.of_forward), None)
    axis = losses.samples_axis(first.argument if first else None, slot.argument)

    def read_as(which: int) -> Subject:
        name = list(table)[which]

        def loss(inputs: Inputs, output: Any) -> Any:
            return table[name](output, inputs[targets[0]], axis)

        other = dataclasses.replace(thing, loss=loss)
        return dataclasses.replace(
            subject,
            forward=other.forward,
            backward=other.backward,
            readings=(Reading(name, f"correct as the gradient of {name}"),),
            read_as=None,
        )

    subject.readings = tuple(Reading(n, f"correct as the gradient of {n}") for n in table)
    subject.read_as = read_as
    chosen = read_as(0)
    subject.forward, subject.backward = chosen.forward, chosen.backward
    subject.has_upstream = False


def loss_method(user: User, candidate: Candidate) -> Subject:
    """A network whose ``loss(X, y)`` returns the loss, and the gradients by its parameters' names.

    Raises:
        Unusable: it cannot be made, a shape is missing, or it does not run.
    """
    kind = user.get(candidate.of("class"))
    name = candidate.of("function")
    methods = user.text.methods(candidate.of("class")) if user.text is not None else {}
    init = methods.get("__init__", "")
    names = [candidate.of("class"), name]
    spoken = shape_sources.of_parts(user.text, names, user.shapes, [init] if init else [])
    given = _parameters(kind, name)
    for p in given:
        if p.name in naming.TARGETS | naming.PERHAPS_TARGETS and not p.required:
            given = [dataclasses.replace(q, required=q.required or q is p) for q in given]
    maker = instances.maker(user, candidate.of("class"), kind, spoken, [p.name for p in given])
    wanted = [p for p in given if p.required or _has_shape(p.name, spoken)]
    open_ = [p.name for p in wanted if not _has_shape(p.name, spoken)]
    data = {n: ("N", next(iter(maker.sizes.values()), "D")) for n in open_ if n in naming.DATA}
    for n, dims in data.items():
        spoken[(n,)] = Said(dims).completed(spoken.get((n,), Said()))
    node = user.node(name)
    plan = calling.plan(candidate.name, spoken, wanted, user.line(name), (node,), user)
    plan.remarks += maker.remarks
    thing = Object(user, candidate, maker, plan, given, [], [])
    have = {d for a in (*maker.arguments, *plan.arguments) for d in a.dims}
    needed = [*maker.sizes.values(), *(s for several in maker.lists.values() for s in several)]
    thing.phantoms = [instances.phantom(s) for s in dict.fromkeys(needed) if s not in have]
    items = text.returns(node) or []

    def run_forward(inputs: Inputs) -> tuple[Any, Any]:
        function = getattr(inputs["self"], name.rpartition(".")[2])
        return single.value_of(calling.call(function, given, inputs), items)

    def run_backward(inputs: Inputs, value: Any, kept: Any, upstream: Any) -> list[Made]:
        slots = thing._candidates(instances.arrays_in(inputs["self"]))
        returned = single.made_of(kept, items, node, user.line(name))
        return returned.made(single.gradients_of(kept, items), slots)

    with np.errstate(all="ignore"):
        inputs = thing.prepare(calling.trial_arrays(thing.arguments))
        value, kept = run_forward(inputs)
        thing.paths = {m.of for m in run_backward(inputs, value, kept, 1.0)}
    thing.parameters = [Slot(str(path[-1]), path) for path in thing.paths]
    return Subject(
        candidate.name,
        user.file,
        user.line(name),
        3,
        tuple(thing.arguments),
        run_forward,
        run_backward,
        thing.prepare,
        (kind,),
        module=user.module.__name__ if user.module is not None else "user",
        remarks=plan.remarks,
        has_upstream=False,
        differentiable=lambda path: path in thing.paths,
    )
