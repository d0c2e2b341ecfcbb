"""Every name of reference/ is known to ``oracle verify`` and ``oracle explain``."""

import pytest
from click.testing import CliRunner

import reference
from oracle.commands import cli, verify
from oracle.verify import derivations, names

KNOWN = names.in_reference()


def test_every_public_name_and_every_file_is_known() -> None:
    files = {module.__name__.rpartition(".")[2] for module in derivations.modules()}
    assert set(KNOWN) == {*reference.__all__, *files, *(f"{file}.py" for file in files)}


@pytest.mark.parametrize("name", KNOWN)
def test_what_a_name_stands_for_is_a_target_that_has_its_runs(name: str) -> None:
    assert set(KNOWN[name].targets) <= set(names.targets())
    assert bool(KNOWN[name].targets) == bool(verify.tasks(KNOWN[name].targets))


@pytest.mark.parametrize(
    ("name", "targets"),
    [
        ("rprop", ("rprop_matrix_form", "rprop_step")),
        ("rprop_step", ("rprop_step",)),
        ("network", ("network",)),
        ("network.py", ("network",)),
        ("backpropagate", ("network",)),
        ("momentum_torch", ("momentum_torch",)),
        ("optimizers", names.RULES),
        ("affine", ("affine",)),
        ("jacobian", ()),
    ],
)
def test_update_rules_and_networks_are_verified_under_their_own_names(
    name: str, targets: tuple[str, ...]
) -> None:
    assert KNOWN[name].targets == targets


def test_all_update_rules_together_are_one_run_for_each_dtype() -> None:
    assert [task.name for task in verify.tasks(names.RULES)] == [names.OPTIMIZERS] * 2


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("rprop", "rprop_matrix_form"),
        ("rprop_step", "Verified by oracle verify rprop_step"),
        ("backpropagate", "reference/network.py"),
        ("jacobian.py", "network_jacobian"),
        ("momentum_torch", "def momentum_torch("),
    ],
)
def test_what_is_no_derivation_is_explained_too(name: str, says: str) -> None:
    done = CliRunner().invoke(cli.main, ["explain", name])
    assert done.exit_code == 0, done.output
    assert says in done.output
