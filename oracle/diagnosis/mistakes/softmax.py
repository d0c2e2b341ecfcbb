"""Wrong pullbacks of the softmax and of its logarithm, however the forward is written."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch

from oracle.diagnosis.evidence import Evidence
from oracle.diagnosis.mistakes.suspicion import Suspicion, Target
from oracle.truth.recording import Value


def suspicions(target: Target) -> Iterator[Suspicion]:
    """The pullbacks that people write in the place of p∘(g − Σ g∘p)."""
    evidence, of = target.evidence, target.of
    if evidence is None or of is None:
        return
    reached = evidence.after_value(of)
    for before, after, axis in softmaxes(evidence):
        if id(after) in reached:
            yield from _of_softmax(target, before, after, axis)


def softmaxes(evidence: Evidence) -> list[tuple[Value, Value, int]]:
    """(Z, P, axis) with P = softmax(Z) or its logarithm, told by their numbers."""
    found = []
    sources = [*evidence.inputs.values(), *evidence.forward]
    for after in evidence.forward:
        p = evidence.run.tensor(after).detach()
        if p.ndim == 0 or p.numel() < 2 or not bool(torch.isfinite(p).all()):
            continue
        for axis in range(p.ndim):
            if p.shape[axis] < 2:
                continue
            for log in (False, True):
                total = (p.exp() if log else p).sum(axis)
                if not torch.allclose(total, torch.ones_like(total), rtol=1e-9):
                    continue
                rule = torch.log_softmax if log else torch.softmax
                for before in sources:
                    if before.shape != after.shape or before is after:
                        continue
                    z = evidence.run.tensor(before).detach()
                    if torch.allclose(rule(z, axis), p, rtol=1e-9, atol=1e-14):
                        found.append((before, after, -axis - 1 if log else axis))
                        break
    return found


def _of_softmax(target: Target, before: Value, after: Value, axis: int) -> Iterator[Suspicion]:
    evidence, of = target.evidence, target.of
    assert evidence is not None
    assert of is not None
    log, axis = axis < 0, axis if axis >= 0 else -axis - 1
    p = evidence.run.tensor(after).detach()
    line = after.note.line if after.note is not None else 0

    def under(wrong: Callable[[torch.Tensor], torch.Tensor]) -> np.ndarray | None:
        def replaced(of: Callable[[Value], torch.Tensor], made: torch.Tensor) -> torch.Tensor:
            result: torch.Tensor = _Wrong.apply(of(before), made.detach(), wrong)
            return result

        return evidence.mutated(of, after={after: replaced})

    q = p.exp() if log else p
    ways = _of_log(q, axis) if log else _of_plain(q, axis)
    for way, finding, said, wrong in ways:
        yield Suspicion(
            ("softmax", way, line), finding, "{name} " + said,
            "the pullback of p = softmax(z) is p∘(g − Σ g∘p)" if not log
            else "the pullback of log-softmax is g − p·Σg",
            lambda w=wrong: under(w), rank=6,
        )  # fmt: skip


Way = tuple[str, str, str, Callable[[torch.Tensor], torch.Tensor]]


def _of_log(q: torch.Tensor, axis: int) -> list[Way]:
    """Key, finding, words and pullback, of the log-softmax."""
    ways: list[Way] = [
        ("coupling", "softmax-diagonal-only",
         "takes the log-softmax entry by entry: Σ of the upstream is missing",
         lambda g: g - q * g),
        ("copied", "missing-activation-derivative",
         "hands the upstream on unchanged through the log-softmax", lambda g: g),
    ]  # fmt: skip
    if q.ndim == 2:
        across = 1 - axis
        ways.append(
            ("axis", "summed-over-wrong-axis",
             f"sums over axis {across}, though the log-softmax is along axis {axis}",
             lambda g: g - q * g.sum(across, keepdim=True)),
        )  # fmt: skip
    return ways


def _of_plain(q: torch.Tensor, axis: int) -> list[Way]:
    """Key, finding, words and pullback, of the softmax."""
    ways: list[Way] = [
        ("diagonal", "softmax-diagonal-only",
         "is the diagonal p(1 − p) of the softmax's Jacobian alone", lambda g: g * q * (1 - q)),
        ("coupling", "softmax-diagonal-only",
         "leaves out the coupling term p·Σgp of the softmax", lambda g: g * q),
        ("plus", "sign-flipped", "adds the coupling term p·Σgp of the softmax, which is "
         "subtracted", lambda g: q * (g + (g * q).sum(axis, keepdim=True))),
        ("copied", "missing-activation-derivative",
         "hands the upstream on unchanged through the softmax", lambda g: g),
        ("unweighted", "dropped-term", "subtracts Σg, expected Σgp",
         lambda g: q * (g - g.sum(axis, keepdim=True))),
        ("log", "wrong-activation-derivative", "takes the log-softmax's derivative for the "
         "softmax's", lambda g: g - q * g.sum(axis, keepdim=True)),
    ]  # fmt: skip
    if q.ndim == 2:
        other = 1 - axis
        ways.append(
            ("axis", "summed-over-wrong-axis",
             f"sums over axis {other}, though the softmax is along axis {axis}",
             lambda g: q * (g - (g * q).sum(other, keepdim=True))),
        )  # fmt: skip
    return ways


class _Wrong(torch.autograd.Function):
    """A value with a pullback that somebody might have written."""

    @staticmethod
    def forward(ctx: Any, z: torch.Tensor, made: torch.Tensor, wrong: Any) -> torch.Tensor:
        ctx.wrong = wrong
        return made.clone()

    @staticmethod
    def backward(ctx: Any, *upstream: Any) -> Any:
        return ctx.wrong(upstream[0]), None, None
