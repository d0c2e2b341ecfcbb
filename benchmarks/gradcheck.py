"""``oracle check`` beside torch.autograd.gradcheck, slow and fast, and beside a test under ones.

    python -m benchmarks.gradcheck [--costs]

First what a judged case costs, on the same user functions wrapped for both. Then the kill table:
how many of the known mistakes each catches at one case of some shape, and how often it accuses
right code.
"""

from benchmarks import timing  # isort: skip, it sets the threads

import sys
import time
import warnings
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import torch

from benchmarks import layers
from oracle import cases, discovery
from oracle.cases import Case
from oracle.diagnosis.evidence import Evidence
from oracle.judging.session import Session
from oracle.judging.trials import begin
from oracle.judging.verdict import WRONG_AT, judge
from oracle.subject import Subject
from tests.oracle.diagnosis import derivations

SHAPES = ("N = 1", "square", "rectangular", "large")


COSTS: list[tuple[str, Callable[..., Any], Callable[..., Any], str, int]] = [
    ("affine 16x12x10", layers.affine, layers.affine_backward, "X: 16 12, W: 12 10, b: 10", 40),
    (
        "layer-norm 32x64",
        layers.layer_norm,
        layers.layer_norm_backward,
        "x: 32 64, g: 64, b: 64",
        500,
    ),
    ("conv 4x3x12x12", layers.convolve, layers.convolve_backward, "x: 4 3 12 12, w: 5 3 3 3", 200),
]


def wrapped(subject: Subject, case: Case, session: Session) -> tuple[Any, list[torch.Tensor]]:
    """The user's functions as a ``torch.autograd.Function`` of the differentiated arrays."""
    arrays, _ = cases.draw(subject, case)
    names = [a.name for a in subject.arguments if a.differentiated]

    def inputs(tensors: Any) -> Any:
        given = {n: t.detach().numpy().copy() for n, t in zip(names, tensors)}
        return subject.prepare({**arrays, **given}, case.seed)

    class Wrapped(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, *tensors: torch.Tensor) -> torch.Tensor:
            ctx.save_for_backward(*tensors)
            with np.errstate(all="ignore"):
                value, _ = subject.forward(inputs(tensors))
            return torch.as_tensor(np.array(value))

        @staticmethod
        def backward(ctx: Any, *upstream: Any) -> Any:
            given = inputs(ctx.saved_tensors)
            sent = upstream[0].detach().numpy().copy()
            with np.errstate(all="ignore"):
                value, kept = subject.forward(given)
                made = subject.backward(given, value, kept, sent if sent.ndim else sent[()])
            found = {m.of[0]: np.asarray(m.value, float) for m in made}
            scale = 1.0 if subject.has_upstream else float(sent)
            return tuple(torch.as_tensor(found[n] * scale) for n in names)

    tensors = [torch.from_numpy(arrays[n].copy()).requires_grad_() for n in names]
    return Wrapped.apply, tensors


def judged(subject: Subject, case: Case, session: Session) -> bool:
    """Whether our check lets a case pass."""
    trial = begin(subject, case, session)
    truth = trial.truth()
    _, made, _ = trial.candidate()
    for gradient in made:
        want = truth.gradients[gradient.of]
        noise = partial(trial.noise, truth, gradient.of)
        found = judge(np.asarray(gradient.value), want, "float64", trial.largest_upstream, noise)
        if found.units > WRONG_AT:
            return not Evidence(subject, case, session).wrong_paths()  # it may be but a guard
    return True


def passes_gradcheck(subject: Subject, case: Case, session: Session, fast: bool) -> bool:
    function, tensors = wrapped(subject, case, session)
    try:
        return bool(torch.autograd.gradcheck(function, tensors, fast_mode=fast))
    except (RuntimeError, ValueError):
        return False


def passes_ones(subject: Subject, case: Case, session: Session) -> bool:
    """The usual test: an upstream of ones, three decimals, and NumPy's broadcasting."""
    trial = begin(subject, case, session)
    trial.upstream = {p: np.ones_like(u) for p, u in trial.upstream.items()}
    truth = trial.truth()
    _, made, _ = trial.candidate()
    try:
        for gradient in made:
            np.testing.assert_almost_equal(gradient.value, truth.gradients[gradient.of], decimal=3)
    except (AssertionError, ValueError):
        return False
    return True


def sized(subject: Subject, kind: str, seed: int) -> Case:
    """A case of some kind of shape."""
    names = list(subject.sizes)
    rng = np.random.default_rng(seed)
    extents = {
        "N = 1": [1] + [int(e) for e in rng.permutation(np.arange(2, 2 + len(names)))],
        "square": [3] * len(names),
        "rectangular": [int(e) for e in rng.permutation(np.arange(2, 2 + len(names)))],
        "large": [int(e) for e in rng.permutation(np.arange(8, 8 + len(names)))],
    }[kind]
    return Case("float64", "ordinary", dict(zip(names, extents)), {}, seed)


CHECKS: dict[str, Callable[[Subject, Case, Session], bool]] = {
    "oracle check": judged,
    "gradcheck, slow": lambda s, c, n: passes_gradcheck(s, c, n, fast=False),
    "gradcheck, fast": lambda s, c, n: passes_gradcheck(s, c, n, fast=True),
    "ones, decimal=3": passes_ones,
}


def costs() -> bool:
    print(f"{'one case':18} {'ours, ms':>9} {'slow/ours':>10} {'fast/ours':>10}  limit")
    good = True
    for name, forward, backward, shapes, limit in COSTS:
        subject = discovery.subject(forward, backward, shapes)
        case = Case("float64", "ordinary", {}, {}, 1)
        with Session(*subject.functions) as session:
            function, tensors = wrapped(subject, case, session)

            def ours(s: Any = subject, c: Any = case, n: Any = session) -> bool:
                return judged(s, c, n)

            def fast(f: Any = function, t: Any = tensors) -> bool:
                return torch.autograd.gradcheck(f, t, fast_mode=True)

            for _ in range(
                50
            ):  # as in a check, where it is soon known whether the code draws at random
                ours()
            own, quick = timing.medians([ours, fast], 1.0)
            began = time.perf_counter()
            torch.autograd.gradcheck(function, tensors)
            slow = time.perf_counter() - began
        good &= slow / own >= limit and quick >= own
        print(f"{name:18} {own * 1e3:9.2f} {slow / own:10.0f} {quick / own:10.1f}  {limit} and 1")
    return good


def kills() -> None:
    wrong = {n: c for n, c in derivations.CASES.items() if c[3] not in derivations.NOT_BY_VALUE}
    right = {n: c for n, c in wrong.items() if c[3] == "correct"}
    mistakes = {n: c for n, c in wrong.items() if c[3] != "correct"}
    print(f"\n{len(mistakes)} mistakes caught (right code accused, of {len(right)}), by one case")
    print(f"{'':18}" + "".join(f"{kind:>16}" for kind in SHAPES))
    for check, passes in CHECKS.items():
        cells = []
        for kind in SHAPES:
            caught, accused = 0, 0
            for name, (forward, backward, shapes, _) in {**mistakes, **right}.items():
                subject = discovery.subject(forward, backward, shapes)
                with Session(*subject.functions) as session, warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    passed = passes(subject, sized(subject, kind, 1), session)
                caught += name in mistakes and not passed
                accused += name in right and not passed
            cells.append(f"{caught} ({accused})")
        print(f"{check:18}" + "".join(f"{cell:>16}" for cell in cells), flush=True)


if __name__ == "__main__":
    good = costs()
    if "--costs" not in sys.argv:
        kills()
    sys.exit(not good)
