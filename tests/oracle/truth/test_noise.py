"""Torch's gradients, and the noise of them."""

import numpy as np
import torch

from oracle import cases
from oracle.judging.session import Session
from oracle.truth import noise, torch_compat, twins
from oracle.verify import derivations
from oracle.verify.checking import TwinTrial

KNOWN = derivations.in_reference()


def sample(name: str, case: str, twin: object = None, **arrays: object) -> TwinTrial:
    """A case with its truth, some of its arrays filled with other numbers."""
    derivation = KNOWN[name]
    twin = twin or twins.twin(derivation.module, name)
    parsed = cases.parse(case, derivation)
    drawn = TwinTrial(derivation, twin, derivation.subject, parsed, Session())
    for name, values in arrays.items():
        drawn.arrays[name][:] = values
    drawn._truth = drawn._tape(drawn.arrays).truth(drawn._sent)
    return drawn


def noise_of(drawn: TwinTrial, *path: str) -> float:
    return drawn.noise(drawn.truth(), path)


def test_the_engine_says_what_the_public_function_says() -> None:
    X = torch.randn(4, 3, dtype=torch.float64, requires_grad=True)
    unused = torch.randn(2, dtype=torch.float64, requires_grad=True)
    upstream = torch.randn(4, 3, dtype=torch.float64)
    ours = torch_compat.gradients([torch.tanh(X)], (X, unused), [upstream])
    public = torch.autograd.grad(torch.tanh(X), (X, unused), upstream, allow_unused=True)
    assert ours[1] is public[1] is None
    assert torch.equal(ours[0], public[0])  # type: ignore[arg-type]


def test_truth_is_float64_also_for_float32_inputs() -> None:
    drawn = sample("affine", "float32/ordinary/N=2,D=3,M=4/5")
    assert drawn.arrays["X"].dtype == np.float32
    assert drawn.truth().gradients[()].dtype == np.float64
    assert {g.dtype for g in drawn.truth().gradients.values()} == {np.dtype(np.float64)}


def test_noise_of_a_well_conditioned_gradient_is_a_few_roundings() -> None:
    drawn = sample("affine", "float64/ordinary/N=4,D=3,M=5/1")
    for path in ((), ("X",), ("W",), ("b",)):
        want = drawn.truth().gradients[path]
        assert 0 < noise_of(drawn, *path) < 50 * 2.0**-52 * np.abs(want).max()


def test_noise_of_a_saturated_gradient_sees_the_saved_activation() -> None:
    # 1 − a cancels: the gradient is known to a few of its leading digits only.
    fresh = sample("sigmoid", "float64/large/shape=3/2", Z=30.0)
    size = np.abs(fresh.truth().gradients[("Z",)]).max()
    assert noise_of(fresh, "Z") > 1e-4 * size


def test_noise_of_a_value_sees_intermediate_results() -> None:
    # ln Σeᶻ near 0 is the difference of numbers near 1, which the inputs' roundings do not show.
    case = "float64/ordinary/N=1,C=2/3"
    fresh = sample("softmax_cross_entropy_with_labels", case, Z=[[0.0, -30.0]], y=0)
    assert noise_of(fresh) > 0.3 * 2.0**-52


def test_noise_in_float32_is_two_to_the_29_times_larger() -> None:
    double = sample("tanh", "float64/ordinary/shape=4x5/7")
    single = sample("tanh", "float32/ordinary/shape=4x5/7")
    ratio = noise_of(single, "Z") / noise_of(double, "Z")
    assert 2.0**27 < ratio < 2.0**31


def test_an_argument_that_does_not_matter_has_gradient_zero() -> None:
    case = "float64/ordinary/N=2,D=2,M=2/0"
    drawn = sample("affine", case, twin=lambda X, W, b: X @ W)
    assert drawn.truth().gradients[("b",)].tolist() == [0, 0]


def test_nudging_does_not_hide_which_entry_is_the_largest() -> None:
    """It is found by comparison on the way back: were what is compared nudged, none would be."""

    def shifted(X: torch.Tensor) -> torch.Tensor:
        return X - X.amax(1, keepdim=True)

    X, upstream = np.array([[1.0, 2.0], [4.0, 3.0]]), np.array([[1.0, 10.0], [100.0, 1000.0]])
    found = noise.nudged_truth(shifted, {"X": X}, ("X",), {}, upstream, noise.nudger(2.0**-52))
    np.testing.assert_allclose(found.gradients["X"], [[1, -1], [-1000, 1000]], rtol=1e-12)
