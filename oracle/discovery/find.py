"""Finds the derivations in a file by its text alone; nothing is executed.

A candidate says which way it is written (the nine of the interface), and which functions, methods
or classes take which part: ``forward``, ``backward``, ``cost``, ``function``, ``class``, ``loss``.
"""

import ast

from oracle.discovery import naming
from oracle.discovery.candidate import Candidate
from oracle.discovery.partners import first_of, so_called
from oracle.discovery.shapes import declared
from oracle.discovery.single_functions import (
    is_method,
    is_static,
    pullback,
    says_value_and_gradient,
)
from oracle.discovery.text import functions, returns
from oracle.discovery.text.functions import Function
from oracle.discovery.text.source import Text, parse


def candidates(text: str | Text, name: str = "") -> list[Candidate]:
    """The derivations in a text, in the order of their lines; with a name, those that bear it.

    Raises:
        SyntaxError: the text is no Python.
    """
    user = parse(text) if isinstance(text, str) else text
    found = _Finder(user).all()
    if not name:
        return found
    wanted = [c for c in found if name in (c.name, *c.parts.values())]
    if not wanted and name in user.functions:
        wanted = _named(user, name)
    elif not wanted and name in user.classes:
        wanted = [c for c in found if c.name.startswith(f"{name}.")]
    return [c for c in wanted if c.name == name] or wanted


def _named(user: Text, name: str) -> list[Candidate]:
    """A function that was named by the user: value and gradient in one, then."""
    node = user.functions[name]
    if returns.tuple_length(node) >= 2 or returns.items(node):
        way = 6 if pullback(node) else 3
        return [Candidate(name, way, node.lineno, {"function": name})]
    return []


class _Finder:
    def __init__(self, user: Text) -> None:
        self.user = user
        self.found: list[Candidate] = []
        self.taken: set[str] = set()  # functions that a candidate other than a pair's forward has

    def all(self) -> list[Candidate]:
        for name in self.user.classes:
            self._class(name)
        scopes: dict[str, list[str]] = {}
        for name in self.user.functions:
            if name not in self.taken and not naming.has(name, naming.NOT_A_DERIVATION):
                scopes.setdefault(name.rpartition(".")[0], []).append(name)
        for scope, names in scopes.items():
            self._course(names)
            for name in names:
                if name not in self.taken:
                    self._backward(name, names, scope)
            for name in names:
                if name not in self.taken:
                    self._alone(name)
            for name in names:
                if name not in self.taken and not is_method(self.user, name):
                    self._by_what_it_returns(name)
        return sorted(self.found, key=lambda c: c.line)

    def _add(self, name: str, way: int, parts: dict[str, str], *taken: str) -> None:
        own = parts.get("class")
        known = [p for p in parts.values() if p in self.user.functions]
        line = min(self.user.functions[p].lineno for p in known)
        if own is not None and way != 3:
            line = self.user.classes[own].lineno
        self.found.append(Candidate(name, way, line, parts))
        self.taken.update(taken)

    # Pairs

    def _backward(self, name: str, names: list[str], scope: str) -> None:
        """The pair that a function is the backward of, or the function it is the derivative of."""
        if functions.is_abstract(self.user.functions[name]):
            return
        short = name.rpartition(".")[2]
        forward = self._forward_of(short, [n.rpartition(".")[2] for n in names if n != name])
        if forward is None:
            return
        qualified = f"{scope}.{forward}" if scope else forward
        if qualified not in self.user.functions and forward in self.user.imported:
            qualified = forward
        given = functions.parameters(self.user.functions[name])
        node = self.user.functions.get(qualified)
        inputs = functions.parameters(node) if node is not None else given
        if scope and (self._has_state(name, scope) or self._has_state(qualified, scope)):
            return
        if not set(naming.tokens(forward)) <= set(naming.tokens(short)) and node is not None:
            needed = functions.required(self.user.functions[name])
            loss_and_gradient = naming.has(short, naming.GRADIENT) and all(
                any(n == i or naming.same(n, i) for i in inputs) for n in needed
            )
            unlike = naming.has(forward, naming.LOSS) and not naming.has(short, naming.LOSS)
            if naming.has(short, naming.GRADIENT) and not loss_and_gradient and unlike:
                return  # the gradient of something else
        way = 1
        if any(naming.is_cache(p) and p not in inputs for p in given):
            way = 2
        elif len(functions.required(self.user.functions[name])) == 1 and len(given) <= len(inputs):
            first = given[0]
            if not (first not in inputs and naming.has(short, naming.BACKWARD)):
                way = 7
        if way == 7 and node is not None and len(functions.required(node)) > 1:
            way = 1
        parts = {"forward": qualified, "backward": name}
        self._add(name, way, parts, name)
        self.taken.add(qualified)

    def _has_state(self, name: str, scope: str) -> bool:
        """Whether a method makes use of its object, other than to call its methods."""
        node = self.user.functions.get(name)
        if node is None or is_static(node):
            return False
        methods = self.user.methods(scope)
        return any(
            isinstance(part, ast.Attribute)
            and isinstance(part.value, ast.Name)
            and part.value.id == "self"
            and part.attr not in methods
            for part in ast.walk(node)
        )

    def _forward_of(self, name: str, others: list[str]) -> str | None:
        near = list(others) + [o for o in self.user.imported if o not in others]
        plain = name.lstrip("_")
        if naming.has(name, naming.BACKWARD):
            for filler in (True, False):
                key = naming.stem(name, naming.BACKWARD, filler)
                for other in near:
                    forward = naming.has(other, naming.FORWARD)
                    if forward and naming.stem(other, naming.FORWARD, filler) == key:
                        return other
            told = set(naming.tokens(name)) & naming.BACKWARD != {"back"}
            for other in near:
                if key and told and naming.tokens(other) == key:
                    return other
        for roles in (naming.GRADIENT, naming.DERIVATIVE):
            if not naming.has(name, roles):
                continue
            key = naming.stem(name, roles)
            bare = tuple(w for w in key if w not in naming.SAYS_NOTHING)
            for other in near:
                words = naming.tokens(other)
                if key and other != name and (words == key or words == (*key, "forward")):
                    return other
            for other in near:
                words = tuple(w for w in naming.tokens(other) if w not in naming.SAYS_NOTHING)
                if bare and words in (bare, (*bare, "forward"), (*bare, "fwd")):
                    return other
            if roles is naming.GRADIENT:
                rest = tuple(w for w in bare if w not in naming.LOSS)
                for other in others:
                    words = naming.tokens(other)
                    is_loss = set(words) & naming.LOSS or other in ("J", "f", "fun", "func")
                    core = tuple(
                        w for w in words if w not in naming.SAYS_NOTHING | naming.LOSS | {"j", "f"}
                    )
                    if is_loss and core == rest and not set(words) & naming.GRADIENT:
                        return other
        for start in ("d", "grad", "der"):  # dsigmoid, dReLU
            rest_name = plain[len(start) :].lstrip("_")
            if plain.startswith(start) and rest_name in near:
                return rest_name
        return None

    # One function

    def _alone(self, name: str) -> None:
        node = self.user.functions[name]
        if pullback(node):
            self._add(name, 6, {"function": name}, name)
        elif is_method(self.user, name):
            return
        elif says_value_and_gradient(name, node):
            self._add(name, 3, {"function": name}, name)
        elif naming.tokens(name) == ("propagate",) and returns.tuple_length(node) == 2:
            self._add(name, 8, {"function": name}, name)

    def _by_what_it_returns(self, name: str) -> None:
        """``return loss, (dW, db)`` tells what no name does, if nothing else of it is known.

        A function that hands on what other derivations of the file have found is none of its own.
        """
        node = self.user.functions[name]
        called = {
            part.func.id
            for part in ast.walk(node)
            if isinstance(part, ast.Call) and isinstance(part.func, ast.Name)
        }
        scope = name.rpartition(".")[0]
        slopes = {part for c in self.found if c.way == 7 for part in c.parts.values()}
        others = self.taken - slopes  # sigmoid and sigmoid_gradient are anybody's
        taken = {t.rpartition(".")[2] for t in others if t.rpartition(".")[0] == scope}
        if naming.has(name, naming.USES_DERIVATIONS) or called & taken:
            return
        said = returns.loss_and_gradients(node, self.user.globals_read(node))
        if said or self._is_loss_with_shapes(name, node):
            self._add(name, 3, {"function": name}, name)

    def _is_loss_with_shapes(self, name: str, node: Function) -> bool:
        """``def mse_loss(y, t): return (r * r).sum(), 2 * r`` under a shapes comment of its own.

        Somebody wants it judged, and what stands beside a loss is its gradient, if not a cache.
        """
        said = naming.has(name, naming.LOSS) and not naming.has(name, naming.FORWARD)
        if not said or returns.tuple_length(node) != 2 or not declared.comment(self.user, node):
            return False
        rest = (returns.items(node) or [])[1:]
        return not any(naming.is_cache(item.name) for item in rest)

    # Courses

    def _course(self, names: list[str]) -> None:
        """forward_propagation, compute_cost, backward_propagation."""
        for name in names:
            short = name.rpartition(".")[2]
            if not naming.has(short, naming.BACKWARD) or "." in name:
                continue
            key = naming.stem(short, naming.BACKWARD)
            forwards = [
                n
                for n in names
                if naming.has(n, naming.FORWARD) and naming.stem(n, naming.FORWARD) == key
            ]
            forwards = forwards or [n for n in names if n in ("predict", "model", "net", "network")]
            costs = [
                n
                for n in names
                if naming.has(n, naming.LOSS)
                and not naming.has(n, naming.BACKWARD | naming.GRADIENT | naming.DERIVATIVE)
                and set(naming.tokens(n))
                <= naming.LOSS
                | naming.SAYS_NOTHING
                | {"cross", "entropy", "mse", "with"}
                | set(key)
            ]
            if not forwards:
                continue
            forward = self.user.functions[forwards[0]]
            known = functions.parameters(forward)
            given = functions.required(self.user.functions[name])
            compared = [p for p in given if p in naming.TARGETS | naming.PERHAPS_TARGETS]
            outs = [item.name for item in returns.items(forward) or []]
            if not any(p not in known and p not in outs for p in compared):
                continue
            if compared and given[0] not in known and not self._continues(given[0], outs, known):
                continue
            parts = {"forward": forwards[0], "cost": costs[0] if costs else "", "backward": name}
            if not costs:
                del parts["cost"]
            self._add(name, 8, parts, *parts.values())

    @staticmethod
    def _continues(first: str, outs: list[str], known: list[str]) -> bool:
        """Whether a backward's first argument is no upstream, but what it goes on from."""
        return (
            first in outs
            or naming.is_cache(first)
            or first in naming.TARGETS | naming.PERHAPS_TARGETS
            or any(naming.same(first, k) for k in [*known, *outs])
            or not naming.is_upstream(first)
        )

    # Classes

    def _class(self, name: str) -> None:
        node = self.user.classes[name]
        methods = self.user.methods(name)
        bases = [ast.unparse(base).rpartition(".")[2] for base in node.bases]
        own = {
            m: q for m, q in methods.items() if not functions.is_abstract(self.user.functions[q])
        }
        if "Function" in bases:
            if "forward" in own and "backward" in own:
                parts = {"class": name, "forward": own["forward"], "backward": own["backward"]}
                self._add(name, 5, parts, *parts.values())
            return
        forward = first_of(
            own, ("forward", "__call__", "feedforward", "feed_forward", "forward_pass", "fprop")
        ) or first_of(
            own, ("forward_propagation", "forward_prop", "call", "fn", "forwardPropagation")
        )
        forward = forward or so_called(own, naming.FORWARD)
        backward = first_of(
            own,
            ("backward", "backprop", "back_prop", "backward_pass", "bprop", "backpropagation"),
        ) or first_of(
            own, ("backward_propagation", "back_propagation", "backward_prop", "backpropagate")
        )
        backward = backward or so_called(own, naming.BACKWARD)
        loss = first_of(
            own, ("loss", "compute_loss", "cost", "compute_cost", "cost_function", "loss_fn")
        )
        if backward is None and loss is not None:
            self._loss_method(name, own, loss)
        if backward is None or forward is None:
            backward = backward or first_of(own, ("gradient", "grad", "derivative", "prime"))
            forward = forward or loss or first_of(own, ("function", "activate", "activation", "f"))
        if backward is None or forward is None:
            return
        inherited = not any(own[m].startswith(f"{name}.") for m in (forward, backward))
        if inherited and not own.get("__init__", "").startswith(f"{name}."):
            return
        if "." in name and name.rpartition(".")[0] in self.user.functions:
            return
        given = functions.required(self.user.functions[own[backward]])
        known = functions.parameters(self.user.functions[own[forward]])
        compared = [p for p in given if p in naming.TARGETS | naming.PERHAPS_TARGETS]
        way = 9 if any(p not in known for p in compared) else 4
        if is_static(self.user.functions[own[forward]]) and is_static(
            self.user.functions[own[backward]]
        ):
            return  # a pair of functions that happen to stand in a class
        parts = {"class": name, "forward": own[forward], "backward": own[backward]}
        if loss is not None and own[loss] not in parts.values():
            parts["loss"] = own[loss]
        self._add(name, way, parts, *parts.values())

    def _loss_method(self, name: str, own: dict[str, str], loss: str) -> None:
        """A network whose ``loss(X, y)`` returns the loss and the gradients."""
        node = self.user.functions[own[loss]]
        items = returns.items(node) or []
        if len(items) != 2 or not returns.tuple_length(node):
            return
        if items[1].name.startswith("grad") or items[1].entries:
            parts = {"class": name, "function": own[loss]}
            self._add(f"{name}.{loss}", 3, parts, own[loss])
