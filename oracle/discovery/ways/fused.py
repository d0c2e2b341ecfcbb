"""A last activation whose upstream is that of what it is given: softmax and cross-entropy in one.

``d = p - y`` is the gradient of the cross-entropy with regard to what the softmax is given. A
caller that hands it on to all layers, the softmax included, needs a softmax whose backward hands
it on unchanged: the whole is right, though this part is not the derivative of its own forward.
"""

import ast
import dataclasses
from collections.abc import Iterator, Sequence

import numpy as np

from oracle.discovery import naming
from oracle.discovery.arguments import User
from oracle.discovery.candidate import Candidate
from oracle.discovery.text import callers, first_upstream, functions, returns
from oracle.discovery.text.functions import Function
from oracle.discovery.text.source import Text
from oracle.discovery.trial_inputs import kept_random_state, trial_arrays
from oracle.discovery.ways.code_readings import sigmoid, softmax
from oracle.discovery.ways.conventions import loops
from oracle.discovery.ways.readings import combined
from oracle.subject import Inputs, Reading, Subject, Way

ENTROPY = naming.words("log log1p log2 logsumexp log_softmax softplus logaddexp")
SQUARES = naming.words("square power")


def of_given(user: User, candidate: Candidate, subject: Subject) -> Subject:
    """A subject with this reading, where its callers and the losses beside it allow it."""
    node = user.node(candidate.of("backward"))
    if user.text is None or node is None or candidate.way != Way.LAYER or subject.torch_function:
        return subject
    given, items = functions.parameters(node), returns.items(node) or []
    if len(items) != 1 or items[0].text not in given:
        return subject
    short = candidate.of("class").rpartition(".")[2]
    caller, of_caller = _starts_from_difference(user.text, candidate)
    name = _of_an_activation(subject) if caller else ""
    texts = [user.text, *([of_caller] if of_caller is not user.text else [])]
    places = [place for text in callers.near(user.text, short) for place in _is_last(text, short)]
    if not name or not all(places):
        return subject
    doubt = _doubt(texts)
    if not places:
        doubt = f"right only if {short} is the last layer, which nothing shows"
    remark = (
        f"correct up to a convention: the upstream that {caller} starts from, output minus target, "
        f"is that of {name} already, as of the cross-entropy"
    )
    meant = Reading(f"the upstream is that of {name}", remark, False, doubt=doubt)

    def read(one: Subject) -> Subject:
        forward = one.forward

        def hand_on(inputs: Inputs) -> tuple[object, object]:
            return inputs[name], forward(inputs)[1]

        return dataclasses.replace(one, forward=hand_on)

    return combined(subject, [(Reading(""), lambda one: one), (meant, read)])


def _of_an_activation(subject: Subject) -> str:
    """The input that a forward takes the softmax or the sigmoid of; "" if it does something else"""
    names = [argument.name for argument in subject.arguments if argument.differentiated]
    if len(names) != 1:
        return ""
    try:
        arrays = trial_arrays(subject.arguments)
        inputs = subject.prepare({n: a.copy() for n, a in arrays.items()}, 0)
        with kept_random_state(0), np.errstate(all="ignore"):
            value = np.asarray(subject.forward(inputs)[0])
    except (Exception, SystemExit):  # the check meets it again and reports it
        return ""
    given = arrays[names[0]]
    usual = [softmax(-1), softmax(0), sigmoid] if given.ndim else [sigmoid]
    known = any(value.shape == given.shape and np.allclose(act(given), value) for act in usual)
    return names[0] if known else ""


def _starts_from_difference(text: Text, candidate: Candidate) -> tuple[str, Text]:
    """The function that hands the backwards of layers ``p - y``, with its text; "" if none does."""
    owner, method = candidate.of("class"), candidate.of("backward").rpartition(".")[2]
    near = callers.near(text, method)
    for one in near:
        for name, node, call in loops(one, candidate, text):
            if first_upstream.shown(near, node, call, name.rpartition(".")[2]):
                return name, one
        calls = callers.of_method(one, owner, method)
        if calls and all(first_upstream.is_difference(near, one, call) for call in calls):
            inside = [
                n for n, node in one.functions.items() if calls[0] in functions.own_nodes(node)
            ]
            return (inside or ["the module"])[-1], one
    return "", text


def _doubt(texts: Sequence[Text]) -> str:
    """Why the reading is open; "" where the loss is an entropy."""
    names = {n for text in texts for node in _losses(text) for n in _called(node)}
    if not names & ENTROPY:
        return "right only if the loss is the cross-entropy, which no function shows"
    if names & SQUARES:
        return "right only if the loss is the cross-entropy, and not the squares, which stand there"
    return ""


def _losses(text: Text) -> Iterator[Function]:
    """The functions of a text in which a loss may be computed: all but those of the layers."""
    for name, node in text.functions.items():
        short = name.rpartition(".")[2]
        if not naming.has(short, naming.BACKWARD) and not naming.has(short, naming.FORWARD):
            yield node


def _called(node: ast.AST) -> Iterator[str]:
    """The functions that a function calls, by their short names; squares as one of them."""
    for part in ast.walk(node):
        if isinstance(part, ast.Call):
            yield ast.unparse(part.func).rpartition(".")[2]
        elif isinstance(part, ast.BinOp) and isinstance(part.op, ast.Pow):
            differs = any(isinstance(p, ast.BinOp) and isinstance(p.op, ast.Sub)
                          for p in ast.walk(part.left))  # fmt: skip
            if differs and ast.unparse(part.right) == "2":
                yield "square"


def _is_last(text: Text, short: str) -> Iterator[bool]:
    """Of each object that a text makes of a class: it is the last one of a list of layers."""
    parents = {child: node for node in ast.walk(text.tree) for child in ast.iter_child_nodes(node)}
    for call in ast.walk(text.tree):
        if not isinstance(call, ast.Call) or ast.unparse(call.func).rpartition(".")[2] != short:
            continue
        parent = parents.get(call)
        if isinstance(parent, ast.List | ast.Tuple):
            yield parent.elts[-1] is call
        elif isinstance(parent, ast.Call) and ast.unparse(parent.func).rpartition(".")[2] in (
            "add", "append",
        ):  # fmt: skip
            same = [c for c in ast.walk(text.tree) if isinstance(c, ast.Call)]
            same = [c for c in same if ast.unparse(c.func) == ast.unparse(parent.func)]
            yield max(same, key=lambda c: c.lineno) is parent
        elif isinstance(parent, ast.Call):
            yield parent.args[-1:] == [call]
        elif isinstance(parent, ast.Assign):  # it is called by its name: nothing runs after it
            yield not isinstance(parent.targets[0], ast.Subscript)
