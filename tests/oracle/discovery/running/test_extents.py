"""Extents that tell which size they are."""

from oracle.discovery.running.extents import Extents, solutions


def extents(**known):
    return Extents(known=known)


def test_the_later_of_two_sizes_is_replaced():
    found = extents(s0=5, s1=7)
    assert solutions(("s0", "s1"), [(found, (7, 5))]) == [("s1", "s0")]


def test_an_open_slice_is_a_multiple():
    found = extents(s0=7, s1=61)
    assert ("s1", "4*s0") in solutions(("s0", "s1"), [(found, (61 - 3 * 7, 7))])


def test_what_two_runs_say_is_a_sum_and_no_product():
    first, second = extents(s0=2, s1=3, s2=11), extents(s0=5, s1=7, s2=13)
    found = solutions(("s0", "s1", "s2"), [(first, (5, 11)), (second, (12, 13))])
    assert found[0] == ("s2", "s0+s1")


def test_no_extent_is_a_number_of_the_code():
    found = Extents(avoided=frozenset((2, 3, 5)))
    assert found.of("N") == 7


def test_a_number_that_has_a_name_is_that_name():
    found = Extents(constants={100: "hidden"}, known={"s0": 7})
    assert solutions(("s0",), [(found, (100, 7))])[0] == ("s0", "hidden")
