"""Every program with its long trainings, whose rows the quick mode of the others leaves out."""

import importlib

import pytest

from examples import PROGRAMS
from examples._table import contradictions


@pytest.mark.full
@pytest.mark.parametrize("name", PROGRAMS)
def test_every_row_holds(name: str) -> None:
    if name in ("nielsen", "mini_batch", "looney", "baseline"):
        pytest.importorskip("sklearn")
    rows = importlib.import_module(f"examples.{name}").run()
    assert rows or name == "dermatology"  # which has a file to read first
    assert contradictions(rows) == []
