"""A top-level statement that raises costs what depends on it, and nothing else."""

import inspect
import pickle
import sys
import traceback

import pytest

from oracle.discovery import subjects
from oracle.discovery.importing import finder
from oracle.discovery.load import load
from oracle.subject import NotImported

RAMP = """
class Ramp:
    def forward(self, x):
        self.x = x
        return x * abs(x)

    def backward(self, dout):
        return 2 * abs(self.x) * dout
"""


def loaded(folder, text):
    file = folder / "net.py"
    file.write_text(text, encoding="utf-8")
    return load(file)


RAISING = {
    "a data set that is not there": "data = open('no such file')",
    "a display": "raise RuntimeError('no display')",
    "a question": "name = input()",
    "an exit": "import sys\nsys.exit(1)",
    "Ctrl-C": "raise KeyboardInterrupt",
    "a missing argument": "import sys\nfirst = sys.argv[1]",
    "an assertion": "assert 1 > 2",
    "a module that is not there": "from . import no_such_module",
}


@pytest.mark.parametrize("text", RAISING.values(), ids=RAISING)
def test_the_other_definitions_are_executed_and_it_is_said(tmp_path, text):
    both = loaded(tmp_path, f"{text}\n{RAMP}")
    assert both.module.Ramp().forward(3) == 9
    assert len(both.told) == 1
    assert both.told[0].startswith(f"line {len(text.splitlines())} ")


def test_it_is_told_with_the_first_result_of_the_file(tmp_path):
    (tmp_path / "net.py").write_text("data = open('no such file')\n" + RAMP, encoding="utf-8")
    usable, failures = subjects(tmp_path / "net.py")
    assert failures == []
    assert "line 1 raised FileNotFoundError" in usable[0].remarks[0]


def test_what_depends_on_it_says_why_it_is_not_there(tmp_path):
    text = "data = open('no such file')\nrows = data.read()\ndef first():\n    return rows[0]\n"
    both = loaded(tmp_path, text)
    with pytest.raises(
        NotImported, match="it needs rows, which was to be bound on line 1: FileNot"
    ):
        both.module.first()
    assert len(both.told) == 1  # line 2 only follows


def test_no_call_for_its_effect_is_made_after_a_statement_that_raised(tmp_path):
    (tmp_path / "kept").write_text("", encoding="utf-8")
    effect = f"import os\nos.chdir('no such folder')\nos.remove({str(tmp_path / 'kept')!r})\n"
    assert loaded(tmp_path, effect + RAMP).module.Ramp
    assert (tmp_path / "kept").exists()


def test_tables_are_filled_all_the_same(tmp_path):
    text = "1 / 0\ntable = {}\nfor n in range(3):\n    table[n] = []\n    table[n].append(n)\n"
    assert loaded(tmp_path, text).module.table == {0: [0], 1: [1], 2: [2]}


def test_a_name_that_was_bound_before_keeps_its_value(tmp_path):
    assert loaded(tmp_path, "rate = 2\nrate = rate / 0\n").module.rate == 2


def test_a_training_loop_is_ended_and_the_definitions_after_it_are_there(tmp_path, monkeypatch):
    monkeypatch.setattr(finder.Budget.__init__, "__defaults__", (0.2, 5.0))
    text = "turns = 0\nwhile True:\n    turns += 1\n" + RAMP
    both = loaded(tmp_path, text)
    assert both.module.Ramp().forward(1) == 1
    assert both.module.turns > 0
    assert "line 2 was ended after" in both.told[0]


def test_an_except_without_a_name_does_not_keep_it_going(tmp_path, monkeypatch):
    monkeypatch.setattr(finder.Budget.__init__, "__defaults__", (0.2, 5.0))
    text = "for n in range(10**9):\n    try:\n        m = n\n    except:\n        break\n"
    assert loaded(tmp_path, text + RAMP).module.Ramp


def test_an_annotation_that_is_not_defined_costs_nothing(tmp_path):
    text = "def f(x: Union[int, float]) -> Array:\n    return 2 * x\nclass A:\n    n: Missing\n"
    both = loaded(tmp_path, text)
    assert both.told == ()
    assert both.module.f(2) == 4
    assert both.module.f.__annotations__["return"] == "Array"


WHOLE = '''
"""The docstring."""
from __future__ import annotations
import dataclasses
"a string by itself"

@dataclasses.dataclass
class Point:
    x: Later
    y: int = 2

class Later: ...

def fails():
    return 1 / 0

count: int = 3
'''


def test_a_module_is_what_python_makes_of_it(tmp_path):
    module = loaded(tmp_path, WHOLE.lstrip()).module
    assert module.__doc__ == "The docstring."
    assert module.__file__ == str(tmp_path / "net.py")
    assert module.__name__ != "__main__"
    assert module.__annotations__ == {"count": "int"}
    assert sys.modules[module.__name__] is module
    assert pickle.loads(pickle.dumps(module.Point(1))) == module.Point(1, 2)
    assert inspect.getsource(module.fails) == "def fails():\n    return 1 / 0\n"
    with pytest.raises(ZeroDivisionError) as raised:
        module.fails()
    assert traceback.extract_tb(raised.value.__traceback__)[-1].lineno == 14


def test_main_guards_are_not_run(tmp_path):
    assert not hasattr(loaded(tmp_path, "if __name__ == '__main__':\n    ran = 1\n").module, "ran")
