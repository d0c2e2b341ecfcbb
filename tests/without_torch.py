"""A pytest plugin for Pythons without torch: what needs torch is skipped, the other tests run.

    pytest -p tests.without_torch

A test needs torch if it imports torch, or if it starts a process that judges (``oracle check``,
``oracle verify``) or that cannot import torch.
"""

import subprocess
import sys
from types import SimpleNamespace
from typing import Any

import pytest

JUDGES = {"check", "verify"}
run = subprocess.run


def skip() -> None:
    pytest.skip("torch is not installed", allow_module_level=True)


def find_spec(name: str, path: Any = None, target: Any = None) -> None:
    """Skip the module or test that imports torch."""
    if name == "torch":
        skip()


def run_with_torch(command: list[str], **options: Any) -> Any:
    """Skip the test whose process needs torch."""
    if JUDGES & set(command):
        skip()
    done = run(command, **options)
    if "No module named 'torch'" in f"{done.stdout}{done.stderr}":
        skip()
    return done


def pytest_sessionstart() -> None:
    sys.meta_path.insert(0, SimpleNamespace(find_spec=find_spec))
    subprocess.run = run_with_torch
