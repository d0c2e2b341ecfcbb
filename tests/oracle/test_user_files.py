"""Files as people write them: the wrong ones are found, the right ones are left alone."""

import tomllib

import pytest

from oracle import discovery
from oracle.commands.check import Settings, judge
from oracle.results import Failure
from tests import TESTS

FOLDER = TESTS / "user_files"
EXPECTED = tomllib.loads((FOLDER / "expected.toml").read_text(encoding="utf-8"))
SETTINGS = Settings(cases=60)

RIGHT = [f for f, e in EXPECTED.items() if not e.get("findings")]
WRONG = [f for f, e in EXPECTED.items() if e.get("findings")]
MENDED = [f for f in WRONG if "mend" in EXPECTED[f]]


def judged(file):
    subjects, failures = discovery.subjects(file, "")
    target = EXPECTED[file.name]["target"]
    chosen = [s for s in subjects if s.name == target] or subjects
    assert chosen, failures
    found = judge(chosen[0], SETTINGS)
    assert not isinstance(found, Failure), found.message
    return found


def accused(result):
    return {g.name: g.findings for g in result.gradients if g.verdict in ("wrong", "unstable")}


@pytest.mark.parametrize("name", RIGHT)
def test_right_files_are_not_accused(name):
    assert accused(judged(FOLDER / name)) == {}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_files_are_found_and_named(name):
    result = judged(FOLDER / name)
    assert accused(result)
    due = {f for findings in EXPECTED[name]["findings"].values() for f in findings}
    named = {note.name for g in result.gradients for note in g.findings}
    assert due & (named | {note.name for note in result.remarks}), named


@pytest.mark.parametrize("name", MENDED)
def test_mended_files_raise_no_alarm(name, tmp_path):
    for other in FOLDER.glob("*.py"):  # helpers stand in the same folder
        (tmp_path / other.name).write_text(other.read_text(encoding="utf-8"), encoding="utf-8")
    old, new = EXPECTED[name]["mend"]
    text = (FOLDER / name).read_text(encoding="utf-8")
    assert text.count(old) == 1
    file = tmp_path / name
    file.write_text(text.replace(old, new), encoding="utf-8")
    assert accused(judged(file)) == {}
