"""Files that misbehave, and commands that are run on them, for several tests."""

import contextlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path

LAYER = """
import numpy as np


# oracle: shapes X: N D, W: D M
def affine(X, W):
    return X @ W


def affine_backward(dout, X, W):
    dX = dout @ W.T
    dW = X.T @ dout{factor}
    return dX, dW
"""
RIGHT = LAYER.format(factor="")
WRONG = LAYER.format(factor=" / len(X)")
COMMAND = [sys.executable, "-P", "-m", "oracle"]
FEW = ["--cases", "20", "--dtype", "float64"]


def write(folder, **texts):
    for name, text in texts.items():
        Path(folder, f"{name}.py").write_text(text, encoding="utf-8")


def check(folder, *arguments, env=None, timeout=240, **given):
    return subprocess.run(
        [*COMMAND, "check", *FEW, *arguments],
        cwd=folder, capture_output=True, timeout=timeout,
        env={**os.environ, **(env or {})}, **given,
    )  # fmt: skip


def report(folder, *arguments, **given):
    """The JSON document, by file: "correct" or "wrong", or the messages of its errors."""
    done = check(folder, "--format", "json", *arguments, **given)
    return done, by_file(json.loads(done.stdout))


def by_file(document):
    found = {result["file"]: result["verdict"] for result in document["results"]}
    for error in document["errors"]:
        found[error["file"]] = f"{found.get(error['file'], '')} {error['message']}".strip()
    return found


def processes(mark):
    """The processes whose environment holds a mark; one that has ended does not count."""
    found = []
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if entry.name.isdigit() and mark.encode() in (entry / "environ").read_bytes():
                found.append(int(entry.name))
    return found


def ends(mark, seconds=10):
    """Whether all processes of a mark end in time."""
    end = time.monotonic() + seconds
    while processes(mark) and time.monotonic() < end:
        time.sleep(0.05)
    return not processes(mark)
