"""The reading of a derivation that may mean several things, settled by numbers."""

import dataclasses
import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from oracle.cases.values import MATRICES
from oracle.discovery.value_readings import variants
from oracle.discovery.ways.linearity import DRAWS, is_linear
from oracle.judging import inferred
from oracle.judging.budget import TRIED
from oracle.judging.examine import examine
from oracle.judging.examined import Entry, Examined
from oracle.results import VERDICTS, Note
from oracle.subject import Inputs, Made, Reading, Role, Subject, Unusable

REFUSED = 10**6  # more than there are gradients

# The subject in one of its readings, and the reading if it makes everything right.
Settled = tuple[Subject, Reading | None]


def for_its_data(
    subject: Subject, settle: Callable[[Subject], Settled], seed: int, max_dim: int
) -> Settled:
    """The subject with the values under which it is right, if only such values are meant.

    They are tried where the plain values make a gradient wrong, or the forward refuses most cases.
    If none makes it right, it is judged with the values that the code shows.

    Args:
        subject: with all of its readings.
        settle: takes the one of them that is meant.
        seed, max_dim: of the cases.
    """
    subject = on_symmetric(subject)
    others = variants(subject)
    plain, reading = settle(subject)
    wrong = _tried(plain, seed, max_dim) if others else 0
    if not wrong:
        return plain, reading
    ran: list[tuple[int, str, Subject]] = []
    for told, other in others:
        one, its = settle(on_symmetric(other))
        left = _tried(one, seed, max_dim)
        if not left:
            before = its.remark if its and its.remark else "correct"
            return one, Reading(f"for {told}", f"{before} for {told}")
        ran.append((left, told, one))
    fewest, told, one = min(ran, key=lambda known: known[0])
    if fewest > wrong or fewest == REFUSED:
        return plain, reading
    one.remarks.append(f"judged for {told}, as the code shows")
    return one, None


def _tried(subject: Subject, seed: int, max_dim: int) -> int:
    """The number of wrong gradients in a few cases; REFUSED where hardly any could be judged."""
    try:
        found = examine(replace(subject, remarks=[]), TRIED, seed, max_dim, ("float64",))
    except Unusable:
        return REFUSED
    if max(len(entry.passes) + len(entry.failures) for entry in found.entries) < TRIED // 3:
        return REFUSED
    return sum(gradient.verdict == "wrong" for gradient in found.result.gradients)


def on_symmetric(subject: Subject) -> Subject:
    """The subject with its symmetric matrices as they are meant: (S + Sᵀ)/2 of what is given.

    The forward is a function of symmetric matrices only, so the gradient is known up to its
    antisymmetric part: ``np.linalg.cholesky`` reads one triangle, and its derivative by the entries
    of S has one triangle, while the usual formula shares it between both. Both have the same mean
    with their transposes, which is the gradient by the unconstrained entries of (S + Sᵀ)/2.
    """
    names = [a.name for a in subject.arguments if a.values in MATRICES]
    if not names:
        return subject

    def forward(inputs: Inputs) -> tuple[Any, Any]:
        meant = {name: _symmetric(inputs[name]) for name in names if name in inputs}
        return subject.forward({**inputs, **meant})

    def backward(inputs: Inputs, value: Any, kept: Any, upstream: Any) -> list[Made]:
        made = subject.backward(inputs, value, kept, upstream)
        return [
            replace(one, value=_symmetric(one.value))
            if one.of in {(name,) for name in names} and _is_square(one.value)
            else one
            for one in made
        ]

    made = replace(subject, forward=forward, backward=backward)
    if (through := subject.torch_function) is not None:  # of tensors, the truth is this forward's

        def of_tensors(tensors: dict[str, Any]) -> Any:
            meant = {name: _symmetric(tensors[name]) for name in names if name in tensors}
            return through.function({**tensors, **meant})

        made.torch_function = replace(through, function=of_tensors)
    if (read_as := subject.read_as) is not None:
        made.read_as = lambda which: on_symmetric(read_as(which))
    return made


def _is_square(value: Any) -> bool:
    shape: tuple[int, ...] = getattr(value, "shape", ())
    return len(shape) > 1 and shape[-1] == shape[-2]


def _symmetric(matrix: Any) -> Any:
    return (matrix + matrix.swapaxes(-1, -2)) / 2


# The reading of a derivation that may mean several things, settled by numbers.
#
# Discovery proposes readings, the likeliest first. What cannot be is ruled out by a few calls;
# the first reading under which every gradient is right is the one that is meant. Where there is
# none, the code is judged in the likeliest reading that it confirms itself; where it confirms
# none of several, no gradient is called wrong.

CASES = 24  # to find out which of several readings is meant
MOST = 32  # readings that are tried


@dataclass(frozen=True)
class Meant:
    """A subject in one reading, and whether that reading is settled."""

    subject: Subject
    reading: Reading | None = None  # the one that makes everything right,
    judged_as: Reading | None = None  # or, if none does, the one that the code confirms
    open: tuple[Reading, ...] = ()  # or those between which nothing decides
    lines: inferred.Compared | None = None  # of shapes, between which nothing decides
    doubted: Reading | None = None  # the one that alone makes everything right, but is in doubt


@dataclass(frozen=True)
class _Tried:
    """A reading with what a few cases say of it: wrong gradients, the worst rank, how far off."""

    subject: Subject
    reading: Reading
    ruled_out: bool
    wrong: int = 0
    worst: int = 0
    off: float = 0.0  # the logarithms of the gradients' units of noise, summed

    @property
    def distance(self) -> tuple[int, int, float]:
        """A reading that is right but for a guard in the forward is the least far off."""
        return self.wrong, self.worst, self.off


def as_meant(subject: Subject, seed: int, max_dim: int) -> Meant:
    """The subject in the reading that is meant, for its data, and under the shapes found for it."""
    if not subject.others:
        return _for_its_data(subject, seed, max_dim)

    def settle(one: Subject) -> Subject:
        return _for_its_data(one, seed, max_dim).subject

    one, lines = inferred.compared(subject, settle, seed, max_dim)
    meant = _for_its_data(dataclasses.replace(one, others=()), seed, max_dim)
    return dataclasses.replace(meant, lines=lines)


def _for_its_data(subject: Subject, seed: int, max_dim: int) -> Meant:
    """The subject in the reading that is meant, and for the data that it is meant for."""
    known: list[Meant] = []

    def settle(one: Subject) -> tuple[Subject, Reading | None]:
        known.append(_in_a_reading(one, seed, max_dim))
        return known[-1].subject, known[-1].reading

    found, reading = for_its_data(subject, settle, seed, max_dim)
    meant = next(one for one in known if one.subject is found)
    return dataclasses.replace(meant, reading=reading)


def _in_a_reading(subject: Subject, seed: int, max_dim: int) -> Meant:
    """The subject in the reading that is meant."""
    if subject.by_trial is not None:
        subject = dataclasses.replace(subject.by_trial(subject), by_trial=None)
    if subject.meant[0]:
        return _as_said(subject, seed, max_dim)
    if len(subject.readings) < 2:
        return Meant(subject)
    assert subject.read_as is not None
    tried: list[_Tried] = []
    for index, reading in enumerate(subject.readings[:MOST]):
        one = subject.read_as(index)
        allowed = all(_is_right(whole, seed, max_dim) for whole in reading.when)
        if not allowed or not _may_be(one, reading, seed):
            tried.append(_Tried(one, reading, True))
            continue
        try:
            # What is remarked of a reading that is not meant is not told.
            apart = dataclasses.replace(one, remarks=[])
            found = examine(apart, CASES, seed, max_dim, ("float64",))
        except Unusable:
            continue
        ranks = [VERDICTS.index(g.verdict) for g in found.result.gradients]
        wrong = sum(rank == VERDICTS.index("wrong") for rank in ranks)
        if wrong == 0 and reading.doubt:
            return Meant(tried[0].subject, doubted=reading)
        if wrong == 0:
            return Meant(one, reading)
        off = sum(math.log10(max(1.0, g.error_units)) for g in found.result.gradients)
        tried.append(_Tried(one, reading, False, wrong, max(ranks), off))
    return _not_right(subject, tried)


def _as_said(subject: Subject, seed: int, max_dim: int) -> Meant:
    """The subject in the reading that a comment names.

    Raises:
        Unusable: it has no such reading, or what allows the reading does not hold.
    """
    said, line = subject.meant
    known = {reading.name: index for index, reading in enumerate(subject.readings) if reading.name}
    if said not in known:
        names = "; ".join(known) or "none but the plain one"
        raise Unusable(f"{subject.name} has no reading {said!r}; its readings: {names}", line)
    reading = subject.readings[known[said]]
    if not all(_is_right(whole, seed, max_dim) for whole in reading.when):
        raise Unusable(f"{subject.name}: nothing in the code allows the reading {said!r}", line)
    one = subject if subject.read_as is None else subject.read_as(known[said])
    return Meant(one, judged_as=reading)


def _not_right(subject: Subject, tried: list[_Tried]) -> Meant:
    """The likeliest reading that the code confirms, where no reading makes it right."""
    left = [one for one in tried if not one.ruled_out]
    confirmed = [one for one in left if one.reading.confirmed]
    confirmed = confirmed or [one for one in tried if one.reading.confirmed]
    chosen = confirmed or left or tried
    if not chosen:
        assert subject.read_as is not None
        return Meant(subject.read_as(0))
    best = min(chosen, key=lambda one: one.distance)
    if not confirmed and len(left) > 1:
        return Meant(best.subject, open=tuple(one.reading for one in left))
    return Meant(best.subject, judged_as=best.reading)


def _is_right(subject: Subject, seed: int, max_dim: int) -> bool:
    """True if every gradient of a derivation is right, in the reading that is meant."""
    try:
        found = examine(
            as_meant(subject, seed, max_dim).subject, CASES, seed, max_dim, ("float64",)
        )
    except Unusable:
        return False
    return found.result.verdict == "correct"


def _may_be(subject: Subject, reading: Reading, seed: int) -> bool:
    """A backward is linear in its upstream: what it is not linear in is no upstream."""
    if not any(role is Role.UPSTREAM for _, role in reading.takes):
        return True
    try:
        return all(is_linear(subject, seed + draw) for draw in range(DRAWS))
    except (Exception, SystemExit):  # whatever it raises, the check meets and reports it
        return True


def settled(examined: Examined, meant: Meant) -> Examined:
    """The examined subject with its reading; wrong in several open readings is undecidable."""
    if meant.lines is not None:
        examined = inferred.undecided(examined, meant.lines)
    wrong = examined.result.verdict == "wrong"
    examined = dataclasses.replace(
        examined, reading=meant.reading or (None if wrong else meant.judged_as)
    )
    if meant.judged_as is not None and meant.judged_as.name and wrong:
        note = Note("reading", f"judged in the reading {meant.judged_as.name!r}")
        return _with_remark(examined, note)
    if meant.doubted is not None and wrong:
        said = (
            f'{meant.doubted.doubt}; if so, write "# oracle: reading {meant.doubted.name}" above '
            f"line {examined.subject.line}"
        )
        return _open(examined, said)
    if not meant.open or not wrong:
        return examined
    comments = " or ".join(f'"# oracle: reading {reading.name}"' for reading in meant.open)
    said = (
        f"wrong in each of {len(meant.open)} readings, and nothing says which is meant: write "
        f"{comments} above line {examined.subject.line}"
    )
    return _open(examined, said)


def _open(examined: Examined, said: str) -> Examined:
    """The same, with "undecidable" for what was called wrong in one of several readings."""
    entries = tuple(map(_undecided, examined.entries))
    result = dataclasses.replace(examined.result, gradients=tuple(e.gradient for e in entries))
    examined = dataclasses.replace(examined, entries=entries, result=result)
    return _with_remark(examined, Note("open-reading", said))


def _undecided(entry: Entry) -> Entry:
    if entry.gradient.verdict != "wrong":
        return entry
    gradient = dataclasses.replace(entry.gradient, verdict="undecidable", findings=())
    return dataclasses.replace(entry, gradient=gradient)


def _with_remark(examined: Examined, note: Note) -> Examined:
    result = dataclasses.replace(examined.result, remarks=(*examined.result.remarks, note))
    return dataclasses.replace(examined, result=result)
