"""A candidate: a derivation that was found in a text, before anything is executed."""

from dataclasses import dataclass, field

from oracle.subject import Way


@dataclass(frozen=True)
class Candidate:
    """A derivation that was found: its name, its way, its line, and its parts by role."""

    name: str
    way: Way
    line: int
    parts: dict[str, str] = field(default_factory=dict)

    def of(self, role: str) -> str:
        return self.parts.get(role, "")
