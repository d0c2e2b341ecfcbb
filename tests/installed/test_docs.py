"""README and docs name commands, options, files and findings that exist, and show true reports."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from benchmarks import figures
from oracle.commands import cli
from oracle.report import findings
from tests.installed.test_wheel import CHECKOUT

pytestmark = pytest.mark.skipif(
    not (CHECKOUT / "README.md").is_file(), reason="ORACLE_CHECKOUT names no source tree"
)

README = CHECKOUT / "README.md"
DOCUMENTS = [*figures.documents(CHECKOUT), *sorted(CHECKOUT.glob("[AC]*.md"))]
CODE = re.compile(r"^```.*?^```|`[^`\n]+`", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\(([^)]+)\)")
SECONDS = re.compile(r"\d+\.\d s, seed")


def code(document: Path) -> Iterator[str]:
    """The lines of code in a document: those in fences, and those within a sentence."""
    for block in CODE.findall(document.read_text(encoding="utf-8")):
        for line in block.strip("`").splitlines():
            yield line.removeprefix("$ ").partition(" #")[0].strip()


def options(command: click.Command) -> set[str]:
    return {"--help", "--version"} | {o for p in command.params for o in p.opts}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_commands_and_options_that_a_document_names_exist(document: Path) -> None:
    known = {name: options(command) for name, command in cli.main.commands.items()}
    for line in code(document):
        first, *rest = line.split() or [""]
        if first == "oracle" and rest:
            assert rest[0] in {*known, "--help", "--version"}, line
            named = {word for word in rest if word.startswith("--")}
            assert named <= known.get(rest[0], named), line
        elif re.fullmatch(r"--[a-z][a-z-]*", first):
            assert any(first in every for every in known.values()), line


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_programs_that_a_document_names_exist(document: Path) -> None:
    for line in code(document):
        for package, module in re.findall(r"python -m (benchmarks|examples)[. ]([a-z]\w+)", line):
            assert module == "all" or (CHECKOUT / package / f"{module}.py").is_file(), line


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_files_that_a_document_links_to_exist(document: Path) -> None:
    for target in LINK.findall(document.read_text(encoding="utf-8")):
        if not target.startswith("https://"):
            assert (document.parent / target.partition("#")[0]).exists(), target


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_places_in_the_tree_that_a_document_names_exist(document: Path) -> None:
    for line in code(document):
        found = re.fullmatch(r"(oracle|reference|tests|benchmarks|examples)/[\w./]*", line)
        if found and not re.search("[A-Z]", line):  # FAMILY.py stands for any
            assert (CHECKOUT / line).exists(), line


def test_files_that_a_package_of_the_oracle_lists_exist() -> None:
    for init in sorted((CHECKOUT / "oracle").glob("*/**/__init__.py")):
        docstring = ast.get_docstring(ast.parse(init.read_text(encoding="utf-8"))) or ""
        for name in re.findall(r"[\w/]+\.py\b", docstring):
            assert any(init.parent.rglob(name)), f"{init.relative_to(CHECKOUT)}: {name}"


def test_readme_links_to_no_file_since_a_package_index_has_none() -> None:
    targets = LINK.findall(README.read_text(encoding="utf-8"))
    assert [target for target in targets if not target.startswith("https://")] == []


def test_readme_names_every_document() -> None:
    text = README.read_text(encoding="utf-8")
    for document in DOCUMENTS:
        name = document.relative_to(CHECKOUT).as_posix()
        assert name in text or name == "README.md", name


def test_readme_has_at_most_150_lines() -> None:
    assert len(README.read_text(encoding="utf-8").splitlines()) <= 150


def test_every_finding_is_in_the_list_of_findings() -> None:
    text = (CHECKOUT / "docs/findings.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| \[`([\w-]+)`\]", text, re.MULTILINE)
    assert sorted(listed) == sorted(findings.names())


def test_the_report_in_the_readme_is_what_is_printed() -> None:
    compare(README, "oracle check")


@pytest.mark.full
def test_reports_in_the_guide_are_what_is_printed() -> None:
    compare(CHECKOUT / "docs/check.md", "oracle check")


def test_the_training_in_the_docs_prints_what_is_shown() -> None:
    compare(CHECKOUT / "docs/reference.md", "python spiral.py")


def compare(document: Path, command: str) -> None:
    """What the command prints against what the document shows, but for the seconds it took."""
    text = document.read_text(encoding="utf-8")
    reports = [b for b in figures.blocks(text, "written by") if b[2].startswith(command)]
    assert reports
    for block in reports:
        fresh = SECONDS.sub("", figures.output(block[2], text))
        assert SECONDS.sub("", block[3]) == fresh, f"run: python -m benchmarks.figures {command}"
