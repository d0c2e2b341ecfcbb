"""The correlated fuzzy layer: every figure is as due, and correlated rules learn the ridge."""

import numpy as np

from examples import fuzzy, ridge
from examples._table import contradictions


def test_every_figure_is_as_due_and_as_torch_has_it() -> None:
    assert contradictions(fuzzy.run(quick=True) + ridge.run(quick=True)) == []


def test_the_errors_fall_and_only_correlated_rules_see_the_ridge() -> None:
    full, along_axes = ridge.train(250)[0], ridge.train(250, correlated=False)[0]
    assert np.isfinite(full).all()
    assert full[0] == along_axes[0]
    assert full[-1] < along_axes[-1] / 3 < full[0] / 3
