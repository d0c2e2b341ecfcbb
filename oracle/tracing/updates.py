"""Updates: statements that store what was kept in the same place before, plus or minus something.

``W -= lr * dW`` and ``W = W - lr * dW``, of attributes, entries and aliases too. Values that are
updated one from the other form a chain. A chain that the loss depends on is a parameter; others
are sums over samples, velocities, running averages.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from oracle.tracing.factors import is_constant, is_factor, is_number, is_root, number, share, size
from oracle.tracing.recorded import Attempt, Stored
from oracle.truth.recording import Note, Value

DEPTH = 12  # of the expression of an update
OF_PARTS = ("read", "add.at", "subtract.at")  # what adds to some entries of an array
SAME = frozenset({"copy", "astype", "array", "setitem", "positive", "asarray", "item", "copyto"})


_STEP_SIZE = re.compile(
    r"^(lr|l_rate|learning_?rate|learn_?rate|rate|eta|alpha|alfa|step_?size|step|stepsize|epsilon|"
    r"lern_?rate|schrittweite|tasa|taxa|paso|passo|pas)\d*$"
)


@dataclass(frozen=True)
class Term:
    """One summand of an update: a number times a value."""

    factor: float
    value: Value
    exact: bool = True  # False: clipped, or divided by an array (RMSprop, Adam)
    divided: float = 1.0  # what it is divided by, as a factor: 1/m in ``lr / m * dW``
    literal: float = 1.0  # plain numbers that it is multiplied by
    stepped: bool = False  # there is a step size in the factor
    inside: float = 1.0  # a plain number within a product: 0.1 of ``W -= 0.1 * X.T @ dZ``

    @property
    def share(self) -> float:
        """The factor without the step size; a plain number is the step size if nothing else is."""
        return self.divided * (self.literal if self.stepped else 1.0)


@dataclass(frozen=True, eq=False)
class Update:
    """One update: the value before, the value after, and what was added."""

    stored: Stored
    old: Value
    terms: tuple[Term, ...]
    keeps: float  # the factor of the old value: less than 1 with weight decay

    @property
    def new(self) -> Value:
        return self.stored.value

    @property
    def is_running_mean(self) -> bool:
        """True for ``m = 0.9 * m + 0.1 * g``: the two factors add up to 1."""
        share = 1 - self.keeps
        factors = [abs(f) for t in self.terms for f in (t.factor, t.literal, t.inside)]
        return 0 < share < 1 and any(np.isclose(f, share, rtol=1e-9) for f in factors)

    def is_of_a_part(self, term: Term) -> bool:
        """True for ``P[i] -= lr * g``: the summand is no gradient of the whole."""
        note = self.new.note
        return note is not None and note.op in OF_PARTS and term.value.shape != self.old.shape


def is_step_size(text: str) -> bool:
    return _STEP_SIZE.match(text.split(".")[-1].lower()) is not None


def updates(stored: Sequence[Stored], failed: Attempt | None = None) -> list[Update]:
    """All updates, in order; the last one may have raised."""
    named: set[int] = set()
    texts: dict[int, set[str]] = {}  # of the names that a value had, by its id
    steps = step_sizes(stored)
    found = []
    for one in stored:
        if one.statement.kind in ("assign", "augment") and one.before:
            for old in dict.fromkeys(_uncopied(b, one.text, texts) for b in one.before):
                made = _update(one, old, named, steps)
                if made is not None:
                    found.append(made)
                    break
        elif one.statement.kind == "assign" and one.value.note is not None and _names_itself(one):
            zero = Value(np.zeros(one.value.shape), True)
            terms = expanded(one.value, zero, named, steps)
            if all(0 < term.literal < 1 for term in terms):
                found.append(Update(one, zero, tuple(terms), 0.0))
        if one.statement.kind in ("assign", "augment"):
            named.add(id(one.value))
        texts.setdefault(id(one.value), set()).add(one.text)
    if failed is not None:
        terms = expanded(failed.operand, failed.old, named, steps)
        terms = [replace(term, factor=failed.sign * term.factor) for term in terms]
        found.append(Update(failed.stored, failed.old, tuple(terms), 1.0))
    return found


def _uncopied(value: Value, text: str, texts: dict[int, set[str]]) -> Value:
    """The value of the same name that a value is a copy of: ``params = deepcopy(params)``."""
    found = [source for source in _sources(value) if text in texts.get(id(source), ())]
    return found[-1] if found else value


def _sources(value: Value) -> Iterator[Value]:
    """A value, and what it is a copy of, a copy of a copy of."""
    yield value
    while value.note is not None and value.note.op in ("copy", "array") and value.note.args:
        source = value.note.args[0]
        if not isinstance(source, Value):
            return
        value = source
        yield value


def step_sizes(stored: Sequence[Stored]) -> set[int]:
    """The ids of numbers that are step sizes: by name, or as updates multiply arrays by them."""
    found = {id(s.value) for s in stored if size(s.value) == 1 and is_step_size(s.text)}
    for one in stored:
        if one.statement.kind in ("assign", "augment") and one.before and size(one.value) > 1:
            note = one.value.note
            if note is not None and note.op in ("add", "subtract"):
                found |= _multipliers(note)
    return found


def _multipliers(note: Note) -> set[int]:
    """The written numbers by which a summand of an update multiplies an array."""
    found = set()
    for part in note.args:
        inner = part.note if isinstance(part, Value) else None
        if inner is None or inner.op != "multiply" or len(inner.args) < 2:
            continue
        for times, other in (inner.args[:2], inner.args[1::-1]):
            if not isinstance(times, Value) or not isinstance(other, Value):
                continue
            if size(times) == 1 and size(other) > 1 and is_constant(times, 0):
                found.add(id(times))
    return found


def _update(stored: Stored, old: Value, named: set[int], steps: set[int]) -> Update | None:
    if stored.value is old or stored.value.note is None:
        return None
    terms = expanded(stored.value, old, named, steps)
    keeps = sum(term.factor for term in terms if term.value is old)
    others = tuple(term for term in terms if term.value is not old)
    shrunk = others and all(0 < term.literal < 1 for term in others)
    if keeps == 0 and shrunk and _begins_at_zero(stored, old):
        return Update(stored, old, others, keeps)
    if not 0.2 < keeps <= 1 + 1e-9 or (not others and keeps > 1 - 1e-9):
        return None
    return Update(stored, old, others, keeps)


def _begins_at_zero(stored: Stored, old: Value) -> bool:
    """True for ``m = 0.9 * m + 0.1 * g`` where m was the constant 0: no call has kept it."""
    return _names_itself(stored) and old.shape == stored.value.shape and not np.any(old.array)


def _names_itself(stored: Stored) -> bool:
    """True if a statement reads what it stores."""
    own = rf"(?<![\w.]){re.escape(stored.target.text)}(?![\w])"
    return re.search(own, stored.statement.text) is not None


def expanded(value: Value, old: Value, named: set[int], steps: set[int]) -> list[Term]:
    """A value as a sum of numbers times values, down to those that have a name."""
    found: list[Term] = []

    def walk(one: Value, term: Term, depth: int) -> None:
        one = old if any(source is old for source in _sources(one)) else one
        note = one.note
        at_end = one is old or note is None or depth == 0 or (one is not value and id(one) in named)
        parts = None if at_end else _summands(note, old, steps)  # type: ignore[arg-type]
        if parts is None:
            number = _inside(one, named) if not at_end and not term.stepped else 1.0
            found.append(replace(term, value=one, inside=number))
            return
        for part in parts:
            inner = Term(
                term.factor * part.factor, part.value, term.exact and part.exact,
                term.divided * part.divided, term.literal * part.literal,
                term.stepped or part.stepped,
            )  # fmt: skip
            walk(part.value, inner, depth - 1)

    walk(value, Term(1.0, value), DEPTH)
    return found


def _inside(value: Value, named: set[int]) -> float:
    """The plain number that one side of a product is multiplied by, in the same expression."""
    note = value.note
    if note is None or note.op not in ("matmul", "dot", "outer", "multiply"):
        return 1.0
    for side in note.args[:2]:
        inner = side.note if isinstance(side, Value) and id(side) not in named else None
        if inner is None or inner.op not in ("multiply", "divide"):
            continue
        numbers = [arg for arg in inner.args[:2] if isinstance(arg, int | float) and arg]
        if len(numbers) == 1:
            return float(numbers[0]) if inner.op == "multiply" else 1 / float(numbers[0])
    return 1.0


def _summands(note: Note, old: Value, steps: set[int]) -> list[Term] | None:
    """The values that a call adds up, with factors; None if it does something else."""
    args = note.args
    first = args[0] if args else None
    if note.op in SAME and isinstance(first, Value) and first.active:
        return [Term(1.0, first)]
    if note.op == "negative" and isinstance(first, Value):
        return [Term(-1.0, first)]
    if note.op == "clip" and isinstance(first, Value) and first.active:
        return [Term(1.0, first, False)]
    if note.op == "read" and any(v is old for v in note.args[0]):
        added = _added(note, old, steps)
        return None if added is None else [Term(1.0, old), *added]
    if len(args) < 2:
        return None
    if note.op in OF_PARTS and first is old:
        return [Term(1.0, old), Term(1.0 if note.op == "add.at" else -1.0, args[2], False)]
    one, other = args[:2]
    if note.op in ("add", "subtract"):
        sign = 1.0 if note.op == "add" else -1.0
        parts = ((1.0, one), (sign, other))
        return [Term(f, part) for f, part in parts if isinstance(part, Value) and part.active]
    if note.op == "multiply":
        for times, part in sorted(
            ((one, other), (other, one)), key=lambda pair: pair[1] is not old
        ):
            if isinstance(part, Value) and part.active and is_factor(times, part, steps, old):
                if not isinstance(times, Value):
                    return [Term(number(times), part, literal=number(times))]
                return [Term(number(times), part, divided=share(times, steps), stepped=True)]
    if note.op == "divide" and isinstance(one, Value) and one.active:
        if is_number(other) and number(other) and not is_root(other):
            return [Term(1 / number(other), one, divided=1 / number(other))]
        return [Term(1.0, one, False)]
    return None


def _added(note: Note, old: Value, steps: set[int]) -> list[Term] | None:
    """The term added to some entries of an array, as by ``W[i] -= lr * g``.

    None if they were overwritten by something that is not computed from them.
    """
    found: list[Term] = []
    for part in note.args[0]:
        if part is old:
            continue
        put = part.note
        if put is None or put.op != "setitem" or not isinstance(put.args[0], Value):
            return None
        terms = expanded(put.args[0], old, set(), steps)
        kept = [term for term in terms if _is_entry(term.value, old)]
        if len(kept) != 1 or kept[0].factor != 1:
            return None
        found += [replace(term, exact=False) for term in terms if term is not kept[0]]
    return found


def _is_entry(value: Value, old: Value) -> bool:
    note = value.note
    return note is not None and note.op == "getitem" and note.args[0] is old


@dataclass(frozen=True, eq=False)
class Chain:
    """Values of one place, each updated from the one before."""

    values: tuple[Value, ...]
    updates: tuple[Update, ...]

    @property
    def repeats(self) -> bool:
        """True if one statement has made several of the updates."""
        statements = [id(u.stored.statement) for u in self.updates]
        return len(set(statements)) < len(statements)


def chains(found: Sequence[Update]) -> list[Chain]:
    """The updates, those that follow one from the other together."""
    links: dict[int, list[Update]] = {}  # by the id of the last value
    for update in found:
        chain = links.pop(id(update.old), [])
        if id(update.new) not in links:
            links[id(update.new)] = [*chain, update]
    return [Chain((c[0].old, *(u.new for u in c)), tuple(c)) for c in links.values()]
