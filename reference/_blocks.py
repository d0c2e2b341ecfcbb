"""Work on as much of a large array at a time as stays in the processor's cache.

A dozen passes over one block cost little more than one pass over the whole array does, which waits
for the memory. Small arrays are one block.
"""

from collections.abc import Iterator

BLOCK = 32768  # entries, of which some five arrays fit into a second-level cache


def blocks(rows: int, width: int = 1) -> Iterator[slice]:
    """Slices of as many rows of that width as one block holds; at least one row each."""
    step = max(1, BLOCK // max(1, width))
    return (slice(start, start + step) for start in range(0, rows, step))
