"""Proposed pairs that a run has decided to be pairs."""

from collections.abc import Callable, Sequence

from oracle.discovery.arguments import User
from oracle.discovery.candidate import Candidate
from oracle.discovery.proposals import Proposal
from oracle.discovery.ways.agreement import agrees
from oracle.discovery.ways.linearity import fits
from oracle.subject import Subject, Unusable, Way

Made = list[tuple[Candidate, Subject]]
Failed = list[tuple[Candidate, Exception]]


def decided(
    user: User, made: Sequence[Proposal], subject: Callable[[User, Candidate], Subject]
) -> tuple[Made, Failed]:
    """The first proposal of each backward that agrees with differences, or that the code confirms.

    What only the text proposes, and no run confirms, is no pair.
    """
    found: Made = []
    failed: Failed = []
    names = list(dict.fromkeys(p.candidate.name for p in made))
    for name in names:
        each = [p for p in made if p.candidate.name == name]
        ready: list[tuple[Proposal, Subject]] = []
        errors: list[tuple[Proposal, Exception]] = []
        for proposal in each:
            try:
                ready.append((proposal, subject(user, proposal.candidate)))
            except Exception as error:
                errors.append((proposal, error))
        right = next((pair for pair in ready if agrees(pair[1])), None)
        said = (pair for pair in ready if pair[0].confirmed and fits(pair[1]))
        told = right or next(said, None)
        if told is not None:
            forward = told[0].candidate.of("forward")
            how = "by what it does" if right else "as the code says"
            what = "derivative" if told[1].way == Way.DERIVATIVE else "backward"
            told[1].remarks.append(f"{name} is taken for the {what} of {forward}, {how}")
            found.append((told[0].candidate, told[1]))
        elif confirmed := [(p, e) for p, e in errors if p.confirmed and isinstance(e, Unusable)]:
            failed.append((confirmed[0][0].candidate, confirmed[0][1]))
    return found, failed
