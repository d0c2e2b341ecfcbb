"""The programs that are all equations: their rows say themselves what is due."""

import numpy as np
import pytest

from examples import (
    batches,
    bias_row,
    broken,
    dimensions,
    gradient_check,
    jacobian,
    jacobian_measured,
    logistic,
    matrix_form,
    momentum,
    network_jacobian,
    outputs,
    saturated,
    six_lines,
    stuck,
)
from examples._table import Row
from examples._training import descend
from reference import backpropagate, binary_cross_entropy
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
    assert found["BP1 by itself, −y(1 − a)/n: − torch"].ours > 0.01
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
    assert len(check(momentum.run(quick=True), {})) == 3


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
    check(jacobian_measured.run(quick=True), {})
    check(jacobian.run(quick=True), {"elements of ∂Y/∂W, batch of 32": 5_242_880_000}, rtol=0)


def test_the_bias_as_a_row_and_shapes_that_do_not_fit() -> None:
    found = check(
        bias_row.run(quick=True) + dimensions.run(quick=True),
        {"bias row not dropped": 5, "columns of δ3·W3ᵀ": 11},
    )
    assert found["without its last"].ours > 0.1
    assert found["δ2 − torch"].ours > 0.1
    for name, shapes in {
        "δ3·W3ᵀ∘f'(z2)": "(4,11) (4,10)",
        "784-100-10-10: δ3·W2ᵀ∘f'(z2)": "(4,100) (4,10)",
    }.items():
        assert found[name].ours == "ValueError"
        assert shapes in found[name].note


def test_the_network_that_does_not_learn() -> None:
    rows = broken.run(quick=True)
    found = check(
        rows,
        {
            "cost, U[0, 1), seed 0": 1.168220400122015,
            "1  as pasted: shape of db1": [5, 4],
            "bias = bias − Db: shape": [5, 4],
            "2  biases summed: dW / torch": [4, 4, 4],
            "3  divided by m: dW / torch": [1, 1, 1],
            "labels (m, 1) − (1, m): elements": 16,
        },
        rtol=1e-12,
    )
    raised = "bias -= Db raises ValueError: non-broadcastable output operand with shape (5,1)"
    assert raised in found["1  as pasted: shape of db1"].mistake
    assert "(size 1 is different from 2)" in found["4  W1 5×2 · x 1×2, as in the prose"].note
    ours, note = said(rows)[0]
    assert (ours, note[:22]) == ("wrong", "[missing-batch-mean] d")
    assert "delta3 is m times the gradient" in note
    assert said(rows)[1][0] == "correct"


def test_units_that_are_saturated() -> None:
    rows = saturated.run(quick=True)
    found = check(rows, {"cost −ln(1 − a), z = 40": np.inf, "handed z = 2": -2})
    assert found["torch's binary_cross_entropy there"].torch == 100
    assert found["its gradient"].torch == 0
    assert [verdict for verdict, _ in said(rows)] == ["unstable", "correct"]
    assert said(rows)[0][1].startswith("[overflow] dZ is nan where the truth is finite")


def test_a_rate_that_goes_nowhere() -> None:
    check(stuck.run(quick=True), {})
    # Networks side by side do not know of one another.
    layers = broken.first_layers("randn", 3)
    for epoch in range(3):
        step = backpropagate(broken.X, broken.Y, layers, binary_cross_entropy)
        assert abs(stuck.training(True, 3)[epoch, 13] - step.L) < 1e-15
        layers = descend(layers, step, 4 / (epoch + 1))


def said(rows: list[Row]) -> list[tuple[str, str]]:
    return [(row.ours, row.note) for row in rows if row.what.strip() == "the oracle says"]


def test_nielsen() -> None:
    pytest.importorskip("sklearn")
    from examples import mini_batch, nielsen

    found = check(nielsen.run(quick=True) + mini_batch.run(quick=True), {})
    assert found["time of loop / matrix, m = 10"].ours > 1
