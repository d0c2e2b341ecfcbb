"""Reasons for which a recording cannot be replayed."""

from oracle.truth.recording import Note


class NotReplayable(Exception):  # noqa: N818
    """Torch cannot run this call, or gives a different value than NumPy did."""

    def __init__(self, note: Note | None, reason: str) -> None:
        where = "" if note is None else f"{note.op}, line {note.line}: "
        super().__init__(where + reason)
        self.note = note
        self.op = None if note is None else note.op
        self.line = None if note is None else note.line
        self.reason = reason


class DecisionChanged(Exception):  # noqa: N818
    """With these inputs the user's code would have decided otherwise: it must be run again."""

    def __init__(self, note: Note) -> None:
        super().__init__(f"{note.op}, line {note.line}")
        self.note = note
