"""A figure is as published in the digits that were printed, and a wrong remark does not pass."""

import io

import numpy as np
import pytest
from rich.console import Console

from examples._table import Row, contradictions, show


@pytest.mark.parametrize(
    ("ours", "published", "same"),
    [
        (0.298371109, "0.298371109", True),
        (-0.0380982365, "-0.038098236", True),  # cut off
        (-0.0380982365, "-0.038098237", True),  # rounded
        (0.29102777, "0.291027924", False),
        (3.5108e-05, "0.0000351085", False),
        (3.51085e-05, "0.0000351085", True),
        (1.4287e-5, "1.4287e-5", True),
        (1.4289e-5, "1.4287e-5", False),
        (163840001, "163840000", False),
        (163840000, "163840000", True),
        (0.95, "≥0.95", True),
        (0.949, "≥0.95", False),
        (1e-13, "≤1e-12", True),
        (1e-11, "≤1e-12", False),
        ([1.0, 2.0], "1 …", True),
        ([1.0, 2.0], "1", False),
        (float("nan"), "1", False),
        (float("nan"), "≤1", False),
    ],
)
def test_published_digits(ours: float, published: str, same: bool) -> None:
    row = Row("", ours, published)
    assert row.is_as_published == same
    assert bool(contradictions([row])) == (not same)


def test_a_figure_that_is_called_wrong_has_to_be() -> None:
    assert contradictions([Row("E", 1.0, "1", wrong="a slip")])
    assert not contradictions([Row("E", 2.0, "1", wrong="a slip")])


def test_a_mistake_that_is_shown_is_not_what_is_due() -> None:
    assert contradictions([Row("E", 1.0, "1", mistake="a slip")])
    assert not contradictions([Row("E", 2.0, "1", mistake="a slip")])
    assert not contradictions([Row("E", 2.0, mistake="a slip")])


def test_where_torch_computes_something_else_it_has_to_differ() -> None:
    assert contradictions([Row("E", 1.0, torch=1.0, torch_differs="another mean")])
    assert not contradictions([Row("E", 1.0, torch=2.0, torch_differs="another mean")])


def test_torch_has_to_agree() -> None:
    assert contradictions([Row("E", 1.0, torch=1.0 + 1e-9)])
    assert contradictions([Row("E", [1.0, 2.0], torch=[1.0])])
    assert contradictions([Row("E", 1.0, torch=np.nan)])
    assert not contradictions([Row("E", 1.0, torch=1.0 + 1e-13)])
    assert not contradictions([Row("E", 1.0, torch=1.1, rtol=0.1)])


def test_the_table_shows_figures_and_reasons() -> None:
    text = io.StringIO()
    rows = [
        Row("E", 2.0, "1", 2.0, wrong="a slip"),
        Row("F", 3.0, "4"),
        Row("G", 5.0, "6", 7.0, mistake="a trap", torch_differs="torch clamps"),
    ]
    show("title", rows, Console(file=text, width=100))
    assert "1 [1]" in text.getvalue()
    assert "[1] E: a slip" in text.getvalue()
    assert "does not hold: F: 3.0, published is 4" in text.getvalue()
    assert "6 [2]" in text.getvalue()
    assert "✗ 5" in text.getvalue()
    assert "[2] G: ✗ a trap; torch clamps" in text.getvalue()
