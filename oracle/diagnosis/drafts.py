"""A diagnosis: as it is handed on, and as a draft while it is made.

An ``Examined`` never changes. Each of its gradients gets a draft, on which the parts of a diagnosis
write one after the other; a step of the backward that is blamed gets a draft of its own.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path as File
from typing import Any

import numpy as np

from oracle.discovery.text import places
from oracle.judging.examined import Entry, Examined
from oracle.results import Gradient, Kind, Note
from oracle.subject import Path


@dataclass(frozen=True)
class Diagnosis:
    """The changes that a diagnosis makes: gradients with findings, and the steps that it blames."""

    changed: Mapping[Entry, Gradient] = field(default_factory=dict)
    # Intermediates of the backward that are wrong, each with the entry that it is reported before.
    blamed: tuple[tuple[Entry, Gradient], ...] = ()

    def of(self, entry: Entry) -> Gradient:
        """The gradient of an entry, as it is now known."""
        return self.changed.get(entry, entry.gradient)


@dataclass(frozen=True)
class Wanted:
    """An array that the backward makes in one case, and what it should be."""

    case: str
    got: np.ndarray
    want: np.ndarray


@dataclass(eq=False)
class Draft:
    """One gradient, or one intermediate of the backward, while it is being explained."""

    gradient: Gradient
    entry: Entry | None  # None for an intermediate
    paths: frozenset[Path]  # the returned gradients that are wrong because of it
    wanted: Sequence[Wanted] = ()  # of an intermediate, in some cases
    follows: "Draft | None" = None  # what it is wrong because of, if it only inherits that
    also: Sequence["Draft"] = ()  # what it is wrong because of, beside a mistake of its own

    @property
    def is_wrong(self) -> bool:
        return self.gradient.verdict == "wrong"

    @property
    def names(self) -> set[str]:
        """The names of its findings."""
        return {note.name for note in self.gradient.findings}

    def change(self, **fields: Any) -> None:
        """Replace some fields of the gradient."""
        self.gradient = replace(self.gradient, **fields)

    def find(self, *findings: Note) -> None:
        """Add findings."""
        self.change(findings=(*self.gradient.findings, *findings))

    def note(self, remark: Note) -> None:
        """Add a remark, unless there is one of its name."""
        if remark.name not in {known.name for known in self.gradient.remarks}:
            self.change(remarks=(*self.gradient.remarks, remark))

    @property
    def where(self) -> str:
        """Its line, in words."""
        of = f" of {self.gradient.file}" if self.gradient.file else ""
        return f"line {self.gradient.line}{of}"

    def inherit(self, first: "Draft") -> None:
        """It is wrong only because another one is."""
        self.change(verdict="inherited", findings=())
        self.follows = self.follows or first

    def finished(self) -> Gradient:
        if self.follows is not None:
            first = self.follows
            self.note(Note("inherited", f"follows from {first.gradient.name} on {first.where}"))
        elif self.also and self.is_wrong:
            said = " and ".join(f"{one.gradient.name} on {one.where}" for one in self.also)
            self.note(Note("inherited", f"follows from {said}, too: shown as it is without that"))
        return self.gradient


class Drafts:
    """All drafts of one diagnosis, in the order in which they are reported."""

    def __init__(self, examined: Examined) -> None:
        self._file = examined.subject.file
        self._drafts = [
            Draft(e.gradient, e, frozenset([e.path] if e.kind is not Kind.CONDITION else ()))
            for e in examined.entries
        ]

    def __iter__(self) -> Iterator[Draft]:
        return iter(self._drafts)

    def place(self, file: str, line: int) -> dict[str, Any]:
        """The fields of a gradient that say where its line is; ``file`` is that of the code."""
        here = File(file).resolve() == File(self._file).resolve()
        beside = not here and File(file).is_file()
        return {"line": line, "file": places.spoken(file) if beside else ""}

    def step(self, file: str, line: int) -> Draft | None:
        """The draft of an intermediate that is made on a line."""
        place = self.place(file, line)
        for draft in self._drafts:
            at = {"line": draft.gradient.line, "file": draft.gradient.file}
            if draft.entry is None and at == place:
                return draft
        return None

    def of(self, path: Path) -> Draft:
        """The draft of the gradient of an input."""
        for draft in self._drafts:
            entry = draft.entry
            if entry is not None and entry.kind is Kind.ARGUMENT and entry.path == path:
                return draft
        raise KeyError(path)

    def blame(
        self,
        name: str,
        place: Mapping[str, Any],
        followers: Sequence[Draft],
        paths: frozenset[Path] = frozenset(),
        **fields: Any,
    ) -> Draft:
        """A new draft for an intermediate, before all those that are wrong because of it.

        ``place``: the file and line where it is made.
        ``paths``: the gradients that a cure of it must make right, if it has no cure yet.
        """
        key = "float64/ordinary"
        made = Gradient(
            name,
            "",
            verdict="wrong",
            units={key: max(one.gradient.units.get(key, 0.0) for one in followers)},
            failed=max(one.gradient.failed for one in followers),
            kind=Kind.INTERMEDIATE,
            **place,
            **fields,
        )
        draft = Draft(made, None, paths)
        self._drafts.insert(min(self._drafts.index(one) for one in followers), draft)
        return draft

    def finished(self) -> Diagnosis:
        """The diagnosis as it is handed on."""
        changed: dict[Entry, Gradient] = {}
        blamed: list[tuple[Entry, Gradient]] = []
        waiting: list[Gradient] = []  # intermediates before the next entry
        for draft in self._drafts:
            gradient = draft.finished()
            if draft.entry is None:
                waiting.append(gradient)
                continue
            blamed += [(draft.entry, one) for one in waiting]
            waiting.clear()
            if gradient is not draft.entry.gradient:
                changed[draft.entry] = gradient
        return Diagnosis(changed, tuple(blamed))
