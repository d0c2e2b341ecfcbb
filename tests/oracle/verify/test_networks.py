"""Networks layer by layer: a mistake anywhere is blamed on its own quantity and layer alone."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from oracle.verify import networks
from oracle.verify.networks import NetworkCase
from oracle.verify.runs import merged
from reference import activations, affine, affine_bias_column, losses, reduce

DEPTHS = (1, 2, 4)
QUANTITIES = ("Z", "A", "dA", "dZ", "dW", "db")


def network(depth: int, **changes: Any) -> NetworkCase:
    hidden = ("tanh", "sigmoid", "softplus")[: depth - 1]
    case = NetworkCase(
        dtype="float64",
        batch=4,
        widths=(3, 2, 5, 4, 2)[: depth + 1],
        activations=(*hidden, "sigmoid"),
        loss="squared_error",
        targets="real",
        reduction="mean",
        bias="separate",
        fused=False,
        seed=3,
    )
    return replace(case, **changes)


class Planted:
    """A network of its own, right but for one quantity of one layer, which it goes on with."""

    def __init__(self, quantity: str = "", layer: int = 0, spoil: Any = lambda array: 1.5 * array):
        self.at = quantity, layer
        self.spoil = spoil

    def __call__(self, case: NetworkCase, drawn: networks.Drawn) -> Any:
        depth = len(case.activations)
        Z, A, dA, dZ, dW, db = ([None] * depth for _ in range(6))  # type: list[Any]
        affine_back, activation_back = [], []

        def kept(name: str, layer: int, array: np.ndarray) -> np.ndarray:
            return self.spoil(array) if self.at == (name, layer + 1) else array

        above = drawn.X
        for k, (W, b) in enumerate(zip(drawn.weights, drawn.biases)):
            z, back = affine(above, W, b) if b is not None else affine_bias_column(above, W)
            affine_back.append(back)
            Z[k] = kept("Z", k, z)
            a, back = getattr(activations, case.activations[k])(Z[k])
            activation_back.append(back)
            above = A[k] = kept("A", k, a)
        per_sample, loss_back = getattr(losses, case.loss)(above, drawn.T)
        L, reduce_back = reduce(per_sample, case.reduction)
        below = loss_back(reduce_back(1.0)[0])[0]
        for k in reversed(range(depth)):
            dA[k] = kept("dA", k, below)
            dZ[k] = kept("dZ", k, activation_back[k](dA[k])[0])
            below, *parameters = affine_back[k](dZ[k])
            dW[k] = kept("dW", k, parameters[0])
            db[k] = kept("db", k, parameters[1]) if len(parameters) == 2 else None
        return SimpleNamespace(L=L, Z=Z, A=A, dA=dA, dZ=dZ, dW=dW, db=db)


def verdicts(case: NetworkCase, candidate: Any) -> dict[tuple[str, str], str]:
    runs = networks.check([case], candidate)
    return {(run.target, entry.name): entry.verdict for run in runs for entry in run.gradients}


@pytest.mark.parametrize("depth", DEPTHS)
def test_a_right_network_is_right_in_every_quantity_of_every_layer(depth: int) -> None:
    found = verdicts(network(depth), Planted())
    assert len(found) == 6 * depth + 1
    assert set(found.values()) == {"correct"}


@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("quantity", QUANTITIES)
def test_a_planted_mistake_is_blamed_on_exactly_that_quantity_of_that_layer(
    quantity: str, depth: int
) -> None:
    for layer in range(1, depth + 1):
        found = verdicts(network(depth), Planted(quantity, layer))
        wrong = [where for where, verdict in found.items() if verdict == "wrong"]
        assert wrong == [(f"network layer {layer}", quantity)], (layer, found)
        if quantity not in ("dW", "db"):
            assert "inherited" in found.values(), "what follows from it has other numbers too"


@pytest.mark.parametrize(
    ("spoil", "verdict"),
    [
        (lambda array: -array, "wrong"),
        (lambda array: array / len(array), "wrong"),
        (lambda array: array * (1 + 1e-9), "wrong"),
        (lambda array: array.astype(np.float32), "unstable"),
        (lambda array: array[:, :0], "wrong"),
        (lambda array: None, "wrong"),
    ],
)
def test_any_kind_of_mistake_in_a_gradient_is_blamed(spoil: Any, verdict: str) -> None:
    class Late(Planted):
        """The mistake is in what is kept, and nothing was computed from it."""

        def __call__(self, case: NetworkCase, drawn: networks.Drawn) -> Any:
            step = Planted()(case, drawn)
            step.dW[1] = spoil(step.dW[1])
            return step

    found = verdicts(network(4), Late())
    assert [w for w, v in found.items() if v == verdict] == [("network layer 2", "dW")]
    assert set(found.values()) == {"correct", verdict}


def test_a_bias_row_that_is_not_dropped_is_blamed_on_the_layer_below() -> None:
    def undropped(case: NetworkCase, drawn: networks.Drawn) -> Any:
        step = Planted()(case, drawn)
        step.dA[0] = step.dZ[1] @ drawn.weights[1][:-1].T  # a row too far
        return step

    found = verdicts(network(2, bias="row"), undropped)
    wrong = [where for where, verdict in found.items() if verdict == "wrong"]
    # dA is wrong by its own step; dZ was made from the right one, and is not what it says it is
    assert ("network layer 1", "dA") in wrong


def test_updated_weights_used_on_the_way_back_are_blamed_on_the_hidden_gradient() -> None:
    def sequential(case: NetworkCase, drawn: networks.Drawn) -> Any:
        step = Planted()(case, drawn)
        W2 = drawn.weights[1] - 0.5 * step.dW[1]
        step.dA[0] = step.dZ[1] @ W2.T
        step.dZ[0] = activations.tanh(step.Z[0])[1](step.dA[0])[0]
        step.dW[0], step.db[0] = affine(drawn.X, drawn.weights[0], drawn.biases[0])[1](step.dZ[0])[
            1:
        ]
        return step

    found = verdicts(network(2), sequential)
    assert [w for w, v in found.items() if v == "wrong"] == [("network layer 1", "dA")]
    assert found["network layer 1", "dW"] == "inherited"


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_reference_networks_agree_with_torch_in_every_quantity(dtype: str) -> None:
    runs = networks.check(networks.cases(dtype, 120, seed=5))
    assert [run.target for run in runs] == [
        *(f"network layer {k}" for k in range(1, 7)),
        "network loss",
    ]
    for run in runs:
        result = merged([run])
        for entry in result.gradients:
            assert entry.verdict == "correct", (run.target, entry)
            assert entry.error_units < 10 or dtype == "float32", (run.target, entry)


def test_drawn_networks_cover_every_activation_loss_bias_and_depth() -> None:
    drawn = list(networks.cases("float64", 300, seed=0))
    assert {len(case.activations) for case in drawn} == set(range(1, 7))
    assert {name for case in drawn for name in case.activations} >= set(networks.HIDDEN)
    assert {(c.activations[-1], c.loss) for c in drawn} == {o[:2] for o in networks.OUTPUTS}
    assert {case.bias for case in drawn} == {"separate", "row", "none"}
    assert {case.fused for case in drawn} == {True, False}
    assert {case.batch for case in drawn} >= {1, 2, 5}


def test_a_case_is_drawn_again_from_its_text() -> None:
    for case in networks.cases("float32", 30, seed=4):
        again = networks.parse(str(case))
        assert again == case
        assert np.array_equal(networks.draw(again).X, networks.draw(case).X)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "float64/3",
        "float64/3/2-3-2/tanh/cross_entropy/soft/mean/row/fused/77",
        "float64/3/2-3-2/tanh,softmax/cross_entropy/soft/mean/column/fused/77",
        "float64/3/2-3-2/sine,softmax/cross_entropy/soft/mean/row/fused/77",
        "float64/x/2-3-2/tanh,softmax/cross_entropy/soft/mean/row/fused/77",
    ],
)
def test_what_is_no_case_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"case|invalid literal"):
        networks.parse(text)


def test_one_case_is_judged_for_the_quantities_that_it_has() -> None:
    case = networks.parse("float64/3/2-3-2/tanh,softmax/cross_entropy/soft/mean/row/fused/77")
    judged = {run.target: [e.name for e in run.gradients] for run in networks.check([case])}
    assert judged == {
        "network layer 1": ["Z", "A", "dA", "dZ", "dW"],
        "network layer 2": ["Z", "A", "dZ", "dW"],
        "network loss": ["L"],
    }
