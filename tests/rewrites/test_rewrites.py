"""No right derivation is called wrong however it is written, and no planted mistake correct."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from oracle import discovery
from oracle.commands.check import Settings, judge
from oracle.results import Result

from .base import Base
from .rewrite import BASES, drafted, planted, rewritten

SETTINGS = Settings(cases=30)
SIZES = {"N": 3, "D": 4, "M": 2, "C": 3, "F": 2, "H": 3, "R": 4, "S": 3, "T": 3}
WORDS = ("onehot", "binary", "positive")


def drawn(base: Base, rng: np.random.Generator) -> dict[str, Any]:
    """Inputs of a base, in sizes that differ."""
    made: dict[str, Any] = {}
    for name, text in base.inputs.items():
        words = text.split()
        shape = tuple(eval(w, {}, SIZES) for w in words if w not in WORDS and "labels" not in w)
        made[name] = rng.normal(size=shape)
        if "labels" in text:
            made[name] = rng.integers(0, SIZES["C"] + 1, shape)
        elif "onehot" in words:
            made[name] = np.eye(shape[1])[rng.integers(0, shape[1], shape[0])]
        elif "binary" in words:
            made[name] = rng.integers(0, 2, shape).astype(float)
        elif "positive" in words:
            made[name] = np.abs(made[name]) + 0.5
    return made


def run(statements: str, values: dict[str, Any], helpers: str = "") -> dict[str, Any]:
    names = {"np": np}
    exec(helpers, names)
    names |= {name: np.copy(value) for name, value in values.items()}
    exec(statements, names)
    return names


def wrong_by_differences(base: Base, rng: np.random.Generator) -> list[str]:
    """The inputs whose gradient is not the central difference of the forward."""
    inputs = drawn(base, rng)
    upstream = rng.normal(size=np.shape(run(base.forward, inputs)[base.out]))
    upstream = np.ones(()) if base.is_loss else upstream
    got = run(f"{base.forward}\n{base.backward}", {**inputs, f"d{base.out}": upstream})
    wrong = []
    for name in base.wanted:
        direction = rng.normal(size=np.shape(inputs[name]))
        ends = [
            run(base.forward, {**inputs, name: inputs[name] + step * direction})[base.out]
            for step in (1e-6, -1e-6)
        ]
        expected = np.sum(upstream * (ends[0] - ends[1])) / 2e-6
        if not np.isclose(np.sum(got[f"d{name}"] * direction), expected, rtol=1e-5, atol=1e-7):
            wrong.append(name)
    return wrong


@pytest.mark.parametrize("base", BASES, ids=lambda base: base.name)
def test_bases_are_right_by_central_differences(base, rng):
    assert wrong_by_differences(base, rng) == []


@pytest.mark.parametrize("base", BASES, ids=lambda base: base.name)
def test_each_mistake_makes_exactly_one_gradient_wrong(base, rng):
    for number in range(len(base.mistakes)):
        assert len(wrong_by_differences(planted(base, number), rng)) == 1, base.mistakes[number]


@pytest.mark.parametrize("base", BASES, ids=lambda base: base.name)
def test_rewriting_changes_no_gradient(base, rng):
    inputs = drawn(base, rng)
    shape = np.shape(run(base.forward, inputs)[base.out])
    upstream = np.ones(()) if base.is_loss else rng.normal(size=shape)
    expected = run(f"{base.forward}\n{base.backward}", {**inputs, f"d{base.out}": upstream})
    for _ in range(5):
        draft, helpers = drafted(base, rng)
        given = dict(zip(draft.inputs, inputs.values(), strict=True))
        statements = f"{draft.forward}\n{draft.backward}"
        got = run(statements, {**given, draft.upstream or "_": upstream}, "\n".join(helpers))
        np.testing.assert_allclose(got[draft.out], expected[base.out])
        for name, gradient in zip(base.wanted, draft.gradients.values(), strict=True):
            np.testing.assert_allclose(got[gradient], expected[f"d{name}"], rtol=1e-10, atol=1e-12)


def verdict(text: str, folder: Path) -> str:
    """The worst verdict of what is found in a file; the reason where nothing is judged."""
    file = folder / f"case_{len(list(folder.iterdir()))}.py"
    file.write_text(text, encoding="utf-8")
    subjects, failures = discovery.subjects(file, "")
    if not subjects:
        return f"not found: {failures}"
    found = judge(subjects[0], SETTINGS)
    return found.verdict if isinstance(found, Result) else f"not judged: {found.message}"


def judged(seed: int, number: int, folder: Path, cut: bool = False) -> tuple[bool, str, str]:
    """One file of a seed: is it right, its text, its verdict. Every second is planted."""
    rng = np.random.default_rng([seed, number])
    base = BASES[number // 2 % len(BASES)]
    right = number % 2 == 0
    text = rewritten(base if right else planted(base, int(rng.integers(99))), rng, cut)
    return right, text, verdict(text, folder)


def assert_all_judged_rightly(seed: int, numbers: range, folder: Path, cut: bool = False) -> None:
    for number in numbers:
        right, text, came = judged(seed, number, folder, cut)
        assert came != ("wrong" if right else "correct"), f"{seed}/{number} is {came}:\n{text}"


PARTS = 10  # so that several processes share the files


@pytest.mark.parametrize("part", range(PARTS))
def test_a_hundred_rewrites_are_judged_rightly(part, tmp_path):
    assert_all_judged_rightly(0, range(part, 100, PARTS), tmp_path)


def test_rewrites_whose_values_leave_numpy_are_judged_rightly(tmp_path):
    assert_all_judged_rightly(0, range(4), tmp_path, cut=True)


@pytest.mark.full
@pytest.mark.parametrize("part", range(PARTS))
def test_hundreds_whose_values_leave_numpy_are_judged_rightly(part, tmp_path):
    assert_all_judged_rightly(1, range(part, 500, PARTS), tmp_path, cut=True)


@pytest.mark.full
@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("part", range(PARTS))
def test_thousands_of_rewrites_are_judged_rightly(seed, part, tmp_path):
    assert_all_judged_rightly(seed, range(part, 2000, PARTS), tmp_path)
