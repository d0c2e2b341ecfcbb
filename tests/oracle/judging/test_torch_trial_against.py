"""``against MODULE:FUNCTION``: a torch function as the truth of a forward that is compiled."""

import textwrap

import pytest

from oracle import discovery
from oracle.commands.check import Settings, judge
from oracle.results import Failure, Result

# Numbers that leave NumPy element by element, through a C library.
KERNEL = """
    import ctypes
    import ctypes.util

    import numpy as np

    libm = ctypes.CDLL(ctypes.util.find_library("m"))
    libm.tanh.restype, libm.tanh.argtypes = ctypes.c_double, [ctypes.c_double]


    def compiled_tanh(x):
        out = np.empty_like(x{dtype})
        for index in np.ndindex(x.shape):
            out[index] = libm.tanh(x[index].item())
        return out


    # oracle: shapes x: N D
    {comment}
    def squash_forward(x):
        return compiled_tanh(x)


    def squash_backward(dout, x):
        return dout * (1 - compiled_tanh(x) ** {power})
"""
TANH = "# oracle: against torch:tanh"


def outcome(folder, comment="#", power=2, dtype="", against=""):
    file = folder / "kernel.py"
    text = textwrap.dedent(KERNEL).format(comment=comment, power=power, dtype=dtype)
    file.write_text(text, encoding="utf-8")
    subjects, failures = discovery.subjects(file, against=against)
    return failures[0] if failures else judge(subjects[0], Settings(cases=40))


@pytest.mark.parametrize("said", [{"comment": TANH}, {"against": "torch:tanh"}])
def test_a_right_backward_is_correct_against_it(tmp_path, said):
    result = outcome(tmp_path, **said)
    assert isinstance(result, Result)
    assert (result.verdict, result.truth) == ("correct", "against")


def test_a_wrong_backward_is_wrong_against_it(tmp_path):
    assert outcome(tmp_path, TANH, power=1).verdict == "wrong"


def test_a_kernel_in_float32_is_judged_by_its_rounding(tmp_path):
    assert outcome(tmp_path, TANH, dtype=", dtype=np.float32").verdict == "correct"
    assert outcome(tmp_path, TANH, 1, dtype=", dtype=np.float32").verdict == "wrong"


def test_against_a_different_function_nothing_is_judged(tmp_path):
    failure = outcome(tmp_path, "# oracle: against torch:sigmoid")
    assert isinstance(failure, Failure)
    assert (
        "forward-mismatch: the value of the forward is not that of torch:sigmoid" in failure.message
    )


@pytest.mark.parametrize(
    ("named", "told"),
    [
        ("torch.nothing:tanh", "No module named 'torch.nothing'"),
        ("torch:tahn", "torch has no function tahn"),
        ("torch:float64", "is no function"),
        ("torch.tanh", "write MODULE:FUNCTION"),
        ("torch.nn.functional:linear", "called with x: N D it raises"),
    ],
)
def test_what_cannot_be_the_truth_is_told(tmp_path, named, told):
    failure = outcome(tmp_path, f"# oracle: against {named}")
    assert isinstance(failure, Failure)
    assert told in failure.message


def test_a_function_of_a_module_beside_the_file(tmp_path):
    text = "import torch\n\n\ndef truth(x):\n    return torch.tanh(x)\n"
    (tmp_path / "twins_beside.py").write_text(text, encoding="utf-8")
    assert outcome(tmp_path, "# oracle: against twins_beside:truth").verdict == "correct"
