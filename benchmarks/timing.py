"""Times functions in turn, A B A B ..., so that a machine that slows down slows them all.

Import this before NumPy and torch: it keeps both to one thread.
"""

import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

import statistics  # noqa: E402
import time  # noqa: E402
from collections.abc import Callable, Sequence  # noqa: E402
from typing import Any  # noqa: E402

import torch  # noqa: E402

torch.set_num_threads(1)


def medians(functions: Sequence[Callable[[], Any]], seconds: float = 1.0) -> list[float]:
    """The median time of each, in seconds, over as many rounds as fit (5 at least)."""
    for function in functions:
        function()
    times: list[list[float]] = [[] for _ in functions]
    end = time.perf_counter() + seconds * len(functions)
    while time.perf_counter() < end or len(times[0]) < 5:
        for function, own in zip(functions, times):
            began = time.perf_counter()
            function()
            own.append(time.perf_counter() - began)
    return [statistics.median(own) for own in times]
