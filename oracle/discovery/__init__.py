"""Discovery: from a user's file to the derivations in it, each ready to be run.

find.py         the candidates in a text; nothing is executed
load.py         the file as a module
naming.py       what names say
arguments.py    parameters, and the inputs that they are given
folders.py      which files of a folder hold a derivation
text/           functions and classes in a text, what they return, and where
shapes/         comments, annotations and docstrings that state shapes
ways/           pairs, single functions, courses, classes, torch Functions: each a Subject
"""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from oracle.discovery import arguments, find, naming
from oracle.discovery.arguments import User
from oracle.discovery.find import Candidate, candidates
from oracle.discovery.load import line_in, load, said
from oracle.discovery.shapes import declared
from oracle.discovery.text import functions as text
from oracle.discovery.text import reading
from oracle.discovery.ways import classes, courses, pairs, single, torch_functions
from oracle.results import Failure
from oracle.subject import MissingShapes, NothingToJudge, Subject, Unusable

__all__ = ["Candidate", "Subject", "Unusable", "candidates", "subject", "subjects"]

WAYS: dict[int, Callable[[User, Candidate], Subject]] = {
    1: pairs.pair,
    2: pairs.pair,
    3: single.value_and_gradient,
    4: classes.layer,
    5: torch_functions.function,
    6: single.value_and_pullback,
    7: pairs.pair,
    8: courses.course,
    9: classes.network,
}


def subjects(file: Path, name: str = "", shapes: str = "") -> tuple[list[Subject], list[Failure]]:
    """The derivations in a file, or those of a name, and what could not be judged, with its line.

    A file without any derivation is not executed, and gives two empty lists.
    """
    try:
        parsed = text.parse(reading.read(file), str(file))
    except SyntaxError as error:
        return [], [Failure(str(file), error.lineno or 0, f"SyntaxError: {error.msg}")]
    except reading.ERRORS as error:
        return [], [Failure(str(file), 0, said(error))]
    found = find.candidates(parsed, name)
    if not found:
        return [], [] if name else _unclaimed(parsed, [])
    try:
        module = load(file)
    except Unusable as error:
        return [], [Failure(str(file), error.line, str(error))]
    user = User(str(file), parsed, module, shapes)
    usable: list[Subject] = []
    failures: list[Failure] = []
    used: dict[str, Subject] = {}  # functions that a subject's own functions use
    unsaid: list[tuple[Candidate, Failure]] = []
    for candidate in found:
        try:
            one = _subject(user, candidate)
            usable.append(one)
            used |= dict.fromkeys(text.used_by(parsed, candidate.parts.values()), one)
        except MissingShapes as error:
            failure = Failure(str(file), error.line or candidate.line, str(error))
            unsaid.append((candidate, failure))
        except NothingToJudge as error:
            if name:
                failures.append(Failure(str(file), error.line or candidate.line, str(error)))
        except Unusable as error:
            line = error.line or candidate.line
            failures.append(Failure(str(file), line, str(error)))
    for candidate, failure in unsaid:
        whole = next((used[p] for p in candidate.parts.values() if p in used), None)
        if whole is None or candidate.name == name:
            failures.append(failure)
        else:
            whole.remarks.append(f"{candidate.name}, without shapes of its own, is judged within")
    return usable, failures + ([] if name else _unclaimed(parsed, found))


def _unclaimed(user: text.Text, found: Sequence[Candidate]) -> list[Failure]:
    """Functions with shapes of their own of which nothing says how they are derived."""
    known = {part for candidate in found for part in candidate.parts.values()}
    known |= text.used_by(user, known)
    return [
        Failure(
            user.file,
            node.lineno,
            f"{name}: its shapes are said, and not what its gradient is: no function beside it is "
            f"called after it, and it returns no gradient; {Path(user.file).name}::{name} takes "
            "what it returns for a value and gradients",
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
    """A live function, pair of functions, or class.

    Raises:
        Unusable: it is no derivation, or something about it is not known.
    """
    parsed, own = text.of_live(forward)
    live: dict[str, Any] = {own: forward}
    file = parsed.file if parsed is not None else "<unknown>"
    if backward is not None:
        other, its = text.of_live(backward)
        if parsed is not None and other is not None and other.file == parsed.file:
            parsed.functions.update(other.functions)
        elif parsed is None:
            parsed, file = other, other.file if other is not None else file
        live[its] = backward
        line = parsed.functions[its].lineno if parsed and its in parsed.functions else 1
        candidate = Candidate(name or its, 1, line, {"forward": own, "backward": its})
        one = sum(p.required for p in arguments.parameters(backward, its)) == 1
        if one and not naming.has(its, naming.BACKWARD):
            candidate = Candidate(name or its, 7, line, candidate.parts)
    else:
        found = find.candidates(parsed, own) if parsed is not None else []
        if not found:
            raise Unusable(f"{own} is no derivation that is known: give its backward as well")
        candidate = found[0]
        if name:
            candidate = Candidate(name, candidate.way, candidate.line, candidate.parts)
    module = sys.modules.get(getattr(forward, "__module__", ""))
    return _subject(User(file, parsed, module, shapes, live), candidate)


def _subject(user: User, candidate: Candidate) -> Subject:
    try:
        return WAYS[candidate.way](user, candidate)
    except Unusable:
        raise
    except Exception as error:
        line = line_in(error, user.file)
        if not line:
            raise  # ours
        raise Unusable(f"{candidate.name}: {said(error)}", line) from error
