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


def test_costs_vectors_and_the_rate_rule() -> None:
    found = check(
        dermatology.run(quick=True),
        {
            "symmetric cost": 14.4,
            "asymmetric cost": 16.4,
            "with C transposed, a mistake": 15.5,
            "E, symmetric": [
                0.7795275591, 0.5095081967, 0.5081632653, 0.5886435331, 0.8063694268, 1.0144508671
            ],
            "E, asymmetric": [
                0.6472440945, 0.7908196721, 0.6197278912, 0.7776025237, 0.9665605096, 0.6442196532
            ],
        },
        rtol=1e-9,
    )  # fmt: skip
    factors = [0.7684231779, 0.5022502452, 0.5009244724, 0.5802582976, 0.7948826828, 1]
    np.testing.assert_allclose(found["rate factors"].numbers, factors, rtol=1e-9)
    of_358 = [0.7748987854, 0.5053691275, 0.5080139373, 0.5922580645, 0.8070967742, 1.0224852071]
    np.testing.assert_allclose(found["E of the 358"].numbers, of_358, rtol=1e-9)
    factors, of_358 = (
        [row.numbers for row in dermatology.cost_vectors() if row.what.strip() == name][1]
        for name in ("rate factors", "E of the 358")
    )
    due = [0.6696363943, 0.8181791666, 0.6411682301, 0.8045047526, 1, 0.6665073183]
    np.testing.assert_allclose(factors, due, rtol=1e-9)
    due = [0.6449392713, 0.7812080537, 0.618466899, 0.7696774194, 0.9670967742, 0.6458579882]
    np.testing.assert_allclose(of_358, due, rtol=1e-9)


def test_normal_run() -> None:
    confusion = dermatology.confusion_of(dermatology.NORMAL_RUN)
    assert confusion.sum() == 16
    assert (confusion * dermatology.SYMMETRIC).sum() == pytest.approx(15.6, rel=1e-14)
    assert (confusion * dermatology.ASYMMETRIC).sum() == pytest.approx(18.3, rel=1e-14)
    assert (confusion * dermatology.ASYMMETRIC.T).sum() == pytest.approx(14.5, rel=1e-14)


def test_cross_validation_learns_what_can_be_learnt(data: Path) -> None:
    found = check(dermatology.run(quick=True, data=data), {})
    assert found["samples of each class"].numbers.sum() == 108
    cost, accuracy = found["cross-entropy"].numbers
    assert accuracy > 50
    assert 0 <= cost < 60
    for name in ("decided by least cost", "2 output adapted", "4 cost minimised"):
        assert 0 <= found[name].numbers[1] <= 100
