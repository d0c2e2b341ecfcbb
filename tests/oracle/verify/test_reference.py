"""Every derivation of reference/, every dtype, every regime, against its torch twin."""

import pytest

from oracle import cases
from oracle.truth import twins
from oracle.verify import checking, derivations

KNOWN = derivations.in_reference()
RUNS = [
    (name, dtype, regime)
    for name, derivation in KNOWN.items()
    for dtype in cases.DTYPES
    for regime in cases.regimes(derivation)
]


@pytest.mark.parametrize(("name", "dtype", "regime"), RUNS)
def test_value_and_every_gradient_agree_with_torch(name: str, dtype: str, regime: str) -> None:
    derivation = KNOWN[name]
    plan = cases.plan(derivation, dtype, regime, count=60, seed=1)
    run = checking.check(derivation, twins.twin(derivation.module, name), plan)
    for gradient in run.gradients:
        assert gradient.verdict == "correct", (gradient.name, gradient)
        assert gradient.error_units < 10 or dtype == "float32", (gradient.name, gradient.units)
    assert run.cases >= 60
    if regime == "ordinary":
        assert run.shown == {a.name for a in derivation.arguments if a.differentiated}


@pytest.mark.parametrize("name", KNOWN)
def test_the_source_cites_equation_shapes_and_gradients(name: str) -> None:
    derivation = KNOWN[name]
    doc = derivation.function.__doc__ or ""
    assert "=" in doc.splitlines()[0], "the first line is the equation"
    for argument in derivation.arguments:
        if argument.differentiated:
            assert f"d{argument.name}" in doc, f"nothing is said of d{argument.name}"


@pytest.mark.parametrize("name", KNOWN)
def test_integers_and_data_get_none_and_all_others_an_array(name: str) -> None:
    derivation = KNOWN[name]
    (case,) = cases.plan(derivation, "float64", "ordinary", 1, 0)
    inputs, _ = cases.draw(derivation, case)
    value, pullback = derivation.function(**inputs, **case.options)
    for argument, gradient in zip(derivation.arguments, pullback(value), strict=True):
        assert (gradient is not None) == argument.differentiated, argument.name


def test_every_public_function_that_returns_a_pullback_is_verified() -> None:
    import reference

    returning = {
        name for name in reference.__all__ if derivations.is_derivation(getattr(reference, name))
    }
    assert returning == set(KNOWN)
    assert {name for name, _, _ in RUNS} == set(KNOWN)
