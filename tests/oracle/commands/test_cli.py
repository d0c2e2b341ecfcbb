"""The command line as a user meets it: a process of its own, its output and its exit status."""

import importlib.resources
import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner

import oracle
from oracle.commands import cli, output
from oracle.commands import verify as verifying
from oracle.results import Counterexample, Failure, Gradient, Note, Report, Result
from oracle.verify import derivations
from tests import TESTS

FEW = ["--cases", "6", "--jobs", "1"]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "oracle", *arguments]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=240)


def schema() -> Any:
    text = importlib.resources.files("oracle").joinpath("report/schema.json").read_text("utf-8")
    return json.loads(text)


def test_verify_prints_a_row_for_each_derivation_and_succeeds() -> None:
    done = run("verify", "affine.py", *FEW)
    assert done.returncode == 0, done.stderr
    for name in ("affine", "affine_bias_column", "affine_columns", "embedding"):
        assert f"\n{name} " in done.stdout
    assert "torch.addmm" in done.stdout, "the twin is named"
    assert "13 correct" in done.stdout
    assert "\x1b" not in done.stdout, "no colours where there is no terminal"
    assert done.stderr == "", "no progress bar where there is no terminal"


def test_verify_in_two_processes_says_the_same_as_in_one() -> None:
    one, two = (
        json.loads(
            run("verify", "affine.py", "--format", "json", "--cases", "6", "--jobs", n).stdout
        )
        for n in ("1", "2")
    )
    for document in (one, two):
        del document["seconds"]
    assert one == two


def test_json_is_one_document_as_the_schema_has_it() -> None:
    done = run("verify", "softmax", "reduce", "--format", "json", "--seed", "3", *FEW)
    document = json.loads(done.stdout)
    jsonschema.validate(document, schema())
    assert done.returncode == 0
    assert document["seed"] == 3
    assert [result["target"] for result in document["results"]] == ["softmax", "reduce"]
    softmax = document["results"][0]
    assert softmax["file"] == "reference/activations.py"
    assert [gradient["name"] for gradient in softmax["gradients"]] == ["P", "dZ"]
    assert softmax["checked"]["witnesses"] == ["torch twin", "central difference"]
    assert document["summary"]["correct"] == 4


def test_dtype_and_names_select() -> None:
    document = json.loads(
        run("verify", "tanh", "--dtype", "float32", "--format", "json", *FEW).stdout
    )
    (result,) = document["results"]
    assert result["checked"]["dtypes"] == ["float32"]
    assert result["cases"] >= 12, "so many ordinary ones, and so many extreme ones"


def test_a_case_is_replayed_alone() -> None:
    case = "float64/ordinary/N=2,D=3,M=1/77"
    done = run("verify", "affine_columns", "--case", case)
    assert done.returncode == 0, done.stderr
    assert "in 1 cases" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["verify", "sofmax"], "nothing is called 'sofmax'; did you mean softmax"),
        (["verify", "--case", "x"], "--case is a case of one derivation"),
        (["verify", "network", "--case", "x"], "a network's case has 10"),
        (["verify", "tanh", "--case", "x"], "is no case"),
        (["verify", "--cases", "0"], "is not in the range"),
        (["verify", "jacobian"], "jacobian has no gradient that could be verified"),
        (["explain", "nothing_like_it"], "nothing is called"),
        (["frobnicate"], "No such command 'frobnicate'"),
    ],
)
def test_bad_usage_is_told_and_exits_with_2(arguments: list[str], says: str) -> None:
    done = CliRunner().invoke(cli.main, arguments)
    assert done.exit_code == 2
    assert says in done.output


@pytest.mark.parametrize("arguments", [["--help"], ["verify", "--help"], ["explain", "--help"]])
def test_help_needs_neither_torch_nor_numpy(arguments: list[str]) -> None:
    program = (
        "import sys; sys.modules['torch'] = sys.modules['numpy'] = None\n"
        f"sys.argv = ['oracle', *{arguments}]\n"
        "from oracle.commands.cli import main; main()"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "Usage: oracle" in done.stdout


def test_explain_prints_equation_shapes_code_twin_and_what_is_verified_without_torch() -> None:
    program = (
        "import sys; sys.modules['torch'] = None\n"
        "sys.argv = ['oracle', 'explain', 'affine']\n"
        "from oracle.commands.cli import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr
    for said in (
        "Z = XW + b, one sample a row",
        "X: N D",
        "dW = X.T @ dZ",
        "torch.addmm(b, X, W)",
        "J. Johnson",
        "saturated",
        "central",
    ):
        assert said in done.stdout


def test_explain_alone_lists_every_derivation() -> None:
    done = CliRunner().invoke(cli.main, ["explain"])
    for name in derivations.in_reference():
        assert f"  {name} " in done.output


def test_version_is_the_packages() -> None:
    assert oracle.__version__ in CliRunner().invoke(cli.main, ["--version"]).output


def failing(verdict: str) -> Report:
    case = "oracle verify affine --case float64/ordinary/N=2,D=1,M=1/7"
    example = Counterexample(
        case, {"N": 2, "D": 1, "M": 1}, {}, 7, "float64", "ordinary", [[2.0]], [[1.0]]
    )
    finding = Note("wrong-shape", "has shape (1, 1), expected (1,)", "sum over axis 0")
    units = {"float64/ordinary": float("inf")}
    gradient = Gradient(
        "dW", "W", 14, verdict, units=units, counterexample=example, findings=(finding,)
    )
    result = Result("reference/affine.py", "affine", 12, "torch.addmm", (gradient,), cases=3)
    return Report(0, [result])


@pytest.mark.parametrize(
    ("report", "fail_on", "status"),
    [
        (Report(0), "wrong", 0),
        (failing("wrong"), "wrong", 1),
        (failing("wrong"), "unstable", 1),
        (failing("unstable"), "wrong", 0),
        (failing("unstable"), "unstable", 1),
        (failing("undecidable"), "wrong", 2),
        (Report(0, errors=[Failure("a.py", 1, "no")]), "wrong", 2),
        (Report(0, interrupted=True), "wrong", 2),
    ],
)
def test_the_exit_status_is_1_for_a_failure_and_2_for_what_was_not_judged(
    report: Report, fail_on: str, status: int
) -> None:
    assert output.status(report, fail_on) == status


@pytest.fixture
def verify(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    def invoke(report: Report, *arguments: str) -> Any:
        monkeypatch.setattr(verifying, "verify", lambda *_: report)
        return CliRunner().invoke(cli.main, ["verify", *arguments])

    return invoke


def test_a_failure_prints_line_smallest_case_ratio_and_replay(verify: Callable[..., Any]) -> None:
    done = verify(failing("wrong"))
    assert done.exit_code == 1
    for said in (
        "reference/affine.py:14: affine: dW, the gradient of W, is wrong",
        "wrong-shape: has shape (1, 1), expected (1,)",
        "cure: sum over axis 0",
        "wrong-shape",
        "smallest failing case: N = 2, D = 1, M = 1",
        "got   [[2.]]",
        "want  [[1.]]",
        "replay: oracle verify affine --case float64/ordinary/N=2,D=1,M=1/7",
    ):
        assert said in done.output


def test_quiet_prints_failures_and_the_summary_only(verify: Callable[..., Any]) -> None:
    done = verify(failing("wrong"), "--quiet")
    assert "torch.addmm" not in done.output
    assert "is wrong" in done.output
    assert "1 wrong" in done.output


def test_json_has_no_number_that_json_cannot_hold(verify: Callable[..., Any]) -> None:
    pytest.importorskip("torch")  # whose version the document has
    done = verify(failing("wrong"), "--format", "json")
    document = json.loads(done.output, parse_constant=lambda text: pytest.fail(text))
    jsonschema.validate(document, schema())
    assert document["results"][0]["gradients"][0]["error_units"] == "inf"


def test_ctrl_c_prints_what_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    real = verifying.do
    done = []

    def interrupted(task: verifying.Task) -> Any:
        if len(done) == 3:
            raise KeyboardInterrupt
        done.append(task)
        return real(task)

    monkeypatch.setattr(verifying, "do", interrupted)
    shown = CliRunner().invoke(cli.main, ["verify", "tanh", *FEW])
    assert shown.exit_code == 2
    assert "interrupted: this is what is known so far" in shown.output
    assert "tanh" in shown.output


def test_a_derivation_without_a_twin_is_an_error_and_the_others_are_judged(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from oracle.truth import twins

    real = twins.twin

    def missing(module: str, name: str) -> Any:
        return real(module, name if name != "embedding" else "no_such_twin")

    monkeypatch.setattr(twins, "twin", missing)
    shown = CliRunner().invoke(cli.main, ["verify", "affine.py", *FEW])
    assert shown.exit_code == 2
    assert "error: embedding: no torch twin" in shown.output
    assert "10 correct" in shown.output or "11 correct" in shown.output


def test_the_process_that_prints_never_imports_torch() -> None:
    code = (
        "import sys; from oracle.commands import verify, workers; assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_judging_imports_nothing_more_of_torch() -> None:
    """torch.autograd.grad would import sympy at its first call, which takes a second."""
    pytest.importorskip("torch")
    file = TESTS / "user_files" / "affine_cs231n.py"
    code = (
        "import sys, torch\n"
        "before = 'sympy' in sys.modules\n"
        "from pathlib import Path\n"
        "from oracle.commands import check as checks\n"
        f"found = checks.of_file(Path({str(file)!r}), '', checks.Settings(cases=20))\n"
        "assert [judge() for _, _, judge in found]\n"
        "assert before or 'sympy' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
