"""The command: lists, runs, saves pictures, and says what is missing."""

import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

import examples
from examples import PROGRAMS
from examples.__main__ import main


def call(*args: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, args, env={"COLUMNS": "120"})
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


def test_the_list_has_one_line_each() -> None:
    code, output = call()
    assert code == 0
    lines = output.splitlines()
    assert lines[0].startswith("mazur ")
    assert [line.split()[0] for line in lines] == list(PROGRAMS)


def test_programs_are_short() -> None:
    """They are what a reader opens to see reference/ at work."""
    for name in PROGRAMS:
        path = Path(examples.__file__).with_name(f"{name}.py")
        assert 30 <= len(path.read_text(encoding="utf-8").splitlines()) <= 120, name


def test_one_program_runs() -> None:
    code, output = call("logistic", "--quick")
    assert code == 0
    assert "12.252" in output
    assert "does not hold" not in output


def test_an_unknown_name() -> None:
    code, output = call("mazurka")
    assert code == 2
    assert "no program 'mazurka'; there are mazur, " in output


def test_pictures_are_saved(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    code, output = call("gradient_check", "--plot", str(tmp_path / "pictures"))
    assert code == 0, output
    saved = tmp_path / "pictures" / "gradient_check.png"
    assert saved.read_bytes().startswith(b"\x89PNG")


def test_several_pictures_need_a_folder() -> None:
    code, output = call("mazur", "stairs", "--plot", "one.png")
    assert code == 2
    assert "a folder is due" in output


def test_a_missing_matplotlib_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    code, output = call("gradient_check", "--plot", "somewhere.png")
    assert code == 1
    assert "gradient_check needs matplotlib, which is optional: pip install matplotlib" in output


def test_a_missing_scikit_learn_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "sklearn"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "sklearn", None)
    from examples import nielsen

    nielsen.digits.cache_clear()
    code, output = call("nielsen", "--quick")
    assert code == 1
    assert "nielsen needs scikit-learn, which is optional: pip install scikit-learn" in output


def test_without_data_it_says_so() -> None:
    code, output = call("dermatology", "--quick")
    assert code == 0
    assert "No --data PATH is given" in output
