"""The other opinion: the same figures by torch.autograd."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from oracle.truth.twins.network import network
from reference.network import Layer

torch.set_num_threads(1)  # these networks are small: more threads make them 15 times slower


def tensor(array: np.ndarray) -> Tensor:
    return torch.tensor(array)


class TorchStep(NamedTuple):
    L: float
    A: list[np.ndarray]
    dZ: list[np.ndarray]
    dW: list[np.ndarray]
    db: list[np.ndarray | None]


class Net:
    """The layers of ``reference.network`` as torch's own parameters."""

    def __init__(self, layers: Sequence[Layer]) -> None:
        self.layers = layers
        self.W = [tensor(layer.W).requires_grad_() for layer in layers]
        self.b = [None if layer.b is None else tensor(layer.b).requires_grad_() for layer in layers]
        self.names = [layer.activation.__name__ for layer in layers]

    def forward(
        self, X: Tensor, T: Tensor, loss: Callable[..., Any], reduction: str
    ) -> tuple[Tensor, list[Tensor], list[Tensor]]:
        bias_row = self.layers[0].bias_row
        return network(X, T, self.W, self.b, self.names, loss.__name__, reduction, bias_row)


def step(
    X: np.ndarray,
    T: np.ndarray,
    layers: Sequence[Layer],
    loss: Callable[..., Any],
    reduction: str = "mean",
) -> TorchStep:
    """``reference.backpropagate`` with torch's operations and torch's gradients."""
    net = Net(layers)
    L, Zs, As = net.forward(tensor(X), tensor(T), loss, reduction)
    for Z in Zs:
        Z.retain_grad()
    L.backward()
    return TorchStep(
        L.item(),
        [A.detach().numpy() for A in As],
        [_grad(Z) for Z in Zs],
        [_grad(W) for W in net.W],
        [None if b is None else _grad(b) for b in net.b],
    )


def train(
    X: np.ndarray,
    T: np.ndarray,
    layers: Sequence[Layer],
    loss: Callable[..., Any],
    rate: float,
    epochs: int,
    reduction: str = "mean",
    biases_learn: bool = True,
) -> list[Layer]:
    """So many steps of ``torch.optim.SGD`` on all data at once."""
    net = Net(layers)
    inputs, targets = tensor(X), tensor(T)
    learning = net.W + [b for b in net.b if b is not None and biases_learn]
    optimizer = torch.optim.SGD(learning, lr=rate)
    for _ in range(epochs):
        optimizer.zero_grad()
        L, _, _ = net.forward(inputs, targets, loss, reduction)
        L.backward()
        optimizer.step()
    return [
        layer._replace(W=W.detach().numpy(), b=None if b is None else b.detach().numpy())
        for layer, W, b in zip(layers, net.W, net.b)
    ]


def gradients(function: Callable[..., Any], *arrays: np.ndarray) -> tuple[float, list[np.ndarray]]:
    """The value of a scalar function of tensors, and its gradient with respect to each of them."""
    tensors = [tensor(array).requires_grad_() for array in arrays]
    value = function(*tensors)
    value.backward()
    return value.item(), [_grad(tensor) for tensor in tensors]


def _grad(tensor: Tensor) -> np.ndarray:
    assert tensor.grad is not None
    return tensor.grad.numpy()
