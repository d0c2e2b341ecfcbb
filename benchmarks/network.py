"""Whole networks against torch eager: forward and all gradients, argument checks included.

One thread, all sides in turn in one run; prints ours over torch's time beside the limit, with a
fused output and with the loss on logits. Then the peak memory of a step over that of what it keeps,
and an RProp step over torch's.

A step of a small network takes less than it takes to fetch NumPy's code into the processor's cache
after torch has had its turn. So its turns are of twenty steps, as training takes them.
"""

from benchmarks.timing import medians  # isort: skip, it sets the threads

import sys
import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

import reference as r

# widths, batch, steps in a turn, limit with tanh and with sigmoid hidden layers
SIZES = (
    ((2, 5, 5, 1), 64, 20, 0.5, 0.65),
    ((34, 32, 6), 64, 20, 0.5, 0.65),
    ((784, 256, 10), 128, 1, 1.2, 1.25),
    ((784, 1024, 1024, 10), 256, 1, 1.3, 1.4),
)


def network(
    widths: tuple[int, ...], N: int, hidden: Any, dtype: str
) -> tuple[Callable[[], Any], Callable[[], Any], Callable[[], Any]]:
    """Ours fused, ours on logits, torch's: softmax and CE, or sigmoid and BCE for one output."""
    rng = np.random.default_rng(0)
    binary = widths[-1] == 1
    X = rng.standard_normal((N, widths[0])).astype(dtype)
    T = rng.integers(0, 2, (N, 1)).astype(dtype) if binary else rng.integers(0, widths[-1], N)
    last, loss, loss_of_Z = (
        (r.sigmoid, r.binary_cross_entropy, r.binary_cross_entropy_with_logits)
        if binary
        else (r.softmax, r.cross_entropy_with_labels, r.softmax_cross_entropy_with_labels)
    )
    functions = [hidden] * (len(widths) - 2) + [last]
    layers = [
        r.Layer((rng.standard_normal((D, M)) / np.sqrt(D)).astype(dtype), np.zeros(M, dtype), f)
        for D, M, f in zip(widths, widths[1:], functions)
    ]
    x, t = torch.from_numpy(X), torch.from_numpy(T)
    parameters = [torch.from_numpy(p.copy()).requires_grad_() for lay in layers for p in lay[:2]]
    torch_hidden = {r.tanh: torch.tanh, r.sigmoid: torch.sigmoid}[hidden]
    torch_loss = F.binary_cross_entropy_with_logits if binary else F.cross_entropy

    def torchs() -> Any:
        a = x
        for k in range(0, len(parameters) - 2, 2):
            a = torch_hidden(torch.addmm(parameters[k + 1], a, parameters[k]))
        logits = torch.addmm(parameters[-1], a, parameters[-2])
        return torch.autograd.grad(torch_loss(logits, t), parameters)

    on_Z = [*layers[:-1], layers[-1]._replace(activation=r.identity)]
    return (
        lambda: r.backpropagate(X, T, layers, loss),
        lambda: r.backpropagate(X, T, on_Z, loss_of_Z),
        torchs,
    )


def turn(step: Callable[[], Any], steps: int) -> Callable[[], None]:
    """So many steps, one after the other."""

    def run() -> None:
        for _ in range(steps):
            step()

    return run


def memory(widths: tuple[int, ...], N: int) -> float:
    """Peak memory of a step over the memory of the quantities that it keeps."""
    ours, *_ = network(widths, N, r.tanh, "float64")
    ours()
    tracemalloc.start()
    step = ours()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    kept = sum(a.nbytes for field in step[1:7] for a in field if a is not None)
    return peak / kept


def rprop(dtype: str) -> float:
    """Our RProp step on 1e6 parameters over torch's."""
    rng = np.random.default_rng(0)
    W = rng.standard_normal(10**6).astype(dtype)
    gradients = [rng.standard_normal(10**6).astype(dtype) for _ in range(4)]
    parameter = torch.from_numpy(W.copy()).requires_grad_()
    optimizer = torch.optim.Rprop([parameter], foreach=False)
    state = [W, r.rprop_state(W, 0.01), 0]

    def ours() -> None:
        state[:] = [*r.rprop_step(state[0], gradients[state[2] % 4], state[1]), state[2] + 1]

    sent = [torch.from_numpy(g) for g in gradients]
    count = [0]

    def torchs() -> None:
        parameter.grad = sent[count[0] % 4]
        count[0] += 1
        optimizer.step()

    mine, theirs = medians([ours, torchs], 2.0)
    return mine / theirs


def main() -> None:
    """Print the table; exit status 1 if a figure is above its limit."""
    failed = False
    print(f"torch {torch.__version__}, NumPy {np.__version__}, one thread; time / torch's time")
    print(f"{'':38} {'fused':>17}  {'on logits':>17}")
    print(f"{'network':22} {'batch':>5}  {'hidden':8} {'float64  float32   ' * 2} limit")
    for widths, N, steps, *limits in SIZES:
        for hidden, limit in zip((r.tanh, r.sigmoid), limits):
            ratios = []
            for dtype in ("float64", "float32"):
                turns = [turn(step, steps) for step in network(widths, N, hidden, dtype)]
                *mine, theirs = medians(turns, 1.5)
                ratios.append([time / theirs for time in mine])
            failed |= max(map(max, ratios)) > limit
            name = "-".join(map(str, widths))
            figures = "  ".join(f"{ratio[k]:7.2f}" for k in (0, 1) for ratio in ratios)
            print(f"{name:22} {N:5}  {hidden.__name__:8} {figures}    {limit}", flush=True)
    ratios = [rprop(dtype) for dtype in ("float64", "float32")]
    failed |= max(ratios) > 1
    print(f"{'RProp step, 1e6 weights':37} {ratios[0]:8.2f} {ratios[1]:8.2f}  1.0")
    for widths, N, *_ in SIZES[1:]:
        ratio = memory(widths, N)
        failed |= ratio > 1.5
        name = "-".join(map(str, widths))
        print(f"peak memory of a step / what it keeps, {name}: {ratio:.2f}  (limit 1.5)")
    sys.exit(failed)


if __name__ == "__main__":
    main()
