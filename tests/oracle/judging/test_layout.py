"""The regime ``layout``: arrays that are read-only, by columns, strided or backwards."""

from pathlib import Path

import numpy as np

from oracle import discovery
from oracle.commands.check import Settings, judge
from oracle.judging.examine import plan
from oracle.judging.session import Session
from oracle.judging.trials import begin
from oracle.results import Result
from oracle.subject import Subject

HEAD = "import numpy as np\n\n\n# oracle: shapes x: N D, w: N D\n"


def subject_of(folder: Path, text: str) -> Subject:
    file = folder / "mine.py"
    file.write_text(text, encoding="utf-8")
    (subject,), failures = discovery.subjects(file, "")
    assert not failures
    return subject


def checked(folder: Path, text: str) -> Result:
    result = judge(subject_of(folder, text), Settings(cases=120))
    assert isinstance(result, Result), result
    return result


def product(backward: str) -> str:
    return HEAD + (
        "def product(x, w):\n    return x * w\n\n\n"
        f"def product_backward(dout, x, w):\n{backward}    return dout * w, dout * x\n"
    )


def found(result: Result) -> dict[str, list[str]]:
    return {g.name: [note.name for note in g.findings] for g in result.gradients}


def test_arrays_are_read_only_and_not_all_in_cs_order(tmp_path: Path) -> None:
    subject = subject_of(tmp_path, product(""))
    chosen = [c for c in plan(subject, 200, 0, 7, ("float64",)) if c.regime == "layout"]
    assert chosen
    orders = set()
    with Session(*subject.functions) as names:
        for case in chosen:
            inputs = begin(subject, case, names).candidate()[2]
            assert not any(array.flags.writeable for array in inputs.values())
            orders |= {bool(array.flags.c_contiguous) for array in inputs.values()}
    assert orders == {True, False}


def test_the_same_case_is_laid_out_in_the_same_way_again(tmp_path: Path) -> None:
    subject = subject_of(tmp_path, product(""))
    case = [c for c in plan(subject, 200, 0, 7, ("float64",)) if c.regime == "layout"][-1]
    with Session(*subject.functions) as names:
        ours, again = (begin(subject, case, names).candidate()[2] for _ in range(2))
    assert {n: a.strides for n, a in ours.items()} == {n: a.strides for n, a in again.items()}
    assert all(np.array_equal(ours[name], again[name]) for name in ours)


def test_a_write_to_the_upstream_is_told_as_mutates_input_and_does_not_raise(
    tmp_path: Path,
) -> None:
    assert checked(tmp_path, product("    dout *= 1.0\n")).verdict == "correct", "no change"
    result = checked(tmp_path, product("    dout[x > 0] *= 2\n"))
    assert {name for names in found(result).values() for name in names} >= {"mutates-input"}
    assert "raises" not in {name for names in found(result).values() for name in names}


def test_parameters_of_an_object_stay_writeable(tmp_path: Path) -> None:
    text = (
        "import numpy as np\n\n\n# oracle: shapes x: N D\n"
        "class Scale:\n"
        "    def __init__(self, D):\n        self.w = np.random.randn(D)\n\n"
        "    def forward(self, x):\n        self.x = x\n        return x * self.w\n\n"
        "    def backward(self, g):\n"
        "        dx = g * self.w\n"
        "        self.dw = (g * self.x).sum(axis=0)\n"
        "        self.w -= 0.1 * self.dw\n"
        "        return dx\n"
    )
    assert checked(tmp_path, text).verdict == "correct"


def test_a_gradient_that_relies_on_the_order_of_memory_is_right_only_when(tmp_path: Path) -> None:
    backward = "    flat = x.ravel(order='K')\n    x = flat.reshape(x.shape)\n"
    result = checked(tmp_path, product(backward))
    assert result.verdict == "wrong"
    assert list(found(result).values()) == [[], ["right-only-when"]]


def test_code_that_takes_contiguous_arrays_only_is_not_called_wrong(tmp_path: Path) -> None:
    backward = "    dout = dout.view()\n    dout.shape = (dout.size,)\n    dout.shape = x.shape\n"
    result = checked(tmp_path, product(backward))
    assert result.verdict == "correct"
    assert "right-only-when" in {note.name for note in result.remarks}
