"""The values of an argument by the word that says what they mean, in each regime."""

import numpy as np

from oracle.cases.plan import EXTREME


def values_of(
    rng: np.random.Generator, meaning: str, shape: tuple[int, ...], regime: str
) -> np.ndarray:
    """Float64 values of a meaning (``Argument.values``), such as they are in a regime."""
    return MEANINGS[meaning](rng, shape, regime)


def _normal(rng: np.random.Generator, shape: tuple[int, ...], regime: str) -> np.ndarray:
    if regime == "tied":
        return rng.integers(-3, 4, shape) / 2
    values = np.asarray(rng.standard_normal(shape))
    if regime == "kinks":
        values *= rng.random(shape) < 0.5
    elif regime == "tiny":
        values *= 10 ** rng.uniform(-12, -4)
    elif regime == "large":
        values *= 10 ** rng.uniform(0, 2)
    elif regime == "saturated":
        values += 2000 * rng.integers(0, 2, shape) - 1000
    return values


def _positive(rng: np.random.Generator, shape: tuple[int, ...], regime: str) -> np.ndarray:
    if regime == "tied":
        return rng.integers(1, 4, shape) / 2
    values = np.asarray(np.exp(rng.standard_normal(shape)))
    if regime == "tiny":
        values *= 10 ** rng.uniform(-12, -4)
    elif regime in ("large", "saturated"):
        values *= 10 ** rng.uniform(0, 2 if regime == "large" else 3)
    return values


def _nonnegative(rng: np.random.Generator, shape: tuple[int, ...], regime: str) -> np.ndarray:
    values = _positive(rng, shape, regime)
    if regime in ("tied", "kinks", "saturated"):
        values *= rng.random(shape) < 0.5
        if values.size and not values.any():
            values.flat[0] = 1.0  # weights may be zero, but not all of them
    return values


def _unit(rng: np.random.Generator, shape: tuple[int, ...], regime: str) -> np.ndarray:
    if regime == "tied":
        return rng.integers(1, 4, shape) / 4
    values = np.asarray(rng.uniform(0.01, 0.99, shape))
    if regime in EXTREME:
        values *= 10 ** rng.uniform(-12, -4) if regime == "tiny" else 10 ** rng.uniform(-5, -2)
        if regime != "tiny":  # next to 1, or to both ends
            upper = rng.random(shape) < (1 if regime == "large" else 0.5)
            values = np.abs(upper - values)
    return values


def _probabilities(rng: np.random.Generator, shape: tuple[int, ...], regime: str) -> np.ndarray:
    scale = {"tiny": 1e-6, "large": 3.0, "saturated": 8.0}.get(regime, 1.0)
    values = np.exp(scale * _normal(rng, shape, "tied" if regime == "tied" else "ordinary"))
    values /= values.sum(axis=-1, keepdims=True)
    return values


def _onehot(rng: np.random.Generator, shape: tuple[int, ...], regime: str) -> np.ndarray:
    return np.eye(shape[-1])[rng.integers(0, shape[-1], shape[:-1])]


def _binary(rng: np.random.Generator, shape: tuple[int, ...], regime: str) -> np.ndarray:
    return rng.integers(0, 2, shape).astype(float)


MEANINGS = {
    "normal": _normal,
    "positive": _positive,
    "nonnegative": _nonnegative,
    "unit": _unit,
    "probabilities": _probabilities,
    "onehot": _onehot,
    "binary": _binary,
}
