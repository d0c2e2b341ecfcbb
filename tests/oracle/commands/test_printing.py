"""What is printed steers no terminal and no runner, is cut by no width, and ends clearly."""

import io
import json
import os
import subprocess
import sys
from importlib.resources import files

import jsonschema
import pytest
from rich.console import Console

from oracle.report import annotations, check_page, escaped, json_document, terminal
from oracle.results import Failure, Gradient, Note, Report, Result
from tests.oracle.commands._files import COMMAND, FEW, RIGHT, WRONG, check, write

ODD = (
    "boo\n::error file=x::mine\n  ::warning::mine\r##[error]mine"
    "\x1b[2J\x1b]0;t\x07[bold]m[/]\x9b31m\u202edesrever\u2066 "
    "\ud800\udc80 \u2028::error::mine \ufeff\x7f"
)
STEERING = ("\x1b", "\x9b", "\r", "\x07", "\u202e", "\u2066", "\u2028", "\ufeff", "\x7f", "\ud800")


@pytest.fixture
def odd(tmp_path, monkeypatch):
    """A report in which every text is odd, also the path of a file that there is."""
    monkeypatch.chdir(tmp_path)
    name = "::error::x\x1b[1m.py"
    (tmp_path / name).write_text(f"a = 1\ndW = '{ODD[:70]}'\nb = 2\n", "utf-8", "surrogatepass")
    findings, remarks = (Note("raises", ODD, ODD),), (Note("raises", ODD),)
    gradient = Gradient(ODD, ODD, 2, "wrong", units={ODD: 1e9}, findings=findings, remarks=remarks)
    good = Gradient(ODD, ODD, 2)
    results = [Result(name, ODD, 1, ODD, (gradient, good)), Result(name, ODD, 1, ODD, (good,))]
    return Report(0, results, [Failure(name, 1, ODD)])


def text(report, capsys):
    check_page.print_report(report)
    return capsys.readouterr().out


def is_safe(printed):
    printed.encode()
    assert not [sign for sign in STEERING if sign in printed]
    assert "##[" not in printed
    return True


def test_text_shows_odd_characters_and_begins_no_line_with_a_command(odd, capsys):
    printed = text(odd, capsys)
    assert is_safe(printed)
    assert not [line for line in printed.splitlines() if line.lstrip().startswith("::")]
    assert r"\x1b[2J\x1b]0;t\x07[bold]m[/]\x9b31m\u202edesrever" in printed


def test_github_has_one_command_for_each_finding(odd):
    printed = annotations.github(odd)
    assert is_safe(printed)
    lines = printed.split("\n")
    assert len(lines) == 2
    assert all(line.startswith("::error file=%3A%3Aerror%3A%3Ax") for line in lines)


@pytest.mark.parametrize("written", [json_document.dumps, annotations.sarif])
def test_documents_are_valid_and_escaped(written, odd):
    printed = written(odd)
    assert is_safe(printed)
    assert r"\x1b[2J" in json.loads(json.dumps(printed)).replace("\\\\", "\\")
    json.loads(printed.encode(), parse_constant=pytest.fail)


def test_visible_text_is_left_as_it_is():
    for said in ("Σ(a − y)² dW\tβ 日本", "naïve", "[bold]", "👩‍🔬"):
        assert escaped.shown(said) == said


def widths_of(width, results):
    screen = Console(file=io.StringIO(), width=width)
    terminal.print_whole(screen, terminal._table(results, width))
    return screen.file.getvalue()


@pytest.mark.parametrize("width", [20, 40, 80, 100, 128, 200, 400])
def test_no_width_cuts_a_verdict(width):
    gradients = [Gradient("P", "", 1, units={"float64/tiny": 3.0}), Gradient("dZ", "Z", 1)]
    name = "softmax_cross_entropy_with_probabilities"
    printed = widths_of(width, [Result("reference/losses.py", name, 1, "torch.softmax", gradients)])
    assert name in printed
    assert "correct" in printed
    assert "…" not in printed


def test_the_progress_bar_shows_odd_names_escaped(monkeypatch):
    screen = Console(file=io.StringIO(), width=100, force_terminal=True, color_system=None)
    monkeypatch.setattr(terminal, "console", lambda *_, **__: screen)
    with terminal.progress("checking", "files", 1, hidden=False, no_color=True) as step:
        step("[/bold] \x1b]0;t\x07.py")
    assert "[/bold] \\x1b]0;t\\x07.py" in screen.file.getvalue()


ENVIRONMENTS = {
    "no columns": {"COLUMNS": "0"},
    "narrow": {"COLUMNS": "20"},
    "wide": {"COLUMNS": "400"},
    "odd columns": {"COLUMNS": "many"},
    "ascii": {"PYTHONIOENCODING": "ascii", "LC_ALL": "C"},
    "dumb": {"TERM": "dumb", "NO_COLOR": "1"},
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("printed")
    write(folder, wrong=WRONG.replace("dW", "dΩ"), right=RIGHT)
    return folder


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_an_environment_changes_no_verdict(name, folder):
    done = check(folder, "wrong.py", env=ENVIRONMENTS[name])
    assert done.returncode == 1, done.stderr
    assert done.stderr == b""
    assert b"is wrong  [extra-batch-mean]" in done.stdout
    assert b"1 correct, 1 wrong" in done.stdout


def test_without_home_or_anything_else_in_the_environment(folder):
    done = subprocess.run(
        [*COMMAND, "check", *FEW, "right.py"], cwd=folder, env={}, capture_output=True
    )
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_complex_gradient_is_in_the_document_as_the_schema_has_it(folder):
    write(folder, waves=RIGHT.replace("X.T @ dout", "X.T @ dout * 1j"))
    done = check(folder, "waves.py", "--format", "json")
    document = json.loads(done.stdout)
    schema = json.loads(files("oracle").joinpath("report/schema.json").read_text("utf-8"))
    jsonschema.validate(document, schema)
    gradients = {g["name"]: g for g in document["results"][0]["gradients"]}
    assert gradients["dW"]["verdict"] == "wrong"
    assert set(gradients["dW"]["counterexample"]["got"][0][0]) == {"re", "im"}


def in_shell(command, folder):
    program = f"{sys.executable} -P -m oracle"
    return subprocess.run(
        ["bash", "-c", command.replace("oracle", program)],
        cwd=folder, capture_output=True, text=True, timeout=240,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("oracle check right.py --cases 5 > /dev/full", "could not be written: No space left"),
        ("oracle explain softmax > /dev/full", "could not be written: No space left"),
        ("oracle check right.py --cases 5 >&-", "standard output is closed"),
        ("oracle check right.py --cases 5 --format json > /dev/full", "could not be written"),
    ],
)
def test_output_that_cannot_be_written_is_said_and_is_2(command, said, folder):
    done = in_shell(command, folder)
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr
    assert done.returncode == 2


@pytest.mark.parametrize("command", ["oracle explain", "oracle check wrong.py --cases 5"])
def test_a_reader_that_leaves_is_told_nothing(command, folder):
    done = in_shell(f"{command} | true; exit ${{PIPESTATUS[0]}}", folder)
    assert done.stderr == ""
    assert done.returncode in (0, 1, 2)


def test_closed_input_and_errors_are_no_matter(folder):
    done = in_shell("oracle check right.py --cases 5 <&- 2>&-", folder)
    assert done.returncode == 0
    assert "2 correct" in done.stdout


def test_a_folder_that_has_gone_is_told(tmp_path):
    gone = tmp_path / "gone"
    gone.mkdir()
    done = in_shell(f"cd {gone} && rmdir {gone} && oracle check right.py", tmp_path)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "the current folder" in done.stderr


def test_an_empty_folder_is_one_document_too(tmp_path):
    done = check(tmp_path, ".", "--format", "json")
    document = json.loads(done.stdout)
    assert done.returncode == 2
    assert "no file in it holds a backward pass" in document["errors"][0]["message"]
    assert os.listdir(tmp_path) == []
