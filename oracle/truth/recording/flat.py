"""``x.flat``: read and written element by element, in C order."""

from typing import Any

import numpy as np

from oracle.truth.recording import calls, exits
from oracle.truth.recording.kinds import Flat, give, plain

__warningregistry__ = None  # see calls.py


class _Operations:
    base: Any
    _oracle_real: Any
    _next: int

    def __getitem__(self, index: Any) -> Any:
        return calls.call("getitem", lambda x, i: x.flat[i], (self.base, index), {})

    def __setitem__(self, index: Any, source: Any) -> None:
        index = plain(index)
        if type(source) is Flat:
            source = source[:]

        def write(array: np.ndarray, source: Any) -> None:
            array.flat[index] = source

        calls.call("flat write", write, (self.base, source), {})

    def __iter__(self) -> Any:
        return self

    def __next__(self) -> Any:
        if self._next >= len(self):
            raise StopIteration
        self._next += 1
        return self[self._next - 1]

    def __len__(self) -> int:
        return len(self._oracle_real)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._oracle_real, name)

    def __array__(self, *args: Any, **kwargs: Any) -> Any:
        return exits.cut("memory", lambda x: x.flat.__array__(*args, **kwargs), self.base)


give(Flat, _Operations)
