"""What the oracle says of a piece of code, as a row of a table."""

from collections.abc import Callable
from typing import Any

import oracle
from examples._table import Row


def says(of: Callable[..., Any], what: str = "   the oracle says", cases: int = 20) -> Row:
    """The verdict, and as a note each finding in the words that it has where it is met first."""
    report = oracle.check(of, cases=cases)
    found: dict[str, str] = {}
    for gradient in report.gradients.values():
        for finding in gradient.findings:
            found.setdefault(finding.name, f"[{finding.name}] {finding.message}")
    return Row(what, report.verdict, note="; ".join(found.values()))
