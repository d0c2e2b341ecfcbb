"""Files and functions of the oracle are short enough to be read at once."""

import ast
from pathlib import Path

import oracle

PACKAGE = Path(oracle.__file__).parent
FILES = sorted(PACKAGE.rglob("*.py"))


def test_no_file_has_more_than_400_lines() -> None:
    lines = {_name(file): len(file.read_text(encoding="utf-8").splitlines()) for file in FILES}
    long = [f"{name}: {count} lines" for name, count in lines.items() if count > 400]
    assert not long, "\n".join(long)


def test_no_function_has_more_than_60_lines() -> None:
    long = []
    for file in FILES:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                assert node.end_lineno is not None
                count = node.end_lineno - node.lineno + 1
                if count > 60:
                    long.append(f"{_name(file)}: {node.name}: {count} lines")
    assert not long, "\n".join(long)


def _name(file: Path) -> str:
    return file.relative_to(PACKAGE.parent).as_posix()
