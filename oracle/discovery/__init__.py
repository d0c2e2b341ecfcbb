"""Discovery: from a user's file to the derivations in it, each ready to be run.

find.py         the candidates in a text; nothing is executed (candidate, partners and
                single_functions.py beside it: what a candidate is, and how names tell one)
proposals.py    pairs that no name tells, proposed by the text; a run decides (ways/agreement.py)
givers.py       functions that give gradients, by what the code does with what they return
uses.py         the gradients that a text uses outside of its candidates
load.py         the file as a module (importing/: how its own modules, and those missing, are found)
raised.py       what the user's code raises, as text
naming.py       what names say
arguments.py    the user's functions, their parameters, and how they are called
plans.py        the arrays that are drawn for parameters (trial_inputs.py: small ones)
running/        shapes that nothing says, found by running (found_by_running.py: of a candidate)
folders.py      which files of a folder hold a derivation
text/           functions and classes in a text, what they return, and where
shapes/         comments, annotations and docstrings that state shapes
ways/           pairs, single functions, courses, classes, torch Functions: each a Subject
"""

import dataclasses
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from oracle.discovery import against as against_
from oracle.discovery import arguments, find, found_by_running, naming, proposals, uses
from oracle.discovery.arguments import User
from oracle.discovery.candidate import Candidate
from oracle.discovery.find import candidates
from oracle.discovery.load import line_in, load, said
from oracle.discovery.shapes import declared
from oracle.discovery.text import comments, reading, source
from oracle.discovery.ways import (
    agreement,
    classes,
    code_readings,
    conventions,
    courses,
    derivatives,
    fused,
    loss_methods,
    pairs,
    returned,
    single,
    torch_tensors,
)
from oracle.results import Failure, NotJudged, Result
from oracle.subject import MissingShapes, NothingToJudge, NotImported, Subject, Unusable, Way

__all__ = ["Candidate", "Subject", "Unusable", "candidates", "subject", "subjects"]


def _in_one_function(user: User, candidate: Candidate) -> Subject:
    """Value and gradient in one: a function, or a method of a class."""
    if candidate.of("class"):
        return loss_methods.loss_method(user, candidate)
    return single.value_and_gradient(user, candidate)


def _torch_function(user: User, candidate: Candidate) -> Subject:
    """A ``torch.autograd.Function``; torch takes a second to import, and no other way needs it."""
    from oracle.discovery.ways import torch_functions

    return torch_functions.function(user, candidate)


WAYS: dict[Way, Callable[[User, Candidate], Subject]] = {
    Way.PAIR: pairs.pair,
    Way.PAIR_WITH_CACHE: pairs.pair,
    Way.VALUE_AND_GRADIENT: _in_one_function,
    Way.LAYER: classes.layer,
    Way.TORCH_FUNCTION: _torch_function,
    Way.VALUE_AND_PULLBACK: single.value_and_pullback,
    Way.DERIVATIVE: derivatives.derivative,
    Way.FORWARD_COST_BACKWARD: courses.course,
    Way.NETWORK: classes.network,
}


def subjects(
    file: Path,
    name: str = "",
    shapes: str = "",
    against: str = "",
    imported: Callable[[], None] = lambda: None,
) -> tuple[list[Subject], list[Failure]]:
    """The derivations in a file, or those of a name, and what could not be judged, with its line.

    ``against`` names a torch function that is the truth of their forwards: ``MODULE:FUNCTION``.
    ``imported`` is called when the file has been imported, before any function of it is tried.
    A file without any derivation is not executed, and gives two empty lists.
    """
    whole, _, option = name.partition("(")
    found, failures = _subjects(file, whole, shapes, against, imported)
    if option:  # Dense(act='relu'): the class made with one of its options
        found = [one for one in found if one.name == name]
    return found, failures


def _subjects(
    file: Path, name: str, shapes: str, against: str, imported: Callable[[], None]
) -> tuple[list[Subject], list[Failure]]:
    try:
        parsed = source.parse(reading.read(file), str(file))
    except SyntaxError as error:
        return [], [Failure(str(file), error.lineno or 0, f"SyntaxError: {error.msg}")]
    except reading.ERRORS as error:
        return [], [Failure(str(file), 0, said(error))]
    found = find.search(parsed, name)
    near = proposals.proposals(parsed, find.candidates(parsed) if name else found.candidates)
    if name:
        near = [p for p in near if p.candidate.name == name and not found.candidates]
    broken = [] if name else _broken_cells(file)
    if not found.candidates and not near:
        return [], broken + found.failures + ([] if name else _unclaimed(parsed, []))
    try:
        loaded = load(file)
    except Unusable as error:
        return [], [Failure(str(file), error.line, str(error))]
    imported()
    user = User(str(file), parsed, loaded.module, shapes, classes=loaded.classes, against=against)
    made, failures = _each(user, found.candidates, name)
    others, failed = agreement.decided(user, near, _subject, _plain) if near else ([], [])
    failures += [_failure(user, candidate, error) for candidate, error in failed]
    claimed = [*found.candidates, *(candidate for candidate, _ in (*others, *failed))]
    unclaimed = [] if name else _unclaimed(parsed, claimed)
    whole = sorted([*made, *(one for _, one in others)], key=lambda one: one.line)
    if whole:
        whole[0].remarks[:0] = loaded.told  # once a file
    return whole, broken + found.failures + failures + unclaimed


def _broken_cells(file: Path) -> list[Failure]:
    """The cells of a notebook that are no Python: each costs itself alone."""
    notebook = reading.notebook(file)
    cells = () if notebook is None else notebook.cells
    return [
        Failure(str(file), cell.first + cell.broken[0] - 1, cell.broken[1])
        for cell in cells
        if cell.broken[0]
    ]


def _each(user: User, found: Sequence[Candidate], name: str) -> tuple[list[Subject], list[Failure]]:
    """The subjects of some candidates, and why each of the others is none.

    A candidate for which no shapes are found, and that another one's functions use, is judged
    within that one.
    """
    assert user.text is not None
    made: list[tuple[Candidate, Subject]] = []
    failures: list[Failure] = []
    used: dict[str, Subject] = {}  # functions that a subject's own functions use
    unsaid: list[tuple[Candidate, MissingShapes]] = []
    for candidate in found:
        try:
            one = _plain(user, candidate)
        except MissingShapes as error:
            unsaid.append((candidate, error))
        except NothingToJudge as error:
            failures += [_failure(user, candidate, error)] if name else []
        except Exception as error:
            failures.append(_failure(user, candidate, error))
        else:
            made += _with_options(user, candidate, one, failures)
            used |= dict.fromkeys(source.used_by(user.text, candidate.parts.values()), one)
    for candidate, missing in _users_first(user.text, unsaid):
        whole = next((used[p] for p in candidate.parts.values() if p in used), None)
        try:
            one = found_by_running.subject(user, candidate, _plain, missing)
        except Exception as error:
            if whole is not None and candidate.name != name:
                told = f"{candidate.name}, for which no shapes were found, is judged within"
                whole.remarks.append(told)
                continue
            failures.append(_failure(user, candidate, error))
        else:
            made += _with_options(user, candidate, one, failures)
            used |= dict.fromkeys(source.used_by(user.text, candidate.parts.values()), one)
    made.sort(key=lambda pair: found.index(pair[0]))
    try:
        return conventions.with_mean_in_parameters(user, made), failures
    except Exception as error:  # it costs a reading, and no piece its verdict
        said_of = f"the file's parameters could not be read together: {said(error)}"
        return [one for _, one in made], [*failures, Failure(user.file, 1, said_of)]


def _with_options(
    user: User, candidate: Candidate, one: Subject, failures: list[Failure]
) -> list[tuple[Candidate, Subject]]:
    """A subject and those of its other options; options that are left out are failures."""
    beside = one.beside()
    failures += [_failure(user, candidate, each) for each in beside if isinstance(each, Unusable)]
    return [(candidate, one), *((candidate, s) for s in beside if isinstance(s, Subject))]


def _users_first(
    text: source.Text, unsaid: Sequence[tuple[Candidate, MissingShapes]]
) -> list[tuple[Candidate, MissingShapes]]:
    """The candidates in an order in which none comes before one that uses its functions."""
    uses = [source.used_by(text, candidate.parts.values()) for candidate, _ in unsaid]

    def users(of: tuple[Candidate, MissingShapes]) -> int:
        own = set(of[0].parts.values())
        return sum(not own.isdisjoint(used) for used in uses)

    return sorted(unsaid, key=users)


def _failure(user: User, candidate: Candidate, error: Exception) -> Failure:
    """Why a candidate is no subject: its own words, or Python's for what its reading raised."""
    if isinstance(error, NotImported):
        return Failure(user.file, candidate.line, f"{candidate.name}: {error}")
    if isinstance(error, Unusable):
        return Failure(user.file, error.line or candidate.line, str(error))
    line = line_in(error, user.file) or candidate.line
    return Failure(user.file, line, f"{candidate.name}: {said(error)}")


def not_judged(file: Path, results: Sequence[Result], name: str = "") -> list[NotJudged]:
    """The gradients that a file uses and that got no verdict; with a name, those of that piece.

    Nothing is executed. A file that cannot be read or parsed is reported as an error elsewhere.
    """
    try:
        parsed = source.parse(reading.read(file), str(file))
    except reading.ERRORS:
        return []
    found = find.candidates(parsed)
    own = [r for r in results if Path(r.file).absolute() == file.absolute()]
    told = {result.target for result in own}
    found += [
        p.candidate
        for p in proposals.proposals(parsed, found)
        if p.candidate.name in told and p.candidate.name not in {c.name for c in found}
    ]
    made = uses.uses(parsed, found)
    if name:
        meant = {c.name for c in found if name in (c.name, *c.parts.values())}
        made = [u for u in made if u.derivation in meant or f"{u.target}.".startswith(f"{name}.")]
    return uses.not_judged(parsed, made, own)


def _unclaimed(user: source.Text, found: Sequence[Candidate]) -> list[Failure]:
    """Functions with a shapes comment of their own but without a gradient."""
    known = {part for candidate in found for part in candidate.parts.values()}
    known |= source.used_by(user, known)
    return [
        Failure(
            user.file,
            node.lineno,
            f"{name} has a shapes comment but no gradient: no function beside it is named as its "
            f"backward, and it returns no gradient; {Path(user.file).name}::{name} reads what it "
            "returns as a value and gradients",
        )
        for name, node in user.functions.items()
        if known.isdisjoint((name, name.rpartition(".")[0])) and declared.comment(user, node)
    ]


def subject(
    forward: Callable[..., Any],
    backward: Callable[..., Any] | None = None,
    shapes: str = "",
    name: str = "",
) -> Subject:
    """The subject that a live function, pair of functions, or class is.

    Raises:
        Unusable: it is no derivation, or nothing says what one of its arguments is.
    """
    parsed, own = source.of_live(forward)
    live: dict[str, Any] = {own: forward}
    file = parsed.file if parsed is not None else "<unknown>"
    if backward is not None:
        other, its = source.of_live(backward)
        if parsed is not None and other is not None and other.file == parsed.file:
            parsed.functions.update(other.functions)
        elif parsed is None:
            parsed, file = other, other.file if other is not None else file
        live[its] = backward
        line = parsed.functions[its].lineno if parsed and its in parsed.functions else 1
        candidate = Candidate(name or its, Way.PAIR, line, {"forward": own, "backward": its})
        one = sum(p.required for p in arguments.parameters(backward, its)) == 1
        if one and not naming.has(its, naming.BACKWARD):
            candidate = Candidate(name or its, Way.DERIVATIVE, line, candidate.parts)
    else:
        found = find.candidates(parsed, own) if parsed is not None else []
        if not found:
            raise Unusable(f"{own} is not recognised as a derivation: give its backward as well")
        candidate = found[0]
        if name:
            candidate = Candidate(name, candidate.way, candidate.line, candidate.parts)
    module = sys.modules.get(getattr(forward, "__module__", ""))
    try:
        return _subject(User(file, parsed, module, shapes, live), candidate)
    except Unusable:
        raise
    except Exception as error:
        line = line_in(error, file)
        if not line:
            raise  # ours
        raise Unusable(f"{candidate.name}: {said(error)}", line) from error


def _subject(user: User, candidate: Candidate) -> Subject:
    try:
        return _plain(user, candidate)
    except MissingShapes as error:
        return found_by_running.subject(user, candidate, _plain, error)


def _plain(user: User, candidate: Candidate) -> Subject:
    """The subject of a candidate, with the shapes that are said; on arrays, or on tensors."""
    if not user.names_of("torch"):
        return _on_arrays(user, candidate)
    return torch_tensors.built(user, candidate, _on_arrays)


def _on_arrays(user: User, candidate: Candidate) -> Subject:
    try:
        return _with_all_readings(user, candidate, WAYS[candidate.way](user, candidate))
    except MissingShapes as error:  # what is judged in shapes that were guessed is read the same
        if error.guessed is not None:
            error.guessed = _with_all_readings(user, candidate, error.guessed)
        raise


def _with_all_readings(user: User, candidate: Candidate, subject: Subject) -> Subject:
    """A subject with its readings, and those of its other options."""
    plain = _with_readings(user, candidate, subject)
    beside = plain.beside
    return dataclasses.replace(
        plain,
        beside=lambda: [
            _with_readings(user, candidate, one) if isinstance(one, Subject) else one
            for one in beside()
        ],
    )


def _with_readings(user: User, candidate: Candidate, subject: Subject) -> Subject:
    unclipped = returned.unclipped(user, candidate, subject)
    by_trial = returned.proposed(user, candidate, unclipped)
    of_logits = code_readings.of_activations(user, candidate, by_trial)
    by_caller = code_readings.of_callers(user, candidate, of_logits)
    by_caller = fused.of_given(user, candidate, by_caller)
    names = (candidate.name, *candidate.parts.values())
    meant = comments.above(user.text, names, comments.READING)
    subject = dataclasses.replace(by_caller, meant=meant)
    named = (
        (user.against, 0) if user.against else comments.above(user.text, names, comments.AGAINST)
    )
    return against_.applied(user, candidate, subject, *named) if named[0] else subject
