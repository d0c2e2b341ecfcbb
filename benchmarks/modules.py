"""Modules of oracle/ that one check enters: of a right file, and of the same file made wrong.

    python -m benchmarks.modules [--list]

A module is entered if one of its functions is called while the file is judged; importing it does
not count. The check of a right file must enter no module of diagnosis: exit status 1 if it does.
"""

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import oracle
from oracle.commands.check import Settings, closed, of_file
from oracle.results import Result

PACKAGE = Path(oracle.__file__).parent
RIGHT = """\
# oracle: shapes X: N D, W: D M, b: M
def layer(X, W, b):
    return X @ W + b


def layer_backward(dout, X, W, b):
    return dout @ W.T, X.T @ dout, dout.sum(axis=0)
"""
WRONG = RIGHT.replace("X.T @ dout", "X.T @ dout / len(X)")


def entered(work: Callable[[], Any]) -> set[str]:
    """The modules of oracle/ in which a function is called, by their names below oracle."""
    files: set[str] = set()

    def note(frame: FrameType, event: str, _: Any) -> None:
        if event == "call" and frame.f_code.co_name != "<module>":
            files.add(frame.f_code.co_filename)

    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(None)
    ours = [Path(file) for file in files if Path(file).is_relative_to(PACKAGE)]
    return {
        ".".join(file.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__")
        for file in ours
    }


def check(text: str) -> list[Result]:
    """The results of a file with this text, judged in this process."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "layer.py"
        file.write_text(text, encoding="utf-8")
        outcomes = [closed(judge()) for _, _, judge in of_file(file, "", Settings())]
    assert all(isinstance(outcome, Result) for outcome in outcomes), outcomes
    return outcomes  # type: ignore[return-value]


def main() -> None:
    """Print both counts, and what of diagnosis the right file enters."""
    check(WRONG)  # imports all that either needs
    of_right = entered(lambda: check(RIGHT))
    of_wrong = entered(lambda: check(WRONG))
    print("modules of oracle/ entered by one check")
    print(f"right file  {len(of_right):3}")
    print(f"wrong file  {len(of_wrong):3}")
    diagnosis = sorted(name for name in of_right if name.startswith("diagnosis"))
    print(f"of diagnosis, by the right file: {', '.join(diagnosis) or 'none'}")
    if "--list" in sys.argv:
        for name in sorted(of_right | of_wrong):
            print(f"    {name}{'' if name in of_right else '  (wrong file only)'}")
    sys.exit(bool(diagnosis))


if __name__ == "__main__":
    main()
