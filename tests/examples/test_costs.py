import numpy as np
import pytest

from examples import costs, joshi, joshi_rate
from tests.examples._figures import check


def test_costs_vectors_and_the_rate_rule() -> None:
    found = check(
        joshi.run(quick=True) + costs.run(quick=True),
        {
            "symmetric cost": 14.4,
            "asymmetric cost": 16.4,
            "with C transposed": 15.5,
            "E, symmetric": [
                0.7795275591, 0.5095081967, 0.5081632653, 0.5886435331, 0.8063694268, 1.0144508671
            ],
            "E, asymmetric": [
                0.6472440945, 0.7908196721, 0.6197278912, 0.7776025237, 0.9665605096, 0.6442196532
            ],
        },
        rtol=1e-9,
    )  # fmt: skip
    assert found["Σ w[y]·ℓ / N"].torch_differs
    factors = [0.7684231779, 0.5022502452, 0.5009244724, 0.5802582976, 0.7948826828, 1]
    np.testing.assert_allclose(found["rate factors"].numbers, factors, rtol=1e-9)
    of_358 = [0.7748987854, 0.5053691275, 0.5080139373, 0.5922580645, 0.8070967742, 1.0224852071]
    np.testing.assert_allclose(found["E of the 358"].numbers, of_358, rtol=1e-9)
    factors, of_358 = (
        [row.numbers for row in costs.run() if row.what.strip() == name][1]
        for name in ("rate factors", "E of the 358")
    )
    due = [0.6696363943, 0.8181791666, 0.6411682301, 0.8045047526, 1, 0.6665073183]
    np.testing.assert_allclose(factors, due, rtol=1e-9)
    due = [0.6449392713, 0.7812080537, 0.618466899, 0.7696774194, 0.9670967742, 0.6458579882]
    np.testing.assert_allclose(of_358, due, rtol=1e-9)


def test_normal_run() -> None:
    confusion = joshi.confusion_of(joshi.NORMAL_RUN)
    assert confusion.sum() == 16
    assert (confusion * joshi.SYMMETRIC).sum() == pytest.approx(15.6, rel=1e-14)
    assert (confusion * joshi.ASYMMETRIC).sum() == pytest.approx(18.3, rel=1e-14)
    assert (confusion * joshi.ASYMMETRIC.T).sum() == pytest.approx(14.5, rel=1e-14)


def test_the_rate_rule() -> None:
    found = check(joshi_rate.run(quick=True), {})
    rates = found["of the code"].numbers
    np.testing.assert_allclose(rates, [0.5, 0.5, 0.5, 0.5, 0.62, 0.65], rtol=1e-14)
    assert found['a mistake in "no costs"'].numbers == pytest.approx([0.6], rel=1e-14)
