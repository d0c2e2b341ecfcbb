"""Shapes found by running: the line of shapes under which a derivation runs, where none is said.

state.py      a line of shapes as the search holds it: for each argument its sizes
seeds.py      first states, from names and from the text of the code
extents.py    a prime number for each size, and which sizes a number in an error speaks of
trial.py      one run under a line: build, forward, backward
messages.py   what an exception says: extents that must be equal, ranks, integers
moves.py      from a state that does not run to others that may
axes.py       from a state that does not run to others with more or fewer axes
parts.py      from a state that does not run to extents that can be divided, as by heads
gates.py      from a state that does not run to weights as wide as several gates
costs.py      what a move costs
fitting.py    from a state whose gradients have a different shape to others
lengths.py    the length of a flat vector, as its slices need it
search.py     best first, at most 300 runs
lines.py      the lines that are left: confirmed in other sizes, different, with good names

The search knows nothing of how a derivation is written: it is given a function that makes a
subject for a line of shapes, and raises ``MissingShapes`` for what the line leaves open.
"""

from collections.abc import Mapping
from dataclasses import replace

from oracle.discovery.load import said
from oracle.discovery.running import lines
from oracle.discovery.running.search import Search
from oracle.discovery.running.seeds import Code, as_called
from oracle.discovery.running.state import State, is_fresh
from oracle.discovery.running.trial import Build
from oracle.subject import MissingShapes, Subject, Unusable


def found(
    build: Build,
    missing: MissingShapes,
    code: Code,
    file: str,
    given: str = "",
    taken: Mapping[str, object] | None = None,
    constants: Mapping[int, str] | None = None,
) -> Subject:
    """The subject under the plainest line of shapes that it runs under, and under the others.

    Args:
        build: makes the subject for a line of shapes.
        missing: what it raised without one.
        code: the functions that are run.
        file: where they stand.
        given: a line of the user's own, which leaves something open.
        taken: names that no size is to have.
        constants: whole numbers that have a name, as defaults of a constructor do.

    Raises:
        MissingShapes: it runs under no line that was tried.
        Unusable: its forward uses a name that is not defined.
    """
    search = Search(build, file, code, constants or {})
    search.go(given, missing.names)
    subjects: list[Subject] = []
    of_calls = list(as_called(State(given=given), missing.names, code))
    states = lines.settled(search, of_calls)
    sizes = {size: None for size in search.sizes if not is_fresh(size)}
    names = {**(taken or {}), **dict.fromkeys(missing.names), **sizes}
    odd = not states or lines.is_too_odd(search, states[0], of_calls)
    if odd and missing.guessed is not None:
        return missing.guessed
    if states and odd:
        own = lines.named(states[0], {**names, **dict.fromkeys(states[0].names)})
        raise _untold(missing, f'"# oracle: shapes {own}", with which it runs, if that is meant,')
    for state in states:
        own = lines.named(state, {**names, **dict.fromkeys(state.names)})
        try:
            subject = build(own.text)
        except Exception:  # it does not run in the sizes of another trial
            continue
        subject.shapes = str(own)
        subjects.append(subject)
    if not subjects and missing.guessed is not None:
        return missing.guessed
    what = search.undefined.error if search.undefined is not None else None
    if not subjects and search.undefined is not None and what is not None:
        owner = str(missing).partition(":")[0]
        raise Unusable(f"{owner}: {said(what)}", search.undefined.line or missing.line) from what
    if not subjects:
        each = ", ".join(f"{name}: SIZES" for name in missing.names)
        raise _untold(missing, f'"# oracle: shapes {each}"')
    return replace(subjects[0], others=tuple(subjects[1:]))


def _untold(missing: MissingShapes, line: str) -> MissingShapes:
    """The error, with a comment that was run, or with one that leaves the sizes open."""
    told = str(missing).partition("; add a line such as")[0]
    message = f"{told}; add {line} above line {missing.line}"
    return MissingShapes(message, missing.line, missing.names)


__all__ = ["Code", "State", "found"]
