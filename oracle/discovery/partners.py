"""Partners by name: the forward and cost of a backward, and the methods of a class."""

from collections.abc import Iterable, Sequence

from oracle.discovery import naming


def _first(methods: dict[str, str], names: tuple[str, ...]) -> str | None:
    return next((name for name in names if name in methods), None)


def _so_called(methods: dict[str, str], role: frozenset[str]) -> str | None:
    """The method whose name says a role and nothing else: ``forwardPass``, ``_bprop``."""
    return next((m for m in methods if naming.has(m, role) and not naming.stem(m, role)), None)


def forward_of(name: str, others: Sequence[str], imported: Iterable[str]) -> str | None:
    """The forward that belongs to a backward, gradient or derivative, by its name."""
    near = [*others, *(o for o in imported if o not in others)]
    near.sort(key=lambda other: other.startswith("_") != name.startswith("_"))  # f beside _f
    if naming.has(name, naming.BACKWARD):
        found = _of_backward(name, near)
        if found is not None:
            return found
    for roles in (naming.GRADIENT, naming.DERIVATIVE):
        if naming.has(name, roles):
            found = _of_gradient(name, near, others, roles)
            if found is not None:
                return found
    plain = name.lstrip("_")
    for start in ("d", "grad", "der"):  # dsigmoid, dReLU
        rest = plain[len(start) :].lstrip("_")
        if plain.startswith(start) and rest in near:
            return rest
    return None


def _of_backward(name: str, near: Sequence[str]) -> str | None:
    for filler in (True, False):
        key = naming.stem(name, naming.BACKWARD, filler)
        for other in near:
            forward = naming.has(other, naming.FORWARD)
            if forward and naming.stem(other, naming.FORWARD, filler) == key:
                return other
    told = set(naming.tokens(name)) & naming.BACKWARD != {"back"}
    keys = (key, naming.stem(name, naming.BACKWARD, True))  # lstm_step_backward of lstm_step
    return next((o for o in near if key and told and naming.tokens(o) in keys), None)


def _of_gradient(
    name: str, near: Sequence[str], others: Sequence[str], roles: frozenset[str]
) -> str | None:
    key = naming.stem(name, roles)
    bare = tuple(w for w in key if w not in naming.SAYS_NOTHING)
    for other in near:
        words = naming.tokens(other)
        if key and other != name and words in (key, (*key, "forward")):
            return other
    for other in near:
        words = tuple(w for w in naming.tokens(other) if w not in naming.SAYS_NOTHING)
        if bare and words in (bare, (*bare, "forward"), (*bare, "fwd")):
            return other
    if roles is not naming.GRADIENT:
        return None
    rest = tuple(w for w in bare if w not in naming.LOSS)
    nothing = naming.SAYS_NOTHING | naming.LOSS | {"j", "f"}
    for other in others:
        words = naming.tokens(other)
        is_loss = set(words) & naming.LOSS or other in ("J", "f", "fun", "func", "fn", "function")
        core = tuple(w for w in words if w not in nothing)
        if is_loss and core == rest and not set(words) & naming.GRADIENT:
            return other
    return None


FORWARDS = (
    "forward", "__call__", "feedforward", "feed_forward", "forward_pass", "fprop",
    "forward_propagation", "forward_prop", "call", "fn", "forwardPropagation",
)  # fmt: skip
BACKWARDS = (
    "backward", "backprop", "back_prop", "backward_pass", "bprop", "backpropagation",
    "backward_propagation", "back_propagation", "backward_prop", "backpropagate",
)  # fmt: skip
LOSSES = ("loss", "compute_loss", "cost", "compute_cost", "cost_function", "loss_fn")


def has_backward(own: dict[str, str]) -> bool:
    """True if a class has a method with the name of a backward, not just of a derivative."""
    return bool(_first(own, BACKWARDS) or _so_called(own, naming.BACKWARD))


def methods_of(own: dict[str, str]) -> tuple[str | None, str | None, str | None]:
    """The forward, backward and loss among the methods of a class, by their names."""
    forward = _first(own, FORWARDS) or _so_called(own, naming.FORWARD)
    backward = _first(own, BACKWARDS) or _so_called(own, naming.BACKWARD)
    loss = _first(own, LOSSES)
    if backward is None or forward is None:
        backward = backward or _first(own, ("gradient", "grad", "derivative", "prime", "deriv"))
        forward = forward or loss or _first(own, ("function", "activate", "activation", "f"))
    return forward, backward, loss


def continues(first: str, outs: list[str], known: list[str]) -> bool:
    """True if the first argument of a backward is the value or cache of a forward, no upstream."""
    return (
        first in outs
        or naming.is_cache(first)
        or first in naming.TARGETS | naming.PERHAPS_TARGETS
        or any(naming.same(first, k) for k in [*known, *outs])
        or not naming.is_upstream(first)
    )


def is_cost(name: str, key: tuple[str, ...]) -> bool:
    """True if a function is named as a cost, with words of the name of a backward."""
    own = naming.LOSS | naming.SAYS_NOTHING | {"cross", "entropy", "mse", "with"} | set(key)
    slopes = naming.BACKWARD | naming.GRADIENT | naming.DERIVATIVE
    loss = naming.has(name, naming.LOSS) and not naming.has(name, slopes)
    return loss and set(naming.tokens(name)) <= own
