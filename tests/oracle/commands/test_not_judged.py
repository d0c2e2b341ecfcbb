"""Gradients without a verdict in each kind of report, and in the exit status."""

import json
import subprocess
import sys
from importlib.resources import files

import jsonschema

from oracle.commands.output import status
from oracle.report import annotations, json_document
from oracle.results import Gradient, NotJudged, Report, Result

TRAINED = """
import numpy as np


def swish(z):
    return z / (1 + np.exp(-z))


def swish_derivative(z):
    s = 1 / (1 + np.exp(-z))
    return s + z * s * (1 - s)


def train(X, t, W, lr):
    z = X @ W
    dz = (swish(z) - t) * swish_derivative(z)
    dW = X.T @ dz
    db = dz.sum(axis=0)
    return W - lr * dW, db
"""
LEFT = NotJudged("net.py", "train", (28, 51), ("dW", "db"), "2 gradients not judged: why")


def report(verdict="correct", left=(LEFT,)):
    gradient = Gradient("dx", "x", 3, verdict)
    return Report(0, [Result("net.py", "f_backward", 3, "", [gradient])], not_judged=list(left))


def test_the_exit_status_is_2_unless_it_is_allowed_or_something_is_wrong():
    assert status(report(), "wrong") == 2
    assert status(report(), "wrong", allow_not_judged=True) == 0
    assert status(report("wrong"), "wrong") == 1
    assert status(report(left=()), "wrong") == 0


def test_the_summary_counts_gradients():
    assert report().summary()["not_judged"] == 2


def test_json_has_the_list_and_keeps_to_the_schema():
    document = json_document.document(report())
    schema = json.loads(files("oracle").joinpath("report/schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(document, schema)
    (left,) = document["not_judged"]
    assert (left["target"], left["lines"], left["names"]) == ("train", [28, 51], ["dW", "db"])


def test_github_and_sarif_carry_notes():
    assert annotations.github(report()).startswith("::notice file=net.py,line=28,endLine=51,")
    (run,) = json.loads(annotations.sarif(report()))["runs"]
    (note,) = run["invocations"][0]["toolExecutionNotifications"]
    assert note["level"] == "note"
    assert note["message"]["text"] == "train: 2 gradients not judged: why (dW, db)"


def test_the_terminal_says_target_line_and_names(tmp_path):
    file = tmp_path / "net.py"
    file.write_text(TRAINED, encoding="utf-8")
    command = [sys.executable, "-m", "oracle", "check", "--cases", "20", "net.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "net.py:17: train, line 17: 1 gradient not judged" in done.stdout
    assert "1 correct, 1 not judged" in done.stdout
