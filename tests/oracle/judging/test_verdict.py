"""One array against the truth: shape before dtype before value, in units of noise."""

import math

import numpy as np
import pytest

from oracle.judging.verdict import EPS, Judgement, digits, judge, within_one_sided

WANT = np.array([1.0, -2.0, 3.0])


def judged(got: object, want: np.ndarray = WANT, dtype: str = "float64") -> Judgement:
    return judge(got, want, dtype, upstream=1.0, noise=lambda _: EPS[dtype] * 5)


def test_the_truth_itself_is_off_by_nothing() -> None:
    assert judged(WANT.copy()) == Judgement(0.0)


def test_a_rounding_is_a_unit_or_less_and_a_mistake_is_millions() -> None:
    assert judged(WANT * (1 + 2.0**-52)).units <= 1
    assert judged(WANT * (1 + 1e-6)).units > 1e6


@pytest.mark.parametrize("got", [WANT[None], WANT[:2], np.array(1.0), np.stack([WANT, WANT])])
def test_broadcasting_makes_nothing_pass(got: np.ndarray) -> None:
    judgement = judged(got)
    assert judgement.finding == "wrong-shape"
    assert f"{got.shape}" in judgement.message
    assert "(3,)" in judgement.message


def test_a_list_is_no_array_and_float32_is_not_float64() -> None:
    assert judged([1.0, -2.0, 3.0]).finding == "wrong-shape"
    assert judged(WANT.astype(np.float32)).finding == "lower-precision"
    assert judged(WANT, dtype="float32").finding == "lower-precision"


def test_finite_where_the_truth_is_finite_and_infinite_where_it_is_infinite() -> None:
    want = np.array([1.0, np.inf, np.nan])
    with np.errstate(invalid="ignore"):
        assert judged(np.array([1.0, np.inf, 7.0]), want).units == 0
        assert judged(np.array([np.nan, np.inf, 7.0]), want).units == math.inf
        assert judged(np.array([1.0, -np.inf, 7.0]), want).units == math.inf
        assert judged(np.array([2.0, np.inf, 7.0]), want).units > 1e6


def test_noise_is_measured_only_where_it_matters() -> None:
    def never() -> float:
        raise AssertionError("measured")

    assert judge(WANT * (1 + 2.0**-52), WANT, "float64", 1.0, never).units <= 1


def test_a_case_where_both_are_rounding_is_vacuous() -> None:
    zero, dust = np.zeros(2), np.array([1e-17, 0])
    assert judge(dust, zero, "float64", 1.0, lambda _: 0.0).vacuous
    assert not judge(np.array([1e-3, 0]), zero, "float64", 1.0, lambda _: 0.0).vacuous
    assert judge(np.array([1e-3, 0]), zero, "float64", 1.0, lambda _: 0.0).units > 1e9


def test_an_underflow_is_no_mistake() -> None:
    assert judge(np.zeros(1), np.array([1e-310]), "float64", 0.0, lambda _: 0.0).units == 0


def test_digits_are_those_of_the_largest_entry() -> None:
    assert digits(WANT, WANT, "float64") == 16
    assert digits(WANT * (1 + 1e-5), WANT, "float64") == pytest.approx(5, abs=0.01)
    assert digits(np.array([1.0, np.nan, 3.0]), WANT, "float64") == 0
    assert digits(-WANT, WANT, "float32") == 0


BELOW, ABOVE = np.array([0.0, 2.0]), np.array([1.0, 2.0])


@pytest.mark.parametrize(("choice", "legal"), [(0, 1), (0.5, 1), (1, 1), (1.5, 0), (-0.5, 0)])
def test_between_the_one_sided_derivatives_everything_is_legal(choice: float, legal: int) -> None:
    around = [BELOW, ABOVE]
    got = np.array([choice, 2.0])
    assert within_one_sided(got, BELOW, around, around, 1e-14) == bool(legal)


def test_a_kink_is_one_however_small_its_jump() -> None:
    want, around = np.array([0.0, 2.0]), [np.array([0.0, 2.0]), np.array([1e-9, 2.0])]
    assert within_one_sided(np.array([1e-9, 2.0]), want, around, around, 1e-15)


def test_a_difference_away_from_the_kink_is_not_excused_by_it() -> None:
    around = [BELOW, ABOVE]
    assert not within_one_sided(np.array([0.5, 2.1]), BELOW, around, around, 1e-14)
    assert not within_one_sided(np.array([2.1]), BELOW[1:], [BELOW[1:]], [BELOW[1:]], 1e-14)


def test_a_steep_gradient_is_no_kink() -> None:
    # It changes a thousand times less over a thousandth of the way.
    want, near, far = np.array([1.0]), [np.array([1.0 + 1e-6])], [np.array([1.0 + 1e-3])]
    assert not within_one_sided(np.array([1.0 + 5e-7]), want, near, far, 1e-14)
