"""The derivations against torch eager: value and all gradients, one thread, both dtypes.

Prints the ratio of the medians, ours over torch's; below 1 is faster. Losses include the mean over
the batch, as a training step has it.
"""

from benchmarks.timing import medians  # isort: skip, it sets the threads

import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

import reference as r
from oracle.truth import twins
from oracle.verify import derivations

N, D, M, C = 256, 512, 128, 1000
BIG = (4096, 1000)

Arrays = dict[str, np.ndarray]


def inputs(rng: np.random.Generator, dtype: str) -> dict[str, Arrays]:
    """Arrays of a realistic size for each derivation."""

    def normal(*shape: int) -> np.ndarray:
        return rng.standard_normal(shape).astype(dtype)

    def unit(*shape: int) -> np.ndarray:
        return (rng.random(shape) * 0.98 + 0.01).astype(dtype)

    Z, P = normal(1000, 1000), np.exp(normal(N, C))
    P /= P.sum(axis=1, keepdims=True)
    y = rng.integers(0, C, N)
    costs = np.abs(normal(C, C)) * (1 - np.eye(C, dtype=dtype))
    return {
        "affine": {"X": normal(N, D), "W": normal(D, M), "b": normal(M)},
        "affine_bias_column": {"X": normal(N, D), "W": normal(D + 1, M)},
        "affine_columns": {"X": normal(D, N), "W": normal(M, D), "b": normal(M, 1)},
        "embedding": {"W": normal(C, 64), "y": rng.integers(0, C, (N, 32))},
        **{
            name: {"Z": Z}
            for name in ("identity", "sigmoid", "tanh", "relu", "leaky_relu", "softplus")
        },
        "softmax": {"Z": Z},
        "log_softmax": {"Z": Z},
        "squared_error": {"Y": Z, "T": normal(1000, 1000)},
        "binary_cross_entropy": {"P": unit(1000, 1000), "T": unit(1000, 1000)},
        "binary_cross_entropy_with_logits": {"Z": normal(10**6), "T": unit(10**6)},
        "cross_entropy": {"P": P, "T": P[::-1].copy()},
        "cross_entropy_with_labels": {"P": P, "y": y},
        "softmax_cross_entropy": {"Z": normal(*BIG), "T": unit(*BIG)},
        "softmax_cross_entropy_with_labels": {
            "Z": normal(*BIG),
            "y": rng.integers(0, BIG[1], BIG[0]),
        },
        "l2_penalty": {"W": Z},
        "reduce": {"losses": normal(10**6)},
        "weighted_reduce": {"losses": normal(10**6), "w": unit(10**6)},
        "class_weights": {"c": unit(C), "y": rng.integers(0, C, 10**5)},
        "convolution": {"X": normal(16, 16, 32, 32), "W": normal(32, 16, 3, 3), "b": normal(32)},
        "max_pooling": {"X": normal(16, 32, 32, 32)},
        "average_pooling": {"X": normal(16, 32, 32, 32)},
        "log_firing": {"X": normal(N, 8), "M": normal(32, 8), "Gamma": normal(32, 8, 8)},
        "fuzzy": {
            "X": normal(N, 8),
            "M": normal(32, 8),
            "Gamma": normal(32, 8, 8),
            "W": normal(8, 32),
            "b": normal(32),
        },
        "expected_cost": {"P": P, "y": y, "costs": costs},
        "softmax_expected_cost": {"Z": normal(N, C), "y": y, "costs": costs},
        "cost_weighted_cross_entropy": {"Z": normal(N, C), "y": y, "factors": unit(C)},
        "rescaled_probabilities": {"P": P, "factors": unit(C)},
        "weighted_squared_error": {"A": P, "y": y, "factors": costs},
    }


# What a torch user would call, where the twin is written out for the sake of accuracy.
FUSED: dict[str, Callable[..., Tensor]] = {
    "softplus": F.softplus,
    "log_softmax": lambda Z: F.log_softmax(Z, -1),
    "squared_error": lambda Y, T: 0.5 * F.mse_loss(Y, T, reduction="sum") / len(Y),
    "binary_cross_entropy": lambda P, T: F.binary_cross_entropy(P, T, reduction="sum") / len(P),
    "binary_cross_entropy_with_logits": F.binary_cross_entropy_with_logits,
    "softmax_cross_entropy": F.cross_entropy,
    "softmax_cross_entropy_with_labels": F.cross_entropy,
}


# Where torch has a library's kernel for float32 alone (oneDNN), the limit is one for float64.
FLOAT64_ONLY = {"convolution": 2.5}


def pair(
    derivation: derivations.Derivation, arrays: Arrays, rng: np.random.Generator
) -> tuple[Callable[[], Any], Callable[[], Any]]:
    """Our side and torch's: the same value, and the same gradients of it."""
    twin = FUSED.get(derivation.name) or twins.twin(derivation.module, derivation.name)
    differentiated = [a.name for a in derivation.arguments if a.differentiated]
    tensors = {name: torch.from_numpy(array) for name, array in arrays.items()}
    leaves = [tensors[name].requires_grad_() for name in differentiated]
    value, _ = derivation.function(**arrays)
    per_sample = derivation.module in ("losses", "cost_matrix") and value.ndim == 1
    is_loss = per_sample and derivation.place.value == "losses"
    shape = () if is_loss else np.shape(value)
    upstream = np.asarray(
        1.0 if is_loss else rng.standard_normal(shape), arrays[differentiated[0]].dtype
    )
    sent = torch.from_numpy(upstream)

    def ours() -> Any:
        value, pullback = derivation.function(**arrays)
        if not is_loss:
            return pullback(upstream if upstream.ndim else upstream[()])
        _, mean_pullback = r.reduce(value, "mean")
        return pullback(mean_pullback(1.0)[0])

    def torchs() -> Any:
        value = twin(**tensors) if derivation.name not in FUSED else twin(*tensors.values())
        if is_loss and value.ndim:
            value = value.mean()
        return torch.autograd.grad(value, leaves, sent)

    return ours, torchs


def main() -> None:
    """Print the table; exit status 1 if a ratio is above its limit."""
    known = derivations.in_reference()
    limits = dict.fromkeys(
        ("softmax_cross_entropy_with_labels", "binary_cross_entropy_with_logits"), 1.0
    )
    limits |= FLOAT64_ONLY
    chosen = sys.argv[1:] or list(known)
    print(f"torch {torch.__version__}, NumPy {np.__version__}, one thread; time / torch's time")
    print(f"{'':34}  {'float64':>9}  {'float32':>9}  limit")
    failed = False
    for name in chosen:
        ratios = []
        for dtype in ("float64", "float32"):
            rng = np.random.default_rng(0)
            ours, torchs = medians(pair(known[name], inputs(rng, dtype)[name], rng))
            ratios.append(ours / torchs)
        limit = limits.get(name, 3.0)
        failed |= max(ratios[: 1 if name in FLOAT64_ONLY else 2]) > limit
        print(f"{name:34}  {ratios[0]:9.2f}  {ratios[1]:9.2f}  {limit:5.1f}", flush=True)
    sys.exit(failed)


if __name__ == "__main__":
    main()
