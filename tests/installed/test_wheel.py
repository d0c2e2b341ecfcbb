"""The installed files, and those that the source distribution builds, are all files of the tree."""

import importlib.metadata
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests._copy import copy

CHECKOUT = Path(os.environ.get("ORACLE_CHECKOUT", Path(__file__).parent.parent.parent))
PACKAGES = ("oracle", "reference")
FOLDERS = ("tests", "examples", "benchmarks", "docs")
FILES = (
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "LICENSE",
    "MANIFEST.in",
    "README.md",
    "pyproject.toml",
    "tox.ini",
    "toxfile.py",
)

pytestmark = pytest.mark.skipif(
    not (CHECKOUT / "oracle").is_dir(), reason="ORACLE_CHECKOUT names no source tree"
)


def in_tree(*folders: str) -> set[str]:
    """All files of some folders, as the tree has them."""
    return {
        path.relative_to(CHECKOUT).as_posix()
        for folder in folders
        for path in (CHECKOUT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def build(what: str, source: Path, into: Path) -> Path:
    command = [sys.executable, "-m", "build", f"--{what}", "--no-isolation", "-o", into, source]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (made,) = into.iterdir()
    return made


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source distribution, unpacked; built from a copy, since a build leaves things behind."""
    copy = tmp_path_factory.mktemp("tree")
    for name in (*PACKAGES, *FOLDERS):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(CHECKOUT / name, copy / name, ignore=ignored)
    for name in FILES:
        shutil.copy(CHECKOUT / name, copy)
    sdist = build("sdist", copy, tmp_path_factory.mktemp("sdist"))
    folder = tmp_path_factory.mktemp("unpacked")
    with tarfile.open(sdist) as archive:
        archive.extractall(folder, filter="data")
    (top,) = folder.iterdir()
    return top


def test_the_files_of_the_two_packages_and_no_others_are_installed() -> None:
    record = importlib.metadata.distribution("backprop-oracle").read_text("RECORD") or ""
    installed = {line.partition(",")[0] for line in record.splitlines()}
    if "oracle/__init__.py" not in installed:
        pytest.skip("an editable install has the tree itself")
    ours = {name for name in installed if name.startswith(("oracle/", "reference/"))}
    assert in_tree(*PACKAGES) == {name for name in ours if "__pycache__" not in name}


def test_the_source_distribution_builds_a_wheel_with_every_file(
    unpacked: Path, tmp_path: Path
) -> None:
    wheel = zipfile.ZipFile(build("wheel", unpacked, tmp_path))
    names = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert names == in_tree(*PACKAGES)
    for name in names:
        assert wheel.read(name) == (CHECKOUT / name).read_bytes(), name


def test_the_source_distribution_holds_the_tests_and_they_run(
    unpacked: Path, tmp_path: Path
) -> None:
    assert in_tree(*FOLDERS) | set(FILES) <= {
        path.relative_to(unpacked).as_posix() for path in unpacked.rglob("*")
    }
    copy(unpacked, tmp_path)
    command = [sys.executable, "-m", "pytest", "-q", "-n", "0", "tests/reference/test_affine.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
