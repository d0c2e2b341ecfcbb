"""What every test of a program asks of its rows."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from examples._table import Row, contradictions


def check(rows: Iterable[Row], due: Mapping[str, Any], rtol: float = 1e-9) -> dict[str, Row]:
    """The rows hold, and those named have the figures that are due, the same within rtol.

    A row of spaces and a name stands below another; names are looked up without the spaces.
    """
    rows = list(rows)
    assert contradictions(rows) == []
    by_name: dict[str, Row] = {}
    for row in rows:
        by_name.setdefault(row.what.strip(), row)
    for name, figures in due.items():
        np.testing.assert_allclose(
            by_name[name].numbers, np.ravel(figures), rtol=rtol, atol=0, err_msg=name
        )
    return by_name
