"""Everyday NumPy, recorded: each idiom runs bit for bit as without us, and its gradient is right.

Or else it says that it is not: by a cut that is noted, or by refusing to replay. ``idioms/`` holds
the idioms, and tells which of them end otherwise than differentiated.
"""

import contextlib
import importlib
import inspect
import io
import random
import warnings

import numpy as np
import pytest

from oracle.truth.differences import Forward, directional_witness
from oracle.truth.recording import record
from oracle.truth.recording.trees import number_paths
from oracle.truth.replay import NotReplayable, replay

FILES = [
    "indexing",
    "views_and_writes",
    "arithmetic",
    "reducing",
    "products",
    "joining",
    "randomness",
    "python_ways",
    "scipy_ways",
]
MODULES = {}
for name in FILES:
    with contextlib.suppress(ImportError):  # scipy may be missing
        MODULES[name] = importlib.import_module(f"tests.oracle.truth.idioms.{name}")
IDIOMS = [
    pytest.param(function, vars(module).get("ENDS", {}).get(name, "differentiated"), id=name)
    for module in MODULES.values()
    for name, function in vars(module).items()
    if inspect.isfunction(function)
    and function.__module__ == module.__name__
    and not name.startswith("_")
]


def arguments(function):
    """Fresh arguments by name, the same each time."""
    r = np.random.default_rng(12345)
    all_of_them = {
        "X": r.standard_normal((3, 4)),
        "Y": r.standard_normal((3, 4)),
        "T": r.standard_normal((2, 3, 4)),
        "W": r.standard_normal((4, 5)),
        "S": r.standard_normal((4, 4)) * 0.3 + np.eye(4),
        "P": r.uniform(0.5, 2.0, (3, 4)),
        "v": r.standard_normal(4),
        "u": r.standard_normal(3),
        "s": np.float64(1.3),
        "idx": np.array([2, 0, 3]),
        "mask": r.random((3, 4)) < 0.5,
        "params": {"W": r.standard_normal((3, 4)), "b": r.standard_normal(4)},
        "rng": np.random.default_rng(99),
    }
    return [
        all_of_them[name]
        for name, parameter in inspect.signature(function).parameters.items()
        if parameter.default is parameter.empty
    ]


def set_random(function):
    np.random.seed(11)
    random.seed(11)
    for thing in list(function.__globals__.values()):
        if isinstance(thing, np.random.Generator):
            thing.bit_generator.state = np.random.default_rng(7).bit_generator.state


def run(function, how):
    """All that can be seen of one run: ``how`` runs the function on its arguments."""
    args = arguments(function)
    set_random(function)
    printed = io.StringIO()
    with warnings.catch_warnings(record=True) as warned, contextlib.redirect_stdout(printed):
        warnings.simplefilter("always")
        value = how(function, args)
    seen = {
        "value": value,
        "args": [a.bit_generator.state if isinstance(a, np.random.Generator) else a for a in args],
        "printed": printed.getvalue(),
        "warned": [(w.category, str(w.message), w.filename, w.lineno) for w in warned],
        "random": [np.random.get_state(), random.getstate()],
        "generators": [
            thing.bit_generator.state
            for thing in function.__globals__.values()
            if isinstance(thing, np.random.Generator)
        ],
        "globals": {
            name: (type(thing), id(thing))
            for name, thing in function.__globals__.items()
            if name not in ("__warningregistry__", "__builtins__")
        },
    }
    return seen


def assert_same(a, b):
    """Equal to the last bit, and of the same types all the way down."""
    assert type(a) is type(b)
    if isinstance(a, dict):
        assert list(a) == list(b)
        for key in a:
            assert_same(a[key], b[key])
    elif isinstance(a, (list, tuple)):
        assert len(a) == len(b)
        for x, y in zip(a, b, strict=True):
            assert_same(x, y)
    elif isinstance(a, (np.ndarray, np.generic)):
        assert a.dtype == b.dtype
        assert a.shape == b.shape
        if a.dtype.hasobject:
            assert_same(a.tolist(), b.tolist())
        else:
            assert a.tobytes() == b.tobytes()
            if isinstance(a, np.ndarray):
                assert a.strides == b.strides
    elif isinstance(a, float):
        assert np.float64(a).tobytes() == np.float64(b).tobytes()
    else:
        assert a == b


def directional_derivatives(forward):
    """In two random directions for each input, by differences of the fourth order."""
    rng = np.random.default_rng(17)
    for path, array in forward.inputs.items():
        for _ in range(2):
            direction = np.asarray(rng.standard_normal(array.shape))
            d = 1e-4 * direction
            near = forward({path: array + d}) - forward({path: array - d})
            far = forward({path: array + 2 * d}) - forward({path: array - 2 * d})
            yield path, direction, (8 * near - far) / 12e-4


@pytest.mark.parametrize(("function", "end"), IDIOMS)
def test_runs_bit_for_bit(function, end):
    recordings = []

    def recorded(function, args):
        recordings.append(record(function, args))
        return recordings[0].value

    without = run(function, lambda function, args: function(*args))
    with_us = run(function, recorded)
    assert_same(with_us, without)
    cuts = recordings[0].cuts
    assert bool(cuts) == ("cut" in end), cuts
    for cut in cuts:
        first = function.__code__.co_firstlineno
        assert cut.file == function.__code__.co_filename
        assert first < cut.line < first + 20


@pytest.mark.parametrize(("function", "end"), IDIOMS)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_gradient_is_right_or_the_loss_is_noted(function, end, capsys):
    set_random(function)
    recording = record(function, arguments(function))
    rng = np.random.default_rng(3)
    outputs = number_paths(recording.value)
    assert set(outputs) == set(recording.outputs)
    if end == "no number":
        assert not outputs
        return
    upstream = {
        path: np.asarray(rng.standard_normal(np.shape(x)))
        for path, x in outputs.items()
        if not np.iscomplexobj(x)
    }
    if end == "not replayable":
        with pytest.raises(NotReplayable) as refused:
            replay(recording, upstream)
        first = function.__code__.co_firstlineno
        assert first < refused.value.line <= first + 20
        return
    set_random(function)
    forward = Forward(function, arguments(function), upstream=upstream)
    if end == "cut":
        with pytest.raises(NotReplayable, match=r"left the record|not followed"):
            replay(recording, upstream, forward=forward)
        return
    got = replay(recording, upstream, forward=forward).gradients
    assert set(forward.inputs) == set(got)
    tolerance = 1e-8
    if end == "float32":
        assert not np.allclose(0, max(np.abs(g).max() for g in got.values()))
        return
    for path, direction, want in directional_derivatives(forward):
        assert got[path].shape == direction.shape
        scale = max(np.max(np.abs(got[path]), initial=0.0), 1.0)
        assert abs(np.sum(got[path] * direction) - want) <= tolerance * scale, path
    assert directional_witness(forward, got).agrees


def test_there_are_many_idioms():
    assert len(IDIOMS) >= 150
    ends = [p.values[1] for p in IDIOMS]
    assert ends.count("differentiated") > 0.9 * len(ends)
