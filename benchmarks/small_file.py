"""The time of a whole ``oracle check`` of one small file, over that of importing torch.

    python -m benchmarks.small_file [--against PYTHON] [--rounds N]

PYTHON is the interpreter of an environment in which another version is installed: the versions
take turns, in one run. Exit status 1 if this one takes more than 1.1 times as long as that.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

LIMIT = 1.1
RIGHT = """\
import numpy as np


# oracle: shapes X: N D, W: D M, b: M
def layer(X, W, b):
    return X @ W + b


def layer_backward(dout, X, W, b):
    return dout @ W.T, X.T @ dout, dout.sum(axis=0)
"""
FILES = {"right.py": RIGHT, "wrong.py": RIGHT.replace("sum(axis=0)", "mean(axis=0)")}


def seconds(command: list[str], folder: str) -> float:
    """The time of one process, from its start to its end."""
    began = time.perf_counter()
    subprocess.run(command, cwd=folder, capture_output=True, check=False)
    return time.perf_counter() - began


def main() -> None:
    """Print the median of each command, and the ratios."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--against", help="the interpreter of another version's environment")
    asked.add_argument("--rounds", type=int, default=7)
    given = asked.parse_args()
    pythons = {"this version": sys.executable} | ({"other": given.against} if given.against else {})
    commands = {"import torch": [sys.executable, "-c", "import torch"]} | {
        f"{file} {name}": [str(Path(python).with_name("oracle")), "check", file]
        for file in FILES
        for name, python in pythons.items()
    }
    times: dict[str, list[float]] = {name: [] for name in commands}
    with tempfile.TemporaryDirectory() as folder:
        for file, text in FILES.items():
            (Path(folder) / file).write_text(text, encoding="utf-8")
        for _ in range(given.rounds + 1):
            for name, command in commands.items():
                times[name].append(seconds(command, folder))
    middle = {name: statistics.median(own[1:]) for name, own in times.items()}  # warm
    for name, own in middle.items():
        print(f"{name:24}{own:6.2f} s{own / middle['import torch']:6.2f} × import torch")
    if given.against:
        ratios = {f: middle[f"{f} this version"] / middle[f"{f} other"] for f in FILES}
        for file, ratio in ratios.items():
            print(f"{file}: {ratio:.2f} times the other version's time (limit {LIMIT})")
        sys.exit(max(ratios.values()) > LIMIT)


if __name__ == "__main__":
    main()
