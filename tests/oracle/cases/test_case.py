"""Cases are drawn from seeds, replayed from their text, and mean what their regime says."""

from dataclasses import replace

import numpy as np
import pytest

from oracle import cases
from oracle.cases import shapes
from oracle.verify import derivations

KNOWN = derivations.in_reference()


def drawn(name: str, regime: str, dtype: str = "float64", count: int = 60) -> list:  # type: ignore[type-arg]
    derivation = KNOWN[name]
    plan = cases.plan(derivation, dtype, regime, count, seed=0)
    return [cases.draw(derivation, case)[0] for case in plan]


@pytest.mark.parametrize("name", ["affine", "softmax", "embedding", "weighted_reduce"])
def test_a_case_is_the_same_arrays_whenever_it_is_drawn(name: str) -> None:
    derivation = KNOWN[name]
    for case in cases.plan(derivation, "float32", "large", 30, seed=5):
        again = cases.parse(str(case), derivation)
        assert again == case
        for a, b in zip(
            cases.draw(derivation, case)[0].values(), cases.draw(derivation, again)[0].values()
        ):
            np.testing.assert_array_equal(a, b)
            assert a.dtype == b.dtype


def test_another_seed_draws_other_cases() -> None:
    plans = [
        list(cases.plan(KNOWN["affine"], "float64", "ordinary", 20, seed)) for seed in (0, 0, 1)
    ]
    assert plans[0] == plans[1] != plans[2]


def test_half_of_a_plan_is_small_and_the_rest_rectangular() -> None:
    plan = list(cases.plan(KNOWN["affine"], "float64", "ordinary", 200, 0))
    assert len(plan) == 200
    assert plan[0].sizes == {"N": 1, "D": 1, "M": 1}
    assert [max(case.sizes.values()) <= 3 for case in plan[:27]] == [True] * 27
    assert all(len(set(case.sizes.values())) == 3 for case in plan[27:])
    assert len(list(cases.plan(KNOWN["affine"], "float64", "ordinary", 7, 0))) == 7


def test_sizes_that_an_option_divides_leave_room_for_groups_of_several() -> None:
    plan = list(cases.plan(KNOWN["convolution"], "float64", "ordinary", 200, 0))
    grouped = [case for case in plan if case.options["groups"] > 1]
    several = [
        case
        for case in grouped
        if min(case.sizes[name] // case.options["groups"] for name in "DM") > 1
    ]
    assert len(grouped) >= 30
    assert len(several) >= 4
    assert any(case.sizes["D"] != case.sizes["M"] for case in several)


def test_whole_numbers_stay_within_their_limits_and_windows_fit() -> None:
    seen: dict[str, set[int]] = {}
    for regime in ("ordinary", "tied"):
        for case in cases.plan(KNOWN["convolution"], "float64", regime, 200, 0):
            assert cases.parse(str(case), KNOWN["convolution"]) == case
            known = {**case.sizes, **case.options}
            assert 0 not in shapes.shape(KNOWN["convolution"].value, known)
            assert shapes.shape(("D-D//groups*groups", "M-M//groups*groups"), known) == (0, 0)
            for name, number in case.options.items():
                seen.setdefault(name, set()).add(number)
    assert seen.pop("padding") == {0, 1, 2}
    assert seen == {key: {1, 2, 3} for key in ("stride", "dilation", "groups")}
    for case in cases.plan(KNOWN["max_pooling"], "float64", "ordinary", 100, 0):
        assert case.options["padding"] <= case.options["window"] // 2


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("nonsense", "is no case"),
        ("float64/ordinary/N=1/2", "does not say"),
        ("float64/ordinary/N=1,D=2,M=x/2", "where a number is expected"),
        ("float64/ordinary/N=1,D=2,M=3,K=4/2", "says K, which affine has not"),
        ("float16/ordinary/N=1,D=2,M=3/2", "is no case"),
    ],
)
def test_what_is_no_case_is_refused_with_a_reason(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        cases.parse(text, KNOWN["affine"])


def test_ordinary_upstreams_are_random_with_zero_mean_and_never_ones() -> None:
    rng = np.random.default_rng(0)
    upstream = cases.draw_upstream(rng, (100, 100), "float64")
    assert abs(upstream.mean()) < 0.05
    assert upstream.std() == pytest.approx(1, abs=0.05)


def test_saturated_values_are_near_a_thousand() -> None:
    values = np.concatenate([arrays["Z"].ravel() for arrays in drawn("sigmoid", "saturated")])
    assert (np.abs(np.abs(values) - 1000) < 6).all()
    assert (values > 0).any()
    assert (values < 0).any()


def test_tied_values_tie_and_kinks_are_exactly_zero() -> None:
    tied = np.concatenate([arrays["Z"].ravel() for arrays in drawn("relu", "tied")])
    assert len(np.unique(tied)) <= 7 < len(tied)
    kinks = np.concatenate([arrays["Z"].ravel() for arrays in drawn("relu", "kinks")])
    assert 0.3 < (kinks == 0).mean() < 0.7


def test_repeated_labels_are_only_asked_of_derivations_with_integers() -> None:
    assert "repeated" in cases.regimes(KNOWN["embedding"])
    assert "repeated" not in cases.regimes(KNOWN["affine"])
    for arrays in drawn("embedding", "repeated"):
        assert set(np.unique(arrays["y"])) <= {0, 1}


def test_labels_cover_their_whole_range_and_never_leave_it() -> None:
    seen = set()
    for arrays in drawn("softmax_cross_entropy_with_labels", "ordinary"):
        classes = arrays["Z"].shape[1]
        assert ((arrays["y"] >= 0) & (arrays["y"] < classes)).all()
        seen |= {classes - label for label in arrays["y"].tolist()}
    assert {1, 2, 3} <= seen


@pytest.mark.parametrize("regime", cases.REGIMES)
@pytest.mark.parametrize("dtype", cases.DTYPES)
def test_probabilities_weights_and_unit_values_stay_what_they_are(regime: str, dtype: str) -> None:
    for arrays in drawn("cross_entropy", regime, dtype):
        assert (arrays["P"] > 0).all()
        np.testing.assert_allclose(arrays["P"].sum(axis=1), 1, rtol=1e-5)
        assert (arrays["T"] >= 0).all()
    for arrays in drawn("binary_cross_entropy", regime, dtype):
        assert ((arrays["P"] > 0) & (arrays["P"] < 1)).all()
        assert ((arrays["T"] >= 0) & (arrays["T"] <= 1)).all()
    for arrays in drawn("class_weights", regime, dtype):
        assert (arrays["c"] >= 0).all()
        assert arrays["c"].any()


def test_laid_out_arrays_hold_the_same_values_read_only_and_not_in_cs_order() -> None:
    rng = np.random.default_rng(0)
    array = rng.normal(size=(3, 4))
    views = [cases.laid_out(array, rng) for _ in range(30)]
    for view in views:
        np.testing.assert_array_equal(view, array)
        assert not view.flags.writeable
    assert any(not view.flags.c_contiguous for view in views)
    assert array.flags.writeable


def test_sizes_that_are_all_fixed_or_all_small_still_make_as_many_cases():
    affine = derivations.in_reference()["affine"]
    assert len(list(cases.plan(affine, "float64", "ordinary", 90, 0, max_dim=3))) == 90
    arguments = tuple(replace(a, dims=("2",) * len(a.dims)) for a in affine.arguments)
    fixed = replace(affine, arguments=arguments, value=("2", "2"))
    assert len(list(cases.plan(fixed, "float64", "ordinary", 30, 0))) == 30
