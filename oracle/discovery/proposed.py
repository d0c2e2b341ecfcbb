"""Proposed pairs that a run has decided to be pairs."""

from collections.abc import Callable, Sequence

from oracle.discovery.arguments import User
from oracle.discovery.candidate import Candidate
from oracle.discovery.proposals import Proposal
from oracle.discovery.ways.agreement import agrees, agrees_in_part
from oracle.discovery.ways.linearity import fits
from oracle.subject import MissingShapes, Subject, Unusable, Way

Made = list[tuple[Candidate, Subject]]
Failed = list[tuple[Candidate, Exception]]


def decided(
    user: User,
    made: Sequence[Proposal],
    subject: Callable[[User, Candidate], Subject],
    plain: Callable[[User, Candidate], Subject],
) -> tuple[Made, Failed]:
    """The first proposal of each backward that agrees with differences, or that the code confirms.

    What only the text proposes, and no run confirms, is no pair. Shapes are searched for, which
    takes many runs, where more than the place of a function speaks for it: ``subject`` does so, and
    ``plain`` takes what is said.
    """
    found: Made = []
    failed: Failed = []
    for name in dict.fromkeys(map(_giver, made)):
        each = [p for p in made if _giver(p) == name]
        ready: list[tuple[Proposal, Subject]] = []
        errors: list[tuple[Proposal, Exception]] = []
        for proposal in each:
            try:
                make = subject if proposal.is_likely else plain
                ready.append((proposal, make(user, proposal.candidate)))
            except Exception as error:
                errors.append((proposal, error))
        right = next((pair for pair in ready if agrees(pair[1])), None)
        right = right or next((p for p in ready if p[0].by_part and agrees_in_part(p[1])), None)
        said = (pair for pair in ready if pair[0].confirmed and fits(pair[1]))
        told = right or next(said, None)
        if told is not None:
            how = "by what it does" if right else "as the code says"
            told[1].remarks.append(f"{_taken(told[0].candidate)}, {how}")
            found.append((told[0].candidate, told[1]))
        elif said_of := _reason(each, errors):
            failed.append(said_of)
    return found, failed


def _giver(proposal: Proposal) -> str:
    """The function that gives the gradients."""
    return proposal.candidate.of("backward") or proposal.candidate.of("function")


def _taken(one: Candidate) -> str:
    """What a proposal was taken for."""
    if one.way == Way.VALUE_AND_GRADIENT:
        return f"{one.name} is taken for a function that returns its value and gradients"
    what = "derivative" if one.way == Way.DERIVATIVE else "backward"
    return f"{one.of('backward')} is taken for the {what} of {one.of('forward')}"


def _reason(
    each: Sequence[Proposal], errors: Sequence[tuple[Proposal, Exception]]
) -> tuple[Candidate, Exception] | None:
    """Why none of the proposals of a backward is judged; None where that needs no word."""
    known = [(p, e) for p, e in errors if p.confirmed or p.is_told]
    for kind in (MissingShapes, Unusable):
        for proposal, error in known:
            if isinstance(error, kind):
                return proposal.candidate, error
    first = next((p.candidate for p in each if p.is_told), None)
    if first is None:
        return None
    given = first.of("backward") or first.of("function")
    if first.of("forward"):
        of = ", ".join(dict.fromkeys(p.candidate.of("forward") for p in each if p.is_told))
        return first, Unusable(f"{given}: nothing that it gives is a gradient of {of}")
    why = f"{errors[0][1]}" if errors else "what it returns does not fit its arguments"
    return first, Unusable(f"{given}: what it returns could not be judged: {why}")
