"""A derivation that was found, held against central differences of its own forward."""

import textwrap
from pathlib import Path

import numpy as np

from oracle.discovery import subjects
from oracle.discovery.trial_inputs import trial_arrays
from oracle.subject import outputs

STEP = 1e-6


def write(folder: Path, text: str, name: str = "net.py") -> Path:
    file = folder / name
    file.write_text("import numpy as np\n" + textwrap.dedent(text))
    return file


def found(folder, text, name="", shapes=""):
    """All subjects in a text, by name; that nothing failed is part of the statement."""
    usable, failures = subjects(write(folder, text), name, shapes)
    assert not failures, failures
    return {subject.name: subject for subject in usable}


def problems(folder, text, name="", shapes=""):
    """The messages of what could not be judged."""
    usable, failures = subjects(write(folder, text), name, shapes)
    assert not usable, usable
    return [(failure.line, failure.message) for failure in failures]


def gradients(subject, first=2, seed=3, sizes=None):
    """What the backward made, and the same by differences: (name, of, line, got, want)."""
    if sizes is None:
        arrays = trial_arrays(subject.arguments, first, seed)
    else:
        from oracle import cases

        arrays, _ = cases.draw(subject, cases.Case("float64", "ordinary", sizes, {}, seed))
    inputs = subject.prepare(arrays, seed)
    value, kept = subject.forward(inputs)
    rng = np.random.default_rng(seed)
    ups = [np.asarray(rng.standard_normal(np.shape(part))) for part in outputs(value)]
    if not subject.has_upstream:
        ups = [np.ones(np.shape(value))]
    upstream = ups[0] if not isinstance(value, tuple | list) else tuple(ups)
    given = 1.0 if not subject.has_upstream else upstream
    made = subject.backward(inputs, value, kept, given)
    result = []
    for one in made:
        assert subject.differentiable(one.of), one.of
        want = _differences(subject, arrays, seed, one.of, ups)
        result.append((one.name, one.of, one.line, np.asarray(one.value), want))
    return result


def right(subject, first=2, **more):
    """The names and paths of all gradients, each of which equals the differences."""
    compared = gradients(subject, first, **more)
    for name, _, _, got, want in compared:
        assert got.shape == want.shape, (name, got.shape, want.shape)
        np.testing.assert_allclose(got, want, rtol=2e-5, atol=2e-7, err_msg=name)
    return {name: of for name, of, *_ in compared}


def wrong(subject, **more):
    """The names of the gradients that differ from the differences."""
    return {
        name
        for name, _, _, got, want in gradients(subject, **more)
        if got.shape != want.shape or not np.allclose(got, want, rtol=1e-4, atol=1e-6)
    }


def _holder(inputs, path):
    thing = inputs
    for step in path[:-1]:
        thing = thing[step] if isinstance(thing, dict | list | tuple) else getattr(thing, step)
    return thing


def _read(holder, step):
    return holder[step] if isinstance(holder, dict | list | tuple) else getattr(holder, step)


def _total(subject, arrays, seed, path, index, step, ups):
    inputs = subject.prepare({name: array.copy() for name, array in arrays.items()}, seed)
    holder = _holder(inputs, path)
    old = _read(holder, path[-1])
    if isinstance(old, np.ndarray):
        old[index] += step
    elif isinstance(holder, dict):
        holder[path[-1]] = old + step
    else:
        setattr(holder, path[-1], old + step)
    value, _ = subject.forward(inputs)
    return sum(float(np.sum(u * p)) for u, p in zip(ups, outputs(value)))


def _differences(subject, arrays, seed, path, ups):
    here = subject.prepare(dict(arrays), seed)
    array = np.asarray(_read(_holder(here, path), path[-1]))
    want = np.zeros(array.shape)
    for index in np.ndindex(array.shape):
        up = _total(subject, arrays, seed, path, index, STEP, ups)
        down = _total(subject, arrays, seed, path, index, -STEP, ups)
        want[index] = (up - down) / (2 * STEP)
    return want
