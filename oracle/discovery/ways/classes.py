"""Ways 4 and 9: layers, losses and networks that are classes."""

import contextlib
import dataclasses
import functools
from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np

from oracle.discovery import naming, plans
from oracle.discovery.arguments import Parameter, User
from oracle.discovery.candidate import Candidate
from oracle.discovery.given import Given
from oracle.discovery.load import line_in, said
from oracle.discovery.shapes import declared, grammar
from oracle.discovery.shapes.declared import Shapes
from oracle.discovery.shapes.grammar import Said
from oracle.discovery.text import classes as text_classes
from oracle.discovery.text import usage
from oracle.discovery.trial_inputs import trial_arrays, trial_sizes
from oracle.discovery.ways import instances, makers, option_variants
from oracle.discovery.ways.class_readings import ready
from oracle.discovery.ways.makers import Maker
from oracle.discovery.ways.objects import Object
from oracle.discovery.ways.roles import (
    aliases_of,
    guesses,
    has_shape,
    holds_layers,
    parameters_of,
    points_of,
    upstreams_of,
    wanted_of,
)
from oracle.discovery.ways.runs import try_once
from oracle.subject import (
    MissingShapes,
    NothingToJudge,
    Role,
    Subject,
    Unusable,
    Way,
    size_names,
)  # fmt: skip

Guess = Mapping[str, tuple[str, ...]]  # the dims of arguments, or of entries, that are open
Tried = Callable[[Maker, Guess], tuple[Object, set[str]]]


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
    kind = user.kind(candidate.of("class"))
    owner, method = candidate.of("class"), candidate.of("backward").rpartition(".")[2]
    if user.text is not None and text_classes.is_placeholder(user.text, owner, method):
        raise NothingToJudge(f"{owner} is a base class: {method} only holds a place")
    roles = [candidate.of(role) for role in ("forward", "backward", "loss")]
    methods = user.text.methods(candidate.of("class")) if user.text is not None else {}
    init = methods.get("__init__", "")
    names = [candidate.of("class"), roles[0], roles[1], *filter(None, roles[2:])]
    spoken = declared.of_parts(user.text, names, user.shapes, [init] if init else [])
    given, taken = (parameters_of(kind, name) for name in roles[:2])
    asked = parameters_of(kind, roles[2]) if roles[2] and candidate.way == Way.NETWORK else []
    known = [p.name for p in (*given, *taken, *asked)]
    first, other = (next((p.name for p in some if p.required), "") for some in (given, taken))
    if candidate.way == Way.NETWORK and not has_shape(first, spoken) and has_shape(other, spoken):
        spoken = {**spoken, (first,): spoken[(other,)]}  # feedforward(a) beside backprop(x, y)
    maker = None
    try:
        maker = makers.maker(user, candidate.of("class"), kind, spoken, known)
        stored = _stored(maker, [p.name for p in given if not has_shape(p.name, spoken)])
        if stored:
            with contextlib.suppress(Unusable):
                whole = {**stored, **spoken}
                return _found(user, candidate, kind, maker, whole, (given, taken, asked))
        return _found(user, candidate, kind, maker, spoken, (given, taken, asked))
    except Unusable as error:
        if isinstance(error, MissingShapes) and error.guessed is not None:
            raise  # it runs
        invented = maker is None or bool(maker.proposed)
        if (user.text and text_classes.derived(user.text, candidate.of("class"))) or (
            invented and holds_layers(user, candidate)
        ):
            raise NothingToJudge(str(error), error.line) from error
        raise


def _found(
    user: User,
    candidate: Candidate,
    kind: type,
    maker: Maker,
    spoken: Shapes,
    parameters: tuple[list[Parameter], list[Parameter], list[Parameter]],
) -> Subject:
    given, taken, asked = parameters
    wanted = wanted_of(candidate, given, taken, asked, spoken)
    open_, spoken = _open(wanted, spoken)
    problem: Exception | None = None  # of an object that was made, if one was
    latest: Object | None = None
    was_made = False
    ran: Object | None = None
    subject: Subject | None = None  # with shapes that were guessed
    tries = _tries(user, candidate, maker, spoken, open_)

    def tried(maker: Maker, shapes_of: Guess) -> tuple[Object, set[str]]:
        nonlocal latest
        said = _completed(spoken, shapes_of)
        latest = thing = _object(user, candidate, maker, said, parameters, wanted)
        return thing, try_once(thing, open_)

    short = False  # a gradient has lost entries, which a single sample would hide

    for maker, shapes_of in tries:
        if short and _is_single(shapes_of):
            continue
        try:
            thing, unlike = tried(maker, shapes_of)
            short = short or not thing.short.isdisjoint(open_)
        except Unusable:
            raise
        except Exception as error:  # of this guess, which may not fit; others are tried
            farther = latest is not None and latest.was_made and not was_made
            problem, was_made = (error, farther) if farther else (problem or error, was_made)
            if user.is_searched and not open_ and isinstance(error, ValueError):
                break  # sizes that do not fit: other sizes are tried before other objects
            continue
        thing.plan.remarks += _told(maker)
        guessed = [str(a) for a in thing.plan.arguments if a.name in shapes_of]
        if guessed:
            thing.plan.remarks.append(f"taken to be of the shapes {', '.join(guessed)}")
        fits_better = unlike and not shapes_of and any(_held(thing.maker, spoken, open_))
        if not unlike or not (open_ or fits_better):
            made = _with_options(thing, kind, functools.partial(_first, tried, shapes_of))
            made = _with_vectors(made, thing, open_)
            if not guessed:
                return made
            ran, subject = thing, made
            break
        if unlike.isdisjoint(open_) or (len(open_) < 2 and not _is_single(shapes_of)):
            ran = ran or thing  # elsewhere it is the guess that does not fit
    if ran is not None and not open_:
        return ready(ran, kind)
    failed = _error(user, candidate, maker, spoken, wanted, open_, problem)
    if isinstance(failed, MissingShapes):
        failed.guessed = subject or (ready(ran, kind) if ran is not None else None)
    raise failed from problem


def _error(
    user: User,
    candidate: Candidate,
    maker: Maker,
    spoken: Shapes,
    wanted: Sequence[Parameter],
    open_: Sequence[str],
    problem: Exception | None,
) -> Unusable:
    """The error of a class of which no object runs: shapes are missing, or its code raises."""
    documented = _documented(user, candidate)
    doubtful = tuple(p.name for p in wanted if p.name in documented)
    if open_:
        missing = _missing(user, candidate, maker, spoken, open_)
        missing.doubtful = doubtful
        return missing
    assert problem is not None
    return _unusable(user, candidate, problem, doubtful)


def _tries(
    user: User,
    candidate: Candidate,
    maker: Maker,
    spoken: Shapes,
    open_: Sequence[str],
) -> Iterator[tuple[Maker, Guess]]:
    """Makers and guesses of shapes, the likeliest first."""
    node = user.node(candidate.of("forward"))
    listed = [n for n in open_ if node is not None and usage.goes_through(node, n)]
    for one in makers.unified(maker, spoken):
        yield from ((one, guess) for guess in guesses(open_, one, listed))
        yield from ((one, guess) for guess in _held(one, spoken, open_))


def _completed(spoken: Shapes, guess: Guess) -> Shapes:
    """The shapes that are said, and those of a guess."""
    said = dict(spoken)
    for name, dims in guess.items():
        path = grammar.path(name)
        said[path] = Said(dims).completed(spoken.get(path, Said()))
    return said


def _unusable(
    user: User, candidate: Candidate, problem: Exception, doubtful: Sequence[str]
) -> Unusable:
    """The error of a class whose shapes are all said; they may be those of an old docstring."""
    told, line = f"{candidate.name}: {said(problem)}", line_in(problem, user.file)
    if doubtful and not user.is_searched:
        return MissingShapes(told, line, list(doubtful))
    return Unusable(told, line)


def _held(maker: Maker, spoken: Shapes, open_: Sequence[str]) -> Iterator[Guess]:
    """The shapes that are said, with the numbers that an object itself holds for their sizes.

    ``x: (batch, n_inputs)`` of an object that was made with two inputs and has ``n_inputs = 2``.
    """
    if open_:
        return
    drawn = [*maker.arguments, *makers.phantoms(maker, maker.arguments)]
    try:
        thing = maker.make(trial_arrays(drawn), drawn, 0)
    except Exception:  # it is not even made
        return
    sizes = size_names(tuple(d for entry in spoken.values() for d in entry.dims or ()))
    of_maker = {*maker.sizes, *maker.sizes.values()}
    held = {s: getattr(thing, s, None) for s in sizes if s not in of_maker}
    numbers = {s: n for s, n in held.items() if type(n) is int and n > 0}
    changed: dict[str, tuple[str, ...]] = {}
    for path, entry in spoken.items():
        dims = tuple(str(numbers.get(dim, dim)) for dim in entry.dims or ())
        if dims != (entry.dims or ()):
            changed[grammar.spelled(path)] = dims
    if changed:
        yield changed


def _stored(maker: Maker, names: Sequence[str]) -> Shapes:
    """The shapes of arguments that a new object has places for: ``self.x = np.zeros(n_in)``.

    Only of those whose extents are all sizes of the constructor.
    """
    drawn = [*maker.arguments, *makers.phantoms(maker, maker.arguments)]
    try:
        thing = maker.make(trial_arrays(drawn), drawn, 0)
    except (Exception, SystemExit):  # it is not even made
        return {}
    sizes = {extent: size for size, extent in trial_sizes(drawn).items()}
    found: dict[tuple[str, ...], Said] = {}
    for name in names:
        shape = np.shape(instances.arrays_in(thing).get((name,), ()))
        if shape and all(extent in sizes for extent in shape):
            found[(name,)] = Said(tuple(sizes[extent] for extent in shape))
    return found


def _documented(user: User, candidate: Candidate) -> set[str]:
    """The arguments whose shapes only docstrings say; dropped if the class does not run."""
    if user.text is None:
        return set()
    names = [candidate.of("class"), *map(candidate.of, ("forward", "backward", "loss"))]
    init = user.text.methods(candidate.of("class")).get("__init__", "")
    found = declared.only_documented(user.text, [n for n in names if n], [init] if init else [])
    return found - {str(path[0]) for path in grammar.entries(user.shapes)} if user.shapes else found


def _is_single(shapes_of: Guess) -> bool:
    """True if the arguments were guessed to be a single sample, which may have been broadcast.

    The gradient of a broadcast input has the shape of the value: it speaks against the guess.
    """
    return any(len(dims) < 2 or "1" in dims for dims in shapes_of.values())


def _missing(
    user: User, candidate: Candidate, maker: Maker, spoken: Shapes, open_: Sequence[str]
) -> MissingShapes:
    """The error that names the arguments whose shape nothing says, also of the constructor."""
    assumed = [name for name in maker.arrays if not has_shape(name, spoken)]
    line = user.line(candidate.of("forward"))
    return declared.missing(candidate.name, spoken, open_[0], line, [*open_[1:], *assumed])


def _open(wanted: Sequence[Parameter], spoken: Shapes) -> tuple[list[str], Shapes]:
    """The arguments whose shape nothing says; the shapes, with predictions in (0, 1)."""
    open_ = [p.name for p in wanted if p.required and not has_shape(p.name, spoken)]
    compared = [p.name for p in wanted if naming.is_prediction(p.name, [q.name for q in wanted])]
    assumed = {*naming.NUMBERS, *naming.FLAGS, *plans.OPTION_DICTS} - {*compared}
    for name in compared:
        spoken = {**spoken, (name,): spoken.get((name,), Said()).completed(Said(values="unit"))}
    return [name for name in open_ if name not in assumed], spoken


def _with_options(thing: Object, kind: type, again: Callable[[Maker], Object]) -> Subject:
    """The subject that an object is, and beside it those of other options."""

    def beside() -> list[Subject | Unusable]:
        found, left = option_variants.others(thing, again)
        subjects = [(option, ready(other, kind)) for option, other in found]
        told = f"{thing.candidate.name}: {len(left)} further options are not judged: "
        line = thing.user.line(thing.candidate.of("class"))
        return [
            *(dataclasses.replace(s, name=f"{s.name}({option})") for option, s in subjects),
            *([Unusable(told + ", ".join(left), line)] if left else []),
        ]

    return dataclasses.replace(ready(thing, kind), beside=beside)


def _first(tried: Tried, shapes_of: Guess, maker: Maker) -> Object:
    return tried(maker, shapes_of)[0]


def _told(maker: Maker) -> list[str]:
    """How the object is made, where that was not said."""
    found = [value for value in maker.constants.values() if isinstance(value, Given) and value.why]
    return [f"made as {maker.told}"] if found else []


def _with_vectors(subject: Subject, thing: Object, open_: Sequence[str]) -> Subject:
    """A loss of guessed shapes, and the same of one number for each sample.

    ``np.mean(…)`` divides by all entries, and ``len(y)`` by the samples: of vectors these agree.
    """
    drawn = subject.arguments
    guessed = {argument.name for argument in drawn} == {*open_} and len(open_) > 1
    if not guessed or not thing.is_scalar or {len(a.dims) for a in drawn} != {2}:
        return subject
    taken = "taken to be of the shapes"
    subject.remarks[:] = [said for said in subject.remarks if not said.startswith(taken)]
    vectors = tuple(dataclasses.replace(a, dims=a.dims[:1]) for a in drawn)
    other = dataclasses.replace(subject, arguments=vectors, shapes=", ".join(map(str, vectors)))
    return dataclasses.replace(subject, shapes=", ".join(map(str, drawn)), others=(other,))


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
    plan = plans.plan(candidate.name, spoken, wanted, above, nodes, user)
    plan.remarks += [r for r in maker.remarks if r not in plan.remarks]
    thing = Object(user, candidate, maker, plan, given, taken, asked)
    thing.of_forward = [p.name for p in given if p.name in plan.slots]
    if candidate.way == Way.LAYER:
        thing.aliases = aliases_of(given, taken)
        thing.points = points_of(user, candidate, given, taken)
        if thing.points:
            _bind_first(thing)
        elif not thing.aliases:
            thing.upstreams = upstreams_of(given, taken, plan, thing.outputs)
    thing.phantoms = makers.phantoms(maker, plan.arguments)
    return thing


def _bind_first(thing: Object) -> None:
    """Bind the argument of a derivative method as in its likeliest reading."""
    ((name, readings),) = thing.points.items()
    ((_, role),) = readings[0].takes
    if role is Role.UPSTREAM:
        thing.upstreams = [name]
    else:
        thing.bound = {name: (next(p.name for p in thing.given if p.required),)}
