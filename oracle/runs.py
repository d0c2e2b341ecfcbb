"""What the cases of one run have found, and several runs joined into one."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from oracle.derivations import Derivation
from oracle.results import Gradient, Note


@dataclass
class Run:
    """What some cases have found. ``gradients[0]`` is the value."""

    gradients: list[Gradient]
    cases: int = 0
    witnessed: int = 0
    shapes: set[str] = field(default_factory=set)
    distrusted: str = ""  # why the truth is not to be believed, if so
    shown: set[str] = field(default_factory=set)  # arguments some case could show a mistake in


def merged(derivation: Derivation, runs: Iterable[Run]) -> Run:
    """Several runs over the same derivation as one."""
    total = Run(blank(derivation))
    for run in runs:
        total.cases += run.cases
        total.witnessed += run.witnessed
        total.shapes |= run.shapes
        total.shown |= run.shown
        total.distrusted = total.distrusted or run.distrusted
        for mine, its in zip(total.gradients, run.gradients):
            mine.join(its)
    throw_away_truth(total)
    for gradient in total.gradients[1:]:
        if gradient.of not in total.shown and gradient.verdict == "correct":
            gradient.verdict = "undecidable"
            message = "no case could have shown a mistake: the true gradient was always 0"
            gradient.note(Note("nothing-to-compare", message))
    return total


def throw_away_truth(run: Run) -> None:
    """If the truth is not to be believed, it convicts nobody: no gradient is decided."""
    if run.distrusted:
        for gradient in run.gradients[1:]:
            gradient.verdict = "undecidable"
            gradient.note(Note("witness-disagrees", run.distrusted))


def blank(derivation: Derivation) -> list[Gradient]:
    """An entry for the value, and one for each gradient that is due."""
    place = derivation.place
    made = dict(zip((a.name for a in derivation.arguments), place.gradients))
    blank = [Gradient(place.value or "value", "", place.value_line)]
    for argument in derivation.arguments:
        if argument.differentiated:
            name, line = made.get(argument.name, ("", place.line))
            blank.append(Gradient(name or f"d{argument.name}", argument.name, line))
    return blank
