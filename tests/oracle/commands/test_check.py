"""``oracle check`` on the command line: what it prints, its exit status, and what it survives."""

import json
import operator
import subprocess
import sys
from importlib.resources import files

import jsonschema
import pytest

from oracle.commands import channel, child
from oracle.commands import check as checks
from oracle.commands.check import Settings

WRONG = """
# oracle: shapes X: N D, W: D M
def affine_forward(X, W):
    return X @ W

def affine_backward(dZ, X, W):
    dX = dZ @ W.T
    dW = X.T @ dZ / len(X)
    return dX, dW
"""
RIGHT = """
# oracle: shapes x: N D
def cube_forward(x):
    return x**3

def cube_backward(d, x):
    return 3 * x**2 * d
"""


def run(*arguments, folder):
    command = [sys.executable, "-m", "oracle", "check", "--cases", "40", *map(str, arguments)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "wrong.py").write_text(WRONG, encoding="utf-8")
    (tmp_path / "right.py").write_text(RIGHT, encoding="utf-8")
    return tmp_path


def test_a_finding_says_where_what_and_how_to_mend_it(folder):
    done = run("wrong.py", folder=folder)
    assert done.returncode == 1
    assert "wrong.py:8: affine_backward: dW, the gradient of W, is wrong" in done.stdout
    assert "[extra-batch-mean]" in done.stdout
    assert "cure: do not divide by N" in done.stdout
    assert "replay: oracle check wrong.py::affine_backward --case" in done.stdout
    assert "\x1b" not in done.stdout  # colours on a terminal only


def test_a_folder_is_searched_and_all_well_is_0(folder):
    (folder / "wrong.py").unlink()
    (folder / "no_derivation.py").write_text("raise SystemExit(1)\n", encoding="utf-8")
    done = run(".", folder=folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert "cube_backward: correct" in done.stdout


def test_json_is_as_the_schema_has_it(folder):
    done = run("wrong.py", "right.py", "--format", "json", folder=folder)
    document = json.loads(done.stdout)
    schema = json.loads(files("oracle").joinpath("report/schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(document, schema)
    assert document["summary"] == {
        "correct": 2, "wrong": 1, "unstable": 0, "inherited": 0, "undecidable": 0, "ignored": 0,
        "not_judged": 0,
    }  # fmt: skip


def test_sarif_and_github_name_file_line_and_finding(folder):
    log = json.loads(run("wrong.py", "--format", "sarif", folder=folder).stdout)
    (result,) = log["runs"][0]["results"]
    assert result["ruleId"] == "extra-batch-mean"
    assert result["locations"][0]["physicalLocation"]["region"] == {"startLine": 8}
    line = run("wrong.py", "--format", "github", folder=folder).stdout
    assert line.startswith("::error file=wrong.py,line=8,title=oracle%3A extra-batch-mean::")


def test_a_comment_silences_a_finding_and_is_counted(folder):
    text = WRONG.replace("/ len(X)", "/ len(X)  # oracle: ignore[extra-batch-mean]")
    (folder / "wrong.py").write_text(text, encoding="utf-8")
    done = run("wrong.py", "--format", "json", folder=folder)
    assert done.returncode == 0
    assert json.loads(done.stdout)["summary"]["ignored"] == 1


def test_the_case_that_is_printed_shows_the_failure_again(folder):
    text = run("wrong.py", folder=folder).stdout
    replay = next(line for line in text.splitlines() if "replay:" in line)
    case = replay.split("--case ")[1].strip()
    again = run("wrong.py::affine_backward", "--case", case, folder=folder)
    assert again.returncode == 1
    got = [line for line in text.splitlines() if line.strip().startswith("got")]
    assert got[0] in again.stdout


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no backward pass was found"),
        ("def f_backward(d, x) return d\n", "SyntaxError"),
        ("from no_such import c\n" + RIGHT.replace("3 *", "c(x) *"), "no_such is not installed"),
    ],
)
def test_what_cannot_be_judged_is_2_and_says_why(text, said, tmp_path):
    (tmp_path / "file.py").write_text(text.replace("x**3", "x @ x.T"), encoding="utf-8")
    done = run("file.py", folder=tmp_path)
    assert done.returncode == 2, done.stdout
    assert said in done.stdout


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("import os; os._exit(5)", "exited with status 5"),
        ("import ctypes; ctypes.string_at(0)", "SIGSEGV"),
        ("while True: pass", "--timeout"),
    ],
)
def test_what_kills_or_hangs_one_derivation_leaves_the_others_judged(body, said, tmp_path):
    bad = "# oracle: shapes x: N D\ndef f_forward(x):\n    return x * 2\n\ndef f_backward(d, x):\n"
    bad += f"    {body}\n"
    (tmp_path / "file.py").write_text(bad + RIGHT, encoding="utf-8")
    done = run("file.py", "--timeout", "8", folder=tmp_path)
    assert said in done.stdout
    assert "cube_backward: correct" in done.stdout


def test_what_a_file_prints_and_sets_stays_its_own(tmp_path):
    noise = "import numpy as np\nprint('hello')\nnp.random.seed(3)\nnp.seterr(all='raise')\n"
    (tmp_path / "file.py").write_text(noise + RIGHT, encoding="utf-8")
    done = run("file.py", folder=tmp_path)
    assert done.returncode == 0
    assert "hello" not in done.stdout


def test_an_exception_of_the_backward_is_told(tmp_path):
    text = RIGHT.replace("return 3 *", "raise KeyError('W1')\n    return 3 *")
    (tmp_path / "file.py").write_text(text, encoding="utf-8")
    done = run("file.py", folder=tmp_path)
    assert done.returncode == 1
    assert "KeyError: 'W1'" in done.stdout


class Told:
    """What a file's process sends, in this process."""

    def __init__(self):
        self.messages = []

    def send(self, kind, **content):
        self.messages.append({"kind": kind, **content})

    @property
    def failures(self):
        outcomes = [m["outcome"] for m in self.messages if m["kind"] == "outcome"]
        return [channel.decoded(outcome).message for outcome in outcomes]


def failure_of(file, verbose=False):
    told = Told()
    child.judge(child.Request("", str(file), "", True, 0, Settings(cases=5), verbose), told)
    (message,) = told.failures
    return message


def test_an_error_of_ours_is_told_as_ours_and_blames_nothing_of_the_file(folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "oracle.judging.examine", None)  # as in a wheel that lacks it
    said = failure_of(folder / "right.py")
    assert "an error of oracle itself, not of this file: ModuleNotFoundError" in said
    assert "report it" in said
    assert "os._exit" not in said
    assert len(said.splitlines()) == 1


def test_an_error_of_ours_carries_its_traceback_where_that_is_asked_for(folder, monkeypatch):
    monkeypatch.setattr(checks, "begun", operator.itemgetter(0))
    said = failure_of(folder / "right.py", verbose=True)
    assert "cube_forward" in said or "cube_backward" in said
    assert "an error of oracle itself, not of this file: TypeError" in said
    assert "Traceback (most recent call last):" in said
