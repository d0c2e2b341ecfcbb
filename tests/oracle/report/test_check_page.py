"""The page of a check on a terminal."""

import json

import pytest

from oracle.report.annotations import github, sarif
from oracle.report.check_page import print_report
from oracle.report.json_document import document
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


def wrong(name: str, line: int, said: str, file: str = "") -> Gradient:
    findings = (Note("extra-batch-mean", said, "do not divide by N"),)
    return Gradient(name, name[1:], line, "wrong", findings=findings, file=file)


def test_gradients_of_one_line_with_one_mistake_are_explained_once(
    capsys: pytest.CaptureFixture[str],
) -> None:
    gradients = (wrong("db1", 12, "db1 is small"), wrong("db2", 12, "db2 is small"))
    print_report(Report(0, [Result("net.py", "Net", 1, "", gradients)]), no_color=True)
    said = capsys.readouterr().out
    assert said.count("do not divide by N") == 1
    assert "net.py:12: Net: db2, the gradient of b2, is wrong  [extra-batch-mean]  as db1" in said


def test_the_same_mistake_on_two_lines_is_explained_twice(
    capsys: pytest.CaptureFixture[str],
) -> None:
    gradients = (wrong("db1", 12, "db1 is small"), wrong("db2", 14, "db2 is small"))
    print_report(Report(0, [Result("net.py", "Net", 1, "", gradients)]), no_color=True)
    assert capsys.readouterr().out.count("do not divide by N") == 2


def test_every_format_places_a_line_of_a_different_file_there(
    capsys: pytest.CaptureFixture[str],
) -> None:
    result = Result("net.py", "Net", 1, "", (wrong("db", 12, "db is small", "layers.py"),))
    report = Report(0, [result])
    print_report(report, no_color=True)
    assert "layers.py:12: Net: db" in capsys.readouterr().out
    assert "file=layers.py,line=12" in github(report)
    place = json.loads(sarif(report))["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "layers.py"
    assert document(report)["results"][0]["gradients"][0]["file"] == "layers.py"
