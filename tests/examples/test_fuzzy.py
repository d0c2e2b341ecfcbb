"""The correlated fuzzy layer: every figure is as due, and correlated rules learn the ridge."""

import numpy as np

from examples import fuzzy, ridge
from examples._table import contradictions


def test_every_figure_is_as_due_and_only_correlated_rules_see_the_ridge() -> None:
    assert contradictions(fuzzy.run(quick=True) + ridge.run(quick=True)) == []
    full, along_axes = ridge.train(200)[0], ridge.train(200, correlated=False)[0]
    assert np.isfinite(full).all()
    assert full[0] == along_axes[0]
    assert full[-1] < along_axes[-1] / 3 < full[0] / 3
