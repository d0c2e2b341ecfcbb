"""What is installed, and what the source distribution builds, is all that stands in the tree."""

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
BUILT = ("LICENSE", "MANIFEST.in", "README.md", "pyproject.toml", "tox.ini", "CHANGELOG.md")
SHIPPED = (*PACKAGES, "tests", "examples", "benchmarks", *BUILT)

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
    for name in SHIPPED:
        if (CHECKOUT / name).is_dir():
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(CHECKOUT / name, copy / name, ignore=ignored)
        elif (CHECKOUT / name).exists():
            shutil.copy(CHECKOUT / name, copy)
    sdist = build("sdist", copy, tmp_path_factory.mktemp("sdist"))
    folder = tmp_path_factory.mktemp("unpacked")
    with tarfile.open(sdist) as archive:
        archive.extractall(folder, filter="data")
    (top,) = folder.iterdir()
    return top


def test_every_file_of_the_two_packages_is_installed() -> None:
    distribution = importlib.metadata.distribution("backprop-oracle")
    installed = {file.as_posix() for file in distribution.files or ()}
    if "oracle/__init__.py" not in installed:
        pytest.skip("an editable install has the tree itself")
    assert in_tree(*PACKAGES) <= installed


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
    assert in_tree("tests", "examples", "benchmarks") <= {
        path.relative_to(unpacked).as_posix() for path in unpacked.rglob("*")
    }
    copy(unpacked, tmp_path)
    command = [sys.executable, "-m", "pytest", "-q", "-n", "0", "tests/reference/test_affine.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
