"""Matrices as pictures: PNG files made with zlib alone, as data URLs."""

import base64
import math
import struct
import zlib

from oracle.results import Rows

# From blue by white to orange: told apart with any colour vision, and in grey by their brightness
# only together with the numbers, which stand beside each picture.
NEGATIVE, ZERO, POSITIVE = (33, 102, 172), (247, 247, 247), (179, 88, 6)
NOT_FINITE = (255, 0, 200)


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
