"""The page of a check on a terminal."""

import pytest

from oracle.report.check_page import print_report
from oracle.results import Gradient, Note, Report, Result


def test_float32_by_choice_is_told_once_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    notes = (Note("float32-by-choice", "computes with float32"), Note("assumed", "rate is 1"))
    made = [("a.py", "one"), ("a.py", "two"), ("b.py", "one")]
    gradients = (Gradient("dx", "x", 3),)
    results = [Result(f, t, 1, "", gradients, remarks=notes) for f, t in made]
    print_report(Report(0, results), no_color=True)
    said = capsys.readouterr().out
    assert said.count("computes with float32") == 2
    assert said.count("rate is 1") == 3
