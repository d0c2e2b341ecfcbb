"""Attributes that one method of a class leaves for another."""

import ast
from collections.abc import Mapping

from oracle.discovery.text.functions import all_nodes
from oracle.discovery.text.source import Text


def that_leaves(user: Text, own: Mapping[str, str], forward: str, backward: str) -> str:
    """The method that is run before a backward: the one that leaves all that the backward reads.

    ``loss(x, y)`` keeps the probabilities and targets that ``backward()`` starts from, and calls
    ``forward(x)`` itself. Without such a method, the forward as it is.
    """
    before = {m for m in own if m != backward}
    needed = _read(user, own, backward) & _left(user, own, *before)
    open_ = needed - _left(user, own, "__init__", backward, forward)
    if not open_:
        return forward
    calls = [m for m in before if forward in _called(user, own, m) and m != forward]
    fits = [m for m in calls if open_ <= _left(user, own, m)]
    return fits[0] if len(fits) == 1 else forward


def _attributes(user: Text, own: Mapping[str, str], method: str, *contexts: type) -> set[str]:
    """The attributes of ``self`` in a method that stand in some contexts."""
    node = user.functions.get(own.get(method, ""))
    return {
        part.attr
        for part in (all_nodes(node) if node is not None else ())
        if isinstance(part, ast.Attribute) and isinstance(part.ctx, contexts)
        if isinstance(part.value, ast.Name) and part.value.id == "self"
    }


def _read(user: Text, own: Mapping[str, str], method: str) -> set[str]:
    return _attributes(user, own, method, ast.Load) - own.keys()


def _left(user: Text, own: Mapping[str, str], *methods: str) -> set[str]:
    """The attributes that some methods set, and the methods that they call."""
    queue, seen, found = list(methods), set[str](), set[str]()
    while queue:
        method = queue.pop()
        if method not in seen:
            seen.add(method)
            found |= _attributes(user, own, method, ast.Store)
            queue += _called(user, own, method)
    return found


def _called(user: Text, own: Mapping[str, str], method: str) -> set[str]:
    return _attributes(user, own, method, ast.Load) & own.keys()
