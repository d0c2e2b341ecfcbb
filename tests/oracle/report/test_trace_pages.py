"""A traced script as it is shown: on a terminal of any width, in a browser, to other programs."""

import base64
import io
import json
import re
import struct
import zlib
from html.parser import HTMLParser
from importlib.resources import files

import jsonschema
import pytest
from rich.console import Console

from oracle.report import annotations, json_document, trace_page
from oracle.report.html import pictures, trace_html
from oracle.report.html.pictures import chart
from oracle.results import Failure, Gradient, Note, NotJudged, Picture, Report, Result

SCHEMA = json.loads(files("oracle").joinpath("report/schema.json").read_text("utf-8"))
SOURCE = """\
import numpy as np
A = np.tanh(W @ X)
loss = np.mean(A)
dA = np.ones(A.shape)
dZ = dA * (1 - A ** 2)
dW, db = dZ @ X.T, dZ  # a < b & "c"
print(dW)
"""


@pytest.fixture
def report(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "net.py").write_text(SOURCE, encoding="utf-8")
    finding = Note("missing-batch-mean", "dA is N times the gradient of A", "divide by N")
    inherited = Note("inherited", "inherits line 4")
    gradients = (
        Gradient("dA", "A", 4, "wrong", findings=(finding,)),
        Gradient("dZ", "what line 2 computes", 5, "inherited", remarks=(inherited,)),
        Gradient("dW", "W", 6, "correct"),
    )
    remarks = (Note("loss", "L is loss, line 3"), Note("dead-units", "5 of 8 units are 0"))
    result = Result(
        "net.py", "<module>", 4, "", gradients, cases=3, remarks=remarks, truth="autograd"
    )
    picture = Picture(
        "net.py", 4, "dA", "A", True, (2, 2), ((7.0, 14.0), (-7.0, 7.0)),
        ((1.0, 2.0), (-1.0, 1.0)), ((6.0, 12.0), (-6.0, 6.0)), ((7.0, 1.0), (3.5, 0.5)),
    )  # fmt: skip
    left = NotJudged("net.py", "<module>", (6, 6), ("db",), "it is not certain what it is")
    return Report(0, results=[result], not_judged=[left], pictures=[picture])


def printed(report, width, terminal):
    screen = Console(file=io.StringIO(), width=width, force_terminal=terminal, no_color=True)
    trace_page.print_on(screen, report, "net.py")
    return re.sub(r"\x1b\[[0-9;]*m", "", screen.file.getvalue())


def test_a_wide_terminal_and_a_pipe_have_each_verdict_beside_its_line(report):
    for text in (printed(report, 160, True), printed(report, 60, False)):
        (line,) = [line for line in text.splitlines() if "dA = np.ones" in line]
        assert re.search(r"✗ 7 × ∂L/∂A +missing-batch-mean: divide by N$", line)
        marks = [m.start() for line in text.splitlines() if (m := re.search("[✓✗↑–] ", line))]
        assert len(set(marks)) == 1  # one column


@pytest.mark.parametrize("width", [30, 60, 80])
def test_a_narrow_terminal_has_the_verdict_below_and_cuts_nothing(report, width):
    text = printed(report, width, True)
    assert '6  dW, db = dZ @ X.T, dZ  # a < b & "c"' in text
    together = " ".join(text.split())
    assert "✗ 7 × ∂L/∂A missing-batch-mean" in together
    assert "divide by N" in together  # beside it, or in the sentence below
    assert "↑ inherits line 4" in together
    assert "– db: not judged it is not certain what it is" in together


def test_a_line_with_several_gradients_names_each(report):
    text = printed(report, 160, True)
    assert "✓ dW: ∂L/∂W" in text
    assert "– db: not judged" in text


def test_remarks_and_the_loss_are_printed_once(report):
    text = printed(report, 100, True)
    assert text.count("L is loss, line 3") == 1
    assert text.count("remark: 5 of 8 units are 0  [dead-units]") == 1


def test_only_a_report_without_a_flaw_says_that_every_gradient_is_right(report):
    assert "every gradient is right" not in printed(report, 100, True)
    right = Result("net.py", "<module>", 6, "", (Gradient("dW", "W", 6),), cases=3)
    assert "every gradient is right" in printed(Report(0, results=[right]), 100, True)
    broken = Report(0, results=[right], errors=[Failure("net.py", 7, "it raised")])
    assert "every gradient is right" not in printed(broken, 100, True)


class Tags(HTMLParser):
    """All tags with their attributes, and whether they are closed as they were opened."""

    def __init__(self, text):
        super().__init__()
        self.open, self.all, self.text = [], [], ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.all.append((tag, dict(attrs)))
        if tag not in ("meta", "img", "br"):
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.all.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def test_the_page_is_well_formed_and_needs_nothing_else(report):
    page = Tags(trace_html.page(report, "net.py"))
    assert page.open == []
    assert not {"script", "link", "iframe"} & {tag for tag, _ in page.all}
    urls = [v for _, attrs in page.all for k, v in attrs.items() if k in ("src", "href")]
    assert len(urls) == 3
    assert all(url.startswith("data:image/png;base64,") for url in urls)
    assert all(attrs["alt"] for tag, attrs in page.all if tag == "img")


def test_the_page_has_the_source_and_every_verdict(report):
    page = Tags(trace_html.page(report, "net.py"))
    for line in SOURCE.splitlines():
        assert line in page.text
    together = " ".join(page.text.split())
    assert "✗ 7 × ∂L/∂A missing-batch-mean" in together
    assert "divide by N" in together  # beside it, or in the sentence below
    assert "↑ inherits line 4" in together
    assert "✓ dW ∂L/∂W" in together
    assert "remark 5 of 8 units are 0 dead-units" in together


def test_only_wrong_lines_are_unfolded(report):
    page = Tags(trace_html.page(report, "net.py"))
    said = [attrs for tag, attrs in page.all if tag == "details" and attrs["class"] == "said"]
    assert ["open" in attrs for attrs in said] == [True, False, False, False]


def test_a_fragment_for_a_notebook_is_well_formed_and_takes_the_notebooks_colours(report):
    text = trace_html.fragment(report, "net.py")
    assert Tags(text).open == []
    assert "prefers-color-scheme" not in text
    assert "--back: transparent" in text


def test_long_passages_without_a_gradient_are_folded(report, tmp_path):
    (tmp_path / "net.py").write_text(SOURCE + "\n" * 30, encoding="utf-8")
    page = Tags(trace_html.page(report, "net.py"))
    assert "lines 9 to 37" in page.text


def test_a_picture_has_a_pixel_for_each_entry():
    url = pictures.png(((1.0, -1.0, 0.0), (float("nan"), 0.5, 2.0)), 1.0)
    data = base64.b64decode(url.partition(",")[2])
    assert struct.unpack(">II", data[16:24]) == (3, 2)
    size = struct.unpack(">I", data[33:37])[0]
    lines = zlib.decompress(data[41 : 41 + size])
    assert lines[1:10] == bytes([*pictures.POSITIVE, *pictures.NEGATIVE, *pictures.ZERO])
    assert lines[11:14] == bytes(pictures.NOT_FINITE)
    assert lines[17:20] == bytes(pictures.POSITIVE)


def test_the_chart_has_a_line_for_each_parameter_and_the_true_one_where_it_differs(report):
    drawn = chart(report.pictures)
    (curve,) = drawn.curves
    assert curve.name == "A"
    assert len(curve.marks) == 2
    assert curve.true_points
    assert curve.marks[0][1] < curve.marks[1][1]  # 7 stands above 3.5


def test_the_document_for_programs_fits_the_schema(report):
    document = json.loads(json_document.dumps(report))
    jsonschema.validate(document, SCHEMA)
    (wrong,) = [g for g in document["results"][0]["gradients"] if g["verdict"] == "wrong"]
    assert (wrong["name"], wrong["line"]) == ("dA", 4)
    assert document["results"][0]["remarks"][1]["name"] == "dead-units"
    assert document["summary"]["not_judged"] == 1


def test_findings_are_placed_for_github_and_sarif(report):
    assert "::error file=net.py,line=4,title=oracle%3A missing-batch-mean::" in annotations.github(
        report
    )
    run = json.loads(annotations.sarif(report))["runs"][0]
    (result,) = run["results"]
    assert result["ruleId"] == "missing-batch-mean"
    assert result["locations"][0]["physicalLocation"]["region"]["startLine"] == 4
