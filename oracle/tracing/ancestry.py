"""Values that were computed from others, as the record of the calls tells."""

from collections.abc import Container, Iterable

from oracle.truth.recording import Value


def follow_from(values: Iterable[Value], old: Value, ends: Container[int]) -> bool:
    """True if some values were computed from an older one, by way of none with the ids ``ends``."""
    since = old.note.number if old.note is not None else -1
    queue = list(values)
    seen = set(map(id, queue))
    firsts = set(seen)
    while queue:
        one = queue.pop()
        if one is old:
            return True
        note = one.note
        if note is None or note.number <= since or (id(one) in ends and id(one) not in firsts):
            continue
        for part in note.inputs:
            if part.active and id(part) not in seen:
                seen.add(id(part))
                queue.append(part)
    return False


def follow_from_any(values: Iterable[Value], ends: Container[int]) -> bool:
    """True if one of some values was computed from a value with one of the ids ``ends``."""
    queue = list(values)
    seen = set(map(id, queue))
    while queue:
        one = queue.pop()
        if id(one) in ends:
            return True
        for part in one.note.inputs if one.note is not None else ():
            if part.active and id(part) not in seen:
                seen.add(id(part))
                queue.append(part)
    return False
