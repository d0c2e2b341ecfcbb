"""What ``oracle trace`` costs: a traced step, the whole command, and a single recorded call.

Measured is the time of the processor, which other programs do not lengthen.

The limits: a traced step takes at most 3 times the script's own, where that is 10 ms or more; the
whole command at most 3 times the script's own time for the steps that it judges, plus 3 times
importing torch; a recorded call on small arrays at most 12 times the bare NumPy call.
"""

from benchmarks import timing  # isort: skip, it keeps NumPy to one thread

import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from oracle.tracing.run import Session
from oracle.truth.recording.kinds import given
from oracle.truth.recording.tape import Tape

STEPS = 3
STEP_LIMIT, IMPORTS, CALL_LIMIT = 3.0, 3.0, 12.0

HEAD = """
import time
import numpy as np
rng = np.random.default_rng(0)
"""
TIMED = """
    print("step", time.process_time() - began, flush=True)
"""
SCRIPTS = {
    "two layers, 512 samples": """
X, Y = rng.normal(size=(512, 784)), np.eye(10)[rng.integers(0, 10, 512)]
W1, b1 = rng.normal(size=(784, 256)) / 28, np.zeros(256)
W2, b2 = rng.normal(size=(256, 10)) / 16, np.zeros(10)
for epoch in range(8):
    began = time.process_time()
    A1 = np.maximum(0, X @ W1 + b1)
    Z2 = A1 @ W2 + b2
    E = np.exp(Z2 - Z2.max(axis=1, keepdims=True))
    P = E / E.sum(axis=1, keepdims=True)
    loss = -np.sum(Y * np.log(P)) / len(X)
    dZ2 = (P - Y) / len(X)
    dW2, db2 = A1.T @ dZ2, dZ2.sum(axis=0)
    dZ1 = dZ2 @ W2.T * (A1 > 0)
    dW1, db1 = X.T @ dZ1, dZ1.sum(axis=0)
    for p, g in zip([W1, b1, W2, b2], [dW1, db1, dW2, db2]):
        p -= 0.1 * g
""",
    "six layers in lists": """
sizes = [128, 256, 256, 256, 256, 256, 1]
X, Y = rng.normal(size=(256, 128)), rng.normal(size=(256, 1))
W = [rng.normal(size=s) / np.sqrt(s[0]) for s in zip(sizes, sizes[1:])]
b = [np.zeros(n) for n in sizes[1:]]
for epoch in range(8):
    began = time.process_time()
    A = [X]
    for l in range(6):
        Z = A[-1] @ W[l] + b[l]
        A.append(np.tanh(Z) if l < 5 else Z)
    loss = np.mean((A[-1] - Y) ** 2)
    delta = 2 * (A[-1] - Y) / Y.size
    for l in reversed(range(6)):
        dW, db = A[l].T @ delta, delta.sum(axis=0)
        delta = delta @ W[l].T * (1 - A[l] ** 2)
        W[l] -= 0.05 * dW
        b[l] -= 0.05 * db
""",
    "a network over 40 time steps": """
X, Y = rng.normal(size=(40, 64, 32)), rng.normal(size=(40, 64, 8))
Wx, Wh = rng.normal(size=(32, 128)) / 6, rng.normal(size=(128, 128)) / 12
Wy = rng.normal(size=(128, 8)) / 12
for epoch in range(8):
    began = time.process_time()
    h, y, loss = {-1: np.zeros((64, 128))}, {}, 0.0
    for t in range(40):
        h[t] = np.tanh(X[t] @ Wx + h[t - 1] @ Wh)
        y[t] = h[t] @ Wy
        loss += np.mean((y[t] - Y[t]) ** 2)
    dWx, dWh, dWy = np.zeros_like(Wx), np.zeros_like(Wh), np.zeros_like(Wy)
    dnext = np.zeros((64, 128))
    for t in reversed(range(40)):
        dy = 2 * (y[t] - Y[t]) / Y[t].size
        dWy += h[t].T @ dy
        dz = (dy @ Wy.T + dnext) * (1 - h[t] ** 2)
        dWx += X[t].T @ dz
        dWh += h[t - 1].T @ dz
        dnext = dz @ Wh.T
    Wx -= 0.1 * dWx
    Wh -= 0.1 * dWh
    Wy -= 0.1 * dWy
""",
}
CALLS: dict[str, Callable[[np.ndarray, np.ndarray], object]] = {
    "a + b": lambda a, b: a + b,
    "a * 2.0": lambda a, b: a * 2.0,
    "a @ b.T": lambda a, b: a @ b.T,
    "np.exp(a)": lambda a, b: np.exp(a),
    "np.maximum(0, a)": lambda a, b: np.maximum(0, a),
    "a.sum(axis=0)": lambda a, b: a.sum(axis=0),
    "a[1]": lambda a, b: a[1],
    "np.dot(a, b.T)": lambda a, b: np.dot(a, b.T),
    "np.mean(a)": lambda a, b: np.mean(a),
    "a.reshape(-1)": lambda a, b: a.reshape(-1),
}


def seconds(command: list[str], folder: Path) -> tuple[float, str]:
    """How much time of the processor a command takes, and what it prints."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, *command], cwd=folder, capture_output=True, text=True, check=False
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    user, system = after.ru_utime - before.ru_utime, after.ru_stime - before.ru_stime
    return user + system, done.stdout


def step(printed: str) -> float:
    """The median of the printed times of steps, without the first, which warms up."""
    return statistics.median([float(t) for t in re.findall(r"step ([\d.e-]+)", printed)][1:STEPS])


def script(text: str, torch: float) -> tuple[float, float, float, float]:
    """Own time of a step, traced time; time of the whole command, and its limit."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "script.py"
        path.write_text(HEAD + text + TIMED, encoding="utf-8")
        own_whole, own = seconds(["script.py"], Path(folder))
        whole, traced = seconds(["-m", "oracle", "trace", "--steps", str(STEPS), "script.py"],
                                Path(folder))  # fmt: skip
        start = max(0.0, own_whole - step(own) * 8)  # Python, NumPy and the data
        limit = start + STEP_LIMIT * STEPS * step(own) + IMPORTS * torch
        return step(own), step(traced), whole, limit


def call(function: Callable[[np.ndarray, np.ndarray], object]) -> tuple[float, float]:
    """Microseconds of a bare call and of a recorded one, on arrays of 5 × 4."""
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(5, 4)), rng.normal(size=(5, 4))
    session = Session(STEPS, lambda stored, notes: False, True)
    Tape.now = session.tape
    followed = given(a, session.tape), given(b, session.tape)
    Tape.now = None
    bare, recorded = [], []
    for _ in range(40):
        bare.append(_time(function, (a, b)))
        Tape.now = session.tape
        recorded.append(_time(function, followed))
        Tape.now = None
        session.tape.notes.clear()
    return 1e6 * statistics.median(bare), 1e6 * statistics.median(recorded)


def _time(function: Callable[..., object], args: tuple[object, ...], times: int = 200) -> float:
    began = time.process_time()
    for _ in range(times):
        function(*args)
    return (time.process_time() - began) / times


def main() -> None:
    """Print both tables; exit status 1 if a limit is exceeded."""
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        torch = min(seconds(["-c", "import torch"], Path(folder))[0] for _ in range(2))
    assert timing  # set the threads
    print(f"time of the processor, one thread; importing torch takes {torch:.1f} s")
    print(f"{'script':30} {'own step':>10} {'traced':>10} {'ratio':>6} {'whole':>8} {'limit':>8}")
    for name, text in SCRIPTS.items():
        own, traced, whole, limit = script(text, torch)
        failed |= (own >= 0.01 and traced > STEP_LIMIT * own) or whole > limit
        print(
            f"{name:30} {own * 1e3:7.1f} ms {traced * 1e3:7.1f} ms {traced / own:6.2f} "
            f"{whole:6.2f} s {limit:6.2f} s",
            flush=True,
        )
    print(f"\n{'call, on arrays of 5 × 4':30} {'bare':>10} {'recorded':>10} {'ratio':>6}")
    ratios = []
    for name, function in CALLS.items():
        bare, recorded = call(function)
        ratios.append(recorded / bare)
        print(f"{name:30} {bare:7.2f} µs {recorded:7.2f} µs {ratios[-1]:6.1f}", flush=True)
    print(f"{'median':30} {'':10} {'':10} {statistics.median(ratios):6.1f}")
    sys.exit(failed or statistics.median(ratios) > CALL_LIMIT)


if __name__ == "__main__":
    main()
