"""The gradients that a backward returned: which is of which input, its name and its line."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np

from oracle.discovery import naming
from oracle.discovery.plans import Slot
from oracle.discovery.text import assignments, returns
from oracle.discovery.text.functions import Function
from oracle.discovery.text.returns import Item
from oracle.discovery.ways.instances import entries_of
from oracle.subject import Inputs, Made, Unusable, WrongReturn


def is_gradient(thing: Any) -> bool:
    """True if a value could be a gradient: an array or a number."""
    return isinstance(thing, np.ndarray | np.number | float | int) and not isinstance(thing, bool)


def check_returned(name: str, node: Function | None, given: Collection[str], line: int) -> None:
    """A backward that returns what it was given returns no gradients.

    Raises:
        Unusable: all that it returns is its own arguments, none of which is named as a gradient.
    """
    items = returns.items(node) or []
    own = [i.name for i in items if i.name in given and i.text == i.name]
    if items and len(own) == len(items) and not any(map(naming.looks_like_gradient, own)):
        raise Unusable(
            f"{name} returns its own arguments ({', '.join(own)}) and no gradients: return the "
            "gradients, so that they can be checked",
            line,
        )


class Returned:
    """The return statement of a function, and the gradients in what it returned."""

    def __init__(
        self,
        node: Function | None,
        line: int,
        skip: Sequence[int] = (),
        pick: int | None = None,
        inputs: Inputs | None = None,
    ) -> None:
        """``inputs``: of the forward; where names do not tell, the one of its shape is meant."""
        self.inputs = inputs
        self.node = node
        self.line = line
        items = returns.items(node) or []
        if pick is not None:
            self.items = [items[pick]] if pick < len(items) else []
        else:
            self.items = [item for i, item in enumerate(items) if i not in skip]

    def made(self, result: Any, slots: Sequence[Slot]) -> list[Made]:
        """The gradients in a result.

        Raises:
            WrongReturn: they are too many, too few, or nothing says to which input each belongs.
        """
        wanted = [slot for slot in slots if slot.differentiated]
        if result is None:
            raise WrongReturn("it returned None instead of gradients")
        if isinstance(result, Mapping):
            return self._of_dict(result, wanted, self.items[0] if self.items else None)
        if hasattr(result, "__dataclass_fields__"):
            given = returns.fields_given(self.node, list(result.__dataclass_fields__))
            return self._of_dict(entries_of(result), wanted, given)
        if isinstance(result, tuple | list):
            fields = getattr(result, "_fields", ())
            if fields and naming.assign(fields, [slot.name for slot in wanted]):
                given = returns.fields_given(self.node, fields)
                return self._of_dict(dict(zip(fields, result)), wanted, given)
            return self._of_sequence(result, wanted, slots)
        if not is_gradient(result):
            raise WrongReturn(f"it returned {_kind(result)} instead of gradients")
        item = self.items[0] if len(self.items) == 1 else None
        return [self._one(result, self._slot_of_single(result, item, wanted), item)]

    def _slot_of_single(self, result: Any, item: Item | None, wanted: Sequence[Slot]) -> Slot:
        if len(wanted) == 1:
            return wanted[0]
        if item is not None and item.name:
            found = naming.assign([item.name], [slot.name for slot in wanted])
            if found:
                return wanted[found[0]]
        names = naming.gradient_targets([slot.name for slot in wanted], 1)
        if names:
            return next(slot for slot in wanted if slot.name == names[0])
        known = self.inputs or {}
        alike = [s for s in wanted if not s.entries and s.name in known]
        alike = [s for s in alike if np.shape(known[s.name]) == np.shape(result)]
        if alike:
            return alike[0]  # the trial run, where no two sizes are equal, settles it for all cases
        inputs = ", ".join(slot.name for slot in wanted)
        raise WrongReturn(f"it returned one gradient, but there are the inputs {inputs}")

    def _of_sequence(
        self, result: Sequence[Any], wanted: list[Slot], slots: Sequence[Slot]
    ) -> list[Made]:
        parts = list(result)
        if any(isinstance(part, Mapping) for part in parts):
            within, parts, wanted = self._in_dicts(parts, wanted)
            if within is not None:
                return within + (self._of_sequence(parts, wanted, wanted) if parts else [])
        holder = self._list_of(parts, wanted)
        if holder is not None:
            return self._of_list(parts, holder, self.items[0] if self.items else None)
        items: list[Item | None] = [None] * len(parts)
        if len(self.items) == len(parts):
            items = list(self.items)
        made: list[Made] = []
        for slot, part, item in self._paired(parts, items, wanted, slots):
            if slot.entries and hasattr(part, "__dataclass_fields__"):
                made += self._of_dict(entries_of(part), [slot], item)
            elif slot.entries and isinstance(part, Mapping):
                made += self._of_dict(part, [slot], item)
            elif slot.entries and isinstance(part, list | tuple):
                made += self._of_list(part, slot, item)
            elif is_gradient(part):
                made.append(self._one(part, slot, item))
            else:
                raise WrongReturn(f"the gradient of {slot.name} is {_kind(part)}")
        return made

    def _in_dicts(
        self, parts: list[Any], wanted: list[Slot]
    ) -> tuple[list[Made] | None, list[Any], list[Slot]]:
        """The gradients of ``return dx, {"W": dW, "b": db}`` in dicts, and what is left of both.

        None where the dicts belong to inputs that are dicts themselves.
        """
        if any(slot.entries for slot in wanted):
            return None, parts, wanted
        made: list[Made] = []
        rest = []
        for at, part in enumerate(parts):
            if not isinstance(part, Mapping):
                rest.append(part)
            elif part:
                item = self.items[at] if len(self.items) == len(parts) else None
                made += self._of_dict(part, wanted, item)
        known = {one.of for one in made}
        return made, rest, [slot for slot in wanted if slot.path not in known]

    def _list_of(self, parts: list[Any], wanted: Sequence[Slot]) -> Slot | None:
        """The input, a list, whose entries these gradients are of; None if there is none."""
        if len(wanted) == 1 and wanted[0].entries and len(parts) != 1:
            return wanted[0]
        if all(isinstance(part, list | tuple) for part in parts):  # [[dW1, db1], [dW2, db2]]
            alike = [slot for slot in wanted if _structure(slot) == _structure_of(parts)]
            if len(alike) == 1:
                return alike[0]
        if len(self.items) != 1 or len(parts) < 2:
            return None
        holders = [slot for slot in wanted if len(slot.leaves()) == len(parts)]
        of = naming.assign([self.items[0].name], [slot.name for slot in holders])
        if of:  # dWs, a list of as many as Ws has
            return holders[of[0]]
        lists = [slot for slot in holders if slot.entries]
        if len(lists) == 1 and len(parts) != len(wanted):  # grads, one for each of weights
            return lists[0]
        return None

    def _paired(
        self,
        parts: list[Any],
        items: list[Item | None],
        wanted: list[Slot],
        slots: Sequence[Slot],
    ) -> list[tuple[Slot, Any, Item | None]]:
        """Each gradient with its input: by name, then by order, then by what inputs are called."""
        all_ = len(parts) == len(slots) != len(wanted)  # None for labels, as torch wants it
        by_order = list(slots) if all_ else wanted
        kept = [(part, item) for part, item in zip(parts, items) if part is not None]
        names = [item.name if item else "" for _, item in kept]
        found = naming.assign(names, [slot.name for slot in wanted])
        leaves = [leaf for slot in wanted for leaf in slot.leaves() if leaf.differentiated]
        flat = naming.assign(names, [leaf.name for leaf in leaves])
        if len(flat) > len(found):  # dW1, db1 of the entries of a dict
            wanted, found = leaves, flat
            by_order = wanted
        if len(found) == len(kept):
            return [(wanted[found[i]], part, item) for i, (part, item) in enumerate(kept)]
        if len(parts) != len(by_order):
            return self._by_kind(parts, kept, wanted, found)
        free = [s for s in wanted if s.name not in {wanted[j].name for j in found.values()}]
        fits = len(free) == len(kept) - len(found) and len(kept) == len(parts)
        if by_order is wanted and fits:
            rest = iter(free)
            return [
                (wanted[found[i]] if i in found else next(rest), part, item)
                for i, (part, item) in enumerate(kept)
            ]
        return [
            (slot, part, item)
            for slot, part, item in zip(by_order, parts, items)
            if part is not None and slot.differentiated
        ]

    def _by_kind(
        self,
        parts: list[Any],
        kept: list[tuple[Any, Item | None]],
        wanted: list[Slot],
        found: Mapping[int, int],
    ) -> list[tuple[Slot, Any, Item | None]]:
        """The gradients of the parameters alone, or of all but the targets."""
        chosen = naming.gradient_targets([slot.name for slot in wanted], len(kept))
        if not chosen and not found and 1 < len(kept) < len(wanted):
            chosen = [slot.name for slot in wanted[: len(kept)]]  # readings try the others, too
        agrees = all(i < len(chosen) and wanted[j].name == chosen[i] for i, j in found.items())
        if not agrees and (of_words := self._by_first_words(kept, wanted, found)):
            return [(slot, part, item) for slot, (part, item) in zip(of_words, kept)]
        if not chosen or not agrees:
            inputs = ", ".join(slot.name for slot in wanted) or "none"
            raise WrongReturn(
                f"it returned {len(parts)} gradient{'s' * (len(parts) != 1)}, but forward's "
                f"differentiable inputs are {len(wanted)}: {inputs}"
            )
        of = [slot for slot in wanted if slot.name in chosen]
        return [(slot, part, item) for slot, (part, item) in zip(of, kept)]

    @staticmethod
    def _by_first_words(
        kept: list[tuple[Any, Item | None]], wanted: list[Slot], found: Mapping[int, int]
    ) -> list[Slot]:
        """The input of each gradient, d_pi that of pi_logits as well; [] where one has none."""
        chosen: list[Slot] = []
        for i, (_, item) in enumerate(kept):
            name = item.name if item is not None else ""
            alike = [s for s in wanted if naming.is_gradient_of(name, s.name.partition("_")[0])]
            alike = [wanted[found[i]]] if i in found else alike
            chosen += alike if len(alike) == 1 else []
        names = {slot.name for slot in chosen}
        return chosen if len(chosen) == len(names) == len(kept) else []

    def _of_list(self, parts: Sequence[Any], slot: Slot, item: Item | None) -> list[Made]:
        leaves = slot.leaves()
        if len(parts) != len(leaves) and all(isinstance(part, list | tuple) for part in parts):
            parts = [each for part in parts for each in part]
        if len(parts) != len(leaves):
            raise WrongReturn(
                f"it returned {len(parts)} gradients for the {len(leaves)} entries of {slot.name}"
            )
        name = item.text if item is not None and item.text else f"d{slot.name}"
        made = []
        for i, (part, leaf) in enumerate(zip(parts, leaves)):
            own = f"{name}[{i}]"
            made.append(Made(leaf.path, own, self._line(own, item), part))
        return made

    def _of_dict(
        self, result: Mapping[Any, Any], wanted: Sequence[Slot], item: Item | None
    ) -> list[Made]:
        single = wanted[0] if len(wanted) == 1 and wanted[0].entries else None
        if single is not None and all(isinstance(k, int) for k in result):
            return self._of_list([result[k] for k in sorted(result)], single, item)
        leaves = [leaf for slot in wanted for leaf in slot.leaves() if leaf.differentiated]
        for slot in wanted:  # {"params": {...}} or {"dparams": {...}}
            for key, part in result.items():
                own = naming.same(str(key), slot.name) or naming.assign([str(key)], [slot.name])
                if not (isinstance(part, Mapping) and slot.entries and own):
                    continue
                text_of_it = f'{item.text if item else "grads"}["{key}"]'
                inner = Item(str(key), text_of_it, self.line)
                rest = {k: v for k, v in result.items() if k != key}
                others = [s for s in wanted if s is not slot]
                more = self._of_dict(rest, others, item) if others and rest else []
                return more + self._of_dict(part, [slot], inner)
        keys = [key for key in result if isinstance(key, str)]
        found = naming.assign(keys, [leaf.name for leaf in leaves])
        if not found:
            raise WrongReturn(
                f"it returned the gradients {', '.join(map(repr, result)) or '(none)'}, but the "
                f"inputs are {', '.join(leaf.name for leaf in leaves)}"
            )
        made = []
        for i, key in enumerate(keys):
            if i in found and result[key] is not None:
                name, line = self._entry(key, item)
                made.append(Made(leaves[found[i]].path, name, line, result[key]))
        return made

    def _entry(self, key: str, item: Item | None) -> tuple[str, int]:
        if item is None:
            return key, self.line
        written = next((entry for entry in item.entries if entry.name == key), None)
        if not item.text:
            return (written.text or key, written.line) if written else (key, item.line)
        text_of_it = f'{item.text}["{key}"]'
        line = assignments.assigned_text(self.node, text_of_it) if self.node is not None else 0
        if written is not None and written.text and not line:
            return written.text, written.line  # grads = {"dw": dw}: dw is where it is made
        return text_of_it, line or (written.line if written else item.line)

    def _line(self, name: str, item: Item | None) -> int:
        line = assignments.assigned_text(self.node, name) if self.node is not None else 0
        return line or (item.line if item is not None else self.line)

    def _one(self, value: Any, slot: Slot, item: Item | None) -> Made:
        name = item.text if item is not None and item.text else f"d{slot.name}"
        return Made(slot.path, name, item.line if item is not None else self.line, value)


def _structure(slot: Slot) -> Any:
    """The nested lists that an input is made of; None stands for an array."""
    return [_structure(entry) for entry in slot.entries] or None


def _structure_of(thing: Any) -> Any:
    if not isinstance(thing, list | tuple):
        return None
    return [_structure_of(part) for part in thing]


def _kind(thing: Any) -> str:
    return f"a {type(thing).__name__}"
