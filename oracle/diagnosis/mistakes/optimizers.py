"""Known wrong update rules, and other variants that go by the same name: each predicts every step.

A wrong rule is the right one, written out, with one thing changed (``oracle.truth.update_rules``).
It is named only if all steps of the candidate, and all that it keeps, are those of the wrong rule.
"""

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from oracle.diagnosis.blame import multiple
from oracle.diagnosis.mistakes.scale import matching, product
from oracle.results import Note
from oracle.truth.update_rules import (
    IRPROP_MINUS,
    IRPROP_PLUS,
    RPROP_MINUS,
    RPROP_PLUS,
    LockStep,
    Memory,
    Momentum,
    Rprop,
)

ROUNDINGS = 16  # of the largest number in a step: what two ways of writing one rule may differ by

VARIANTS = {
    "Rprop⁻": RPROP_MINUS,
    "iRprop⁻": IRPROP_MINUS,
    "Rprop⁺": RPROP_PLUS,
    "iRprop⁺": IRPROP_PLUS,
}


@dataclass(frozen=True)
class Wrong:
    """A wrong rule: what it is called, and what would be right."""

    rule: Rprop | Momentum
    finding: str
    message: str
    fix: str


def explain(right: Rprop | Momentum, seen: Sequence[LockStep]) -> list[Note]:
    """The wrong rules that account for every step; ``unexplained`` if there is none."""
    known = of_rprop(right) if isinstance(right, Rprop) else of_momentum(right)
    found = [
        Note(wrong.finding, f"the rule {wrong.message}", wrong.fix)
        for wrong in known
        if _accounts_for(wrong.rule, right, seen)
    ]
    if found:
        return found[:1]
    if isinstance(right, Momentum):
        found = list(_scaled(seen))
    return found or [Note("unexplained", "no known wrong rule makes these steps")]


def of_rprop(right: Rprop) -> Iterator[Wrong]:
    """The known mistakes in one of the RProp family, the simplest first."""
    but = functools.partial(_but, right)
    clamp = f"hold Δ in {right.low:g} to {right.high:g}"
    yield but("step-not-clamped", "lets Δ grow beyond its bound", clamp, high=np.inf)
    yield but("step-not-clamped", "lets Δ shrink below its bound", clamp, low=0.0)
    yield but("step-not-clamped", "has no bounds for Δ", clamp, low=0.0, high=np.inf)
    if right.takes_back != "never":
        yield but(
            "no-backtracking", "stays where the sign changed, and does not take the move back",
            "subtract the last move where G∘G₋ < 0", takes_back="never",
        )  # fmt: skip
    for name, variant in VARIANTS.items():
        if variant != right:
            yield Wrong(
                replace(variant, first=right.first), "another-variant", f"is {name}",
                "say which variant is meant, or change the branch for G∘G₋ < 0",
            )  # fmt: skip
    if right.forgets:
        yield but(
            "gradient-not-zeroed", "keeps the gradient where its sign changed, so that Δ shrinks "
            "or grows at the next step as well", "set G ← 0 where G∘G₋ < 0, also in what is kept "
            "for the next step", forgets=False,
        )  # fmt: skip
        if not right.moves_on and right.takes_back == "never":
            yield but(
                "gradient-not-zeroed", "moves where the sign changed: the gradient is set to 0 "
                "only after the move", "set G ← 0 before the move", moves_on=True,
            )  # fmt: skip
    yield from _of_factors(right)
    yield from _of_memory(right)


def _but(right: Rprop, finding: str, message: str, fix: str, **changed: object) -> Wrong:
    """The rule with some fields changed, which make it wrong in a known way."""
    return Wrong(replace(right, **changed), finding, message, fix)  # type: ignore[arg-type]


def _of_factors(right: Rprop) -> Iterator[Wrong]:
    """Mistakes in how Δ grows and shrinks."""
    but = functools.partial(_but, right)
    for at_zero in ("grow", "shrink"):
        yield but(
            "wrong-step-factor", f"lets Δ {at_zero} where G∘G₋ = 0, as after a change of sign",
            "leave Δ as it is where G∘G₋ = 0", at_zero=at_zero,
        )  # fmt: skip
    yield but(
        "wrong-step-factor", "lets Δ shrink where the sign stays and grow where it changes",
        "λ⁺ where G∘G₋ > 0, λ⁻ where it is negative", shrink=right.grow, grow=right.shrink,
    )  # fmt: skip
    constant = ((1.0, 1.0),) * right.forgets  # if not, that is one with "no use of" below
    for shrink, grow in ((right.shrink, 1.0), (1.0, right.grow), *constant):
        what = " and ".join(["does not grow"] * (grow == 1) + ["does not shrink"] * (shrink == 1))
        yield but(
            "wrong-step-factor", f"has a Δ that {what}", "multiply Δ by λ⁺ and λ⁻",
            shrink=shrink, grow=grow,
        )  # fmt: skip


def _of_memory(right: Rprop) -> Iterator[Wrong]:
    """Mistakes in the state that is kept from step to step, and in the step itself."""
    but = functools.partial(_but, right)
    keep = "use the gradient of the step before, and keep this one for the next"
    yield but("state-not-kept", "makes no use of the gradient before", keep, previous="unused")
    yield but("state-not-kept", "never updates the gradient before", keep, previous="never updated")
    yield but(
        "state-not-kept", "moves by the step size of the step before",
        "change Δ first, and move by the new one", moves_by="step before",
    )  # fmt: skip
    yield but(
        "state-not-kept", "makes the move of the step before", "apply the move just computed",
        moves_by="move before",
    )  # fmt: skip
    yield but(
        "another-variant", "moves by G∘Δ, so that the size of the gradient counts", "only the sign "
        "of the gradient counts: move by sign(G)∘Δ", moves_by="step times gradient",
    )  # fmt: skip
    yield but("sign-flipped", "goes up the gradient", "subtract sign(G)∘Δ", direction=1)


def of_momentum(right: Momentum) -> Iterator[Wrong]:
    """Other conventions of momentum, with the same rate η and β."""
    rate = abs(right.gain * right.move) if right.first is None else abs(right.move)
    beta = right.beta
    convention = "say which convention is meant; given the same η and β they are different runs"
    if beta:
        for formula, rule in {
            "V ← β·V − η·G, W ← W + V": Momentum(beta, -rate),
            "V ← β·V − η(1 − β)·G, W ← W + V": Momentum(beta, -rate * (1 - beta)),
            "V ← β·V + G, W ← W − η·V": Momentum(beta, 1.0, -rate),
            "V ← β·V + (1 − β)·G, W ← W − η·V": Momentum(beta, 1 - beta, -rate),
        }.items():
            yield Wrong(rule, "another-variant", f"is {formula}", convention)
        yield Wrong(
            replace(right, nesterov=True), "another-variant", "is Nesterov's, which looks ahead",
            convention,
        )  # fmt: skip
        yield Wrong(
            replace(right, first=None), "another-variant", "starts from V = 0, so that the first "
            "gradient is damped as well", "let the first V be the first gradient",
        )  # fmt: skip
        yield Wrong(replace(right, beta=0.0), "state-not-kept", "forgets V between steps", "keep V")
        yield Wrong(
            replace(right, beta=1.0), "dropped-term", "adds to V without β", "multiply V by β"
        )


def _accounts_for(
    rule: Rprop | Momentum, right: Rprop | Momentum, seen: Sequence[LockStep]
) -> bool:
    """True if a rule explains every step of the candidate, and some step differs from the truth."""
    told = False
    for step in seen:
        memory = step.memory
        if memory is not None and "move" not in memory and isinstance(right, Rprop):
            memory = {**memory, "move": _move(memory)}
        if memory is not None and isinstance(right, Momentum):
            memory = {"V": memory.get("V", np.zeros_like(step.W))}
        W, kept = rule(step.W, step.G, step.error, memory)
        if not _alike(step.got, W, step.W):
            return False
        for name, mine in step.mine.items():
            if not _alike(mine, kept[name], step.W):
                return False
        told |= not _alike(W, step.due, step.W) or any(
            not _alike(array, step.kept[name], step.W) for name, array in step.mine.items()
        )
    return told


def _move(memory: Memory) -> np.ndarray:
    """torch's last move: where the gradient was forgotten there was none."""
    return np.asarray(-np.sign(memory["prev"]) * memory["step_size"])


def _alike(a: np.ndarray, b: np.ndarray, scale: np.ndarray) -> bool:
    if a.shape != b.shape:
        return False
    largest = max(float(np.abs(b).max(initial=0)), float(np.abs(scale).max(initial=0)))
    return bool(np.abs(a - b).max(initial=0) <= ROUNDINGS * np.finfo(b.dtype).eps * largest)


def _scaled(seen: Sequence[LockStep]) -> Iterator[Note]:
    """Every move is the same multiple of the expected one."""
    ratios = [multiple(s.got - s.W, s.due - s.W) for s in seen if np.any(s.due != s.W)]
    if not ratios or None in ratios or np.ptp(np.array(ratios, float)) > 1e-9:
        return
    ratio = float(ratios[0] or 0)
    for constant, powers in matching(ratio, {}):
        if constant == -1:
            yield Note("sign-flipped", "the rule goes up the gradient", "subtract the move")
        else:
            said = f"the rule moves {product(constant, powers)} times as far as it should"
            yield Note("wrong-constant-factor", said, "apply the rate once")
        return
