"""The twins are torch's own: one for each derivation, and nothing of reference/ in them."""

import ast
import inspect
import subprocess
import sys
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F

from oracle.truth import twins
from oracle.truth.twins import activations, losses
from oracle.verify import derivations

KNOWN = derivations.in_reference()
FILES = sorted(Path(twins.__file__).parent.glob("*.py"))


@pytest.mark.parametrize("name", KNOWN)
def test_every_derivation_has_a_twin_with_the_same_arguments(name: str) -> None:
    derivation = KNOWN[name]
    twin = twins.twin(derivation.module, name)
    due = [*derivation.arguments, *derivation.options]
    assert list(inspect.signature(twin).parameters) == [argument.name for argument in due]
    assert twins.title(derivation.module, name), "its first line names the torch operation"


def test_a_missing_twin_is_named() -> None:
    with pytest.raises(LookupError, match=r"oracle/truth/twins/affine\.py has no function nothing"):
        twins.twin("affine", "nothing")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_twins_import_nothing_of_reference_and_no_numpy(file: Path) -> None:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            modules = [node.module or ""]
        else:
            continue
        assert not any(m.split(".")[0] in ("reference", "numpy") for m in modules), file


def test_twins_run_where_reference_cannot_be_imported() -> None:
    modules = [f"oracle.truth.twins.{file.stem}" for file in FILES if file.stem != "__init__"]
    program = (
        "import sys; sys.modules['reference'] = None\n"
        "import importlib\n"
        f"for name in {modules}: importlib.import_module(name)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.fixture
def logits() -> torch.Tensor:
    generator = torch.Generator().manual_seed(0)
    return torch.randn(5, 4, dtype=torch.float64, generator=generator)


def test_written_out_cross_entropy_is_torchs_fused_one(logits: torch.Tensor) -> None:
    y = torch.tensor([0, 3, 1, 1, 2])
    soft = torch.rand(5, 4, dtype=torch.float64)
    torch.testing.assert_close(
        losses.softmax_cross_entropy_with_labels(logits, y),
        F.cross_entropy(logits, y, reduction="none"),
    )
    torch.testing.assert_close(
        losses.softmax_cross_entropy(logits, soft), F.cross_entropy(logits, soft, reduction="none")
    )


def test_written_out_log_softmax_and_softplus_are_torchs(logits: torch.Tensor) -> None:
    for axis in (0, 1):
        torch.testing.assert_close(
            activations.log_softmax(logits, axis), F.log_softmax(logits, axis)
        )
    torch.testing.assert_close(activations.softplus(logits), F.softplus(logits))


def test_written_out_binary_cross_entropy_is_torchs_away_from_the_ends() -> None:
    P, T = torch.rand(2, 5, 3, dtype=torch.float64) * 0.98 + 0.01
    want = F.binary_cross_entropy(P, T, reduction="none").sum(dim=1)
    torch.testing.assert_close(losses.binary_cross_entropy(P, T), want)
