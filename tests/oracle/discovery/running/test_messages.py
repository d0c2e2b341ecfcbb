"""What an exception says of shapes."""

import numpy as np
import pytest

from oracle.discovery.running.messages import clues


def said(function):
    with pytest.raises(Exception) as raised:  # noqa: PT011
        function()
    return clues(raised.value)


def ones(*shape):
    return np.ones(shape)


@pytest.mark.parametrize(
    "function",
    [
        lambda: ones(3, 5) @ ones(7, 11),
        lambda: ones(3, 5).dot(ones(7, 11)),
        lambda: ones(2, 5) + ones(2, 7),
        lambda: np.concatenate([ones(5, 2), ones(7, 3)], axis=1),
        lambda: np.einsum("ij,jk", ones(3, 5), ones(7, 2)),
    ],
)
def test_two_extents_that_must_be_equal(function):
    assert set(said(function).equal[0]) == {5, 7}


def test_all_axes_that_differ_at_once():
    assert set(said(lambda: ones(3, 5) * ones(7, 11)).equal) == {(5, 11), (3, 7)}


def test_a_number_of_names_is_a_rank():
    def unpacked():
        _n, _c, _w = ones(2, 3).shape

    assert said(unpacked).rank == 3


def test_an_axis_is_a_rank():
    assert said(lambda: ones(2, 3).sum(axis=2)).rank == 3


def test_floats_as_indices_ask_for_integers():
    assert said(lambda: ones(3)[ones(2)]).integers


def test_an_index_that_is_too_large():
    assert said(lambda: ones(2, 3)[np.arange(2), np.array([0, 9])]).index == (9, 3)


def test_a_product_that_does_not_fit():
    assert said(lambda: ones(3, 5).reshape(7)).equal == ((15, 7),)
