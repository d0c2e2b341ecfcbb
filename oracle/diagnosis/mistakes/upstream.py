"""Mistakes with the upstream gradient: ignored, or used wrongly."""

from collections.abc import Iterator

import numpy as np

from oracle.diagnosis.blame import multiple
from oracle.diagnosis.evidence import Evidence
from oracle.diagnosis.mistakes.suspicion import Suspicion, Target
from oracle.subject import Path


def suspicions(target: Target) -> Iterator[Suspicion]:
    """The gradient as it would be under another upstream."""
    evidence, of = target.evidence, target.of
    if not np.any(target.got):
        yield Suspicion(
            "zero", "zero-gradient", "{name} is all zeros; the gradient is not", "compute it",
            lambda: np.zeros_like(target.true), rank=5,
        )  # fmt: skip
    for sent in target.sent.values():
        ratio = multiple(target.got, sent) if multiple(target.true, sent) is None else None
        if ratio is not None:
            yield Suspicion(
                ("upstream", "itself", f"{ratio:.9g}"), "missing-activation-derivative",
                "{name} is the upstream gradient itself" + f", times {ratio:g}" * (ratio != 1),
                "multiply by the derivative of the function", lambda r=ratio, s=sent: r * s, rank=9,
            )  # fmt: skip
        if sent.size == 1 and abs(sent.item() - 1) > 1e-9 and sent.item():
            yield Suspicion(
                ("upstream", "number"), "ignores-upstream",
                "{name} is the gradient under an upstream of 1: what comes in is ignored",
                "multiply by the upstream gradient", lambda s=sent: target.true / s.item(), rank=9,
            )  # fmt: skip
    if evidence is None or of is None or not target.subject.has_upstream:
        return
    ups = evidence.upstreams
    several = len(ups) > 1

    def under(changed: dict[tuple, np.ndarray]) -> np.ndarray | None:
        return evidence.mutated(of, upstreams={**ups, **changed})

    ways = {
        "ones": (
            "is the gradient under an upstream of ones: what comes in is ignored",
            np.ones_like,
        ),
        "twice": ("has the upstream gradient in it twice", np.square),
        "sign": ("takes only the sign of the upstream gradient", np.sign),
    }
    for way, (said, change) in ways.items():
        yield Suspicion(
            ("upstream", way), "ignores-upstream", f"{{name}} {said}",
            "multiply by the upstream gradient, once",
            lambda change=change: under({p: change(u) for p, u in ups.items()}), rank=12,
        )  # fmt: skip
    if not several:
        return
    for path, sent in ups.items():
        which = path[-1]
        without = {**ups, path: np.zeros_like(sent)}
        yield Suspicion(
            ("upstream", "without", path),
            "dropped-term" if _is_used_elsewhere(evidence, without) else "ignores-upstream",
            f"{{name}} leaves out what comes in through output {which}",
            f"add the part that comes in through output {which}",
            lambda w=without: evidence.mutated(of, upstreams=w), rank=12,
        )  # fmt: skip


def _is_used_elsewhere(evidence: Evidence, without: dict[Path, np.ndarray]) -> bool:
    """True if some gradient is right that would be wrong without the upstream of an output."""
    for path, got in evidence.got.items():
        want = evidence.want(path)
        if evidence.same(got, want):
            ignoring = evidence.mutated(evidence.inputs[path], upstreams=without)
            if ignoring is not None and not evidence.same(ignoring, want):
                return True
    return False
