"""One thread a worker, since pytest-xdist already uses every core; and only what is installed."""

import contextlib
import importlib.metadata
import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest

with contextlib.suppress(ImportError):  # on Pythons where only what needs no torch is tested
    import torch

    torch.set_num_threads(1)

# Users' files, some of which are tests of their own.
collect_ignore_glob = ["user_files/*", "unseen/*"]


def pytest_configure() -> None:
    """Refuse to test a checkout that happens to lie in the current folder.

    What users have is the installed package: of a checkout, a list of packages with one missing
    passed thousands of tests.
    """
    try:
        installed = importlib.metadata.distribution("backprop-oracle")
    except importlib.metadata.PackageNotFoundError:
        raise pytest.UsageError("install the package first: pip install -e '.[test]'") from None
    found = importlib.util.find_spec("oracle")
    assert found is not None
    assert found.origin is not None
    url = json.loads(installed.read_text("direct_url.json") or "{}")
    editable = url.get("dir_info", {}).get("editable", False)
    expected = Path(str(installed.locate_file("oracle/__init__.py"))).resolve()
    if not editable and Path(found.origin).resolve() != expected:
        raise pytest.UsageError(
            f"{found.origin} would be tested instead of {expected}, which is installed: run tox, "
            "or install the checkout itself with pip install -e '.[test]'"
        )


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)
