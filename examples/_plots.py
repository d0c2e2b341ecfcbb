"""Pictures: matplotlib is optional, colours are Okabe and Ito's, which all eyes tell apart."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")


def draw(plot: Callable[..., None], path: Path | None, **options: Any) -> Any:
    """The picture that ``plot(axes)`` draws, saved under the path if there is one.

    Raises:
        ModuleNotFoundError: there is no matplotlib.
    """
    import matplotlib

    if path is not None:
        matplotlib.use("Agg")
    from cycler import cycler
    from matplotlib import pyplot

    style: Any = {"axes.prop_cycle": cycler(color=COLOURS), "axes.grid": True, "grid.alpha": 0.3}
    with pyplot.rc_context(style):
        figure, axes = pyplot.subplots(figsize=(7, 4.5), layout="constrained")
        plot(axes, **options)
        if axes.get_legend() is None:
            axes.legend()
        if path is not None:
            figure.savefig(path, dpi=150)
            pyplot.close(figure)
    return figure
