"""Every finding has a page, all pages the same structure, and their examples really differ."""

import re
from collections.abc import Callable

import numpy as np
import pytest

from oracle.report import findings

SECTIONS = ["## Why it happens", "## How it shows", "## Cure", "## Example"]
LAST = "## When it is not a mistake"

NAMES = [
    "sign-flipped",
    "missing-batch-mean",
    "extra-batch-mean",
    "wrong-constant-factor",
    "wrong-size-factor",
    "wrong-shape",
    "transposed",
    "not-summed-over-batch",
    "summed-over-wrong-axis",
    "overwritten-not-accumulated",
    "ignores-upstream",
    "zero-gradient",
    "missing-activation-derivative",
    "activation-derivative-at-wrong-point",
    "doubled-activation-derivative",
    "wrong-activation-derivative",
    "softmax-diagonal-only",
    "gradient-of-another-loss",
    "labels-shifted",
    "activation-applied-to-gradient",
    "derivative-of-the-upstream",
    "returns-inside-loop",
    "updated-weights-used",
    "weights-of-wrong-layer",
    "bias-row-not-dropped",
    "dropped-term",
    "missing-regularization",
    "regularized-bias",
    "wrong-regularization-factor",
    "kernel-not-flipped",
    "statistics-held-constant",
    "time-steps-truncated",
    "missing-attention-scale",
    "dropout-mask-missing",
    "dropout-scale-missing",
    "tie-spread",
    "step-not-clamped",
    "gradient-not-zeroed",
    "no-backtracking",
    "another-variant",
    "overflow",
    "cancellation",
    "lower-precision",
    "unintended-broadcast",
    "guard-ignored",
    "forward-mismatch",
    "mutates-input",
    "not-deterministic",
    "unexplained",
    "swapped-gradients",
    "another-choice-at-kink",
    "right-only-when",
    "raises",
    "nothing-to-compare",
    "witness-disagrees",
    "wrong-operand",
    "wrong-step-factor",
    "state-not-kept",
    "rounded-constants",
    "float32-by-choice",
    "aliases-argument",
    "vanishing-step-size",
    "all-positive-weights",
    "all-negative-weights",
    "saturated-units",
    "dead-units",
    "identical-units",
    "loss-not-finite",
    "vanishing-gradient",
    "exploding-gradient",
    "gradient-not-used",
]


def blocks(name: str) -> list[str]:
    return re.findall(r"```python\n(.*?)```", findings.page(name), re.DOTALL)


def example(name: str) -> tuple[Callable, Callable]:
    """The functions of the two blocks, which bear the same name."""
    functions = []
    for block in blocks(name):
        space: dict = {"np": np}
        exec(compile(block, name, "exec"), space)
        functions.append({k: v for k, v in space.items() if k not in ("np", "__builtins__")})
    (wrong,), (right,) = functions
    assert wrong == right, "the two functions bear different names"
    return functions[0][wrong], functions[1][right]


def test_names() -> None:
    assert len(NAMES) == len(set(NAMES))
    assert findings.names() == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_page_has_the_structure(name: str) -> None:
    text = findings.page(name)
    lines = text.splitlines()
    assert lines[0] == f"# {name}"
    assert lines[1].endswith(".")
    assert lines[2] == ""
    sections = [line for line in lines if line.startswith("## ")]
    assert sections in (SECTIONS, [*SECTIONS, LAST])
    assert len(lines[1]) <= 120
    assert max(map(len, lines[2:])) <= 100
    assert text.endswith("\n")
    assert not text.endswith("\n\n")


@pytest.mark.parametrize("name", NAMES)
def test_examples_compile(name: str) -> None:
    assert [b.splitlines()[0] for b in blocks(name)] == ["# wrong", "# right"]
    example(name)


rng = np.random.default_rng(0)
N, D, M, C = 4, 3, 5, 3


def normal(*shape: int) -> np.ndarray:
    return rng.standard_normal(shape)


def unit(*shape: int) -> np.ndarray:
    return rng.uniform(0.1, 0.9, shape)


MASK = np.array([[1.0, 0.0, 1.0], [0.0, 1.0, 1.0]])
G, PREVIOUS = np.array([1.0, -2.0, 3.0, -1.0]), np.array([2.0, 1.0, -1.0, -3.0])

ARGUMENTS: dict[str, tuple] = {
    "sign-flipped": (normal(N, M), normal(N, M)),
    "missing-batch-mean": (normal(N, D), normal(N, M)),
    "extra-batch-mean": (normal(N, D), normal(N, M)),
    "wrong-constant-factor": (normal(N, M),),
    "wrong-size-factor": (normal(N, M),),
    "wrong-shape": (normal(N, M),),
    "transposed": (normal(N, D), normal(N, M)),
    "not-summed-over-batch": (normal(N, M),),
    "summed-over-wrong-axis": (normal(N, M),),
    "overwritten-not-accumulated": (normal(N, D), np.array([1, 1, 2]), normal(3, D)),
    "ignores-upstream": (normal(N), normal(N)),
    "zero-gradient": (normal(N, D), normal(N, M)),
    "missing-activation-derivative": (normal(N, M), unit(N, M)),
    "activation-derivative-at-wrong-point": (normal(N, M), unit(N, M)),
    "doubled-activation-derivative": (unit(N, M), normal(N, M)),
    "wrong-activation-derivative": (normal(N, M), unit(N, M)),
    "softmax-diagonal-only": (normal(N, C), unit(N, C)),
    "gradient-of-another-loss": (unit(N, C), normal(N, C)),
    "labels-shifted": (unit(N, C), np.array([0, 2, 1, 1])),
    "activation-applied-to-gradient": (normal(N, M), normal(N, M)),
    "derivative-of-the-upstream": (normal(N, M), normal(N, M)),
    "returns-inside-loop": (normal(N, M), normal(M)),
    "updated-weights-used": (normal(N, M), normal(D, M), normal(D, M), 0.1),
    "weights-of-wrong-layer": (normal(N, M), normal(M, M), normal(M, M)),
    "bias-row-not-dropped": (normal(N, M), normal(D + 1, M)),
    "dropped-term": (normal(N), normal(N)),
    "missing-regularization": (normal(N, D), normal(N, M), normal(D, M), 0.1),
    "regularized-bias": (normal(N, M), normal(M), 0.1),
    "wrong-regularization-factor": (normal(D, M), normal(D, M), 0.1),
    "kernel-not-flipped": (normal(N), normal(3)),
    "statistics-held-constant": (normal(N, D), normal(N, D), 2.0),
    "time-steps-truncated": (normal(N), 0.5),
    "missing-attention-scale": (normal(N, N), normal(N, D)),
    "dropout-mask-missing": (normal(2, 3), MASK, 0.8),
    "dropout-scale-missing": (normal(2, 3), MASK, 0.8),
    "tie-spread": (2.0, np.array([1.0, 3.0, 3.0])),
    "step-not-clamped": (normal(N) ** 2 + 1, np.array([True, False, True, True]), 1.0),
    "gradient-not-zeroed": (G, PREVIOUS),
    "no-backtracking": (G, PREVIOUS, normal(N), unit(N)),
    "another-variant": (normal(N), normal(N), 0.9),
    "wrong-step-factor": (unit(N), np.array([0.0, 1.0, -1.0, 0.0])[:N]),
    "wrong-operand": (normal(N, M), normal(N, M), normal(D, M)),
    "state-not-kept": (normal(N), normal(N), 0.9, 0.1),
    "cancellation": (1e8 + normal(N),),
    "lower-precision": (normal(N, D), normal(N, M)),
    "unintended-broadcast": (normal(N, 1), normal(N)),
    "guard-ignored": (unit(N), 1e-3),
    "forward-mismatch": (normal(N, M), normal(N, M)),
    "unexplained": (normal(N), normal(N)),
    "swapped-gradients": (normal(N, M), normal(N, M)),
    "another-choice-at-kink": (normal(3), np.array([-1.0, 0.0, 1.0])),
    "right-only-when": (normal(N, M),),
    "rounded-constants": (normal(N), normal(N)),
    "float32-by-choice": (normal(N, D),),
    "vanishing-step-size": (0.5, 100),
    "all-positive-weights": (np.random.default_rng(1), D, M),
    "all-negative-weights": (np.random.default_rng(1), D, M),
    "saturated-units": (100 * normal(N, D), normal(D, M)),
    "dead-units": (normal(N, M),),
    "identical-units": (np.random.default_rng(1), D, M),
    "vanishing-gradient": (np.random.default_rng(1), D, M),
    "gradient-not-used": (normal(N, M), normal(N, M), normal(N, D)),
    "exploding-gradient": (normal(D, M), 100 * normal(D, M), 0.1),
}


@pytest.mark.parametrize("name", ARGUMENTS)
def test_examples_differ(name: str) -> None:
    wrong, right = (np.asarray(function(*ARGUMENTS[name])) for function in example(name))
    assert np.isfinite(right).all()
    assert wrong.shape != right.shape or not np.allclose(wrong, right, rtol=1e-12, atol=0)


def test_mutates_input() -> None:
    wrong, right = example("mutates-input")
    g, z = normal(N, M), normal(N, M)
    before = g.copy()
    want = right(g, z)
    assert np.array_equal(g, before)
    assert np.array_equal(wrong(g, z), want)
    assert not np.array_equal(g, before)


def test_aliases_argument() -> None:
    wrong, right = example("aliases-argument")
    g = normal(N)
    assert all(np.shares_memory(one, g) for one in wrong(g))
    assert not any(np.shares_memory(one, g) for one in right(g))


def test_not_deterministic() -> None:
    wrong, right = example("not-deterministic")
    g, mask = normal(20, 20), np.ones((20, 20))
    assert not np.array_equal(wrong(g, mask, 0.5), wrong(g, mask, 0.5))
    assert np.array_equal(right(g, mask, 0.5), right(g, mask, 0.5))


def test_overflow() -> None:
    wrong, right = example("overflow")
    Z = normal(N, C)
    np.testing.assert_allclose(wrong(Z), right(Z), rtol=1e-12)
    with np.errstate(over="ignore", invalid="ignore"):
        assert np.isnan(wrong(Z + 1000)).all()
    np.testing.assert_allclose(right(Z + 1000), right(Z), rtol=1e-9)


def test_loss_not_finite() -> None:
    wrong, right = example("loss-not-finite")
    z, y = normal(N), np.array([1.0, 0.0, 1.0, 0.0])
    np.testing.assert_allclose(wrong(z, y), right(z, y), rtol=1e-12)
    with np.errstate(all="ignore"):
        assert np.isinf(wrong(np.full(N, 800.0), y)).any()
    assert np.isfinite(right(np.full(N, 800.0), y)).all()


def test_raises() -> None:
    wrong, right = example("raises")
    X, dZ = normal(N, D), normal(N, M)
    assert right(X, dZ).shape == (D, M)
    with pytest.raises(ValueError, match="matmul"):
        wrong(X, dZ)


def test_unknown_name() -> None:
    with pytest.raises(KeyError):
        findings.page("no-such-finding")
