"""The bank of mistakes: each by itself, planted into right code by one edit, is found and named.

``pytest -m full`` tries all of them, else one of every fourth file is; which names are confused
is printed by ``python -m benchmarks.bank``.
"""

import shutil
import tomllib
from collections import Counter

import pytest

from oracle.commands.check import Settings, of_file
from oracle.report import findings
from oracle.results import Result
from tests import TESTS

BANK = TESTS / "mistakes"
ENTRIES = [
    (folder, entry)
    for folder in sorted(path.parent for path in BANK.glob("*/mistakes.toml"))
    for entry in tomllib.loads((folder / "mistakes.toml").read_text(encoding="utf-8"))["mistake"]
]
RIGHT = sorted(BANK.glob("*/*.py"))
SETTINGS = Settings(cases=60)


def judged(file):
    outcomes = [judge() for _, _, judge in of_file(file, "", SETTINGS)]
    assert outcomes
    for outcome in outcomes:
        assert isinstance(outcome, Result), outcome.message
    return outcomes


def bad(results):
    return [g for r in results for g in r.gradients if g.verdict in ("wrong", "unstable")]


def once_each(entries):
    """The first entry of every fourth file; the rest is marked full."""
    seen = Counter()
    for folder, entry in entries:
        seen[entry["file"]] += 1
        marks = [pytest.mark.full] if seen[entry["file"]] > 1 or len(seen) % 4 else []
        name = f"{entry['file']}: {entry['what']}"
        yield pytest.param(folder, entry, id=name, marks=marks)


def test_there_are_many_and_no_two_are_the_same():
    edits = {(entry["file"], *entry["replace"]) for _, entry in ENTRIES}
    assert len(edits) == len(ENTRIES) >= 350
    named = {name for _, entry in ENTRIES for name in entry["findings"]}
    assert named <= set(findings.names())


@pytest.mark.parametrize("file", RIGHT, ids=lambda file: file.name)
def test_the_files_are_right_as_they_are(file):
    assert {gradient.verdict for gradient in bad(judged(file))} == set()


@pytest.mark.parametrize(("folder", "entry"), list(once_each(ENTRIES)))
def test_a_mistake_is_found_and_named(folder, entry, tmp_path):
    text = (folder / entry["file"]).read_text(encoding="utf-8")
    old, new = entry["replace"]
    assert text.count(old) == 1
    for helper in folder.glob("*.py"):
        shutil.copy(helper, tmp_path)
    (tmp_path / entry["file"]).write_text(text.replace(old, new), encoding="utf-8")
    wrong = bad(judged(tmp_path / entry["file"]))
    assert wrong
    came = {note.name for gradient in wrong for note in gradient.findings}
    if "unnamed" not in entry:  # or why another name, or none, is said today
        assert came & set(entry["findings"]), came


def test_a_verdict_stands_where_the_diagnosis_breaks_down(tmp_path, monkeypatch):
    def breaks_down(*given):
        raise RuntimeError("no reason")

    file = tmp_path / "scale.py"
    file.write_text(
        "# oracle: shapes X: N D\ndef f(X):\n    return 2 * X\n\n\n"
        "def f_backward(dY, X):\n    return 3 * dY\n"
    )
    monkeypatch.setattr("oracle.diagnosis.diagnose.explain", breaks_down)
    (gradient,) = bad(judged(file))
    assert gradient.verdict == "wrong"
    assert [note.name for note in gradient.findings] == ["unexplained"]
