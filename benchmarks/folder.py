"""A folder of 1,000 files with 50 derivations: the time that its check takes, and the memory.

    python -m benchmarks.folder [--files N] [--derivations N] [--keep FOLDER]

Of ten derivations one is wrong. Time is that of the clock and that of all processors together; the
memory is the largest that the process which reports had (the others run the user's code). Exit
status 1 if the clock says more than a minute, or the memory is more than 200 MB.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SECONDS, MEGABYTES = 60.0, 200.0
LAYERS = (
    "    return X @ W + b\n", "    Z = X @ W\n    return np.tanh(Z + b)\n",
    "    Z = X @ W + b\n    return np.maximum(Z, 0)\n",
    "    Z = X @ W + b\n    return 1 / (1 + np.exp(-Z))\n",
    "    return (X - X.mean(axis=0)) @ W + b\n",
)  # fmt: skip
BACKWARDS = (
    "    dZ = dout\n", "    dZ = dout * (1 - np.tanh(X @ W + b) ** 2)\n",
    "    dZ = dout * (X @ W + b > 0)\n",
    "    A = 1 / (1 + np.exp(-(X @ W + b)))\n    dZ = dout * A * (1 - A)\n",
    "    dZ = dout\n    X = X - X.mean(axis=0)\n",
)  # fmt: skip
DERIVATION = '''"""A layer."""

import numpy as np


# oracle: shapes X: N D, W: D M, b: M
def layer_{n}(X, W, b):
{forward}

def layer_{n}_backward(dout, X, W, b):
{backward}    dX = dZ @ W.T{centre}
    return dX, X.T @ dZ{wrong}, dZ.sum(axis=0)
'''
WORDS = [
    "table", "row", "column", "score", "weight", "price", "order", "user", "step", "batch", "image",
    "word", "token", "index", "state", "event",
]  # fmt: skip


def derivation(n: int) -> str:
    """The text of a file with one derivation; every tenth is wrong."""
    kind = n % len(LAYERS)
    centred = kind == len(LAYERS) - 1
    return DERIVATION.format(
        n=n, forward=LAYERS[kind], backward=BACKWARDS[kind],
        centre="\n    dX = dX - dX.mean(axis=0)" if centred else "",
        wrong=" / len(X)" if n % 10 == 3 else "",
    )  # fmt: skip


def other(n: int, rng: random.Random) -> str:
    """The text of a file as most files are: functions and classes that derive nothing."""
    parts = [f'"""Module {n}."""\n\nimport json\nimport numpy as np\n']
    for k in range(rng.randrange(3, 25)):
        a, b, c = rng.sample(WORDS, 3)
        parts.append(
            f"\n\ndef {a}_{b}_{k}({a}, {b}, {c}=None):\n"
            f'    """The {c} of a {a} and a {b}."""\n'
            f"    if {c} is None:\n        {c} = np.zeros(len({a}))\n"
            f"    for at, entry in enumerate({b}):\n        {c}[at] = entry * {a}[at] + {k}\n"
            f"    grad = {c} - {c}.mean()  # of colours\n"
            f"    return json.dumps({{'{c}': {c}.tolist(), 'spread': float(grad.std())}})\n"
            f"\n\nclass {a.title()}{b.title()}{k}:\n    def __init__(self, {c}):\n"
            f"        self.{c} = {c}\n\n    def update(self, {a}):\n"
            f"        self.{c} = {{**self.{c}, **{a}}}\n        return self\n"
        )
    return "".join(parts)


def write(folder: Path, files: int, derivations: int) -> None:
    """The files, in folders of twenty."""
    rng = random.Random(0)
    every = max(1, files // derivations)
    for n in range(files):
        place = folder / f"part_{n // 20:03}" / f"module_{n:04}.py"
        place.parent.mkdir(parents=True, exist_ok=True)
        holds = n % every == 0 and n // every < derivations
        place.write_text(derivation(n // every) if holds else other(n, rng), encoding="utf-8")


def measured(folder: Path) -> tuple[float, float, float, dict[str, int]]:
    """Seconds on the clock and of all processors, megabytes, and the summary of the report."""
    command = [sys.executable, "-P", "-m", "oracle", "check", ".", "--format", "json"]
    before, began, peak = os.times(), time.perf_counter(), 0.0
    with tempfile.TemporaryFile() as out:
        process = subprocess.Popen(command, cwd=folder, stdout=out)
        while process.poll() is None:
            peak = max(peak, _peak(process.pid))
            time.sleep(0.05)
        clock, after = time.perf_counter() - began, os.times()
        out.seek(0)
        summary = json.loads(out.read())["summary"]
    computing = after.children_user + after.children_system
    return clock, computing - before.children_user - before.children_system, peak, summary


def _peak(process: int) -> float:
    """The largest memory that a process has had, in megabytes; 0 where the system does not tell."""
    try:
        status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    except OSError:
        return 0.0
    return next((int(ln.split()[1]) / 1024 for ln in status.split("\n") if "VmHWM" in ln), 0.0)


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--files", type=int, default=1000)
    arguments.add_argument("--derivations", type=int, default=50)
    arguments.add_argument("--keep", type=Path, metavar="FOLDER", help="write the files there")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = given.keep or Path(made)
        write(folder, given.files, given.derivations)
        clock, computing, peak, summary = measured(folder)
    print(f"{given.files} files, {given.derivations} derivations, {os.cpu_count()} cores")
    print(f"clock      {clock:6.1f} s   (limit {SECONDS:.0f})")
    print(f"processors {computing:6.1f} s")
    print(f"memory     {peak:6.0f} MB  (limit {MEGABYTES:.0f}) of the process that reports")
    print(f"gradients: {summary['correct']} correct, {summary['wrong']} wrong")
    return int(clock > SECONDS or peak > MEGABYTES)


if __name__ == "__main__":
    sys.exit(main())
