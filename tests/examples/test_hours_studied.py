import numpy as np

from examples import hours_studied
from reference import forward_sweep
from tests.examples._figures import check


def test_the_sigmoids_that_were_printed_wrong() -> None:
    found = check(
        hours_studied.run(quick=True),
        {
            "(2·0.6) + (9·0.3)": 3.9,
            "S(7.5)": 0.9994472213630764,
            "1 + e⁻⁷·⁵": 1.0005530843701478,
            "S(3.9), which was due": 0.9801596942659225,
            "S(7.6)": 0.9994997988929205,
            "S(6.5)": 0.998498817743263,
            "with 1.000553 in the middle": 1.7987253977111788,
            "z of the output": 1.7885287026590662,
            "output": 0.8567467964249273,
            "over that of the printed mean": [1.5, 1.5],
        },
        rtol=1e-14,
    )
    first, last = found["mean square, steps 1 and 1,000"].numbers
    assert last < first / 100
    layers = hours_studied.training(1)[0]  # after the first step; the losses are taken before
    after = forward_sweep(hours_studied.X, layers).A[-1]
    mean_square = np.mean((hours_studied.T - after) ** 2)
    assert abs(hours_studied.training(2)[1][1] - mean_square) < 1e-16
