"""Packages that are not installed, numba, Cython: what does not need them is judged."""

import numpy as np
import pytest

from oracle.commands.check import Settings, judge
from oracle.discovery import subjects
from oracle.discovery.load import load
from oracle.results import Failure
from oracle.subject import NotImported

SQUARE = """
def square(x):
    return x * x


def square_backward(dout, x):
    return {factor} * x * dout
"""
RIGHT = SQUARE.format(factor=2)
FEW = Settings(cases=20, dtypes=("float64",))


def loaded(folder, text):
    file = folder / "net.py"
    file.write_text(text, encoding="utf-8")
    return load(file)


def outcomes(folder, text):
    """By name: the verdict of each derivation of a file, or why it has none."""
    file = folder / "net.py"
    file.write_text(text, encoding="utf-8")
    usable, failures = subjects(file)
    found = {f.message.partition(":")[0]: f.message for f in failures}
    for one in usable:
        came = judge(one, FEW)
        found[one.name] = came.message if isinstance(came, Failure) else came.verdict
    return found


USES = [
    "import nosuchpkg", "import nosuchpkg.pyplot as plt\nplt.style.use('dark')\nplt.rc['a'] = 1",
    "from nosuchpkg import tqdm, trange as t", "from nosuchpkg.deep.er import *",
    "import nosuchpkg as h5\nclass Data(h5.File, mode='r'):\n    size = 3",
    "import nosuchpkg as nb\n@nb.cached(size=3)\ndef helper(x):\n    return x",
    "import nosuchpkg as pd\ndef rows(frame: pd.DataFrame | None = None) -> list[pd.Series]: ...",
]  # fmt: skip


@pytest.mark.parametrize("text", USES)
def test_a_missing_package_is_left_out_while_importing_and_it_is_said(tmp_path, text):
    assert outcomes(tmp_path, f"{text}\n{RIGHT}") == {"square_backward": "correct"}
    (told,) = loaded(tmp_path, f"{text}\n{RIGHT}").told
    assert told.startswith("nosuchpkg")
    assert "not installed" in told


def test_a_wrong_gradient_beside_a_missing_package_is_wrong(tmp_path):
    text = f"import nosuchpkg\n{SQUARE.format(factor=3)}"
    assert outcomes(tmp_path, text) == {"square_backward": "wrong"}


def test_an_alternative_that_the_file_has_itself_is_taken(tmp_path):
    text = "try:\n    import nosuchpkg as xp\nexcept ImportError:\n    import numpy as xp\n"
    both = loaded(tmp_path, text)
    assert both.module.xp is np
    assert both.told == ()


def test_what_needs_the_package_says_so_and_is_not_called_wrong(tmp_path):
    text = "import nosuchpkg.numpy as xp\n" + RIGHT.replace("return 2", "return xp.add(0, 2)")
    said = outcomes(tmp_path, text)["square_backward"]
    assert "it needs nosuchpkg.numpy, and nosuchpkg is not installed" in said
    with pytest.raises(NotImported):
        loaded(tmp_path, text).module.xp.add(1, 2)


def test_a_package_that_the_backward_imports_itself_is_no_mistake_of_the_backward(tmp_path):
    text = RIGHT.replace("    return 2", "    import nosuchpkg\n    return 2")
    assert "No module named 'nosuchpkg'" in outcomes(tmp_path, text)["square_backward"]


def test_a_base_class_that_is_not_there_costs_its_classes_only(tmp_path):
    text = (
        "import nosuchpkg\nclass Layer(nosuchpkg.Layer):\n    def forward(self, x):\n"
        "        return x\n    def backward(self, dout):\n        return dout\n"
    )
    found = outcomes(tmp_path, text + RIGHT)
    assert found["square_backward"] == "correct"
    assert "nosuchpkg is not installed" in found["Layer"]


NUMBA = """
import numpy as np
import numba
from numba import njit, jit, prange, vectorize, float64
from numba.typed import List
from numba.experimental import jitclass


@njit(cache=True, parallel=True)
def row_sums(x):
    out = np.zeros(len(x))
    for i in prange(len(x)):
        out[i] = x[i].sum()
    return out


@vectorize([float64(float64)], nopython=True)
def ramp(v):
    return v if v > 0 else 0


# oracle: shapes x: N D
@jit
def total(x):
    return row_sums(x * x)


@numba.njit("float64[:,:](float64[:], float64[:,:])")
def total_backward(dout, x):
    return {factor} * x * dout[:, None]


def ramp_backward(dout, v):
    return dout * (v > 0)
"""


def test_functions_of_numba_are_judged_as_the_python_that_they_are(tmp_path):
    found = outcomes(tmp_path, NUMBA.format(factor=2))
    assert found == {"total_backward": "correct", "ramp_backward": "correct"}
    assert outcomes(tmp_path, NUMBA.format(factor=1))["total_backward"] == "wrong"
    assert "numba's decorators were left out" in loaded(tmp_path, NUMBA.format(factor=2)).told[0]


CYTHON = """
try:
    from pkg.fast import rows
except ImportError:
    print("run python setup.py build_ext --inplace")


# oracle: shapes x: N D
def spread(x):
    return x + 0


def spread_backward(dout, x):
    return rows(dout)
"""


def test_cython_that_is_not_compiled_is_told_as_such(tmp_path):
    folder = tmp_path / "pkg"
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "fast.pyx").touch()
    found = outcomes(folder, CYTHON + RIGHT)
    assert found["square_backward"] == "correct"
    assert "it needs rows, which was not imported: fast.pyx is Cython" in found["spread_backward"]
