"""Finds the derivations in a file by its text alone; nothing is executed.

A candidate says which way it is written (the nine of the interface), and which functions, methods
or classes take which part: ``forward``, ``backward``, ``cost``, ``function``, ``class``, ``loss``.
"""

import ast
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from oracle.discovery import naming
from oracle.discovery.candidate import Candidate
from oracle.discovery.partners import continues, forward_of, has_backward, is_cost, methods_of
from oracle.discovery.shapes import declared
from oracle.discovery.single_functions import (
    is_handed_over,
    is_method,
    is_static,
    pullback,
    says_value_and_gradient,
)
from oracle.discovery.text import classes, comments, functions, returns, source
from oracle.discovery.text.functions import Function
from oracle.discovery.text.source import Text, parse
from oracle.results import Failure
from oracle.subject import Unusable, Way

NOT_BACKWARDS = naming.USES_DERIVATIONS | naming.LOSS  # methods that train, or that return a loss


@dataclass(frozen=True)
class Found:
    """The derivations in a text, in the order of their lines, and the pieces not understood."""

    candidates: list[Candidate]
    failures: list[Failure]


def candidates(text: str | Text, name: str = "") -> list[Candidate]:
    """The derivations in a text, in the order of their lines; with a name, those that bear it.

    Raises:
        SyntaxError: the text is no Python.
    """
    return search(parse(text) if isinstance(text, str) else text, name).candidates


def search(user: Text, name: str = "") -> Found:
    """The derivations in a text, and each function or class of which the reading failed."""
    finder = _Finder(user)
    found = finder.all()
    if not name:
        return Found(found, finder.failures)
    wanted = [c for c in found if name in (c.name, *c.parts.values())]
    if not wanted and name in user.functions:
        wanted = _named(user, name)
    elif not wanted and name in user.classes:
        wanted = [c for c in found if c.name.startswith(f"{name}.")]
    wanted = [c for c in wanted if c.name == name] or wanted
    return Found(wanted, [] if wanted else finder.failures)


def _named(user: Text, name: str) -> list[Candidate]:
    """A function that was named by the user: value and gradient in one, then."""
    node = user.functions[name]
    if returns.tuple_length(node) >= 2 or returns.items(node):
        way = Way.VALUE_AND_PULLBACK if pullback(node) else Way.VALUE_AND_GRADIENT
        return [Candidate(name, way, node.lineno, {"function": name})]
    return []


class _Finder:
    def __init__(self, user: Text) -> None:
        self.user = user
        self.found: list[Candidate] = []
        self.taken: set[str] = set()  # functions that a candidate other than a pair's forward has

        self.failures: list[Failure] = []

    def all(self) -> list[Candidate]:
        for name in self.user.classes:
            self._read(name, self._class, name)
        for op in classes.custom_ops(self.user) if "custom_op" in self.user.text else ():
            parts = {"forward": op.forward, "backward": op.backward, "setup": op.setup}
            self._add(op.backward, Way.TORCH_FUNCTION, parts, *parts.values())
        scopes: dict[str, list[str]] = {}
        for name in self.user.functions:
            if name not in self.taken and not naming.has(name, naming.NOT_A_DERIVATION):
                scopes.setdefault(name.rpartition(".")[0], []).append(name)
        for scope, names in scopes.items():
            self._read(names[0], self._course, names)
            for name in names:
                if name not in self.taken:
                    self._read(name, self._backward, name, names, scope)
            for name in names:
                if name not in self.taken:
                    self._read(name, self._alone, name)
            for name in names:
                if name not in self.taken and not is_method(self.user, name):
                    self._read(name, self._by_what_it_returns, name)
        return sorted(self.found, key=lambda c: c.line)

    def _read(self, name: str, way: Callable[..., None], *given: Any) -> None:
        """Look for one way of writing a derivation; what that raises costs this piece alone."""
        try:
            way(*given)
        except Unusable as error:
            self.failures.append(Failure(self.user.file, error.line, f"{name}: {error}"))
        except Exception as error:
            node = self.user.functions.get(name) or self.user.classes[name]
            said = f"{name}: its text could not be read: {type(error).__name__}: {error}"
            self.failures.append(Failure(self.user.file, node.lineno, said))

    def _add(self, name: str, way: Way, parts: dict[str, str], *taken: str) -> None:
        own = parts.get("class")
        known = [p for p in parts.values() if p in self.user.functions]
        line = min(self.user.functions[p].lineno for p in known)
        if own is not None and way != Way.VALUE_AND_GRADIENT:
            line = self.user.classes[own].lineno
        self.found.append(Candidate(name, way, line, parts))
        self.taken.update(taken)

    # Pairs

    def _backward(self, name: str, names: list[str], scope: str) -> None:
        """Find the pair whose backward or derivative a function is."""
        if functions.is_abstract(self.user.functions[name]):
            return
        short = name.rpartition(".")[2]
        forward = forward_of(
            short, [n.rpartition(".")[2] for n in names if n != name], self.user.imported
        )
        if forward is None:
            return
        qualified = f"{scope}.{forward}" if scope else forward
        if qualified not in self.user.functions and forward in self.user.imported:
            qualified = forward
        given = functions.parameters(self.user.functions[name])
        node = self.user.functions.get(qualified)
        inputs = functions.parameters(node) if node is not None else given
        if scope and (self.user.has_state(name, scope) or self.user.has_state(qualified, scope)):
            return
        if not set(naming.tokens(forward)) <= set(naming.tokens(short)) and node is not None:
            needed = functions.required(self.user.functions[name])
            loss_and_gradient = naming.has(short, naming.GRADIENT) and all(
                any(n == i or naming.same(n, i) for i in inputs) for n in needed
            )
            unlike = naming.has(forward, naming.LOSS) and not naming.has(short, naming.LOSS)
            if naming.has(short, naming.GRADIENT) and not loss_and_gradient and unlike:
                return  # the gradient of something else
        way = Way.PAIR
        if any(naming.is_cache(p) and p not in inputs for p in given):
            way = Way.PAIR_WITH_CACHE
        elif len(functions.required(self.user.functions[name])) == 1 and len(given) <= len(inputs):
            first = given[0]
            if not (first not in inputs and naming.has(short, naming.BACKWARD)):
                way = Way.DERIVATIVE
        if way == Way.DERIVATIVE and node is not None and len(functions.required(node)) > 1:
            way = Way.PAIR
        parts = {"forward": qualified, "backward": name}
        self._add(name, way, parts, name)
        self.taken.add(qualified)

    # One function

    def _alone(self, name: str) -> None:
        node = self.user.functions[name]
        if pullback(node):
            self._add(name, Way.VALUE_AND_PULLBACK, {"function": name}, name)
        elif is_method(self.user, name):
            return
        elif says_value_and_gradient(name, node) or is_handed_over(self.user, name):
            self._add(name, Way.VALUE_AND_GRADIENT, {"function": name}, name)
        elif naming.tokens(name) == ("propagate",) and returns.tuple_length(node) == 2:
            self._add(name, Way.FORWARD_COST_BACKWARD, {"function": name}, name)

    def _by_what_it_returns(self, name: str) -> None:
        """A function whose return statement, ``return loss, (dW, db)``, shows what it is.

        A function that only calls other derivations of the file is none itself.
        """
        node = self.user.functions[name]
        if returns.updated(node) and declared.comment(self.user, node):
            self._add(name, Way.VALUE_AND_GRADIENT, {"function": name}, name)
            return
        if not returns.last_return(node) or naming.has(name, naming.USES_DERIVATIONS):
            return
        called = {
            part.func.id
            for part in functions.all_nodes(node)
            if isinstance(part, ast.Call) and isinstance(part.func, ast.Name)
        }
        scope = name.rpartition(".")[0]
        slopes = {part for c in self.found if c.way == Way.DERIVATIVE for part in c.parts.values()}
        others = self.taken - slopes  # any function may call sigmoid and sigmoid_gradient
        taken = {t.rpartition(".")[2] for t in others if t.rpartition(".")[0] == scope}
        if called & taken:
            return
        called_as = [one.called for one in comments.run_lines_above(self.user, name, node)]
        said = returns.loss_and_gradients(node, self.user.globals_read(node)) or name in called_as
        if said or self._is_loss_with_shapes(name, node):
            self._add(name, Way.VALUE_AND_GRADIENT, {"function": name}, name)

    def _is_loss_with_shapes(self, name: str, node: Function) -> bool:
        """``def mse_loss(y, t): return (r * r).sum(), 2 * r`` under a shapes comment of its own.

        The comment asks for a check, and beside a loss stands its gradient, if no cache.
        """
        said = naming.has(name, naming.LOSS) and not naming.has(name, naming.FORWARD)
        if not said or returns.tuple_length(node) != 2 or not declared.comment(self.user, node):
            return False
        rest = (returns.items(node) or [])[1:]
        return not any(naming.is_cache(item.name) for item in rest)

    # Courses

    def _course(self, names: list[str]) -> None:
        """Find forward, cost and backward of a course: ``forward_propagation`` and its like."""
        for name in names:
            short = name.rpartition(".")[2]
            if not naming.has(short, naming.BACKWARD) or "." in name:
                continue
            key = naming.stem(short, naming.BACKWARD)
            named = [n for n in names if naming.has(n, naming.FORWARD)]
            forwards = [n for n in named if naming.stem(n, naming.FORWARD) == key]
            forwards = forwards or [n for n in names if n in ("predict", "model", "net", "network")]
            costs = [n for n in names if is_cost(n, key)]
            costs = costs or [n for n in names if self._compares(n, name, forwards)]
            costs = costs or self._that_run(names, name, forwards)
            if not forwards or not self._goes_on_from(name, forwards[0]):
                continue
            parts = {"forward": forwards[0], "cost": costs[0] if costs else "", "backward": name}
            if not costs:
                del parts["cost"]
            self._add(name, Way.FORWARD_COST_BACKWARD, parts, *parts.values())

    def _that_run(self, names: list[str], backward: str, forwards: list[str]) -> list[str]:
        """The one function that runs the forward on what the backward takes: its cost, then."""
        taken = set(functions.parameters(self.user.functions[backward]))
        found = [
            n
            for n in names
            if n not in (backward, *forwards) and not returns.tuple_length(self.user.functions[n])
            if set(functions.required(self.user.functions[n])) <= taken
            if source.used_by(self.user, [n]) & {*forwards[:1]}
        ]
        return found if len(found) == 1 else []

    def _compares(self, name: str, backward: str, forwards: list[str]) -> bool:
        """True if a function compares targets with an array, and the backward takes just these.

        So does a cost, whatever its name: ``negative_log_likelihood(p, y)``.
        """
        given = functions.required(self.user.functions[name])
        taken = functions.required(self.user.functions[backward])
        compared = [p for p in given if p in naming.TARGETS | naming.PERHAPS_TARGETS]
        fits = len(given) == 2 and len(compared) == 1 and set(given) < set(taken)
        slopes = naming.BACKWARD | naming.GRADIENT | naming.DERIVATIVE
        return fits and name not in forwards and not naming.has(name, slopes)

    def _goes_on_from(self, backward: str, forward: str) -> bool:
        """True if a backward starts at targets and the value of a forward, not at an upstream."""
        known = functions.parameters(self.user.functions[forward])
        given = functions.required(self.user.functions[backward])
        compared = [p for p in given if p in naming.TARGETS | naming.PERHAPS_TARGETS]
        outs = [item.name for item in returns.items(self.user.functions[forward]) or []]
        if not any(p not in known and p not in outs for p in compared):
            return False
        return given[0] in known or continues(given[0], outs, known)

    # Classes

    def _class(self, name: str) -> None:
        methods = self.user.methods(name)
        own = {
            m: q for m, q in methods.items() if not functions.is_abstract(self.user.functions[q])
        }
        if classes.is_function(self.user, name):
            if "forward" in own and "backward" in own:
                parts = {"class": name, "forward": own["forward"], "backward": own["backward"]}
                self._add(name, Way.TORCH_FUNCTION, parts, *parts.values())
            return
        forward, backward, loss = methods_of(own)
        backward = self._called_in_run_line(name, own, forward) or backward
        if forward is not None and backward is not None:
            forward = classes.that_leaves(self.user, own, forward, backward)
        if not has_backward(own):
            for method in [loss] if loss is not None else self._says_both(own):
                self._loss_method(name, own, method)
        if backward is None or forward is None:
            return
        inherited = not any(own[m].startswith(f"{name}.") for m in (forward, backward))
        its_own = {m for m, qualified in own.items() if qualified.startswith(f"{name}.")}
        if inherited and not its_own & {"__init__", *self._calls(own[forward], own[backward])}:
            return
        if "." in name and name.rpartition(".")[0] in self.user.functions:
            return
        given = functions.required(self.user.functions[own[backward]])
        known = functions.parameters(self.user.functions[own[forward]])
        compared = [p for p in given if p in naming.TARGETS | naming.PERHAPS_TARGETS]
        way = Way.NETWORK if any(p not in known for p in compared) else Way.LAYER
        if is_static(self.user.functions[own[forward]]) and is_static(
            self.user.functions[own[backward]]
        ):
            return  # a pair of functions that happen to stand in a class
        parts = {"class": name, "forward": own[forward], "backward": own[backward]}
        if loss is not None and own[loss] not in parts.values():
            parts["loss"] = own[loss]
        self._add(name, way, parts, *parts.values())

    def _calls(self, *methods: str) -> set[str]:
        """The methods that some methods call on their own object: ``self._pool(X)``."""
        return {
            part.func.attr
            for name in methods
            for part in ast.walk(self.user.functions[name])
            if isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute)
            if ast.unparse(part.func.value) == "self"
        }

    def _called_in_run_line(
        self, name: str, own: dict[str, str], forward: str | None
    ) -> str | None:
        """The method that a run line above the class calls: its backward, whatever its name."""
        lines = comments.run_lines_above(self.user, name, self.user.classes[name])
        bases = [ast.unparse(base) for base in self.user.classes[name].bases]
        whole = all(base in self.user.classes for base in bases)
        for one in lines:
            if one.called not in own and whole and one.called != name:
                said = f"{one.called} is no method of a class of the file, as the run line says"
                raise Unusable(said, one.line)
        known = [one.called for one in lines if one.called in own and one.called != forward]
        return next((m for m in known if not naming.has(m, NOT_BACKWARDS)), None)

    def _says_both(self, own: dict[str, str]) -> list[str]:
        """The method whose name says that it returns a loss and gradients: ``loss_and_grad``."""
        found = (m for m, q in own.items() if says_value_and_gradient(m, self.user.functions[q]))
        return list(found)[:1]

    def _loss_method(self, name: str, own: dict[str, str], loss: str) -> None:
        """A network whose ``loss(X, y)`` returns the loss and the gradients."""
        node = self.user.functions[own[loss]]
        items = returns.items(node) or []
        if len(items) != 2 or not returns.tuple_length(node):
            return
        named = items[1].name.startswith("grad") or bool(items[1].entries)
        if named or loss in self._says_both(own):
            parts = {"class": name, "function": own[loss]}
            self._add(f"{name}.{loss}", Way.VALUE_AND_GRADIENT, parts, own[loss])
