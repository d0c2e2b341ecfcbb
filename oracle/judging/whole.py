"""Forward and backward in one recording; and inputs with some of their arrays moved."""

import copy
from dataclasses import dataclass
from typing import Any

import numpy as np

from oracle.subject import Inputs, Path
from oracle.truth.recording import Recording, Value
from oracle.truth.recording.trees import rebuild


@dataclass(frozen=True)
class Whole:
    """A recording of forward and backward together."""

    recording: Recording
    order: list[Path]  # of which input each gradient in the recording is

    def outputs(self) -> dict[Path, Value]:
        return {p: v for p, v in self.recording.outputs.items() if p[0] == 0}

    def gradients(self) -> dict[Path, Value]:
        """The user's gradients by path of the input."""
        found = {p: v for p, v in self.recording.outputs.items() if p[0] == 1 and len(p) == 2}
        return {self.order[path[1]]: value for path, value in found.items()}


def moved_by(inputs: Inputs, paths: set[Path], move: Any) -> Inputs:
    """The same inputs with some of their arrays moved."""

    def leaf(thing: Any, path: Path) -> Any:
        return move(np.asarray(thing)) if path in paths else thing

    moved: Inputs = rebuild(copy.copy(inputs), leaf, (0,), {})
    return moved
