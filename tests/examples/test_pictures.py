"""Pictures that are quick to draw: axes are named, several lines have a legend."""

from typing import Any

import pytest

pytest.importorskip("matplotlib")

from matplotlib.figure import Figure

from examples import _pictures


@pytest.mark.parametrize("name", ["convolution", "costs", "gradient_check", "jacobian_measured"])
def test_axes_are_named_and_lines_told_apart(name: str) -> None:
    figure = drawn(name)
    for axes in figure.axes:
        if axes.get_label() == "<colorbar>":
            continue
        assert axes.get_xlabel()
        assert axes.get_ylabel()
        assert len(axes.lines) < 2 or axes.get_legend()


def test_the_kernel_comes_back_as_it_is_and_turned_if_misread() -> None:
    _, right, wrong, _ = drawn("convolution").axes
    middle = [6, 7, 8, 11, 12, 13, 16, 17, 18]
    assert [right.texts[n].get_text() for n in middle] == list("123456789")
    assert [wrong.texts[n].get_text() for n in middle] == list("987654321")


def drawn(name: str) -> Any:
    figure = Figure()
    getattr(_pictures, f"draw_{name}")(figure)
    return figure
