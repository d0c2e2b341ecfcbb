"""A script, run and judged in a process of its own; this one reads the report.

The other process is ``python -m oracle.commands.traced_script REPORT OPTIONS SCRIPT [ARGS ...]``,
where ``REPORT`` is the file to write to and ``OPTIONS`` are those of the command, as JSON. The
script runs as ``__main__``, and has that process's standard input, output and error to itself.
"""

import contextlib
import json
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from oracle.commands import channel, own_errors
from oracle.results import Failure, Report


def traced(
    script: str, arguments: Sequence[str], asked: dict[str, object], stdout: Any = None
) -> Report:
    """The report of a process in which the script has run.

    ``stdout`` is a file that gets what the script prints; None: standard output of this process.
    """
    with tempfile.TemporaryDirectory(prefix="oracle-") as folder:
        target = Path(folder) / "report"
        command = [
            sys.executable, "-m", "oracle.commands.traced_script", str(target), json.dumps(asked),
            script, *arguments,
        ]  # fmt: skip
        sys.stdout.flush()
        with _left_to_the_script():
            ended = subprocess.run(command, stdout=stdout, check=False)
        try:
            found: Report = channel.read(Report, json.loads(target.read_bytes()))
        except (OSError, ValueError, channel.Broken):
            said = f"the script's process ended with status {ended.returncode}, and no report"
            return Report(0, errors=[Failure(script, 1, said)])
    return found


@contextlib.contextmanager
def _left_to_the_script() -> Iterator[None]:
    """Ctrl-C ends the script; this process waits for the report on what it did until then.

    It is not set to be ignored: the script's process would inherit that, and never be interrupted.
    """
    here = threading.current_thread() is threading.main_thread()  # Ctrl-C comes to no other
    if not here or signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        yield
        return
    before = signal.signal(signal.SIGINT, lambda number, frame: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def main() -> None:
    """Run the script that the command line of this process names, and write the report on it."""
    from oracle.tracing.run import run
    from oracle.tracing.steps import enough

    target, options, script, *arguments = sys.argv[1:]
    asked: dict[str, Any] = json.loads(options)
    steps = asked["steps"]
    recorded = run(
        script, arguments, steps, lambda stored, notes: enough(stored, notes, steps),
        asked["to_end"],
    )  # fmt: skip
    sys.stdout.flush()
    try:
        from oracle.tracing import judge  # imports torch, once the script has run

        report = judge.report(recorded, script, steps, asked["loss"])
    except KeyboardInterrupt:
        report = Report(0, interrupted=True)
    except Exception as error:
        report = Report(0, errors=[Failure(script, 1, own_errors.told(error, asked["verbose"]))])
    Path(target).write_text(json.dumps(channel.as_data(report)), encoding="utf-8")


if __name__ == "__main__":
    main()
