"""How a traced script ends, by itself or by us, and what it leaves: files, prints, a verdict."""

import atexit
import os
import signal
import subprocess
import sys

import numpy as np
import pytest

from oracle.tracing import judge
from oracle.tracing.run import run
from oracle.tracing.steps import enough

SETUP = """
import numpy as np
rng = np.random.default_rng(7)
X = rng.normal(size=(6, 3))
y = rng.normal(size=(6, 1))
w, b = rng.normal(size=(3, 1)), np.zeros(1)
"""
STEP = """
def forward(X, w, b):
    return np.tanh(X @ w + b)
def step(w, b):
    a = forward(X, w, b)
    loss = np.mean((a - y) ** 2)
    dz = 2 * (a - y) / len(y){slope}
    dw = X.T @ dz
    db = dz.sum(axis=0)
    w -= 0.1 * dw
    b -= 0.1 * db
    return loss
"""
RIGHT = SETUP + STEP.format(slope=" * (1 - a**2)")
WRONG = SETUP + STEP.format(slope="")
VERDICTS = {"dz": "correct", "dw": "correct", "db": "correct"}


def traced(folder, text, steps=3, to_end=False, loss=""):
    path = folder / "script.py"
    path.write_text(text, encoding="utf-8")
    recorded = run(str(path), [], steps, lambda s, n: enough(s, n, steps), to_end)
    return judge.report(recorded, str(path), steps, loss)


def verdicts(report):
    return {g.name: g.verdict for result in report.results for g in result.gradients}


def command(folder, text, *options):
    path = folder / "script.py"
    path.write_text(text, encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-m", "oracle", "trace", "--no-color", *options, "script.py"],
        cwd=folder, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


def test_the_finally_blocks_run_when_enough_was_seen(tmp_path, capsys):
    found = traced(
        tmp_path,
        RIGHT + "try:\n"
        "    for turn in range(1000):\n"
        "        step(w, b)\n"
        "finally:\n"
        "    print('closed in turn', turn)\n",
    )
    assert verdicts(found) == VERDICTS
    assert capsys.readouterr().out == "closed in turn 3\n"


@pytest.mark.parametrize(
    "caught", ["except:", "except BaseException:", "except BaseException as e:"]
)
def test_no_except_swallows_the_end(caught, tmp_path, capsys):
    found = traced(
        tmp_path,
        RIGHT + "for turn in range(1000):\n"
        "    try:\n"
        "        step(w, b)\n"
        f"    {caught}\n"
        "        print('caught')\n"
        "print('after')\n",
    )
    assert verdicts(found) == VERDICTS
    assert capsys.readouterr().out == ""


def test_a_with_block_is_left_when_enough_was_seen(tmp_path):
    log = tmp_path / "log.txt"
    traced(
        tmp_path,
        RIGHT + f"with open({str(log)!r}, 'w') as log:\n"
        "    for turn in range(1000):\n"
        "        log.write(f'{step(w, b):.3f}\\n')\n",
    )
    assert len(log.read_text().splitlines()) == 3  # closed, and so written


def test_to_end_the_script_goes_on_and_prints_what_it_prints_alone(tmp_path, capsys):
    text = RIGHT + "for turn in range(40):\n    loss = step(w, b)\nprint(repr(loss))\n"
    found = traced(tmp_path, text, to_end=True)
    printed = capsys.readouterr().out
    exec(text, {})
    assert printed == capsys.readouterr().out
    assert verdicts(found) == VERDICTS


@pytest.mark.parametrize(
    "end", ["sys.exit()", "sys.exit(3)", "sys.exit('enough')", "raise SystemExit"]
)
def test_a_script_that_exits_is_judged_up_to_there(end, tmp_path):
    found = traced(tmp_path, RIGHT + f"import sys\nstep(w, b)\nstep(w, b)\n{end}\n")
    assert verdicts(found) == VERDICTS
    assert not found.errors


def test_a_script_that_ends_its_process_says_so(tmp_path):
    done = command(tmp_path, RIGHT + "import os\nstep(w, b)\nos._exit(5)\n")
    assert done.returncode == 2
    assert "ended with status 5, and no report" in done.stdout + done.stderr


def test_ctrl_c_prints_what_is_known(tmp_path):
    done = command(
        tmp_path,
        WRONG + "import os, signal, time\n"
        "for turn in range(2):\n"
        "    step(w, b)\n"
        "os.kill(os.getpid(), signal.SIGINT)\n"
        "time.sleep(60)\n",
    )
    assert "wrong-activation-derivative" in done.stdout or "missing-activation" in done.stdout
    assert "Traceback" not in done.stderr
    assert "interrupted" in done.stdout + done.stderr


def test_ctrl_c_runs_the_finally_blocks(tmp_path, capsys):
    found = traced(
        tmp_path,
        RIGHT + "try:\n"
        "    step(w, b)\n"
        "    step(w, b)\n"
        "    raise KeyboardInterrupt\n"
        "finally:\n"
        "    print('closed')\n",
    )
    assert found.interrupted
    assert verdicts(found) == VERDICTS
    assert capsys.readouterr().out == "closed\n"


def test_a_script_that_raises_half_way_is_judged_up_to_there(tmp_path, capsys):
    found = traced(tmp_path, WRONG + "step(w, b)\nstep(w, b)\nprint(1 / 0)\n")
    assert verdicts(found)["dz"] == "wrong"
    (error,) = found.errors
    assert "ZeroDivisionError" in error.message
    assert "judged" in error.message
    assert "ZeroDivisionError" in capsys.readouterr().err


def test_an_exception_that_the_script_handles_is_its_own(tmp_path, capsys):
    found = traced(
        tmp_path,
        RIGHT + "for turn in range(9):\n"
        "    try:\n"
        "        step(w, b)\n"
        "        w @ w\n"
        "    except ValueError:\n"
        "        print('handled')\n",
    )
    assert verdicts(found) == VERDICTS
    assert not found.errors
    assert capsys.readouterr().out == "handled\n" * 3


def test_files_are_written_as_they_would_be(tmp_path):
    text = RIGHT + (
        "for turn in range(3):\n"
        "    step(w, b)\n"
        "    np.save(f'w{turn}.npy', w)\n"
        "np.savetxt('w.txt', w)\n"
        "np.savez('both.npz', w=w, b=b)\n"
    )
    alone, seen = tmp_path / "alone", tmp_path / "seen"
    for folder in (alone, seen):
        folder.mkdir()
        (folder / "script.py").write_text(text)
    subprocess.run([sys.executable, "script.py"], cwd=alone, check=True)
    before = os.getcwd()
    os.chdir(seen)
    try:
        traced(seen, text, to_end=True)
    finally:
        os.chdir(before)
    names = sorted(p.name for p in alone.iterdir())
    assert names == sorted(p.name for p in seen.iterdir())
    for name in (n for n in names if not n.endswith(".npz")):  # which hold the time
        assert (alone / name).read_bytes() == (seen / name).read_bytes()
    with np.load(alone / "both.npz") as one, np.load(seen / "both.npz") as other:
        assert all(np.array_equal(one[key], other[key]) for key in ("w", "b"))


def test_what_the_script_registers_for_its_end_is_called_and_nothing_of_the_libraries(
    tmp_path, capsys, monkeypatch
):
    def library():
        print("library")

    monkeypatch.setattr(atexit, "_run_exitfuncs", library)  # all, those of torch among them
    found = traced(
        tmp_path,
        RIGHT + "import atexit\n"
        "@atexit.register\n"
        "def first():\n"
        "    print('last')\n"
        "atexit.register(print, 'first', end='!\\n')\n"
        "for turn in range(9):\n"
        "    step(w, b)\n",
    )
    assert verdicts(found) == VERDICTS
    assert capsys.readouterr().out == "first!\nlast\n"


def test_signals_are_the_scripts_own_again(tmp_path):
    before = signal.getsignal(signal.SIGINT)
    traced(tmp_path, RIGHT + "step(w, b)\nstep(w, b)\n")
    assert signal.getsignal(signal.SIGINT) is before
