"""Element by element: ``x.flat`` and ``np.nditer``, followed or noted as cuts."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from oracle.truth.recording import calls, exits
from oracle.truth.recording.kinds import Flat, Tracked, give, plain

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


# ``np.nditer``: followed where it reads one array by itself, otherwise a cut where it is read.

# Attributes that tell where the iterator stands, but no numbers.
_POSITION = frozenset({
    "close", "copy", "debug_print", "enable_external_loop", "finished", "has_delayed_bufalloc",
    "has_index", "has_multi_index", "index", "iterationneedsapi", "iterindex", "iternext",
    "iterrange", "itersize", "multi_index", "ndim", "nop", "remove_axis", "remove_multi_index",
    "reset", "shape", "dtypes",
})  # fmt: skip


class Nditer:
    """An iterator over plain arrays, for what may be tracked ones."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.__dict__["_oracle_real"] = _within(np.nditer, args, kwargs)
        self.__dict__["_given"] = (args, kwargs)
        alone = len(args) == 1 and not kwargs and type(args[0]) is Tracked
        self.__dict__["_alone"] = args[0] if alone else None

    def __iter__(self) -> Iterator[Any]:
        x = self._alone
        if x is None:
            self._read()
            yield from self._oracle_real
            return
        order = np.nditer(x._plain, flags=["multi_index"])
        for _ in order:
            yield x[(*order.multi_index, Ellipsis)]

    def __next__(self) -> Any:
        self._read()
        return next(self._oracle_real)

    def __getitem__(self, index: Any) -> Any:
        self._read()
        return self._oracle_real[index]

    def __setitem__(self, index: Any, source: Any) -> None:
        self._read()
        self._oracle_real[index] = plain(source)

    def __len__(self) -> int:
        return len(self._oracle_real)

    def __enter__(self) -> "Nditer":
        self._oracle_real.__enter__()
        return self

    def __exit__(self, *error: Any) -> Any:
        return self._oracle_real.__exit__(*error)

    def __getattr__(self, name: str) -> Any:
        if name not in _POSITION:
            self._read()
        return getattr(self._oracle_real, name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self._oracle_real, name, value)

    def _read(self) -> None:
        args, kwargs = self._given
        exits.leaving("nditer", lambda *args, **kwargs: None, *args, **kwargs)


def _within(real: Any, args: Any, kwargs: Any) -> Any:
    return real(*map(plain, args), **plain(kwargs))
