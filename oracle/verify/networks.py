"""Whole networks, layer by layer: each step alone on what it was given, and then end to end.

A candidate hands over everything that it has kept: Z, A, dA, dZ, dW and db of every layer. Each of
them is judged against torch's own step from the quantities that it was made of, so that a mistake
is blamed on one quantity of one layer and not on all that lie behind it; what is right by its own
step and yet another number than torch's network has is ``inherited``.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch

import reference
from oracle.discovery.text import places
from oracle.judging.examined import Tally, plain
from oracle.judging.verdict import EPS, WRONG_AT, Judgement, judge, largest, severity
from oracle.results import Counterexample, Note, worst
from oracle.truth import torch_compat
from oracle.truth.noise import Noise, Nudge, Tape, Truth, change, distance, nudged_truth
from oracle.truth.twins import network as twin
from oracle.verify.runs import Run

FILE = Path(reference.__file__).with_name("network.py")
DEEPEST, WIDEST, LARGEST_BATCH = 6, 7, 8
HIDDEN = ("identity", "sigmoid", "tanh", "relu", "leaky_relu", "softplus", "softmax")
BIASES = ("separate", "separate", "row", "none")
QUANTITIES = ("Z", "A", "dA", "dZ", "dW", "db")

# The last activation, the loss, and what its targets are.
OUTPUTS = (
    ("identity", "squared_error", "real"),
    ("tanh", "squared_error", "real"),
    ("sigmoid", "squared_error", "real"),
    ("sigmoid", "binary_cross_entropy", "unit"),
    ("identity", "binary_cross_entropy_with_logits", "unit"),
    ("softmax", "cross_entropy", "soft"),
    ("softmax", "cross_entropy_with_labels", "labels"),
    ("identity", "softmax_cross_entropy", "soft"),
    ("identity", "softmax_cross_entropy_with_labels", "labels"),
)


@dataclass(frozen=True)
class NetworkCase:
    """One network, one batch and one loss."""

    dtype: str
    batch: int
    widths: tuple[int, ...]  # of the input and of every layer
    activations: tuple[str, ...]
    loss: str
    targets: str
    reduction: Literal["mean", "sum"]
    bias: str  # separate, row or none
    fused: bool
    seed: int

    def __str__(self) -> str:
        """As ``--case`` takes it: one word for each field."""
        widths, activations = "-".join(map(str, self.widths)), ",".join(self.activations)
        return (
            f"{self.dtype}/{self.batch}/{widths}/{activations}/{self.loss}/{self.targets}/"
            f"{self.reduction}/{self.bias}/{'fused' if self.fused else 'unfused'}/{self.seed}"
        )

    @property
    def options(self) -> dict[str, Any]:
        """All but the sizes, as a counterexample tells them."""
        return {
            "activations": list(self.activations),
            "loss": self.loss,
            "reduction": self.reduction,
            "bias": self.bias,
            "fused": self.fused,
        }


@dataclass(frozen=True)
class Drawn:
    """The arrays of a case. ``biases`` are None with a bias row or without a bias."""

    X: np.ndarray
    T: np.ndarray
    weights: list[np.ndarray]
    biases: list[np.ndarray | None]


Candidate = Callable[[NetworkCase, Drawn], Any]  # returns L, Z, A, dA, dZ, dW, db by those names


def cases(dtype: str, count: int, seed: int) -> Iterator[NetworkCase]:
    """Random networks, the shallow and narrow ones first."""
    rng = np.random.default_rng([seed, 0x6E657477])
    for index in range(count):
        growth = min(1.0, 0.2 + index / 40)
        depth = int(rng.integers(1, 2 + int((DEEPEST - 1) * growth)))
        widest = 2 + int((WIDEST - 1) * growth)
        widths = tuple(int(w) for w in rng.integers(1, widest, depth + 1))
        last, loss, targets = OUTPUTS[int(rng.integers(len(OUTPUTS)))]
        hidden = [HIDDEN[int(i)] for i in rng.integers(len(HIDDEN), size=depth - 1)]
        yield NetworkCase(
            dtype=dtype,
            batch=int(rng.integers(1, 2 + int((LARGEST_BATCH - 1) * growth))),
            widths=widths,
            activations=(*hidden, last),
            loss=loss,
            targets=targets,
            reduction="mean" if rng.integers(2) else "sum",
            bias=BIASES[int(rng.integers(len(BIASES)))],
            fused=bool(rng.integers(2)),
            seed=int(rng.integers(2**31)),
        )


def parse(text: str) -> NetworkCase:
    """A case from its text.

    Raises:
        ValueError: it is not the text of a case.
    """
    fields = text.split("/")
    if len(fields) != 10:
        raise ValueError(f"{text!r} has {len(fields)} parts; a network's case has 10")
    dtype, batch, widths, activations, loss, targets, reduction, bias, fused, seed = fields
    case = NetworkCase(
        dtype, int(batch), tuple(map(int, widths.split("-"))), tuple(activations.split(",")),
        loss, targets, "mean" if reduction == "mean" else "sum", bias, fused == "fused", int(seed),
    )  # fmt: skip
    if str(case) != text or (case.activations[-1], loss, targets) not in OUTPUTS:
        raise ValueError(f"{text!r} is no case of a network")
    known = set(case.activations) <= set(HIDDEN) and bias in BIASES
    if not known or len(case.widths) != len(case.activations) + 1:
        raise ValueError(f"{text!r} is no case of a network")
    return case


def draw(case: NetworkCase) -> Drawn:
    """The arrays of a case, from its seed."""
    rng = np.random.default_rng(case.seed)
    X = rng.standard_normal((case.batch, case.widths[0]))
    shape = (case.batch, case.widths[-1])
    T: np.ndarray
    if case.targets == "labels":
        T = rng.integers(0, case.widths[-1], case.batch)
    else:
        T = {
            "real": lambda: rng.standard_normal(shape),
            "unit": lambda: rng.random(shape),
            "soft": lambda: rng.random(shape),
        }[case.targets]().astype(case.dtype)
    weights, biases = [], []
    for D, M in zip(case.widths, case.widths[1:]):
        scale = rng.uniform(0.5, 1.5) / np.sqrt(D)
        W = rng.standard_normal((D + (case.bias == "row"), M)) * scale
        weights.append(W.astype(case.dtype))
        b = rng.standard_normal(M).astype(case.dtype)
        biases.append(b if case.bias == "separate" else None)
    return Drawn(X.astype(case.dtype), T, weights, biases)


def reference_network(case: NetworkCase, drawn: Drawn) -> Any:
    """The candidate that ``oracle verify`` judges: ``reference.network.backpropagate``."""
    from reference import activations, losses
    from reference.network import Layer, backpropagate

    layers = [
        Layer(W, b, getattr(activations, name), case.bias == "row")
        for W, b, name in zip(drawn.weights, drawn.biases, case.activations)
    ]
    loss = getattr(losses, case.loss)
    return backpropagate(drawn.X, drawn.T, layers, loss, case.reduction, case.fused)


class Step:
    """One step of torch's, from the quantities that the candidate made its own of."""

    def __init__(
        self,
        function: Callable[..., torch.Tensor],
        inputs: Mapping[str, np.ndarray],
        differentiated: tuple[str, ...],
        upstream: Any,
        dtype: str,
    ) -> None:
        self.step = function, inputs, differentiated
        self.upstream = np.asarray(upstream)
        self.dtype = dtype
        self.truth: Truth = Tape(function, inputs, differentiated, {}).truth(self.upstream)
        self._noise = Noise(EPS[dtype])

    def judge(self, of: str, got: Any) -> tuple[Judgement, np.ndarray]:
        """The candidate's value (of "") or gradient, and what was due."""
        want = self.truth.gradients[of] if of else self.truth.value
        largest_upstream = largest(self.upstream) if of else 0.0

        def noise(enough: float) -> float:
            return self._noise.of(of, self._around, enough)

        return judge(got, want, self.dtype, largest_upstream, noise), want

    def _around(self, nudged: Nudge) -> dict[str, float]:
        return change(self.truth, nudged_truth(*self.step, {}, self.upstream, nudged))


Judged = tuple[Judgement, Any, np.ndarray]  # with what came and what was due


def steps(case: NetworkCase, drawn: Drawn, kept: Any) -> Iterator[tuple[int, str, Judged]]:
    """Each quantity that was kept, judged by its own step: (layer from 1, name, judgement).

    Layer 0 is the loss L. A quantity that is due and missing is judged as None, which is wrong.
    """
    depth, row = len(case.activations), case.bias == "row"
    for k, name in enumerate(case.activations):
        Z, A, dA, dZ = kept.Z[k], kept.A[k], kept.dA[k], kept.dZ[k]
        A_prev = kept.A[k - 1] if k else drawn.X
        parameters = {"A": A_prev, "W": drawn.weights[k]}
        b = drawn.biases[k]
        if b is not None:
            parameters["b"] = b
        wanted = ("A", "W", "b") if b is not None else ("A", "W")
        affine = Step(partial(twin.affine, bias_row=row), parameters, wanted, dZ, case.dtype)
        yield k + 1, "Z", _judged(affine, "", Z)
        yield k + 1, "dW", _judged(affine, "W", kept.dW[k])
        if b is not None:
            yield k + 1, "db", _judged(affine, "b", kept.db[k])
        if k:
            yield k, "dA", _judged(affine, "A", kept.dA[k - 1])
        f = partial(twin.activation, name=name)
        activate = Step(f, {"Z": Z}, ("Z",), Z if dA is None else dA, case.dtype)
        yield k + 1, "A", _judged(activate, "", A)
        if dA is None:  # the loss and the last activation in one: dZ = A − T
            fused = partial(twin.output, name=name, loss=case.loss, reduction=case.reduction)
            activate = Step(fused, {"Z": Z, "T": drawn.T}, ("Z",), 1.0, case.dtype)
        yield k + 1, "dZ", _judged(activate, "Z", dZ)

    alone = partial(twin.reduced, loss=case.loss, reduction=case.reduction)
    last = Step(alone, {"A": kept.A[-1], "T": drawn.T}, ("A",), 1.0, case.dtype)
    yield 0, "L", _judged(last, "", kept.L)
    if kept.dA[-1] is not None:
        yield depth, "dA", _judged(last, "A", kept.dA[-1])


def _judged(step: Step, of: str, got: Any) -> Judged:
    judgement, want = step.judge(of, got)
    return judgement, got, want


def end_to_end(case: NetworkCase, drawn: Drawn, kept: Any) -> dict[tuple[int, str], bool]:
    """Which quantities are those of torch's network, as far as its rounding noise can tell."""
    found = _network(case, drawn)
    noise = Noise(EPS["float64"])

    def around(nudged: Nudge) -> dict[tuple[int, str], float]:
        return {of: distance(a, found[of]) for of, a in _network(case, drawn, nudged).items()}

    agrees = {}
    for (k, name), want in found.items():
        got = kept.L if name == "L" else getattr(kept, name)[k - 1]
        if got is None:
            continue
        off = largest(got - want) if np.shape(got) == want.shape else math.inf
        floor = EPS["float64"] * (largest(want) + 1)
        if WRONG_AT * floor < off < math.inf:
            floor += noise.of((k, name), around, off / WRONG_AT - floor)
        agrees[k, name] = off <= WRONG_AT * floor
    return agrees


def _network(
    case: NetworkCase, drawn: Drawn, nudged: Nudge | None = None
) -> dict[tuple[int, str], np.ndarray]:
    """Every quantity of torch's network; with parameters that are nudged, if they are to be."""

    def leaf(array: np.ndarray) -> torch.Tensor:
        tensor = torch.from_numpy(array.astype(np.float64))
        return (nudged(tensor) if nudged else tensor).requires_grad_()

    T = torch.from_numpy(drawn.T if drawn.T.dtype.kind == "i" else drawn.T.astype(np.float64))
    Ws = [leaf(W) for W in drawn.weights]
    bs = [None if b is None else leaf(b) for b in drawn.biases]
    L, Zs, As = twin.network(
        leaf(drawn.X), T, Ws, bs, case.activations, case.loss, case.reduction, case.bias == "row"
    )
    found = {(0, "L"): L.detach().numpy()}
    asked: dict[tuple[int, str], torch.Tensor] = {}
    for k, (Z, A, W, b) in enumerate(zip(Zs, As, Ws, bs), start=1):
        found[k, "Z"], found[k, "A"] = Z.detach().numpy(), A.detach().numpy()
        asked |= {(k, "dA"): A, (k, "dZ"): Z, (k, "dW"): W}
        if b is not None:
            asked[k, "db"] = b
    gradients = torch_compat.gradients([L], list(asked.values()), [torch.ones_like(L)])
    return found | {of: g.numpy() for of, g in zip(asked, gradients) if g is not None}


def check(todo: Iterable[NetworkCase], candidate: Candidate = reference_network) -> list[Run]:
    """Judge a candidate on some networks: a ``Run`` for each layer, and one for the loss."""
    runs: dict[int, Run] = {}
    lines = places.assignments(FILE)
    for case in todo:
        drawn = draw(case)
        kept = candidate(case, drawn)
        with np.errstate(all="ignore"):
            found = list(steps(case, drawn, kept))
            whole = end_to_end(case, drawn, kept) if case.dtype == "float64" else {}
        for layer in {k for k, _, _ in found}:
            if layer not in runs:
                runs[layer] = _blank(layer, lines)
            run = runs[layer]
            run.cases += 1
            run.dtypes.add(case.dtype)
            run.regimes.add("ordinary")
            run.shapes.add(f"{case.batch} {case.widths}")
        for k, name, (judgement, got, want) in found:
            entry = next(e for e in runs[k].gradients if e.name == name)
            if not judgement.vacuous:
                runs[k].shown.add(entry.of)
            _take(entry, case, judgement, got, want, whole.get((k, name), True))
    for run in runs.values():  # what no network had, such as db of a bias row
        run.gradients = [entry for entry in run.gradients if entry.units]
    return [runs[layer] for layer in sorted(runs, key=lambda k: k or DEEPEST + 1)]


def _blank(layer: int, lines: Mapping[str, int]) -> Run:
    names = QUANTITIES if layer else ("L",)
    of = {"dW": "W", "db": "b", "dA": "A", "dZ": "Z"}
    return Run(
        f"network layer {layer}" if layer else "network loss",
        places.spoken(str(FILE)),
        lines.get("dW" if layer else "L", 1),
        "torch.addmm, the activation" if layer else "the loss, torch.mean or sum",
        [Tally(name, of.get(name, ""), lines.get(name, 1)) for name in names],
    )


def _take(
    entry: Tally, case: NetworkCase, judgement: Judgement, got: Any, want: Any, whole: bool
) -> None:
    """Note a judgement: wrong by its own step, or another number than torch's network has."""
    verdict = severity(case.dtype, "ordinary", judgement)
    if verdict == "correct" and not whole:
        verdict = "inherited"
    key = f"{case.dtype}/ordinary"
    entry.units[key] = max(entry.units.get(key, 0.0), judgement.units)
    if verdict == "correct":
        return
    if worst((entry.verdict, verdict)) != entry.verdict or entry.counterexample is None:
        entry.counterexample = Counterexample(
            f"oracle verify network --case {case}",
            {"N": case.batch, "widths": list(case.widths)},
            case.options,
            case.seed,
            case.dtype,
            "ordinary",
            plain(got),
            plain(want),
        )
        if judgement.finding:
            entry.findings.append(Note(judgement.finding, judgement.message))
    entry.failed += 1
    entry.verdict = worst((entry.verdict, verdict))
