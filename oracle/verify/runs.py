"""The findings of the cases of one run; several runs joined into one."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from oracle.discovery.text import places
from oracle.judging.examined import Tally
from oracle.results import Kind, Note, Result
from oracle.truth import twins
from oracle.verify.derivations import Derivation


@dataclass
class Run:
    """The findings of some cases of one target."""

    target: str
    file: str
    line: int
    twin: str
    gradients: list[Tally]  # and the value, which is a gradient of ""
    cases: int = 0
    witnessed: int = 0
    dtypes: set[str] = field(default_factory=set)
    regimes: set[str] = field(default_factory=set)
    shapes: set[str] = field(default_factory=set)
    shown: set[str] = field(default_factory=set)  # arguments some case could show a mistake in
    not_checked: tuple[str, ...] = ()
    distrusted: str = ""  # why the truth is not to be believed, if so

    def throw_away_truth(self) -> None:
        """Leave all gradients undecided where the truth is not to be believed."""
        for gradient in self.gradients if self.distrusted else ():
            if gradient.of:
                gradient.verdict = "undecidable"
                gradient.note(Note("witness-disagrees", self.distrusted))


def of_derivation(derivation: Derivation) -> Run:
    """A run that has found nothing yet: an entry for the value, and one for each gradient."""
    place = derivation.place
    made = dict(zip((a.name for a in derivation.arguments), place.gradients))
    entries = [Tally(place.value or "value", "", place.value_line, Kind.VALUE)]
    for argument in derivation.arguments:
        if argument.differentiated:
            name, line = made.get(argument.name, ("", place.line))
            path = (argument.name,)
            entries.append(Tally(name or f"d{argument.name}", argument.name, line, path=path))
    return Run(
        derivation.name,
        places.spoken(place.file),
        place.line,
        twins.title(derivation.module, derivation.name),
        entries,
        not_checked=tuple(f"gradient of {a.name}: data" for a in derivation.arguments if a.fixed),
    )


def merged(runs: Sequence[Run]) -> Result:
    """Several runs of one target, one at least, as its result."""
    first = runs[0]
    total = Run(
        first.target,
        first.file,
        first.line,
        first.twin,
        [],
    )
    joined: dict[str, Tally] = {}
    for run in runs:
        total.cases += run.cases
        total.witnessed += run.witnessed
        total.dtypes |= run.dtypes
        total.regimes |= run.regimes
        total.shapes |= run.shapes
        total.shown |= run.shown
        total.distrusted = total.distrusted or run.distrusted
        for its in run.gradients:
            blank = Tally(its.name, its.of, its.line, its.kind)
            joined.setdefault(its.name, blank).join(its)
    total.gradients = list(joined.values())
    total.throw_away_truth()
    for gradient in total.gradients:
        if gradient.of and gradient.of not in total.shown and gradient.verdict == "correct":
            gradient.verdict = "undecidable"
            message = "no case could have shown a mistake: the true gradient was always 0"
            gradient.note(Note("nothing-to-compare", message))
    return Result(
        file=total.file,
        target=total.target,
        line=total.line,
        twin=total.twin,
        gradients=tuple(tally.gradient() for tally in total.gradients),
        cases=total.cases,
        shapes=len(total.shapes),
        dtypes=tuple(sorted(total.dtypes, reverse=True)),
        regimes=tuple(sorted(total.regimes)),
        witnesses=("torch twin",) + ("central difference",) * bool(total.witnessed),
        not_checked=first.not_checked,
    )
