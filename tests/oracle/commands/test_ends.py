"""What a file does to processes and to its judge costs no other file its verdict, and ends."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from tests.oracle.commands._files import (
    COMMAND,
    FEW,
    LAYER,
    RIGHT,
    WRONG,
    by_file,
    check,
    ends,
    processes,
    report,
    write,
)

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="/proc tells what is left")

# name: (what stands above a right layer, what is told of the file)
MISBEHAVING = {
    "fork_lives_on": ("import os, time\nif os.fork() == 0:\n    time.sleep(99)\n", "correct"),
    "fork_goes_on_as_the_file": ("import os\nos.fork()\n", "correct"),
    "daemon": (
        "import os, time\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n"
        "        os.closerange(0, 300)\n        time.sleep(99)\n    os._exit(0)\n",
        "correct",
    ),
    "popen": ("import subprocess\nsubprocess.Popen(['sleep', '99'])\n", "correct"),
    "thread": ("import threading, time\nthreading.Thread(target=time.sleep, args=(99,)).start()\n",
               "correct"),
    "pool": ("import multiprocessing as mp\nwith mp.Pool(2) as pool:\n    pool.map(abs, [1, 2])\n",
             "correct"),
    "manager": ("import multiprocessing as mp\nmanager = mp.Manager()\n", "correct"),
    "temporary": ("import tempfile\nfolder = tempfile.mkdtemp()\n", "correct"),
    "prints": ("import os\nprint('::error::hello')\nos.write(1, b'x')\n", "correct"),
    "enumeration": ("import enum\nclass Key(enum.StrEnum):\n    W = 'W'\n", "correct"),
    "interrupts": ("raise KeyboardInterrupt\n", "correct"),
    "leaves": ("import os\nos._exit(3)\n", "exited with status 3"),
    "aborts": ("import os\nos.abort()\n", "SIGABRT"),
    "kills_its_parent": (
        "import os, signal, time\nos.kill(os.getppid(), signal.SIGKILL)\ntime.sleep(9)\n",
        "the process that watches over this file was killed",
    ),
    "kills_its_group": ("import os, signal\nos.killpg(0, signal.SIGKILL)\n", "SIGKILL"),
    "many_processes": (
        "import os, time\nfor _ in range(150):\n    if os.fork() == 0:\n        time.sleep(99)\n"
        "        os._exit(0)\ntime.sleep(99)\n",
        "more than 64 processes",
    ),
    "writes_to_every_descriptor": (
        "import os\nfor one in range(3, 1000):\n    try:\n        os.write(one, b'hello\\n')\n"
        "    except OSError:\n        pass\n",
        "the channel to the judge was disturbed",
    ),
    "replaces_len": ("import builtins\nbuiltins.len = lambda x: 1\n", "replaces builtins.len"),
    "replaces_numpy": ("import numpy\nnumpy.abs = lambda x: 0 * x\n", "replaces numpy.abs"),
    "replaces_the_judge": (
        "import sys\nsys.modules['oracle.judging.examine'].examine = None\n",
        "replaces oracle.judging.examine.examine",
    ),
    "broken_text": (
        "class Bad(Exception):\n    def __str__(self):\n        raise SystemExit(0)\nraise Bad()\n",
        "correct",
    ),
    "long_text": ("raise ValueError('x' * 50_000_000)\n", "correct"),
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("misbehaving")
    write(folder, **{name: text + RIGHT for name, (text, _) in MISBEHAVING.items()})
    write(folder, a_wrong_one=WRONG, z_right_one=RIGHT)
    return folder


@pytest.fixture(scope="module")
def temporary():
    """A folder with a short name, since the paths of sockets in it have a limit."""
    with tempfile.TemporaryDirectory() as folder:
        yield folder


@pytest.fixture(scope="module")
def told(folder, temporary):
    """The report on all of them in one run, marked in the environment, with a TMPDIR of its own."""
    env = {"ORACLE_TEST": str(folder), "TMPDIR": temporary}
    return report(folder, ".", "--timeout", "20", "--jobs", "2", env=env)


@pytest.mark.parametrize("name", MISBEHAVING)
def test_a_file_that_misbehaves_is_judged_or_says_why_not(name, told):
    assert MISBEHAVING[name][1] in told[1][f"{name}.py"]


def test_the_others_keep_their_verdicts(told):
    done, found = told
    assert done.returncode == 1
    assert (found["a_wrong_one.py"], found["z_right_one.py"]) == ("wrong", "correct")
    assert done.stderr == b""


def test_nothing_of_it_stays(told, folder, temporary):
    del told
    assert ends(str(folder)), processes(str(folder))
    assert os.listdir(temporary) == []


def test_a_text_of_50_megabytes_is_cut(told):
    assert len(told[0].stdout) < 1_000_000


FORKS = """
import os, signal, time
signal.alarm(20)  # an outer limit, should all else fail
made = 0
while made < 7:  # 128 processes at most
    made += 1
    os.fork()
    os.setsid() if os.getpid() != os.getsid(0) else None
time.sleep(99)
"""


def test_processes_that_leave_their_session_are_counted_and_ended(tmp_path):
    write(tmp_path, forks=FORKS + RIGHT, right=RIGHT)
    done, found = report(tmp_path, ".", "--timeout", "15", env={"ORACLE_TEST": str(tmp_path)})
    assert "more than 64 processes" in found["forks.py"]
    assert found["right.py"] == "correct"
    assert done.returncode == 2
    assert ends(str(tmp_path))


SLOW = """
# oracle: shapes x: N D
def f{i}(x):
    while True:
        pass

def f{i}_backward(d, x):
    return d
"""


def test_the_time_is_for_a_file_and_one_that_hangs_leaves_some_to_the_others(tmp_path):
    write(
        tmp_path, slow="".join(SLOW.format(i=i) for i in range(4)), mixed=SLOW.format(i=0) + RIGHT
    )
    began = time.monotonic()
    done = check(
        tmp_path, "slow.py", "mixed.py", "--timeout", "8", "--format", "json", "--jobs", "2"
    )
    assert time.monotonic() - began < 8 + 80, "importing torch, and a busy machine, come on top"
    document = json.loads(done.stdout)
    assert [r["target"] for r in document["results"]] == ["affine_backward"]
    assert [e["file"] for e in document["errors"]] == ["slow.py"] * 4 + ["mixed.py"]
    assert all("--timeout 8 is for a whole file" in e["message"] for e in document["errors"])


@pytest.mark.parametrize("seconds", ["nan", "inf", "-1", "0"])
def test_a_time_that_is_none_is_refused(seconds, tmp_path):
    write(tmp_path, right=RIGHT)
    done = check(tmp_path, "right.py", f"--timeout={seconds}")
    assert done.returncode == 2
    assert b"--timeout" in done.stderr


def begun(folder, *arguments):
    """A check that has told of its first file, or is at one that never ends."""
    (folder / "tmp").mkdir(exist_ok=True)
    write(
        folder,
        a_wrong=WRONG,
        endless=f"open('reached', 'w').close()\nwhile True:\n    pass\n{RIGHT}",
    )
    process = subprocess.Popen(
        [*COMMAND, "check", *FEW, "--jobs", "1", *arguments, "a_wrong.py", "endless.py"],
        cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={**os.environ, "ORACLE_TEST": str(folder), "TMPDIR": str(folder / "tmp")},
    )  # fmt: skip
    end = time.monotonic() + 60
    while not Path(folder, "reached").exists() and time.monotonic() < end:
        time.sleep(0.05)
    return process


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_with_what_is_known(number, tmp_path):
    process = begun(tmp_path, "--format", "json")
    process.send_signal(number)
    if number == signal.SIGINT:
        time.sleep(0.05)
        process.send_signal(number)
    out, err = process.communicate(timeout=30)
    document = json.loads(out)
    assert document["interrupted"]
    assert by_file(document) == {"a_wrong.py": "wrong"}
    assert (process.returncode, err) == (1, b"")
    assert ends(str(tmp_path))
    assert os.listdir(tmp_path / "tmp") == []


def test_its_sudden_death_ends_all_of_its_processes(tmp_path):
    process = begun(tmp_path)
    process.kill()
    process.communicate(timeout=30)  # nobody else holds its output open
    assert ends(str(tmp_path))
    assert os.listdir(tmp_path / "tmp") == []


@pytest.mark.parametrize("delay", [0.0, 0.05, 0.15, 0.4, 1.0])
def test_ctrl_c_at_any_moment_prints_one_document_and_no_traceback(delay, tmp_path):
    write(tmp_path, right=RIGHT)
    program = "import time, oracle.__main__ as o; print(end='', flush=True); o.main()"
    process = subprocess.Popen(
        [sys.executable, "-P", "-c", program, "check", *FEW, "--format", "json", "."],
        cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    end = time.monotonic() + 30
    mask = f"/proc/{process.pid}/status"
    while time.monotonic() < end:  # until SIGINT is caught by us: Python's own start is not ours
        caught = next(ln for ln in Path(mask).read_text().splitlines() if ln.startswith("SigCgt"))
        if int(caught.split()[1], 16) & (1 << (signal.SIGHUP - 1)):
            break
    time.sleep(delay)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    json.loads(out)
    assert b"Traceback" not in err
    assert process.returncode in (0, 2)


def test_targets_that_are_named_twice_are_judged_once(tmp_path):
    write(tmp_path, right=RIGHT)
    (tmp_path / "link.py").symlink_to("right.py")
    done = check(
        tmp_path, "right.py", "./right.py", "right.py::affine_backward", ".", "--format", "json"
    )
    assert [r["file"] for r in json.loads(done.stdout)["results"]] == ["right.py"]


@pytest.mark.full
def test_500_files_that_misbehave_leave_50_others_their_verdicts(tmp_path):
    """A soak: some minutes."""
    (tmp_path / "tmp").mkdir()
    kinds = [text for name, (text, _) in MISBEHAVING.items() if name != "long_text"]
    kinds += [
        "x = (" + "1 + " * 3000 + "1)\n", "\0", "\x0c\n", "def broken(:\n", "raise SystemExit\n",
        "import sys\nsys.setrecursionlimit(50)\n", "import sys\nsys.stdout.close()\n",
        "import signal, os\nos.kill(os.getpid(), signal.SIGSTOP)\n", "import gc\ngc.disable()\n",
        "import os\nos.closerange(3, 1024)\n", "import os\nos.chdir('/')\n",
        "import resource\nresource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))\n",
        "bytearray(8 * 2**30)\n", "import sys\nsys.modules.clear()\n",
        "import json\njson.dumps = json.loads = None\n", "def f():\n    f()\nf()\n",
    ]  # fmt: skip
    good = {f"good_{i:02}": LAYER.format(factor=" * 2" * (i % 2)) for i in range(50)}
    bad = {f"bad_{i:03}": f"# {i}\n" + kinds[i % len(kinds)] + RIGHT for i in range(500)}
    write(tmp_path, **good, **bad)
    env = {"ORACLE_TEST": str(tmp_path), "TMPDIR": str(tmp_path / "tmp")}
    done, found = report(tmp_path, ".", "--timeout", "3", env=env, timeout=3600)
    assert {found[f"{name}.py"] for name in good if int(name[5:]) % 2 == 0} == {"correct"}
    assert {found[f"{name}.py"] for name in good if int(name[5:]) % 2 == 1} == {"wrong"}
    assert all(f"{name}.py" in found for name in bad)
    assert done.stderr == b""
    assert ends(str(tmp_path))
    assert os.listdir(tmp_path / "tmp") == []
