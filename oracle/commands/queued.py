"""How long a process waited for a processor: time that a busy machine took, and not its code."""

from pathlib import Path


def seconds(process: int) -> float:
    """The seconds in which a process was ready but did not run; 0 where nothing tells.

    Linux counts them in nanoseconds, for the main thread.
    """
    try:
        text = Path(f"/proc/{process}/schedstat").read_text(encoding="ascii")
        return int(text.split()[1]) / 1e9
    except (OSError, ValueError, IndexError):
        return 0.0
