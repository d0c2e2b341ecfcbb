"""The channel between the process of a file and the process that reports: data, never code."""

import enum
import json
import os
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from oracle.commands import channel
from oracle.commands.listening import Heard
from oracle.report.plain import LONGEST, plain
from oracle.results import Counterexample, Cure, Failure, Gradient, Note, Result

CURE = Cure("factor", Fraction(1, 2), (("N", Fraction(-1)),), (0, 1), True, (("N", "X", "[0]"),))
EXAMPLE = Counterexample("oracle check", {"N": 2}, {"k": 1.5}, 7, "float64", "tiny", [[1.0]], "no")
GRADIENT = Gradient(
    "dW", "W", 3, "wrong", units={"float64/ordinary": float("inf")}, counterexample=EXAMPLE,
    findings=(Note("transposed", "it is transposed", "transpose it", CURE),),
)  # fmt: skip
RESULT = Result("net.py", "affine", 1, "", (GRADIENT,), 12, 3, ("float64",), truth="autograd")


def through(outcome):
    return channel.decoded(json.loads(json.dumps(channel.encoded(outcome))))


def test_a_result_comes_out_as_it_went_in():
    assert through(RESULT) == RESULT
    assert through(Failure("net.py", 3, "no")) == Failure("net.py", 3, "no")


class Key(enum.StrEnum):
    W = "W"


class Mine(np.ndarray):
    def tolist(self):
        raise SystemExit(3)


class Unshown:
    def __repr__(self):
        raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Key.W, "W"),
        ({Key.W: np.float32(0.5), 3: True}, {"W": 0.5, "3": True}),
        (np.ones(2).view(Mine), [1.0, 1.0]),
        (1 + 2j, {"re": 1.0, "im": 2.0}),
        (np.array([1j]), [{"re": 0.0, "im": 1.0}]),
        (Unshown(), "an object of Unshown"),
        (10**1000, "a whole number of 3322 bits"),
        (ValueError, "<class 'ValueError'>"),
    ],
)
def test_what_is_the_users_becomes_text_and_numbers(value, expected):
    found = plain(value)
    assert found == expected
    assert type(found) is type(expected)
    json.dumps(found)


def test_a_value_that_contains_itself_ends():
    value = []
    value.append(value)
    json.dumps(plain(value))


def test_long_text_is_cut_and_that_is_said():
    (note,) = through(replace(RESULT, remarks=[Note("raises", "x" * 50_000_000)])).remarks
    assert len(note.message) < LONGEST + 50
    assert note.message.endswith("(cut: 50,000,000 characters)")


@pytest.mark.parametrize(
    "change",
    [
        {"type": "Report"},
        {"value": None},
        {"value": {"file": "net.py", "line": 3}},
        {"value": {"file": "net.py", "line": 3, "message": "no", "more": 1}},
        {"value": {"file": "net.py", "line": "3", "message": "no"}},
        {"value": {"file": "net.py", "line": True, "message": "no"}},
    ],
)
def test_what_is_no_outcome_is_refused(change):
    with pytest.raises(channel.Broken):
        channel.decoded({**channel.encoded(Failure("net.py", 3, "no")), **change})


def test_a_verdict_that_there_is_not_is_refused():
    data = channel.encoded(RESULT)
    data["value"]["gradients"][0]["verdict"] = "splendid"
    with pytest.raises(channel.Broken):
        channel.decoded(data)


def sent(*kinds, token="t"):
    """What a sender writes for messages of these kinds."""
    read, write = os.pipe()
    sender = channel.Sender(write, token)
    for kind in kinds:
        sender.send(kind)
    data = os.read(read, 65536)
    os.close(read)
    os.close(sender._descriptor)
    return data


def test_messages_may_arrive_in_pieces():
    data, reader = sent("found", "end"), channel.Reader("t")
    found = [m["kind"] for at in range(len(data)) for m in reader.feed(data[at : at + 1])]
    assert found == ["found", "end"]


DISTURBED = [
    b"hello\n",
    b"[]\n",
    b"\xff\n",
    b"[" * 100_000 + b"\n",
    sent("end", token="u"),
    b"9" * 9999 + b"\n",
]


@pytest.mark.parametrize("data", DISTURBED, ids=range(len(DISTURBED)))
def test_what_bears_no_token_breaks_the_channel(data):
    with pytest.raises(channel.Broken):
        list(channel.Reader("t").feed(data))


def test_a_message_that_is_repeated_or_missing_breaks_the_channel():
    first, second, _ = sent("found", "end").split(b"\n")
    for data in (first + b"\n" + first + b"\n", second + b"\n"):
        with pytest.raises(channel.Broken, match="missing"):
            list(channel.Reader("t").feed(data))


def test_a_fork_of_the_users_cannot_send():
    read, write = os.pipe()
    sender = channel.Sender(write, "t")
    child = os.fork()
    if child == 0:
        try:
            sender.send("end")
        finally:
            os._exit(7)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0, "it ends quietly"
    os.close(sender._descriptor)
    assert os.read(read, 100) == b""
    os.close(read)


FOUND = {"kind": "found", "targets": [["f", 1], ["g", 5]]}
START, NEXT = {"kind": "start", "index": 0}, {"kind": "start", "index": 1}
ONE = {"kind": "outcome", "index": 0, "outcome": channel.encoded(Failure("", 1, "no"))}
REASON = {"kind": "reason", "index": 0, "outcome": channel.encoded(Failure("", 1, "why"))}
JUDGED, END = {"kind": "judged"}, {"kind": "end"}


@pytest.mark.parametrize(
    "messages",
    [
        [START],
        [FOUND, FOUND],
        [FOUND, NEXT],
        [FOUND, START, {**ONE, "index": 1}],
        [FOUND, START, ONE, ONE],
        [FOUND, START, END],
        [FOUND, START, ONE, JUDGED],
        [FOUND, START, ONE, NEXT, {**ONE, "index": 1}, END],
        [FOUND, START, ONE, NEXT, {**ONE, "index": 1}, JUDGED, {**REASON, "index": 2}],
        [FOUND, START, REASON],
        [{"kind": "verdict"}],
        [{"kind": "found", "targets": [["f"]]}],
    ],
)
def test_messages_out_of_turn_are_refused(messages):
    heard = Heard(0)
    for message in messages[:-1]:
        heard.take(message)
    with pytest.raises(channel.Broken):
        heard.take(messages[-1])


def test_every_derivation_that_was_announced_needs_its_outcome():
    heard = Heard(0)
    for message in [FOUND, START, ONE, NEXT, {**ONE, "index": 1}, JUDGED, END]:
        heard.take(message)
    assert heard.all_told
    assert len(heard.outcomes) == 2


def test_a_reason_takes_the_place_of_the_verdict_that_it_belongs_to():
    heard = Heard(0)
    for message in [FOUND, START, ONE, NEXT, {**ONE, "index": 1}, JUDGED, REASON]:
        heard.take(message)
    assert [outcome.message for outcome in heard.outcomes] == ["why", "no"]
    assert not heard.all_told
