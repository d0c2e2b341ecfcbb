"""Training by what mistakes cost: Joshi's matrices, Kukar and Kononenko's four ways, dermatology.

Kartik Joshi, "Backpropagation-in-python" (2017), on UCI's Dermatology data; M. Kukar and
I. Kononenko, "Cost-sensitive learning with neural networks" (ECAI 1998). Rows are true classes.

The data are not part of this project. ``--data PATH`` reads UCI's dermatology.data: 34 attributes,
the last one an age or "?", and a class, 1 to 6. (scikit-learn fetches it: fetch_openml(data_id=35)
gives a frame, to be saved by to_csv(PATH, header=False, index=False, na_rep="?").)
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from examples import _torch
from examples._table import Row, show
from reference import (
    Layer,
    backpropagate,
    confusion_matrix,
    cost_factors,
    cost_vector,
    cost_weighted_cross_entropy,
    expected_cost,
    forward_sweep,
    identity,
    mean_cost,
    minimum_cost_decisions,
    misclassification_costs,
    rate_factors,
    rescaled_probabilities,
    rprop_state,
    rprop_step,
    sigmoid,
    softmax,
    squared_error,
    total_cost,
    weighted_squared_error,
)
from reference.losses import cross_entropy_with_labels

SYMMETRIC = misclassification_costs(0.3 * np.abs(np.subtract.outer(np.arange(6), np.arange(6))))
ASYMMETRIC = misclassification_costs(
    [
        [0, 0.6, 0.3, 0.6, 0.9, 1.5],
        [0.3, 0, 0.9, 1.2, 1.5, 0.3],
        [0.5, 0.1, 0, 1.3, 0.7, 1.0],
        [0.3, 0.9, 1.1, 0, 1.4, 0.3],
        [1.5, 0.3, 0.7, 1.2, 0, 0.4],
        [0.5, 1.2, 0.4, 0.9, 0.4, 0],
    ]
)
MATRICES = {"symmetric": SYMMETRIC, "asymmetric": ASYMMETRIC}
COUNTS = np.array([112, 61, 72, 49, 52, 20.0])  # of all 366; without an age missing:
COUNTS_358 = np.array([111, 60, 71, 48, 48, 20.0])
# The mistakes of his first run, (true, predicted): how many.
SYMMETRIC_RUN = {(0, 1): 1, (0, 4): 2, (1, 4): 2, (2, 1): 1, (3, 0): 1, (3, 2): 1, (4, 0): 7}
ASYMMETRIC_RUN = {(0, 1): 2, (0, 4): 3, (2, 4): 2, (3, 0): 1, (3, 2): 3, (4, 0): 5}
NORMAL_RUN = {(0, 1): 1, (0, 4): 3, (1, 4): 2, (2, 1): 1, (3, 0): 1, (3, 2): 1, (4, 0): 7}


def load(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """The attributes and the class, 0 to 5, of the samples whose age is known.

    Raises:
        ValueError: a line is not 34 numbers, the age perhaps "?", and a class of 1 to 6.
    """
    rows = []
    for n, line in enumerate(path.read_text(encoding="ascii").splitlines(), 1):
        fields = line.split(",")
        if not line.strip() or "?" in fields:
            continue
        try:
            rows.append([float(field) for field in fields])
        except ValueError as error:
            raise ValueError(f"{path.name}, line {n}: {error}") from None
        if len(fields) != 35 or rows[-1][34] not in range(1, 7):
            raise ValueError(
                f"{path.name}, line {n}: {len(fields)} fields, the last {fields[-1]}; "
                "34 attributes and a class of 1 to 6 are due"
            )
    if not rows:
        raise ValueError(f"{path.name}: no sample with a known age")
    table = np.array(rows)
    return table[:, :34], table[:, 34].astype(int) - 1


def run(quick: bool = False, data: Path | None = None) -> list[Row]:
    rows = published_runs() + cost_vectors() + joshi_rate()
    return rows + (cross_validation(*load(data), quick) if data else [])


def published_runs() -> list[Row]:
    """Confusion matrices of his first run: their costs and accuracies, of 358."""
    rows = []
    for name, mistakes, accuracy, figures in (
        ("trained by the symmetric costs", SYMMETRIC_RUN, "95.810", {"symmetric": "14.4"}),
        ("trained by the asymmetric costs", ASYMMETRIC_RUN, "95.531", {"asymmetric": "16.4"}),
        ("normal", NORMAL_RUN, "95.531", {"symmetric": "15.6", "asymmetric": "18.3"}),
    ):
        confusion = confusion_of(mistakes)
        percent = 100 * (358 - confusion.sum()) / 358
        rows.append(Row(f"{name}: accuracy, %", percent, accuracy))
        for kind, figure in figures.items():
            rows.append(Row(f"  {kind} cost", total_cost(confusion, MATRICES[kind]), figure))
            if kind == "asymmetric":
                transposed = total_cost(confusion, MATRICES[kind].T.copy())
                rows.append(Row("    with C transposed, a mistake", transposed))
    rows[0] = Row(
        rows[0].what,
        rows[0].ours,
        rows[0].published,
        note="the three networks of his program are one and the same object, trained on and on, "
        "and its test set holds the training set; the costs follow from the printed counts alone",
    )
    return rows


def confusion_of(mistakes: dict[tuple[int, int], int]) -> np.ndarray:
    confusion = np.zeros((6, 6), int)
    for place, count in mistakes.items():
        confusion[place] = count
    return confusion


def cost_vectors() -> list[Row]:
    """E[i], what a mistake on class i costs on the average, and the rates of the third way."""
    rows = []
    for kind, C in MATRICES.items():
        E = cost_vector(C, COUNTS)
        rows += [
            Row(f"E, {kind}", E),
            Row("  rate factors", rate_factors(E)[:, 0]),
            Row("  E of the 358", cost_vector(C, COUNTS_358)),
        ]
    same = misclassification_costs(1 - np.eye(6))
    return [*rows, Row("E where all mistakes cost 1", cost_vector(same, COUNTS), "1 1 1 1 1 1")]


def joshi_rate() -> list[Row]:
    """Rate ½ + 0.2·C[y, k] of a sample that was taken for k: a weight of its loss."""
    random = np.random.default_rng(0)
    X, y = random.normal(size=(8, 34)), random.integers(0, 6, 8)
    layers = first_layers(sigmoid, 0)
    k = forward_sweep(X, layers).A[-1].argmax(axis=1)
    weight = 1 + 0.2 / 0.5 * SYMMETRIC[y, k]
    T = np.eye(6)[y]

    def loss(A: np.ndarray, T: np.ndarray) -> Any:
        losses, pullback = squared_error(A, T)
        return weight * losses, lambda dlosses: pullback(weight * dlosses)

    mine = backpropagate(X, T, layers, loss, "sum").dW
    # The rule: each sample's own gradient, at its own rate.
    rates = 0.5 + 0.2 * SYMMETRIC[y, k]
    moved = sum(
        rate * backpropagate(X[[n]], T[[n]], layers, squared_error, "sum").dW[0]
        for n, rate in enumerate(rates)
    )
    W1, W2 = (layer.W for layer in layers)  # the biases are 0 still

    def by_torch(W1: Any, W2: Any) -> Any:
        hidden = (_torch.tensor(X) @ W1).sigmoid()
        A = (hidden @ W2).sigmoid()
        return (_torch.tensor(weight)[:, None] * (A - _torch.tensor(T)) ** 2 / 2).sum()

    _, torch = _torch.gradients(by_torch, W1, W2)
    return [
        Row(
            "Joshi's rate is a weight: Σ rate·∂ − ½∂Σw·ℓ",
            np.abs(moved - mine[0] / 2).max(),
            "≤1e-14",
        ),
        Row(
            "  |∂Σw·ℓ/∂W|",
            [np.linalg.norm(W) for W in mine],
            "",
            [np.linalg.norm(W) for W in torch],
        ),
    ]


def first_layers(output: Any, seed: int) -> list[Layer]:
    random = np.random.default_rng(seed)
    return [
        Layer(random.normal(size=(34, 15)) / np.sqrt(34), np.zeros(15), sigmoid),
        Layer(random.normal(size=(15, 6)) / np.sqrt(15), np.zeros(6), output),
    ]


Loss = Callable[..., Any]
Training = tuple[str, Any, list[Loss], str]  # name, output, losses one after the other, decision


def ways(C: np.ndarray, counts: np.ndarray) -> list[Training]:
    """Name, output, loss and decision: the four ways, the expected cost, and what minds no cost."""
    E = cost_vector(C, counts)
    F3, F4 = rate_factors(E), cost_factors(C / C.max(), E / C.max())
    ones = np.ones((6, 6))

    def second(A: np.ndarray, y: np.ndarray) -> Any:
        P, rescaled = rescaled_probabilities(A, E)
        losses, squared = weighted_squared_error(P, y, ones)
        return losses, lambda dlosses: rescaled(squared(dlosses)[0])

    def weighted(Z: np.ndarray, y: np.ndarray) -> Any:
        return cost_weighted_cross_entropy(Z, y, E / E.max())

    def expected(P: np.ndarray, y: np.ndarray) -> Any:
        return expected_cost(P, y, C)

    def square(factors: np.ndarray) -> Loss:
        return lambda A, y: weighted_squared_error(A, y, factors)

    entropy = cross_entropy_with_labels
    return [
        ("cross-entropy", softmax, [entropy], "likeliest"),
        ("  decided by least cost", softmax, [entropy], "cheapest"),
        ("  weighted by E/max E", identity, [weighted], "likeliest"),
        ("expected cost", softmax, [expected], "likeliest"),
        ("  after cross-entropy", softmax, [entropy, expected], "likeliest"),
        ("squared error", sigmoid, [square(ones)], "likeliest"),
        ("  1 decided by E", sigmoid, [square(ones)], "rescaled"),
        ("  2 output adapted", sigmoid, [second], "rescaled"),
        ("  3 rate adapted", sigmoid, [square(F3)], "likeliest"),
        ("  4 cost minimised", sigmoid, [square(F4)], "likeliest"),
    ]


def train(X: np.ndarray, y: np.ndarray, way: Training, epochs: int, seed: int) -> list[Layer]:
    """RProp on all data at once."""
    _, output, losses, _ = way
    layers = first_layers(output, seed)
    states = [(rprop_state(layer.W, 0.01), rprop_state(layer.W[0], 0.01)) for layer in layers]
    for epoch in range(epochs):
        step = backpropagate(X, y, layers, losses[epoch * len(losses) // epochs])
        for k, (layer, (of_W, of_b)) in enumerate(zip(layers, states)):
            W, of_W = rprop_step(layer.W, step.dW[k], of_W)
            b, of_b = rprop_step(layer.b, step.db[k], of_b)  # type: ignore[arg-type]
            layers[k], states[k] = layer._replace(W=W, b=b), (of_W, of_b)
    return layers


def decide(P: np.ndarray, how: str, C: np.ndarray, E: np.ndarray) -> np.ndarray:
    if how == "cheapest":
        return minimum_cost_decisions(P, C)
    return (rescaled_probabilities(P, E)[0] if how == "rescaled" else P).argmax(axis=1)


def cross_validate(
    X: np.ndarray, y: np.ndarray, C: np.ndarray, folds: int, epochs: int
) -> dict[str, np.ndarray]:
    """Each way's confusion matrix over all folds; the scale is that of the training part."""
    place = np.empty(len(y), int)  # sample n is tested in fold place[n]; classes are spread evenly
    random = np.random.default_rng(0)
    place[np.lexsort((random.random(len(y)), y))] = np.arange(len(y)) % folds
    found: dict[str, np.ndarray] = {}
    for fold in range(folds):
        test = place == fold
        low, high = X[~test].min(axis=0), X[~test].max(axis=0)
        scaled = (X - low) / np.where(high > low, high - low, 1)
        counts = np.bincount(y[~test], minlength=6).astype(np.float64)
        for way in ways(C, counts):
            layers = train(scaled[~test], y[~test], way, epochs, seed=fold)
            P = forward_sweep(scaled[test], layers).A[-1]
            decisions = decide(P, way[3], C, cost_vector(C, counts))
            confusion = confusion_matrix(y[test], decisions, 6)
            found[way[0]] = found.get(way[0], 0) + confusion
    return found


def cross_validation(X: np.ndarray, y: np.ndarray, quick: bool) -> list[Row]:
    folds, epochs = (2, 20) if quick else (10, 40)
    rows = [Row("samples of each class", np.bincount(y, minlength=6))]
    for kind, C in MATRICES.items():
        rows.append(Row(f"{kind}, {folds}-fold: cost of 100, accuracy %", "", note=NOTE[kind]))
        for name, confusion in cross_validate(X, y, C, folds, epochs).items():
            percent = 100 * np.trace(confusion) / confusion.sum()
            rows.append(Row(f"  {name}", [100 * mean_cost(confusion, C), percent]))
    return rows


NOTE = {
    "symmetric": "published accuracies, 21 runs on samples that were trained on: 94.69 to 97.21 %; "
    "normal: 93.86 to 96.93 %",
    "asymmetric": "published: 94.13 to 97.21 %. The expected cost alone gets stuck: it is bounded, "
    "and classes that are cheap to be taken for swallow others",
}


def plot(axes: Any, data: Path | None = None) -> None:
    """The costs by the way, where there are data; the matrices' own cost vectors where not."""
    for n, (kind, C) in enumerate(MATRICES.items()):
        if data is None:
            axes.bar(np.arange(6) + 0.4 * n, cost_vector(C, COUNTS), 0.4, label=kind)
        else:
            found = cross_validate(*load(data), C, 10, 40)
            costs = [100 * mean_cost(confusion, C) for confusion in found.values()]
            axes.barh(np.arange(len(costs)) + 0.4 * n, costs, 0.4, label=f"{kind} costs")
            axes.set_yticks(np.arange(len(costs)) + 0.2, [name.strip() for name in found])
    if data is None:
        axes.set(xlabel="class, from 0", ylabel="cost of a mistake on it, E", title="Dermatology")
    else:
        axes.invert_yaxis()
        axes.set(xlabel="cost of 100 samples, 10-fold cross-validation", title="Dermatology")


if __name__ == "__main__":
    show("dermatology", run())
