"""The work of a case is told from that of the cases before it."""

import pytest

from oracle.judging.budget import ExpectedWork


def seen(work, many=3):
    """What has seen all cases of small sizes of code that makes so much work."""
    expected = ExpectedWork()
    for n in range(1, many + 1):
        for h in range(1, many + 1):
            expected.take({"N": n, "H": h}, work(n, h))
    return expected


def test_vectorised_code_is_as_much_work_whatever_the_sizes():
    assert seen(lambda n, h: 40).of({"N": 129, "H": 64}) == pytest.approx(40)


def test_a_loop_over_samples_and_pixels_grows_with_their_number():
    expected = seen(lambda n, h: 7 * n * h * h)
    assert expected.of({"N": 9, "H": 17}) == pytest.approx(7 * 9 * 17**2)


def test_of_a_few_cases_nothing_is_told():
    expected = ExpectedWork()
    expected.take({"N": 1, "H": 1}, 1000)
    assert expected.of({"N": 3, "H": 3}) == 0


def test_a_case_of_more_work_than_expected_corrects_what_is_expected():
    expected = seen(lambda n, h: 10)
    for h in (4, 5, 6):  # from a length on, a loop is taken
        expected.take({"N": 1, "H": h}, 10 * h * h)
    assert expected.of({"N": 1, "H": 8}) > 100
