import numpy as np

from examples import race, rprop
from tests.examples._figures import check


def test_traces_variants_and_torch() -> None:
    found = check(rprop.run(quick=True) + race.run(quick=True), {})
    assert found["weights − torch.optim.Rprop, all epochs"].ours == 0
    np.testing.assert_array_equal(rprop.trace("irprop-"), rprop.trace_of_torch())
    # The product of two gradients is 0 in float32, for torch as for us.
    np.testing.assert_allclose(
        found["float32, gradient 1e-25: w"].numbers, [0.9, 0.8, 0.7, 0.6], rtol=1e-6
    )
    stuck, grows = found["float32, gradient 1e-25: w"], found["with the product of the signs"]
    assert (stuck.numbers[1:] > grows.numbers[1:]).all()
    # The variants differ on the real task.
    ends = [race.race(variant, 100)[0][-1] for variant in rprop.VARIANTS]
    assert len(set(ends)) == 4
    assert max(ends) < race.descent(100)[-1]
