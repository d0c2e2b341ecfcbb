"""What mistakes cost: Joshi's cost matrices and confusion counts, and what his figures can say.

Kartik Joshi, "Backpropagation-in-python" (2017), on UCI's Dermatology data. Rows are true classes.
The costs follow from the printed counts; the counts are those of no comparison, as his code

- trains one and the same network three times over: its three names are one object;
- has the test set hold all 358 samples, and so the training set, and scales it by itself;
- reads a file of the training that is not there; the one of a like name has other data, of wheat;
- numbers classes in the order of a set of strings, which is another in each run, and in training
  and test apart, so that a row of the costs belongs to any class;
- has three samples in its file that are copies of one another, where UCI has others: classes of
  111, 60, 71, 47, 48 and 21 for 111, 60, 71, 48, 48 and 20; and 34 attributes, not 33 as is said.

Its rates are a matter of their own: the program joshi_rate.
"""

import numpy as np
import torch

from examples._table import Row, show
from reference import misclassification_costs, total_cost

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
# The mistakes of his first run, (true, predicted): how many.
SYMMETRIC_RUN = {(0, 1): 1, (0, 4): 2, (1, 4): 2, (2, 1): 1, (3, 0): 1, (3, 2): 1, (4, 0): 7}
ASYMMETRIC_RUN = {(0, 1): 2, (0, 4): 3, (2, 4): 2, (3, 0): 1, (3, 2): 3, (4, 0): 5}
NORMAL_RUN = {(0, 1): 1, (0, 4): 3, (1, 4): 2, (2, 1): 1, (3, 0): 1, (3, 2): 1, (4, 0): 7}


# Of the 358 samples, the most and the fewest mistakes of his 21 runs.
MISTAKES = {"symmetric": (19, 10), "asymmetric": (21, 10), "normal": (22, 11)}
ACCURACIES = ("94.693 97.207", "94.134 97.207", "93.855 96.927")
SWAPPED = "rows of C are true classes here, and columns decisions"


def run(quick: bool = False) -> list[Row]:
    rows = published_runs()
    for (name, mistakes), accuracies in zip(MISTAKES.items(), ACCURACIES):
        percent = [100 * (358 - count) / 358 for count in mistakes]
        what = f"21 runs, {name}: {mistakes[0]} and {mistakes[1]} mistakes, %"
        rows.append(Row(what, percent, accuracies))
    return rows


def published_runs() -> list[Row]:
    """Confusion matrices of his first run: their costs and accuracies, of 358."""
    rows: list[Row] = []
    for name, mistakes, accuracy, figures in (
        ("trained by the symmetric costs", SYMMETRIC_RUN, "95.810", {"symmetric": "14.4"}),
        ("trained by the asymmetric costs", ASYMMETRIC_RUN, "95.531", {"asymmetric": "16.4"}),
        ("normal", NORMAL_RUN, "95.531", {"symmetric": "15.6", "asymmetric": "18.3"}),
    ):
        confusion = confusion_of(mistakes)
        percent = 100 * (358 - confusion.sum()) / 358
        rows.append(Row(f"{name}: accuracy, %", percent, accuracy))
        for kind, figure in figures.items():
            by_torch = (torch.tensor(confusion) * torch.tensor(MATRICES[kind])).sum()
            cost = total_cost(confusion, MATRICES[kind])
            rows.append(Row(f"  {kind} cost", cost, figure, by_torch))
            if kind == "asymmetric":
                transposed = total_cost(confusion, MATRICES[kind].T.copy())
                rows.append(Row("    with C transposed", transposed, figure, mistake=SWAPPED))
    return rows


def confusion_of(mistakes: dict[tuple[int, int], int]) -> np.ndarray:
    confusion = np.zeros((6, 6), int)
    for place, count in mistakes.items():
        confusion[place] = count
    return confusion


if __name__ == "__main__":
    show("joshi", run())
