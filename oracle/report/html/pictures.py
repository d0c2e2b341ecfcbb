"""Pictures: matrices as PNG, made with zlib alone; the sizes of gradients as an SVG line chart."""

import base64
import math
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from oracle.results import Picture, Rows

WIDTH, HEIGHT = 640, 260
LEFT, RIGHT, TOP, BOTTOM = 62, 14, 12, 34
MOST = 8  # lines: more cannot be told apart
# From blue by white to orange: told apart with any colour vision, and in grey by their brightness
# only together with the numbers, which stand beside each picture.
NEGATIVE, ZERO, POSITIVE = (33, 102, 172), (247, 247, 247), (179, 88, 6)
NOT_FINITE = (255, 0, 200)


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


def png(rows: Rows, largest: float) -> str:
    """The data URL of a picture with a pixel for each entry; ``largest`` has the full colour."""
    height, width = len(rows), len(rows[0])
    lines = b"".join(
        b"\0" + bytes(part for entry in row for part in _colour(entry, largest)) for row in rows
    )
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = b"\x89PNG\r\n\x1a\n" + b"".join(
        _chunk(kind, body)
        for kind, body in ((b"IHDR", header), (b"IDAT", zlib.compress(lines, 9)), (b"IEND", b""))
    )
    return "data:image/png;base64," + base64.b64encode(data).decode("ascii")


def _chunk(kind: bytes, body: bytes) -> bytes:
    check = zlib.crc32(kind + body)
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", check)


def _colour(entry: float, largest: float) -> tuple[int, ...]:
    if not math.isfinite(entry):
        return NOT_FINITE
    share = min(1.0, abs(entry) / largest) if largest else 0.0
    end = POSITIVE if entry > 0 else NEGATIVE
    return tuple(round(z + share * (e - z)) for z, e in zip(ZERO, end, strict=True))


def largest(*some: Rows) -> float:
    """The largest finite magnitude in some matrices."""
    entries = [abs(e) for rows in some for row in rows for e in row if math.isfinite(e)]
    return max(entries, default=0.0)
