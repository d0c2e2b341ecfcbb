"""Training scripts as people write them: wrong lines are found and named, right ones left alone."""

import subprocess
import sys
import tomllib
import warnings

import numpy as np
import pytest

from oracle.tracing import judge
from oracle.tracing.run import run
from oracle.tracing.steps import enough
from tests import TESTS

STEPS = 3

FOLDER = TESTS / "user_scripts"
EXPECTED = tomllib.loads((FOLDER / "expected.toml").read_text(encoding="utf-8"))
ALL = [(name, i) for name, each in EXPECTED.items() for i in range(len(each["mistakes"]))]


def marks(seldom, *known):
    """Of a test that is run in full only, and of one that is known to fail, with the reason."""
    reasons = [each["known"] for each in known if "known" in each]
    return [pytest.mark.full] * bool(seldom) + [pytest.mark.xfail(reason=r) for r in reasons]


RIGHT = [pytest.param(name, marks=marks(False, EXPECTED[name])) for name in EXPECTED]
MISTAKES = [
    pytest.param(name, i, marks=marks(at % 2, EXPECTED[name], EXPECTED[name]["mistakes"][i]))
    for at, (name, i) in enumerate(ALL)
]


@pytest.fixture
def trace(monkeypatch):
    """The report on a script, which runs in this process as it would in one of its own."""

    def of(path):
        monkeypatch.chdir(path.parent)
        monkeypatch.setenv("MPLBACKEND", "Agg")
        with warnings.catch_warnings(), np.errstate():
            warnings.simplefilter("ignore")
            recorded = run(path.name, [], STEPS, lambda stored, notes: enough(stored, notes, STEPS))
            return judge.report(recorded, path.name, STEPS)

    return of


def verdicts(report, *wanted):
    return {
        (g.line, g.name): [f.name for f in g.findings]
        for result in report.results
        for g in result.gradients
        if g.verdict in wanted
    }


def copied(name, folder):
    path = folder / f"{name}.py"
    path.write_text((FOLDER / f"{name}.py").read_text(encoding="utf-8"), encoding="utf-8")
    return path


def planted(name, i, folder):
    """The script with one of its mistakes, and the line of it."""
    mistake = EXPECTED[name]["mistakes"][i]
    source = (FOLDER / f"{name}.py").read_text(encoding="utf-8")
    assert mistake["text"] in source
    at = source.index(mistake.get("at", mistake["text"]).lstrip())
    path = folder / f"{name}.py"
    path.write_text(source.replace(mistake["text"], mistake["becomes"]), encoding="utf-8")
    return path, source[:at].count("\n") + 1


def printed_by(code, folder):
    """What a process prints, to each of its streams, and its exit status."""
    ran = subprocess.run(
        [sys.executable, *code], cwd=folder, capture_output=True, text=True, timeout=120
    )
    return ran.stdout, ran.stderr, ran.returncode


RECORDED = """
import sys
from oracle.tracing.run import run
from oracle.tracing.steps import enough
run(sys.argv[1], [], 3, lambda stored, notes: enough(stored, notes, 3), to_end=True)
"""


@pytest.mark.parametrize(
    "name",
    [pytest.param(n, marks=marks(at % 4)) for at, n in enumerate(EXPECTED)],
)
def test_a_script_prints_the_same_characters_with_and_without_the_trace(name, tmp_path):
    copied(name, tmp_path)
    plain = printed_by([f"{name}.py"], tmp_path)
    assert printed_by(["-c", RECORDED, f"{name}.py"], tmp_path) == plain
    assert plain[0]


@pytest.mark.parametrize("name", RIGHT)
def test_right_scripts_are_not_accused(name, tmp_path, trace):
    report = trace(copied(name, tmp_path))
    assert report.errors == []
    assert verdicts(report, "wrong", "inherited", "unstable") == {}
    right = {text for _, text in verdicts(report, "correct")}
    assert right >= set(EXPECTED[name]["correct"])


@pytest.mark.parametrize(("name", "i"), MISTAKES)
def test_a_planted_mistake_is_found_on_its_line_and_named(name, i, tmp_path, trace):
    mistake = EXPECTED[name]["mistakes"][i]
    path, line = planted(name, i, tmp_path)
    wrong = verdicts(trace(path), "wrong")
    assert (line, mistake["wrong"]) in wrong
    assert set(wrong[line, mistake["wrong"]]) & set(mistake["finding"])
    others = {(line, text) for text in mistake.get("also", ())}
    assert wrong.keys() - others == {(line, mistake["wrong"])}
