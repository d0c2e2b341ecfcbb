"""The shape grammar and the sizes it is drawn in."""

import itertools

import numpy as np
import pytest

from oracle.cases import shapes
from oracle.subject import size_names


def test_a_dim_is_a_name_a_number_or_a_sum_of_them() -> None:
    sizes = {"H": 7, "K": 3, "*outputs": (2, 5)}
    assert shapes.shape(["H", "3", "H-K+1", "4*H", "H//2"], sizes) == (7, 3, 5, 28, 3)
    assert shapes.shape(["K", "*outputs"], sizes) == (3, 2, 5)
    assert shapes.shape([], sizes) == ()


def test_names_are_found_once_and_in_order() -> None:
    assert size_names(("N", "D+1", "*rest", "N", "2*D-N")) == ("N", "D", "*rest")


@pytest.mark.parametrize(
    "dim", ["__import__('os')", "N.real", "N[0]", "N if D else 1", "1.5", "N+"]
)
def test_anything_else_is_refused_and_never_run(dim: str) -> None:
    with pytest.raises(ValueError, match="is no size"):
        size_names((dim,))


def test_sizes_that_do_not_fit_are_an_error() -> None:
    with pytest.raises(ValueError, match="negative"):
        shapes.shape(["H-K"], {"H": 1, "K": 3})


def test_all_small_shapes_come_smallest_first() -> None:
    small = shapes.small(["N", "D", "M"])
    assert len(small) == 27
    assert small[0] == {"N": 1, "D": 1, "M": 1}
    assert small[-1] == {"N": 3, "D": 3, "M": 3}
    volumes = [shapes.volume(sizes) for sizes in small]
    assert volumes == sorted(volumes)


def test_above_500_combinations_a_seeded_subset_is_taken() -> None:
    names = [f"S{i}" for i in range(7)]
    small = shapes.small(names, seed=3)
    assert len(small) == 500
    assert small == shapes.small(names, seed=3) != shapes.small(names, seed=4)
    for a, b in itertools.combinations(names, 2):
        assert len({(sizes[a], sizes[b]) for sizes in small}) == 9, "every pair of sizes occurs"


def test_rectangular_extents_are_all_different_and_at_least_2() -> None:
    rng = np.random.default_rng(0)
    for _ in range(50):
        sizes = shapes.rectangular(["N", "*outputs", "C"], rng, max_dim=7)
        extents = [sizes["N"], *sizes["*outputs"], sizes["C"]]  # type: ignore[misc]
        assert len(set(extents)) == len(extents)
        assert 2 <= min(extents) <= max(extents) <= 7
