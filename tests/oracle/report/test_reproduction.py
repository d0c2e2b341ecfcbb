"""``oracle check --repro``: its script fails while the file is wrong, and passes when mended."""

import os
import subprocess
import sys
import tomllib

import pytest

from oracle import discovery
from oracle.commands.check import Settings, judge
from tests import TESTS

FOLDER = TESTS / "user_files"
EXPECTED = tomllib.loads((FOLDER / "expected.toml").read_text(encoding="utf-8"))
OF_EACH_WAY = [
    "bias_add.py", "lstm_cell_state.py",  # pairs
    "tanh_layer.py",  # with a cache
    "mae.py",  # value and gradient
    "dense_class_sgd.py",  # a class
    "torch_linear.py",  # torch.autograd.Function
    "layernorm_constant.py",  # value and pullback
    "elu.py",  # derivative
    "planar_course_units.py",  # course style
    "two_layer_class.py",  # network
    "helper_activation.py",  # a helper in another file
]  # fmt: skip


def scripts(file):
    target = EXPECTED[file.name]["target"]
    subjects, _ = discovery.subjects(file, "")
    (subject,) = [s for s in subjects if s.name == target]
    found = judge(subject, Settings(cases=60, repro=True))
    return [g.repro for g in found.gradients if g.repro]


def run(script, folder):
    (folder / "repro.py").write_text(script, encoding="utf-8")
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    return subprocess.run(
        [sys.executable, "-W", "error", "repro.py"],
        cwd=folder, env=environment, capture_output=True, text=True, encoding="utf-8",
    )  # fmt: skip


@pytest.mark.parametrize("name", OF_EACH_WAY)
def test_the_script_fails_before_the_mend_and_passes_after_it(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for other in FOLDER.glob("*.py"):
        (tmp_path / other.name).write_text(other.read_text(encoding="utf-8"), encoding="utf-8")
    first = scripts(tmp_path / name)[0]
    assert first.script, first.why_not
    assert len(first.script.splitlines()) <= 15
    assert "oracle" not in first.script.split('"""')[2]
    before = run(first.script, tmp_path)
    assert before.returncode == 1
    assert "\nAssertionError: " in before.stderr, before.stderr
    old, new = EXPECTED[name]["mend"]
    text = (tmp_path / name).read_text(encoding="utf-8")
    (tmp_path / name).write_text(text.replace(old, new), encoding="utf-8")
    after = run(first.script, tmp_path)
    assert after.returncode == 0, after.stderr


def test_inputs_may_have_the_names_that_the_script_uses_itself(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = "def mix_forward(value, got):\n    return value * got\n\n\n"
    text += (
        "def mix_backward(upstream, value, got):\n    return upstream * value, upstream * value\n"
    )
    shapes = "# oracle: shapes value: N, got: N\n"
    (tmp_path / "net.py").write_text(shapes + text, encoding="utf-8")
    (subject,), _ = discovery.subjects(tmp_path / "net.py", "")
    found = judge(subject, Settings(cases=60, repro=True))
    (repro,) = [g.repro for g in found.gradients if g.repro]
    assert "AssertionError: dvalue is" in run(repro.script, tmp_path).stderr, repro.why_not


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("gate_in_place.py", "there are no two arrays to compare (mutates-input)"),
        ("maxpool_mask.py", "it is wrong at ties or kinks alone"),
    ],
)
def test_where_no_script_can_show_it_the_reason_is_told(name, why):
    (repro,) = scripts(FOLDER / name)
    assert (repro.script, repro.why_not[: len(why)]) == ("", why)


def check(folder, *arguments):
    return subprocess.run(
        [sys.executable, "-m", "oracle", "check", "--cases", "40", *arguments],
        cwd=folder,
        capture_output=True, text=True, encoding="utf-8",
    )  # fmt: skip


def test_the_script_is_all_of_standard_output_and_the_status_stays(tmp_path):
    text = (FOLDER / "bias_add.py").read_text(encoding="utf-8")
    package = tmp_path / "package"
    package.mkdir()
    (package / "__init__.py").write_text("", encoding="utf-8")
    (package / "scale.py").write_text("ONE = 1.0\n", encoding="utf-8")
    (package / "net.py").write_text("from .scale import ONE\n" + text, encoding="utf-8")
    done = check(tmp_path, "--repro", "-", "package/net.py")
    assert done.returncode == 1
    assert "gb, the gradient of b, is wrong" in done.stderr
    assert done.stdout.startswith('"""add_backward of net.py: gb is not the gradient of b.')
    assert "AssertionError: gb is" in run(done.stdout, tmp_path).stderr


def test_where_nothing_is_wrong_nothing_is_written(tmp_path):
    (tmp_path / "net.py").write_text(
        (FOLDER / "gelu.py").read_text(encoding="utf-8"), encoding="utf-8"
    )
    done = check(tmp_path, "--repro", "shown.py", "net.py")
    assert done.returncode == 0
    assert "no script was written: nothing is wrong" in done.stderr
    assert not (tmp_path / "shown.py").exists()
    assert check(tmp_path, "--repro", "-", "--format", "json", "net.py").returncode == 2


def test_a_script_is_written_over_an_older_one_and_over_nothing_else(tmp_path):
    (tmp_path / "net.py").write_text(
        (FOLDER / "bias_add.py").read_text(encoding="utf-8"), encoding="utf-8"
    )
    for _ in range(2):
        done = check(tmp_path, "--repro", "shown.py", "net.py")
        assert (done.returncode, "is wrong" in done.stdout) == (1, True)
        assert "AssertionError" in run((tmp_path / "shown.py").read_text(), tmp_path).stderr
    done = check(tmp_path, "--repro", "net.py", "net.py")
    assert done.returncode == 2
    assert "no script written by --repro" in done.stderr
