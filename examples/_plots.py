"""Pictures: matplotlib is optional, colours are Okabe and Ito's, which all eyes tell apart."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")


def draw(picture: Callable[..., None], path: Path | None, **options: Any) -> Any:
    """The figure that ``picture(figure)`` fills, saved under the path if there is one.

    Raises:
        ModuleNotFoundError: there is no matplotlib.
    """
    import matplotlib

    if path is not None:
        matplotlib.use("Agg")
    from cycler import cycler
    from matplotlib import pyplot

    style: Any = {
        "axes.prop_cycle": cycler(color=COLOURS),
        "axes.grid": True,
        "grid.alpha": 0.3,
        "axes.axisbelow": True,
    }
    with pyplot.rc_context(style):
        figure = pyplot.figure(figsize=(8, 4.5))
        # Room for the name of an inner axis.
        figure.set_layout_engine("constrained", wspace=0.05)
        picture(figure, **options)
        if path is not None:
            figure.savefig(path, dpi=150)
            pyplot.close(figure)
    return figure
