"""``oracle check`` of notebooks: cells in order, findings placed by cell, cells mended in place."""

import json
from pathlib import Path

import jsonschema
import pytest

import oracle
from tests.oracle.commands._files import check
from tests.oracle.discovery.text.test_notebooks import notebook

CELLS = [
    "%matplotlib inline\nimport numpy as np",
    "data = np.load('no such file')",
    "# oracle: shapes x: N D, w: D M\ndef project(x, w):\n    return x @ w",
    "def project_backward(dout, x, w):\n    return dout, dout",
    "def broken(:",
    "# the second try\ndef project_backward(dout, x, w):\n    dx = dout @ w.T\n"
    "    dw = -x.T @ dout\n    return dx, dw",
]


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "lesson.ipynb").write_text(notebook(*CELLS), encoding="utf-8")
    other = {"kernelspec": {"language": "R", "name": "ir", "display_name": "R"}}
    (tmp_path / "in_r.ipynb").write_text(notebook("x <- 1", metadata=other), encoding="utf-8")
    return tmp_path


def test_the_definition_of_the_last_cell_is_judged_and_placed(folder):
    said = check(folder, ".", "--no-color", text=True, encoding="utf-8").stdout
    assert "lesson.ipynb: cell 6, line 4: project_backward: dw, the gradient of w, is wrong" in said
    assert "  > 4 |     dw = -x.T @ dout\n" in said
    assert "lesson.ipynb: cell 5, line 1: error: SyntaxError" in said
    assert "cell 2, line 1 raised FileNotFoundError" in said
    assert "in_r" not in said


def test_other_programs_are_told_the_cell_as_well(folder):
    found = json.loads(check(folder, "lesson.ipynb", "--format", "json").stdout)
    schema = Path(oracle.__file__).parent / "report" / "schema.json"
    jsonschema.validate(found, json.loads(schema.read_text(encoding="utf-8")))
    (result,) = found["results"]
    wrong = next(g for g in result["gradients"] if g["verdict"] == "wrong")
    assert (wrong["cell"], wrong["line"]) == (6, 4)
    assert [(e["cell"], e["line"]) for e in found["errors"]] == [(5, 1)]
    for form in ("github", "sarif"):
        said = check(folder, "lesson.ipynb", "--format", form, text=True, encoding="utf-8").stdout
        assert "lesson.ipynb: cell 6, line 4: project_backward: dw" in said


def test_a_comment_in_a_cell_silences_a_finding(folder):
    cells = [cell.replace("-x.T @ dout", "-x.T @ dout  # oracle: ignore") for cell in CELLS]
    (folder / "lesson.ipynb").write_text(notebook(*cells), encoding="utf-8")
    found = json.loads(check(folder, "lesson.ipynb", "--format", "json").stdout)
    assert found["summary"]["ignored"] == 1


def test_fix_changes_the_line_and_nothing_else_of_the_notebook(folder):
    file = folder / "lesson.ipynb"
    before = file.read_text(encoding="utf-8")
    done = check(folder, "lesson.ipynb", "--fix", text=True, encoding="utf-8")
    assert "fixed" in done.stdout
    assert file.read_text(encoding="utf-8") == before.replace("dw = -x.T", "dw = x.T")


def test_what_is_no_notebook_is_that_file_s_error(folder):
    (folder / "torn.ipynb").write_text("{", encoding="utf-8")
    (folder / "old.ipynb").write_text('{"nbformat": 3, "worksheets": []}', encoding="utf-8")
    found = json.loads(check(folder, ".", "--format", "json").stdout)
    said = {e["file"]: e["message"] for e in found["errors"] if e["file"] != "lesson.ipynb"}
    assert said.keys() == {"torn.ipynb", "old.ipynb"}
    assert "format 3" in said["old.ipynb"]
    assert len(found["results"]) == 1
