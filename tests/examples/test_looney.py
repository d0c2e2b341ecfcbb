import pytest

pytest.importorskip("sklearn")

from examples import baseline, looney
from tests.examples._figures import check


def test_accuracies_and_the_baseline_that_did_not_converge() -> None:
    rows = looney.run(quick=True) + baseline.run(quick=True)
    found = check(
        rows,
        {
            "labels 1 of 5,000": 2492,
            "sum of all features": -9347.331658010306,
            "linear, converged: loss": 0.4277184290644881,
            "linear, rate 1: train accuracy": 0.7225,
        },
        rtol=1e-9,
    )
    assert abs(found["train, test accuracy"].numbers - [0.8135, 0.791]).max() < 1e-12
    # At rate 1, and where it has converged.
    assert abs(found["test accuracy"].numbers - 0.719).max() < 1e-12
    rates = [row.numbers[0] for row in rows if row.what == "  test AUC"]
    assert rates == pytest.approx([0.7914, 0.88045], abs=6e-5)
    one, other, again, once_more = found["its last losses"].numbers
    assert abs(one - again) < 1e-6  # a cycle of two
    assert abs(other - once_more) < 1e-6
    assert sorted([one, other]) == pytest.approx([1.3456, 1.7320], rel=5e-3)
