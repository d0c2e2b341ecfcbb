"""In the process of a traced script: it runs as ``__main__``, and a report on it is written.

Called as ``python -m oracle.commands.traced REPORT OPTIONS SCRIPT [ARGS ...]``, where ``REPORT`` is
the file to write to and ``OPTIONS`` are those of the command, as JSON. The script has this
process's standard input, output and error to itself.
"""

import json
import sys
from pathlib import Path
from typing import Any

from oracle.commands import channel, own_errors
from oracle.results import Failure, Report
from oracle.tracing.run import run
from oracle.tracing.steps import enough


def main() -> None:
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
