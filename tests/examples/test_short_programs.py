"""The programs that are all equations: their rows say themselves what is due."""

import numpy as np
import pytest

from examples import (
    batches,
    broken,
    gradient_check,
    jacobian,
    logistic,
    matrix_form,
    momentum,
    network_jacobian,
    outputs,
    six_lines,
)
from tests.examples._figures import check


def test_recursion_product_and_jacobians() -> None:
    found = check(matrix_form.run(quick=True) + network_jacobian.run(quick=True), {})
    ratio = found["gradient of the E of his summary / his gradient"]
    assert ratio.mistake
    assert found["dZ·W − dX"].ours > 0.1
    np.testing.assert_allclose(ratio.numbers, 2, rtol=1e-15)


def test_outputs_and_their_losses() -> None:
    found = check(
        outputs.run(quick=True) + logistic.run(quick=True),
        {"product gate after a step": 12.2512, "sequential": 12.252409},
        rtol=1e-14,
    )
    assert found["(a − y)/n there, − torch"].ours > 0.01
    assert found["so that of the gradient is left, at most"].ours <= 0.25


def test_batches() -> None:
    found = check(
        six_lines.run(quick=True) + batches.run(quick=True),
        {
            "(B, 1) − (B,) of B = 5: elements": 25,
            "with its sign turned, over dA2": [-1] * 6,
        },
        rtol=1e-14,
    )
    assert np.abs(found["dw"].numbers).min() > 0  # the relu is not dead


def test_momentum() -> None:
    assert len(check(momentum.run(quick=True), {})) == 2


def test_gradient_check() -> None:
    found = check(gradient_check.run(quick=True), {"J, λ = 0": 2.100950569902465}, rtol=1e-14)
    assert found["the sign turned"].ours > 1000
    assert found["bias penalised"].ours > 1e-3
    rel = found["ε = 1e-2 … 1e-8"].numbers
    assert rel.argmin() == 2  # ε = 1e-4
    np.testing.assert_allclose(rel[:2], [2.1e-7, 2.1e-9], rtol=0.05)
    np.testing.assert_allclose(
        np.log10(rel[2:]), np.log10([2.5e-11, 1.4e-10, 1.2e-9, 9.7e-9, 1.2e-7]), atol=0.6
    )


def test_the_jacobian_that_is_never_built() -> None:
    check(jacobian.run(quick=True), {"elements of ∂Y/∂W, batch of 32": 5_242_880_000}, rtol=0)


def test_the_network_that_does_not_learn() -> None:
    rows = broken.run(quick=True)
    found = check(
        rows,
        {
            "cost, U[0, 1), seed 0": 1.168220400122015,
            "2  biases summed: dW / torch": [4, 4, 4],
            "3  divided by m: dW / torch": [1, 1, 1],
        },
        rtol=1e-12,
    )
    low, high = found["outputs, least and largest"].numbers
    assert (round(low, 3), round(high, 3)) == (0.888, 0.895)
    raised = "bias -= Db raises ValueError: non-broadcastable output operand with shape (5,1)"
    assert found["1  as pasted: db1 is 5×m, b1 5×1"].note.startswith(raised)
    said = [(row.ours, row.note) for row in rows if row.what.strip() == "the oracle says"]
    assert [verdict for verdict, _ in said] == ["wrong", "correct", "unstable", "correct"]
    assert said[0][1].startswith("[missing-batch-mean] delta3 is m times the gradient")
    assert said[2][1].startswith("[overflow] dZ is nan where the truth is finite")


def test_nielsen() -> None:
    pytest.importorskip("sklearn")
    from examples import mini_batch, nielsen

    found = check(nielsen.run(quick=True) + mini_batch.run(quick=True), {})
    assert found["time of loop / matrix, m = 10"].ours > 1
