"""The losses that a file defines for a network that has none, as functions of its output."""

import ast
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from oracle.discovery import naming
from oracle.discovery.text import callers, first_upstream, functions
from oracle.discovery.trial_inputs import kept_random_state, trial_arrays
from oracle.discovery.ways.objects import Object

Loss = Callable[[Any, Any], Any]  # (output, targets) -> a number
TRIES = 4
GIVES = naming.BACKWARD | naming.GRADIENT | naming.DERIVATIVE


def of_file(thing: Object, target: str) -> Iterator[tuple[str, int, Loss]]:
    """The functions that the file calls a loss, with their lines, where each runs and is a number.

    Where a function is called, one call at least is given what the forward returns: a loss of
    something else is none of the network.
    """
    text, user = thing.user.text, thing.user
    assert text is not None
    for name, node in text.functions.items():
        given = functions.required(node)
        named = naming.has(name, first_upstream.LOSSES) and not naming.has(name, GIVES)
        if "." in name or not named or len(given) != 2:
            continue
        targets = naming.targets(given) or {n for n in given if n in naming.PERHAPS_TARGETS}
        calls = callers.of_function(text, name)
        if not (_are_of_output(thing, calls) if calls else targets):
            continue
        first = len(targets) == 1 and given[0] in targets
        function = user.get(name)

        def loss(output: Any, y: Any, function: Any = function, first: bool = first) -> Any:
            return function(y, output) if first else function(output, y)

        if _values(thing, target, loss):
            yield name, node.lineno, loss


def _are_of_output(thing: Object, calls: Sequence[ast.Call]) -> bool:
    """True if one of some calls is given what the forward has returned."""
    assert thing.user.text is not None
    forward = thing.method("forward")
    held = {
        ast.unparse(target)
        for part in ast.walk(thing.user.text.tree)
        if isinstance(part, ast.Assign) and _runs(part.value, forward)
        for target in part.targets
    }
    given = [part for call in calls for part in (*call.args, *(w.value for w in call.keywords))]
    return any(_runs(part, forward) or ast.unparse(part) in held for part in given)


def _runs(node: ast.expr, method: str) -> bool:
    called = node.func if isinstance(node, ast.Call) else None
    return isinstance(called, ast.Attribute) and called.attr in (method, "predict")


def _values(thing: Object, target: str, loss: Loss) -> list[float]:
    """The losses of a few outputs; [] if it does not run, or is not one number."""
    found = []
    for seed in range(TRIES):
        arrays = trial_arrays(thing.arguments, seed=seed)
        try:
            inputs = thing.prepare({n: a.copy() for n, a in arrays.items()}, seed)
            with kept_random_state(0), np.errstate(all="ignore"):
                output, _ = thing.forward(inputs)
                value = loss(output, inputs[target])
        except (Exception, SystemExit):  # it is no loss of this output
            return []
        if np.ndim(value) or not isinstance(value, float | np.floating | np.ndarray):
            return []
        found.append(float(value))
    return found


def is_multiple(thing: Object, target: str, own: Loss, usual: Loss) -> bool:
    """True if two losses differ by a positive factor, the same for all outputs of one shape."""
    pairs = zip(_values(thing, target, own), _values(thing, target, usual))
    ratios = [a / b for a, b in pairs if b and np.isfinite(a) and np.isfinite(b)]
    return bool(ratios) and ratios[0] > 0 and np.allclose(ratios, ratios[0])
