"""The file is not part of this project: rows here are our own, in its format."""

from pathlib import Path

import numpy as np
import pytest

from examples import dermatology
from tests.examples._figures import check


def rows(count: int) -> list[str]:
    """Class c has 3 in attribute c, else 0 and 1; the age is any, and at times unknown."""
    random = np.random.default_rng(0)
    lines = []
    for n in range(count):
        label = n % 6
        attributes = random.integers(0, 2, 33)
        attributes[label] = 3
        age = "?" if n % 10 == 9 else str(random.integers(0, 76))
        lines.append(",".join([*map(str, attributes), age, str(label + 1)]))
    return lines


@pytest.fixture
def data(tmp_path: Path) -> Path:
    path = tmp_path / "skin.data"
    path.write_text("\n".join(rows(120)) + "\n", encoding="ascii")
    return path


def test_the_loader_drops_samples_of_unknown_age(data: Path) -> None:
    X, y = dermatology.load(data)
    assert X.shape == (108, 34)
    assert X.dtype == np.float64
    np.testing.assert_array_equal(y[:9], [0, 1, 2, 3, 4, 5, 0, 1, 2])
    np.testing.assert_array_equal(X[range(6), range(6)], 3)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("1,2,3", "line 3: 3 fields"),
        (",".join(["0"] * 34 + ["7"]), "the last 7"),
        (",".join(["0"] * 34 + ["0"]), "the last 0"),
        (",".join(["0"] * 33 + ["old", "1"]), "line 3: could not convert"),
        (",".join(["0"] * 35 + ["1"]), "36 fields"),
    ],
)
def test_a_line_that_does_not_fit_is_named(tmp_path: Path, line: str, words: str) -> None:
    path = tmp_path / "skin.data"
    path.write_text("\n".join([*rows(2), line]), encoding="ascii")
    with pytest.raises(ValueError, match=words):
        dermatology.load(path)


def test_a_file_without_a_known_age(tmp_path: Path) -> None:
    path = tmp_path / "skin.data"
    path.write_text(rows(10)[9], encoding="ascii")
    with pytest.raises(ValueError, match="no sample with a known age"):
        dermatology.load(path)


def test_cross_validation_learns_what_can_be_learnt(data: Path) -> None:
    found = check(dermatology.run(quick=True, data=data), {})
    assert found["samples of each class"].numbers.sum() == 108
    cost, accuracy = found["cross-entropy"].numbers
    assert accuracy > 50
    assert 0 <= cost < 60
    for name in ("decided by least cost", "2 output adapted", "4 cost minimised"):
        assert 0 <= found[name].numbers[1] <= 100
