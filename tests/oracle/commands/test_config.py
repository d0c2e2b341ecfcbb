"""``[tool.oracle]`` in pyproject.toml: where it is found, who wins, what is told of mistakes."""

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from oracle.commands import cli, ignored, workers
from oracle.commands import verify as verifying
from oracle.results import Report

BACKWARD = "def f(x):\n    return x\n\ndef f_backward(d, x):\n    return d\n"


@pytest.fixture
def seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the commands hand on, from ``project/deeper``; nothing is judged."""
    (tmp_path / "project/deeper").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "project/deeper")
    Path("net.py").write_text(BACKWARD, encoding="utf-8")
    found: dict[str, Any] = {}

    def check(jobs: Any, settings: Any, timeout: float, workers: int, *_: Any) -> Report:
        files = [job.file.as_posix() for job in jobs]
        found.update(files=files, settings=settings, timeout=timeout, workers=workers)
        return Report(settings.seed)

    def verify(todo: Any, seed: int, jobs: int, progress: Any) -> Report:
        found.update(todo=todo, seed=seed)
        return Report(seed)

    def hush(report: Report, select: Any, ignore: Any) -> None:
        found.update(select=select, ignore=ignore)

    monkeypatch.setattr(workers, "check", check)
    monkeypatch.setattr(verifying, "verify", verify)
    monkeypatch.setattr(ignored, "silence", hush)
    return found


def oracle(*arguments: str) -> Any:
    return CliRunner().invoke(cli.main, arguments)


def write(text: str, folder: str = "..") -> None:
    Path(folder, "pyproject.toml").write_text(text, encoding="utf-8")


def test_every_option_may_be_set_in_a_folder_above(seen: dict[str, Any]) -> None:
    write(
        '[tool.oracle]\ncases = 7\nseed = 3\ndtype = "float32"\nmax_dim = 4\ntimeout = 9\n'
        'select = ["transposed"]\nignore = ["raises", "overflow"]\nfail-on = "unstable"\n'
        "jobs = 2\nquiet = true\nno-color = true\n"
    )
    done = oracle("check", "net.py")
    assert done.exit_code == 0, done.output
    settings = seen["settings"]
    assert (settings.cases, settings.seed, settings.max_dim) == (7, 3, 4)
    assert settings.dtypes == ("float32",)
    assert (seen["timeout"], seen["workers"]) == (9, 2)
    assert (seen["select"], seen["ignore"]) == (("transposed",), ("raises", "overflow"))


def test_the_command_line_wins_and_the_nearest_file_is_the_only_one(seen: dict[str, Any]) -> None:
    write("[tool.oracle]\ncases = 7\nseed = 3\n")
    oracle("check", "net.py", "--cases", "8")
    assert (seen["settings"].cases, seen["settings"].seed) == (8, 3)
    write("[project]\n", ".")
    oracle("check", "net.py")
    assert (seen["settings"].cases, seen["settings"].seed) == (200, 0)
    oracle("check", "net.py", "--config", "../pyproject.toml")
    assert seen["settings"].cases == 7


def test_verify_takes_what_it_has_an_option_for(seen: dict[str, Any]) -> None:
    write('[tool.oracle]\ncases = 7\nseed = 3\nselect = ["transposed"]\n')
    done = oracle("verify", "tanh", "--dtype", "float64")
    assert done.exit_code == 0, done.output
    assert seen["seed"] == 3
    assert seen["todo"][0].count == 7


@pytest.mark.parametrize("line", ['exclude = ["old"]', 'exclude = ["deeper/old/*"]'])
def test_what_is_excluded_is_not_searched(seen: dict[str, Any], line: str) -> None:
    Path("old").mkdir()
    Path("old/net.py").write_text(BACKWARD, encoding="utf-8")
    oracle("check", ".")
    assert seen["files"] == ["net.py", "old/net.py"]
    write(f"[tool.oracle]\n{line}\n")
    oracle("check", ".")
    assert seen["files"] == ["net.py"]
    oracle("check", "old/net.py")
    assert seen["files"] == ["old/net.py"], "what is named is meant"


def test_patterns_on_the_command_line_start_in_the_current_folder(seen: dict[str, Any]) -> None:
    oracle("check", ".", "--exclude", "./n*.py")
    assert seen["files"] == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("casses = 3", "unknown key 'casses'; did you mean cases?"),
        ("cases = true", "cases is true; expected a whole number"),
        ("cases = 1.5", "cases is 1.5; expected a whole number"),
        ("max_dim = 1", "max_dim: 1 is not in the range x>=2"),
        ("quiet = 1", "quiet is 1; expected true or false"),
        ('timeout = "5"', "timeout is '5'; expected a number"),
        ("timeout = true", "timeout is true; expected a number"),
        ('select = "transposed"', "select is 'transposed'; expected a list of strings"),
        ('ignore = ["transposd"]', "ignore: no finding is called 'transposd'; did you mean"),
        ("dtype = 64", "dtype is 64; expected one of 'float64', 'float32'"),
        ('fail-on = "never"', "fail-on: 'never' is not one of"),
        ("cases = ", "Invalid value (at line 2"),
    ],
)
def test_a_mistake_in_the_file_is_bad_usage_that_says_where_and_what(
    seen: dict[str, Any], text: str, said: str
) -> None:
    write(f"[tool.oracle]\n{text}\n", ".")
    done = oracle("check", "net.py")
    assert done.exit_code == 2
    assert f"pyproject.toml: [tool.oracle] {said}" in done.output or said in done.output
    assert "Error: pyproject.toml: " in done.output
    assert "settings" not in seen


def test_help_is_printed_whatever_the_file_says(seen: dict[str, Any]) -> None:
    write("[tool.oracle]\nnonsense = 1\n", ".")
    done = oracle("check", "--help")
    assert done.exit_code == 0
    assert "--exclude" in done.output
