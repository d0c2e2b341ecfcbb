"""Values stay what their word says, in every regime and dtype."""

from dataclasses import dataclass

import numpy as np
import pytest

from oracle import cases
from oracle.cases.values import WORDS
from oracle.subject import Argument, Option

REGIMES = [regime for regime in cases.REGIMES if regime != "repeated"]


@dataclass(frozen=True)
class Drawn:
    """Something to draw for."""

    arguments: tuple[Argument, ...]
    sizes: tuple[str, ...]
    name: str = "drawn"
    options: tuple[Option, ...] = ()
    value: tuple[str, ...] = ("1",)


def arrays(word: str, dims: str, regime: str, dtype: str = "float64") -> list[np.ndarray]:
    own = tuple(dims.split())
    drawn = Drawn((Argument("x", own, values=word),), tuple(dict.fromkeys(own)))
    plan = cases.plan(drawn, dtype, regime, 40, seed=0)
    return [cases.draw(drawn, case)[0]["x"] for case in plan]


@pytest.mark.parametrize("regime", REGIMES)
@pytest.mark.parametrize("dtype", cases.DTYPES)
def test_positive_definite_matrices_are_symmetric_and_have_a_factor(
    regime: str, dtype: str
) -> None:
    for matrix in (*arrays("spd", "n n", regime, dtype), *arrays("spd", "B n n", regime, dtype)):
        assert matrix.dtype == dtype
        np.testing.assert_array_equal(matrix, np.swapaxes(matrix, -1, -2))
        assert np.isfinite(np.linalg.cholesky(matrix)).all()


@pytest.mark.parametrize("regime", REGIMES)
def test_symmetric_matrices_are_symmetric_to_the_last_bit(regime: str) -> None:
    drawn = arrays("symmetric", "n n", regime)
    for matrix in drawn:
        np.testing.assert_array_equal(matrix, matrix.T)
    assert any(np.linalg.eigvalsh(matrix).min() < 0 for matrix in drawn)


@pytest.mark.parametrize("regime", REGIMES)
@pytest.mark.parametrize("dtype", cases.DTYPES)
def test_distinct_values_never_tie_and_sorted_ones_ascend(regime: str, dtype: str) -> None:
    for array in arrays("distinct", "N D", regime, dtype):
        assert len(np.unique(array)) == array.size
    for array in arrays("sorted", "N D", regime, dtype):
        assert (np.diff(array, axis=-1) >= 0).all()


@pytest.mark.parametrize("regime", REGIMES)
@pytest.mark.parametrize("dtype", cases.DTYPES)
@pytest.mark.parametrize(("low", "high"), [(0, 1), (-1, 1), (1000, 1001), (-2.5, 0)])
def test_an_interval_is_open(regime: str, dtype: str, low: float, high: float) -> None:
    for array in arrays(f"in({low:g},{high:g})", "N D", regime, dtype):
        assert array.dtype == dtype
        assert ((array > low) & (array < high)).all()


@pytest.mark.parametrize("regime", REGIMES)
@pytest.mark.parametrize("axis", [0, 1, 2])
def test_probabilities_and_one_hot_targets_sum_to_1_along_their_axis(
    regime: str, axis: int
) -> None:
    for array in arrays(f"probabilities({axis})", "A B C", regime):
        np.testing.assert_allclose(array.sum(axis=axis), 1, rtol=1e-12)
        assert (array > 0).all()
    for array in arrays(f"onehot({axis})", "A B C", regime):
        np.testing.assert_array_equal(array.sum(axis=axis), 1)
        assert set(np.unique(array)) <= {0, 1}


def test_a_probability_never_stands_alone_along_its_axis_unless_the_size_is_fixed() -> None:
    assert {array.shape[1] for array in arrays("probabilities", "N C", "ordinary")} >= {2, 3, 4}
    assert min(array.shape[1] for array in arrays("probabilities", "N C", "ordinary")) == 2
    assert min(array.shape[0] for array in arrays("probabilities", "N C", "ordinary")) == 1
    assert min(array.shape[0] for array in arrays("probabilities(0)", "C N", "ordinary")) == 2
    assert min(array.shape[1] for array in arrays("onehot", "N C", "ordinary")) == 1
    assert {array.shape[1] for array in arrays("probabilities", "N 1", "ordinary")} == {1}


def test_every_word_has_values_in_every_regime() -> None:
    for word in WORDS:
        for regime in cases.REGIMES:
            for array in arrays(word, "n n", regime):
                assert np.isfinite(array).all()
