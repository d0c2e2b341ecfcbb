"""Convolution and pooling: the flipped delta, in its right and its wrong reading, and who wins.

J. Kafunah, "Backpropagation In Convolutional Neural Networks" (2016), whose equations are meant by
numbers in brackets. A 3×3 image o, a 2×2 kernel w, no activation; δ = z − t is chosen so that each
of its four numbers can be told in what becomes of it.
"""

import numpy as np
import torch
import torch.nn.functional as F

from examples._table import Row, show
from reference import average_pooling, convolution, max_pooling, squared_error

IMAGE = np.arange(1.0, 10).reshape(1, 1, 3, 3)  # 1 2 3 / 4 5 6 / 7 8 9
KERNEL = np.array([[[[1.0, 2.0], [3.0, 4.0]]]])
BIAS = np.zeros(1)
DELTA = np.array([[[[1.0, 10.0], [100.0, 1000.0]]]])
DW = "5421 6532 8754 9865"
DX = "1 12 20 103 1234 2040 300 3400 4000"


def turned(kernel: np.ndarray) -> np.ndarray:
    """rot180: by 180°."""
    return kernel[:, :, ::-1, ::-1]


def correlate(image: np.ndarray, kernel: np.ndarray, full: bool = False) -> np.ndarray:
    """Cross-correlation: "valid", or "full", where one pixel of the image is enough."""
    return convolution(image, kernel, BIAS, padding=kernel.shape[2] - 1 if full else 0)[0]


def convolve(image: np.ndarray, kernel: np.ndarray, full: bool = False) -> np.ndarray:
    """Convolution as mathematics has it: the kernel runs backwards."""
    return correlate(image, turned(kernel), full)


def leaves(*arrays: np.ndarray) -> list[torch.Tensor]:
    return [torch.tensor(array, requires_grad=True) for array in arrays]


def layer() -> list[Row]:
    Z, pullback = convolution(IMAGE, KERNEL, BIAS)
    T = Z - DELTA
    losses, loss_pullback = squared_error(Z, T)  # E = ½Σ(t − z)²
    delta, _ = loss_pullback(np.ones(1))
    assert delta is not None
    dX, dW, db = pullback(delta)
    assert dX is not None
    tensors = leaves(IMAGE, KERNEL, BIAS)
    value = F.conv2d(tensors[0], tensors[1], tensors[2])
    error = torch.square(value - torch.tensor(T)).sum() / 2
    of_X, of_W, of_b = torch.autograd.grad(error, tensors)
    twice = convolve(delta, turned(KERNEL), full=True)
    return [
        Row("(1, 7) z: the kernel as it is", Z, "37 47 67 77", value.detach()),
        Row("  H − k + 1 rows and columns", Z.shape[2:], "2 2"),
        Row("E = ½Σδ²", losses, "505050.5", error.item()),
        Row("∂E/∂b = Σδ", db, "1111", of_b),
        Row("(13) ∂E/∂w: o correlated with δ", dW, DW, of_W),
        Row("  the correlation itself", correlate(IMAGE, delta), DW),
        Row("(14) o convolved with rot180 δ", convolve(IMAGE, turned(delta)), DW),
        Row("(20) ∂E/∂o", dX, DX, of_X),
        Row("  δ convolved with w, full", convolve(delta, KERNEL, full=True), DX),
        Row("  δ correlated with rot180 w, full", correlate(delta, turned(KERNEL), full=True), DX),
        Row(
            '"flip" misread: δ convolved with rot180 w',
            twice,
            "4 43 30 402 4321 3010 200 2100 1000",
            note="Turned twice, which is a correlation with w as it is. rot180 makes a correlation "
            "of a convolution, and that is all the flip there is: take (20) as one or the other.",
        ),
        Row("  how far that is from ∂E/∂o", np.abs(twice - dX).max(), "≥1000"),
    ]


def pooling() -> list[Row]:
    ties = np.ones((1, 1, 2, 2))
    rows = []
    for name, ours, theirs, due in (
        ("the largest, of equal ones", max_pooling, F.max_pool2d, "1 0 0 0"),
        ("the mean", average_pooling, F.avg_pool2d, "0.25 0.25 0.25 0.25"),
    ):
        A, pullback = ours(ties)
        (dX,) = pullback(np.ones_like(A))
        (tensor,) = leaves(ties)
        (of_X,) = torch.autograd.grad(theirs(tensor, 2), tensor, torch.ones(1, 1, 1, 1).double())
        rows.append(Row(f"{name}: 1 goes to", dX, due, of_X))
    return rows


def options(quick: bool) -> list[Row]:
    """All of them at once, on an image of a realistic size."""
    random = np.random.default_rng(0)
    size = 15 if quick else 33
    X, W = random.normal(size=(4, 6, size, size + 4)), random.normal(size=(8, 3, 3, 5))
    b = random.normal(size=8)
    Z, pullback = convolution(X, W, b, stride=2, padding=3, dilation=2, groups=2)
    tensors = leaves(X, W, b)
    value = F.conv2d(tensors[0], tensors[1], tensors[2], 2, 3, 2, 2)
    gradients = torch.autograd.grad(value, tensors, torch.tensor(Z))
    rows = [Row("stride 2, padding 3, dilation, groups 2: Σz²", (Z * Z).sum(), "", _square(value))]
    for name, ours, theirs in zip(("X", "W", "b"), pullback(Z), gradients):
        rows.append(
            Row(f"  ‖d{name}‖²", float(np.square(np.asarray(ours)).sum()), "", _square(theirs))
        )
    return rows


def _square(tensor: torch.Tensor) -> float:
    return float(torch.square(tensor.detach()).sum())


def run(quick: bool = False) -> list[Row]:
    return [*layer(), *pooling(), *options(quick)]


if __name__ == "__main__":
    show("convolution", run())
