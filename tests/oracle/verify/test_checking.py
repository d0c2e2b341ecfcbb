"""The oracle tested on itself: every known mistake is rejected, no right derivation is accused."""

import tracemalloc
import warnings
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from oracle import cases
from oracle.discovery.text import places
from oracle.judging import budget
from oracle.results import Kind
from oracle.truth import twins
from oracle.verify import checking, derivations
from oracle.verify.derivations import Derivation
from oracle.verify.runs import Run, merged
from tests import rewritten_derivations as otherwise
from tests import wrong_derivations as wrong
from tests.rewritten_derivations import Otherwise
from tests.wrong_derivations import Wrong

KNOWN = derivations.in_reference()
SIDE_CONDITIONS = ("mutates-input", "not-deterministic", "state-not-kept", "aliases-argument")

# Judged against the derivative of their own forward, which is not torch's, the gradients of these
# are right; judged against torch's, wrong. Their value is wrong either way.
FORWARD_IS_WRONG = {entry.function.__name__ for entry in wrong.ALL if "value" in entry.gradients}


def written(of: str, function: Callable[..., Any]) -> Derivation:
    """A function in the place of a derivation of reference/, with its shapes."""
    return replace(
        KNOWN[of], name=function.__name__, function=function, place=places.place(function)
    )


def judged(
    of: str, function: Callable[..., Any], dtype: str, regime: str, count: int
) -> tuple[Derivation, Run]:
    derivation = written(of, function)
    plan = cases.plan(KNOWN[of], dtype, regime, count, seed=2)
    twin = twins.twin(derivation.module, of)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a mistake may well warn
        return derivation, checking.check(derivation, twin, plan)


def name(entry: Wrong | Otherwise) -> str:
    return entry.function.__name__


@pytest.mark.parametrize("entry", wrong.ALL, ids=name)
def test_every_known_mistake_is_rejected_and_exactly_the_guilty_are_blamed(entry: Wrong) -> None:
    runs = []
    for regime in entry.regimes:
        if regime in cases.regimes(KNOWN[entry.of]):
            for dtype in ("float64", "float32") if entry.finding == "wrong-dtype" else ("float64",):
                derivation, run = judged(entry.of, entry.function, dtype, regime, 60)
                runs.append(run)
    total = merged(runs)
    judged_ones = [g for g in total.gradients if g.kind in (Kind.VALUE, Kind.ARGUMENT)]
    verdicts = {gradient.of or "value": gradient.verdict for gradient in judged_ones}
    blamed = {of for of, verdict in verdicts.items() if verdict in ("wrong", "unstable")}
    found = {note.name for gradient in total.gradients for note in gradient.findings}
    worst = max(gradient.error_units for gradient in total.gradients)
    assert worst > 1000, total.gradients
    if entry.finding in SIDE_CONDITIONS:
        assert entry.finding in found
    elif name(entry) in FORWARD_IS_WRONG:
        assert verdicts["value"] in ("wrong", "unstable")
        assert blamed <= set(entry.gradients), verdicts
    else:
        assert blamed == set(entry.gradients), verdicts
    for gradient in total.gradients:
        if gradient.verdict in ("wrong", "unstable"):
            assert gradient.counterexample is not None
            assert gradient.line >= derivation.place.line


@pytest.mark.parametrize("entry", otherwise.ALL, ids=name)
def test_no_right_derivation_is_accused_however_it_is_written(entry: Otherwise) -> None:
    for regime in cases.regimes(KNOWN[entry.of]):
        _, run = judged(entry.of, entry.function, "float64", regime, 30)
        for gradient in run.gradients:
            if regime in entry.regimes:
                assert gradient.verdict == "correct", (regime, gradient)
            else:  # the numbers may suffer, the formula is right
                assert gradient.verdict in ("correct", "unstable"), (regime, gradient)


def test_there_are_three_mistakes_of_every_class_and_fifty_in_all() -> None:
    kinds = [entry.kind for entry in wrong.ALL]
    assert len(kinds) >= 50
    for kind in "ABCDEIJKLMO":
        assert kinds.count(kind) >= 3, kind
    assert {entry.of for entry in wrong.ALL} <= set(KNOWN)
    assert len(otherwise.ALL) >= 30


def test_the_counterexample_is_the_smallest_failing_case_and_replays() -> None:
    def mean_bias(X: np.ndarray, W: np.ndarray, b: np.ndarray) -> Any:
        Z, pullback = KNOWN["affine"].function(X, W, b)
        return Z, lambda dZ: (*pullback(dZ)[:2], dZ.mean(axis=0))

    derivation, run = judged("affine", mean_bias, "float64", "ordinary", 60)
    assert [gradient.verdict for gradient in run.gradients] == ["correct"] * 3 + ["wrong"]
    example = run.gradients[3].counterexample
    assert example is not None
    assert example.dims == {"N": 2, "D": 1, "M": 1}, "right only when N = 1"
    np.testing.assert_allclose(2 * np.array(example.got), example.want)
    again = checking.check(
        derivation,
        twins.twin("affine", "affine"),
        [cases.parse(example.replay.split()[-1], derivation)],
    )
    assert again.gradients[3].counterexample == example


def test_another_legal_choice_at_a_kink_is_a_remark() -> None:
    def relu_one_at_zero(Z: np.ndarray) -> Any:
        return np.maximum(Z, 0), lambda dA: (dA * (Z >= 0),)

    _, run = judged("relu", relu_one_at_zero, "float64", "kinks", 40)
    assert run.gradients[1].verdict == "correct"
    assert [remark.name for remark in run.gradients[1].remarks] == ["another-choice-at-kink"]


def test_what_is_no_legal_choice_at_a_kink_is_wrong() -> None:
    def relu_two_at_zero(Z: np.ndarray) -> Any:
        return np.maximum(Z, 0), lambda dA: (dA * (Z > 0) + 2 * dA * (Z == 0),)

    _, run = judged("relu", relu_two_at_zero, "float64", "kinks", 40)
    assert run.gradients[1].verdict == "wrong"


def test_a_formula_that_is_right_and_overflows_is_unstable_not_wrong() -> None:
    def textbook_softplus(Z: np.ndarray) -> Any:
        return np.log(1 + np.exp(Z)), lambda dA: (dA * np.exp(Z) / (1 + np.exp(Z)),)

    for regime, verdict in (("ordinary", "correct"), ("saturated", "unstable")):
        _, run = judged("softplus", textbook_softplus, "float64", regime, 40)
        assert {gradient.verdict for gradient in run.gradients} == {verdict}


def test_the_gradient_of_ones_forward_that_is_not_torchs_is_inherited() -> None:
    def doubled_tanh(Z: np.ndarray) -> Any:
        A = 2 * np.tanh(Z)
        return A, lambda dA: (dA * (2 - A * A / 2),)

    _, run = judged("tanh", doubled_tanh, "float64", "ordinary", 40)
    assert [gradient.verdict for gradient in run.gradients] == ["wrong", "inherited"]


def test_a_truth_that_is_not_the_derivative_of_the_forward_convicts_nobody() -> None:
    derivation = KNOWN["tanh"]
    plan = cases.plan(derivation, "float64", "ordinary", 20, 0)
    run = checking.check(derivation, lambda Z: Z.tanh().detach() + 0 * Z, plan)
    assert run.gradients[1].verdict == "undecidable"
    assert run.gradients[1].remarks[0].name == "witness-disagrees"


def test_a_gradient_that_could_never_show_a_mistake_is_undecidable() -> None:
    def constant(Z: np.ndarray) -> Any:
        return np.ones_like(Z), lambda dA: (np.zeros_like(dA),)

    import torch

    derivation = written("identity", constant)
    plan = cases.plan(KNOWN["identity"], "float64", "ordinary", 20, 0)
    run = checking.check(derivation, lambda Z: torch.ones_like(Z), plan)
    total = merged([run])
    assert [gradient.verdict for gradient in total.gradients] == ["correct", "undecidable"]
    assert run.cases == 20 + budget.REDRAWN


def test_an_exception_is_the_derivations_own_and_is_told() -> None:
    def fails(Z: np.ndarray) -> Any:
        raise RuntimeError("no such luck")

    _, run = judged("tanh", fails, "float64", "ordinary", 5)
    assert run.gradients[0].verdict == "wrong"
    assert run.gradients[0].findings[0].message == "RuntimeError: no such luck"


@pytest.mark.parametrize("returned", [(), (1, 2), None])
def test_a_wrong_number_of_gradients_is_told(returned: Any) -> None:
    _, run = judged("tanh", lambda Z: (np.tanh(Z), lambda dA: returned), "float64", "ordinary", 5)
    assert run.gradients[0].verdict == "wrong"


def test_one_case_is_held_at_a_time() -> None:
    derivation, twin = KNOWN["softmax"], twins.twin("activations", "softmax")
    sizes = {"*shape": (100, 100)}
    all_cases = [cases.Case("float64", "ordinary", sizes, {"axis": 0}, seed) for seed in range(400)]

    def peak(count: int) -> int:
        tracemalloc.start()
        checking.check(derivation, twin, all_cases[:count])
        top = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return top

    peak(20)
    assert peak(400) < 1.3 * peak(20), "80 kB an array"
