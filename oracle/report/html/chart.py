"""The mean size of each parameter's gradient over the steps, as an SVG line chart."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from oracle.results import Picture

WIDTH, HEIGHT = 640, 260
LEFT, RIGHT, TOP, BOTTOM = 62, 14, 12, 34
MOST = 8  # lines: more cannot be told apart


@dataclass(frozen=True)
class Curve:
    """One line: a parameter, and the mean size of its gradient in each step."""

    name: str
    number: int  # of its colour and its mark
    sizes: tuple[float, ...]
    true: tuple[float, ...]
    points: str
    true_points: str  # "" where it is the same line
    marks: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Chart:
    """The data that the template draws."""

    curves: tuple[Curve, ...]
    left_out: int
    across: tuple[tuple[float, int], ...]  # where a step stands, and its number
    up: tuple[tuple[float, str], ...]  # where a power of ten stands, and its text
    width: int = WIDTH
    height: int = HEIGHT


def chart(pictures: Sequence[Picture]) -> Chart | None:
    """The chart; None where there is nothing to draw."""
    last = {picture.of: picture for picture in pictures if picture.parameter and picture.of}
    known = [p for p in last.values() if any(_is_drawn(s) for pair in p.sizes for s in pair)]
    if not known:
        return None
    some = known[:MOST]
    drawn = [s for p in some for pair in p.sizes for s in pair if _is_drawn(s)]
    low, high = math.floor(math.log10(min(drawn))), math.ceil(math.log10(max(drawn)))
    high = max(high, low + 1)
    steps = max(len(p.sizes) for p in some)

    def x(step: int) -> float:
        room = WIDTH - LEFT - RIGHT
        return round(LEFT + (room * step / (steps - 1) if steps > 1 else room / 2), 1)

    def y(size: float) -> float:
        share = (math.log10(size) - low) / (high - low)
        return round(TOP + (HEIGHT - TOP - BOTTOM) * (1 - share), 1)

    def places(sizes: Sequence[float]) -> tuple[tuple[float, float], ...]:
        return tuple((x(at), y(size)) for at, size in enumerate(sizes) if _is_drawn(size))

    curves = []
    for number, picture in enumerate(some):
        got, want = zip(*picture.sizes, strict=True)
        mine, true = places(got), places(want)
        curves.append(
            Curve(
                picture.of, number, got, want, _joined(mine), "" if mine == true else _joined(true),
                mine,
            )
        )  # fmt: skip
    every = max(1, (high - low) // 6)
    return Chart(
        tuple(curves),
        len(known) - len(some),
        tuple((x(at), at + 1) for at in range(steps) if steps <= 12 or at % (steps // 10) == 0),
        tuple((y(10.0**power), f"1e{power}") for power in range(low, high + 1, every)),
    )


def _is_drawn(size: float) -> bool:
    return math.isfinite(size) and size > 0


def _joined(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x},{y}" for x, y in points)
