"""Every finding's page has the same structure, and its code compiles."""

import re

import pytest

from oracle import findings

SECTIONS = ["## Why it happens", "## How it shows", "## Cure", "## Example"]


@pytest.mark.parametrize("name", findings.names())
def test_page_has_the_structure(name: str) -> None:
    text = findings.page(name)
    lines = text.splitlines()
    assert lines[0] == f"# {name}"
    assert lines[1].endswith(".")
    places = [lines.index(s) for s in SECTIONS]
    assert places == sorted(places)
    blocks = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert [b.splitlines()[0] for b in blocks] == ["# wrong", "# right"]
    for block in blocks:
        compile(block, name, "exec")


def test_unknown_name() -> None:
    with pytest.raises(KeyError):
        findings.page("no-such-finding")
