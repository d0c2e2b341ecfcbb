"""One run of a derivation under a line of shapes, on arrays with a prime extent for each size."""

import contextlib
import io
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from oracle.cases import shapes as cases_shapes
from oracle.discovery.raised import Site, sites
from oracle.discovery.running.extents import Extents
from oracle.discovery.shapes import grammar
from oracle.discovery.trial_inputs import kept_random_state, sizes_chosen, trial_arrays
from oracle.discovery.ways.attributes import value_at
from oracle.subject import (
    Argument,
    Inputs,
    Made,
    MissingShapes,
    NothingToJudge,
    NotImported,
    Path,
    Subject,
    Unusable,
    as_array,
    is_number,
    size_names,
)  # fmt: skip

Build = Callable[[str], Subject]  # the subject for a line of shapes

BUILT, FORWARD, BACKWARD, DONE = range(4)  # how far a run came
MOST_ELEMENTS = 3 * 10**5  # of an array


class NotOneNumber(Exception):  # noqa: N818
    """The value of a derivation without an upstream is no single number."""


@dataclass(frozen=True)
class Outcome:
    """How a run ended."""

    stage: int
    subject: Subject | None = None
    error: BaseException | None = None  # what the user's code raised
    sites: tuple[Site, ...] = ()  # where in the user's file, the outermost call first
    missing: MissingShapes | None = None
    unfit: Mapping[str, tuple[int, ...]] | None = None  # gradients of a different shape
    finite: bool = True  # the value
    has_parameters: bool = False  # of its own, as the layers of a class have them

    @property
    def line(self) -> int:
        """The line of the user's file that failed."""
        return self.sites[-1][0] if self.sites else 0

    @property
    def ran(self) -> bool:
        return self.stage == DONE

    @property
    def fits(self) -> bool:
        return self.ran and not self.unfit


def run(build: Build, text: str, extents: Extents, file: str) -> Outcome:
    """Build, forward and backward under a line of shapes."""
    stage, subject = BUILT, None
    try:
        with _quietly(), sizes_chosen(extents.of):
            subject = build(text)
            _expect_small(subject.arguments, extents)
            arrays = trial_arrays(subject.arguments)
            inputs = subject.prepare({n: a.copy() for n, a in arrays.items()}, 0)
            stage = FORWARD
            value, kept = subject.forward(inputs)
            upstream = _upstream(subject, value, extents)
            stage = BACKWARD
            made = subject.backward(inputs, value, kept, upstream)
    except MissingShapes as error:
        return Outcome(stage, missing=error, error=error)
    except NotImported:
        raise  # no shapes would help
    except NameError as error:
        if stage != BACKWARD or isinstance(error, UnboundLocalError):
            return Outcome(stage, subject, error, sites(error, file))
        return Outcome(DONE, subject, unfit={})  # a misspelled name tells nothing of shapes
    except (Exception, SystemExit) as error:
        cause = _cause(error)
        return Outcome(stage, subject, cause, sites(cause, file))
    spoken = {grammar.spelled(one.of): np.shape(as_array(one.value)) for one in made if one.of}
    drawn = {argument.name: arrays[argument.name].shape for argument in subject.arguments}
    drawn |= {grammar.spelled(p): np.shape(v) for p, v in _own_parameters(inputs, made)}
    differs = {n: s for n, s in spoken.items() if n in drawn and s != drawn[n]}
    own = any(one.of[:1] == ("self",) for one in made)
    parts = value if isinstance(value, tuple | list) else (value,)
    finite = all(np.all(np.isfinite(part)) for part in parts if is_number(part))
    return Outcome(DONE, subject, unfit=differs, finite=bool(finite), has_parameters=own)


def _own_parameters(inputs: Inputs, made: Sequence[Made]) -> Iterator[tuple[Path, Any]]:
    """The arrays of an object that got a gradient."""
    for one in made:
        if one.of[:1] == ("self",):
            yield one.of, value_at(inputs, one.of)


def _cause(error: BaseException) -> BaseException:
    """The exception of the user's code behind a refusal of the oracle."""
    while isinstance(error, Unusable) and error.__cause__ is not None:
        if isinstance(error, NothingToJudge):
            break
        error = error.__cause__
    return error


def _upstream(subject: Subject, value: Any, extents: Extents) -> Any:
    parts = value if isinstance(value, tuple | list) else (value,)
    numbers = [part for part in parts if is_number(part)]
    for part in numbers:
        if np.ndim(part) > max(len(a.dims) for a in subject.arguments) and _repeats(part, extents):
            raise ValueError("too many indices: the value has more axes than any argument")
    if any(np.size(part) == 0 for part in numbers):
        raise ValueError("an output is empty")
    if not subject.has_upstream and (not numbers or np.size(numbers[0]) != 1):
        raise NotOneNumber("the value is no single number")
    ones = [np.ones_like(part) for part in numbers]
    return tuple(ones) if isinstance(value, tuple | list) else ones[0] if ones else 1.0


def _repeats(array: Any, extents: Extents) -> bool:
    """True if a size stands twice in a shape, as where (N, D, 1, 1) meets (N, D)."""
    wide = [extent for extent in np.shape(array) if extent in extents.known.values()]
    return len(set(wide)) < len(wide)


def _expect_small(arguments: tuple[Argument, ...], extents: Extents) -> None:
    """Raises Unusable where an array would be large."""
    sizes = {name: extents.of(name) for a in arguments for name in _names(a)}
    for argument in arguments:
        shape = cases_shapes.shape(argument.dims, sizes)
        if np.prod(shape, dtype=float) > MOST_ELEMENTS:
            raise Unusable(f"{argument.name} would have the shape {shape}")


def _names(argument: Argument) -> tuple[str, ...]:
    return size_names((*argument.dims, *([argument.classes] if argument.classes else [])))


@contextlib.contextmanager
def _quietly() -> Iterator[None]:
    with (
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.redirect_stderr(io.StringIO()),
        warnings.catch_warnings(),
        np.errstate(all="ignore"),
        kept_random_state(0),
    ):
        warnings.simplefilter("ignore")
        yield
