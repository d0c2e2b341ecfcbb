"""A state of the search: the shape of each argument that nothing speaks of, as a line of text."""

import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from oracle.discovery import naming
from oracle.subject import size_names, substituted

FRESH = re.compile(r"\bs\d+\b")
BIASES = re.compile(r"b(ias)?_\w*|b[a-zA-Z]{1,2}|b[hx]t|\w+_?(bias|gain)")
WEIGHTS = re.compile(r"[wW](_\w*|\w{0,2})")
MOST_AXES = 5
SQUARE = 0.25  # a square matrix of weights, as recurrent layers have them
ODD = 1.5  # as many classes as samples
FIXED = 0.3  # an extent that is a number
COEFFICIENTS = naming.words("theta Theta thetas coef coefs coefficients params parameters")
SHIFTS = naming.words("gamma beta scale shift")
WEIGHT, BIAS, TARGET, DATA = "weight", "bias", "target", "data"


@dataclass(frozen=True)
class Entry:
    """The shape of one argument, or its value."""

    dims: tuple[str, ...] = ()
    classes: str = ""  # the size C of labels(C)
    word: str = ""  # for its values: spd
    literal: str = ""  # its value, as Python
    whole: str = ""  # the size that it is: a whole number

    def __str__(self) -> str:
        words = [*self.dims] if self.dims else ["scalar"]
        words += [f"labels({self.classes})"] if self.classes else []
        return " ".join([*words, *([self.word] if self.word else [])])

    @property
    def sizes(self) -> tuple[str, ...]:
        return size_names((*self.dims, *filter(None, (self.classes, self.whole))))

    @property
    def is_value(self) -> bool:
        """It is no array: a value that is written out, or a whole number."""
        return bool(self.literal or self.whole)


@dataclass(frozen=True)
class State:
    """The shapes of some arguments. ``given``: a text of the user's own, which counts first."""

    entries: tuple[tuple[str, Entry], ...] = ()
    given: str = ""
    cost: float = 0.0
    fresh: int = 0  # sizes that were made so far
    forced: bool = False  # two sizes were equated because a backward did not run
    hints: tuple[tuple[str, str], ...] = field(default=(), compare=False)  # names for sizes
    words: tuple[tuple[str, str], ...] = field(default=(), compare=False)  # of a list's entries

    def __str__(self) -> str:
        return ", ".join(
            f"{name}={entry.literal or entry.whole}" if entry.is_value else f"{name}: {entry}"
            for name, entry in self.entries
        )

    @property
    def text(self) -> str:
        """The line with which the code is run."""
        return ", ".join(filter(None, (self.given, str(self))))

    @property
    def key(self) -> str:
        """The line with its sizes renumbered: states that differ only in their names share it."""
        order: dict[str, str] = {}
        text = FRESH.sub(lambda size: order.setdefault(size[0], f"s{len(order)}"), self.text)
        return text + "!" * self.forced

    @property
    def total(self) -> float:
        """The cost of a state: the assumptions made for it, and how odd it is."""
        return self.cost + self.oddness

    @property
    def oddness(self) -> float:
        """How unlike usual code it is: squares, classes as many as samples, fixed extents."""
        weights = {s for n, e in self.entries if self.kind(n) == WEIGHT for s in e.sizes}
        data = {s for n, e in self.entries if self.kind(n) in (DATA, TARGET) for s in e.sizes}
        odd = float(self.forced)
        sizes = [set(e.dims) for n, e in self.entries if self.kind(n) == DATA and len(e.dims) == 2]
        for name, entry in self.entries:
            own, wide = self.kind(name), [dim for dim in entry.dims if not dim.isdigit()]
            odd += (len(wide) - len(set(wide))) * (SQUARE if own == WEIGHT else 1)
            odd += ODD * (entry.classes in entry.dims)
            odd += FIXED * sum(dim.isdigit() for dim in entry.dims) * (own != BIAS)
            odd += own == WEIGHT and len(set(entry.dims)) == 2 and set(entry.dims) in sizes
            if own == BIAS and weights:
                odd += sum(s in data and s not in weights for s in entry.sizes)
        return odd

    @property
    def squares(self) -> list[tuple[str, str, int]]:
        """The axes of one length in an argument that is no weight: its name, the size, the axis."""
        return [
            (name, dim, axis)
            for name, entry in self.entries
            if self.kind(name) != WEIGHT
            for axis, dim in enumerate(entry.dims)
            if not dim.isdigit() and entry.dims.count(dim) > 1
        ]

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.entries]

    @property
    def sizes(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(size for _, entry in self.entries for size in entry.sizes))

    @property
    def own(self) -> tuple[str, ...]:
        """The sizes that the search has made, and may replace."""
        return tuple(size for size in self.sizes if is_fresh(size))

    def kind(self, name: str) -> str:
        """The kind of an argument by its name and the others: ``b`` is a bias beside a ``W``."""
        words = dict(self.words)
        return role(words.get(name, name), [words.get(n, n) for n in self.names])

    def of(self, name: str) -> Entry:
        return dict(self.entries)[name]

    def put(self, name: str, entry: Entry, cost: float = 0.0) -> "State":
        """The state with the entry of an argument, which may be a new one."""
        others = dict(self.entries) | {name: entry}
        return replace(self, entries=tuple(others.items()), cost=self.cost + cost)

    def sized(self, count: int) -> tuple["State", tuple[str, ...]]:
        """The state after so many sizes were made, and these."""
        made = tuple(f"s{self.fresh + i}" for i in range(count))
        return replace(self, fresh=self.fresh + count), made

    def ranked(self, name: str, rank: int, cost: float) -> "State | None":
        """The state with another rank of an argument: its first axes stay what they are."""
        entry = self.of(name)
        least = 1 if self.kind(name) in (WEIGHT, BIAS) else 0
        if rank == len(entry.dims) or not least <= rank <= MOST_AXES or entry.is_value:
            return None
        state, more = self.sized(max(0, rank - len(entry.dims)))
        return state.put(name, replace(entry, dims=(*entry.dims[:rank], *more)), cost)

    def deepened(self, name: str, rank: int, cost: float) -> "State | None":
        """The state with more axes of an argument, before its last one."""
        changed = self.ranked(name, rank, cost)
        dims = self.of(name).dims
        if changed is None or len(dims) < 2 or rank <= len(dims):
            return None
        new = changed.of(name).dims[len(dims) :]
        entry = replace(changed.of(name), dims=(*dims[:-1], *new, dims[-1]))
        return changed.put(name, entry)

    def replaced(self, size: str, dim: str, cost: float) -> "State":
        """The state with an expression in place of a size."""
        entries = tuple(
            (
                name,
                replace(
                    entry,
                    dims=tuple(substituted(d, size, dim) for d in entry.dims),
                    classes=substituted(entry.classes, size, dim) if entry.classes else "",
                    whole=substituted(entry.whole, size, dim) if entry.whole else "",
                    literal=_in_literal(entry.literal, {size: dim}),
                ),
            )
            for name, entry in self.entries
        )
        return replace(self, entries=entries, cost=self.cost + cost)

    def renamed(self, names: dict[str, str]) -> "State":
        """The state with other names for its sizes, all at once."""

        def other(dim: str) -> str:
            return re.sub(r"[^\W\d]\w*", lambda size: names.get(size[0], size[0]), dim)

        entries = tuple(
            (
                name,
                replace(
                    e,
                    dims=tuple(map(other, e.dims)),
                    classes=other(e.classes),
                    whole=other(e.whole),
                    literal=_in_literal(e.literal, names),
                ),
            )
            for name, e in self.entries
        )
        return replace(self, entries=entries)


def _in_literal(literal: str, by: dict[str, str]) -> str:
    """A value in which sizes that the search has made are called otherwise: ``2*s4``."""
    return FRESH.sub(lambda size: by.get(size[0], size[0]), literal)


def is_fresh(size: str) -> bool:
    """True if a size is one that the search has made."""
    return size[:1] == "s" and size[1:].isdigit()


@functools.cache
def kind(name: str) -> str:
    """The kind of argument that a name says: a weight, a bias, targets, or anything else."""
    own = name.rpartition(".")[2].rpartition("[")[0] or name.rpartition(".")[2]
    bare = own.rstrip("0123456789").rstrip("_") or own
    if naming.same(bare, "b") or bare in SHIFTS or BIASES.fullmatch(bare):
        return BIAS
    if naming.same(bare, "W") or bare in COEFFICIENTS or WEIGHTS.fullmatch(bare):
        return WEIGHT
    if bare in naming.TARGETS | naming.PERHAPS_TARGETS or bare.startswith("y_true"):
        return TARGET
    return DATA


def role(name: str, names: Iterable[str]) -> str:
    """The kind of an argument among others."""
    found = kind(name)
    if name == "B" and "b" in names:  # that one is the bias
        return DATA
    beside = name in ("b", "B") and not {"a", "A"}.isdisjoint(names)
    alone = not any(kind(other) == WEIGHT for other in names)
    return DATA if beside and alone else found
