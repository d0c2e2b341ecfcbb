"""The less public parts of NumPy and torch stand in one module each."""

import re
from pathlib import Path

import numpy as np
import pytest

import oracle
from oracle.truth import numpy_compat

ROOT = Path(oracle.__file__).parent
FILES = sorted(ROOT.rglob("*.py"))
PRIVATE = {
    "numpy_compat.py": r"\bnp\._(?!_)|\bnumpy\._(?!_)|\bnumpy\.core|np\.core\b|NumpyVersion",
    "torch_compat.py": r"\btorch\._(?!_)|_execution_engine",
}
OF_THE_TRUTH = {"torch_compat.py": r"\btorch\.overrides|torch\.autograd\.graph"}


@pytest.mark.parametrize("home", PRIVATE)
def test_private_access_stands_in_one_module(home):
    found = [p for p in FILES if re.search(PRIVATE[home], p.read_text(encoding="utf-8"))]
    assert [p.name for p in found] == [home]


@pytest.mark.parametrize("home", OF_THE_TRUTH)
def test_the_truth_takes_torchs_hooks_from_one_module(home):
    files = (ROOT / "truth").rglob("*.py")
    found = [p for p in files if re.search(OF_THE_TRUTH[home], p.read_text(encoding="utf-8"))]
    assert [p.name for p in found] == [home]


def test_numpys_default_of_an_argument_is_no_value():
    assert numpy_compat.NOT_GIVEN is not None
    assert np.sum(np.ones(2), initial=numpy_compat.NOT_GIVEN) == 2


def test_index_builders_are_known_by_their_class():
    assert sorted(numpy_compat.INDEX_BUILDERS.values()) == [
        "CClass",
        "MGridClass",
        "OGridClass",
        "RClass",
    ]


def test_one_right_hand_side_is_told_from_several():
    assert numpy_compat.solves_vectors(2, 1)
    assert not numpy_compat.solves_vectors(2, 2)


def test_a_masked_array_looks_up_its_base_class_on_the_array():
    class Probe(np.ndarray):
        def __getattr__(self, name):
            looked_up.append(name)
            raise AttributeError(name)

    looked_up = []
    np.ma.masked_array(np.ones(2).view(Probe), False)
    assert numpy_compat.MASKED_ARRAYS_LOOK_UP in looked_up
