"""The data that a derivation is meant for, where nothing says them and the plain reading fails."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from oracle.cases.values import MATRICES
from oracle.discovery.value_readings import variants
from oracle.judging.budget import TRIED
from oracle.judging.examine import examine
from oracle.subject import Inputs, Made, Reading, Subject, Unusable

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
    if (read_as := subject.read_as) is not None:
        made.read_as = lambda which: on_symmetric(read_as(which))
    return made


def _is_square(value: Any) -> bool:
    shape: tuple[int, ...] = getattr(value, "shape", ())
    return len(shape) > 1 and shape[-1] == shape[-2]


def _symmetric(matrix: Any) -> Any:
    return (matrix + matrix.swapaxes(-1, -2)) / 2
