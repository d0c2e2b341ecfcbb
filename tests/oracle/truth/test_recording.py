"""Recording: what is noted, where, and what the user's code can see of it (nothing)."""

import math
import sys
import types
import warnings

import numpy as np
import pytest

from oracle.truth.differences import Forward, directional_witness
from oracle.truth.recording import Names, record
from oracle.truth.recording.tape import Tape
from oracle.truth.replay import NotReplayable, replay


def module_of(source, name="user_module"):
    """A module of the user's, as if loaded from a file of his."""
    module = types.ModuleType(name)
    module.__file__ = f"/home/user/{name}.py"
    exec(compile(source, module.__file__, "exec"), vars(module))
    return module


X = np.array([[1.0, -2.0], [3.0, 0.5]])


def test_notes_have_the_users_own_lines_and_names():
    module = module_of(
        "import numpy as np\n"
        "def f(x):\n"
        "    y = np.exp(x)\n"
        "    y[0] = 2 * x[1]\n"
        "    return y.sum(axis=0).dot(y[0])\n"
    )
    recording = record(module.f, (X.copy(),))
    assert [(note.op, note.line) for note in recording.notes] == [
        ("exp", 3),
        ("getitem", 4),
        ("multiply", 4),
        ("setitem", 4),
        ("read", 5),
        ("sum", 5),
        ("getitem", 5),
        ("dot", 5),
    ]
    assert {note.file for note in recording.notes} == {module.__file__}
    exp = recording.notes[0]
    assert exp.place.span == (3, 3, 8, 17)
    assert exp.place.function == "f"
    np.testing.assert_array_equal(exp.outputs[0].array, np.exp(X))
    assert exp.inputs == (recording.inputs[(0,)],)


def test_values_are_what_was_read_not_what_was_written_later():
    def f(x):
        y = x * 2
        z = y + 1
        y *= 100
        x[:] = 0
        return z

    given = X.copy()
    recording = record(f, (given,))
    np.testing.assert_array_equal(recording.inputs[(0,)].array, X)
    np.testing.assert_array_equal(recording.notes[0].outputs[0].array, X * 2)
    np.testing.assert_array_equal(given, 0)


def test_constants_are_not_noted():
    def f(x):
        a = np.arange(6.0).reshape(2, 3)
        a[0] = np.exp(a[1])
        b = a @ a.T
        return x + b

    assert [note.op for note in record(f, (X.copy(),)).notes] == ["add"]


def test_decisions_are_noted():
    def f(x):
        if x[0, 0] > 0 and x.max() < 10:
            return x * int(x[1, 0])
        return x

    decisions = [note for note in record(f, (X.copy(),)).notes if note.is_decision]
    assert [(note.op, note.answer) for note in decisions] == [
        ("greater", True),
        ("less", True),
        ("int", 3),
    ]


def test_objects_are_tracked_and_given_back():
    class Layer:
        def __init__(self):
            self.params = {"W": np.ones((2, 3)), "b": np.zeros(3)}
            self.name = "layer"

        def forward(self, x):
            self.x, self.out = x, x @ self.params["W"] + self.params["b"]
            return self.out

    layer = Layer()
    W = layer.params["W"]
    x = X.copy()
    recording = record(layer.forward, (x,))
    assert set(recording.inputs) == {(0,), ("self", "params", "W"), ("self", "params", "b")}
    assert layer.params["W"] is W
    assert layer.x is x
    assert all(type(a) is np.ndarray for a in (layer.x, layer.out, recording.value))
    assert recording.value is layer.out


def test_the_same_array_twice_is_one_input():
    def f(a, b):
        assert a is b
        return a * b

    x = X.copy()
    recording = record(f, (x, x))
    assert list(recording.inputs) == [(0,)]


def test_python_numbers_are_inputs_where_they_are_chosen():
    def f(x, scale):
        return x * scale

    assert list(record(f, (X.copy(), 2.0)).inputs) == [(0,)]
    chosen = record(f, (X.copy(), 2.0), differentiate=lambda path: path == (1,))
    assert list(chosen.inputs) == [(1,)]


def test_integers_and_constants_are_no_inputs():
    def f(x, labels):
        return x[labels, labels]

    assert list(record(f, (X.copy(), np.array([0, 1]))).inputs) == [(0,)]


def test_names_are_put_back_even_after_an_error():
    module = module_of(
        "import numpy as np\nimport math\nfrom numpy import zeros\nfrom math import exp\n"
        "rng = np.random.default_rng(0)\nW = np.ones(2)\ntable = {'W': W}\n"
        "def f(x):\n"
        "    W[0] = x[0, 0]\n"
        "    assert type(zeros(3)) is np.ndarray and float(x[0, 0]) == exp(math.log(x[0, 0]))\n"
        "    raise KeyError(rng.random())\n"
    )
    before = dict(vars(module))
    with pytest.raises(KeyError):
        record(module.f, (X.copy(),))
    after = dict(vars(module))
    assert before.keys() == after.keys()
    assert all(before[name] is after[name] for name in before)
    assert type(module.table["W"]) is np.ndarray
    assert module.table["W"] is module.W
    assert Tape.now is None
    assert not isinstance(module.np.zeros(2), type(None))
    assert sys.modules["numpy"] is module.np
    assert sys.modules["math"] is math


def test_names_that_the_user_assigns_keep_their_new_values():
    module = module_of(
        "import numpy as np\nW = np.ones(2)\nhistory = []\n"
        "def f(x):\n"
        "    global W\n"
        "    W = W - x[0]\n"
        "    history.append(W.sum())\n"
        "    return W\n"
    )
    recording = record(module.f, (X.copy(),))
    assert module.W is recording.value
    assert type(module.W) is np.ndarray
    np.testing.assert_array_equal(module.W, [0.0, 3.0])
    assert module.history == [3.0]
    assert type(module.history[0]) is np.float64


def test_helpers_in_other_modules_of_the_users():
    helper = module_of("import numpy as np\ndef act(x):\n    return np.tanh(x)\n", "helper")
    module = module_of("import numpy as np\ndef f(x):\n    return helper.act(x) * np.ones(2)\n")
    module.helper = helper
    recording = record(module.f, (X.copy(),))
    assert [(note.op, note.file) for note in recording.notes] == [
        ("tanh", helper.__file__),
        ("multiply", module.__file__),
    ]


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("import pickle; y = pickle.loads(pickle.dumps(x))", "pickle"),
        ("y = np.frombuffer(x.tobytes()).reshape(2, 2)", "tobytes"),
        ("y = np.array(memoryview(x))", "memoryview"),
        ("y = np.ctypeslib.as_array(x.ctypes.data_as(P), (2, 2))", "memory"),
        ("y = float(x[0, 0].hex() == '') + x * 0", "text"),
        ("y = x[0, 0].as_integer_ratio()[0] * np.ones((2, 2))", "integer ratio"),
        ("y = x.view(np.float32)[:, ::2] * 1", "reinterpreted"),
        ("y = np.asmatrix(x)", "subclass"),
        ("y = np.asarray(np.matrix(x))", "subclass"),
        ("y = np.ma.masked_array(x, x < 0).filled(0)", "masked array"),
        ("y = np.asarray(x.view(np.recarray))", "subclass"),
        ("y = np.zeros(2, [('a', float)]); y['a'] = x[0]; y = y['a']", "fields"),
        ("import array; y = np.array(array.array('d', x[0]))", "array"),
        ("import json; y = np.array(json.loads(json.dumps({'x': x.tolist()}))['x'])", "json.dumps"),
        (
            "import struct; y = np.array(struct.unpack('4d', struct.pack('4d', *x.flat)))",
            "struct.pack",
        ),
        ("from decimal import Decimal; y = float(Decimal(x[0, 0]) * 2) * np.ones(2)", "Decimal"),
        (
            "from fractions import Fraction; y = float(Fraction.from_float(x[0, 0])) * np.ones(2)",
            "Fraction.from_float",
        ),
        ("y = np.frombuffer(bytes(x)).reshape(2, 2)", "bytes"),
        ("y = float(repr(x[0, 0])[11:-1]) * np.ones(2)", "text"),
        ("y = float(f'{x[0, 0]:.17g}') * np.ones(2)", "text"),
        ("y = np.fromstring(str(x.ravel())[1:-1], sep=' ')", "text"),
        ("y = x.astype(object).astype(float)", "objects"),
        ("y = np.array([float(v) for v in np.nditer([x], [], [['readonly']])])", "nditer"),
        ("y = [float(v) for v in np.nditer(x, flags=['c_index'])] * np.ones(4)", "nditer"),
        ("import io; y = io.BytesIO(); np.save(y, x); y.seek(0); y = np.load(y)", "object"),
        ("y = np.array([x, None], dtype=object)[0]; np.fromstring('1', sep=' ')", None),
    ],
)
def test_cuts_are_noted_with_their_line(line, kind):
    module = module_of(
        "import numpy as np, ctypes\nP = ctypes.POINTER(ctypes.c_double)\n"
        f"def f(x):\n    x = x * 1\n    {line}\n    return y\n"
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        cuts = record(module.f, (X.copy(),)).cuts
    if kind is not None:
        assert (cuts[0].kind, cuts[0].line, cuts[0].file) == (kind, 5, module.__file__)
        assert cuts[0].text


FOLLOWED = {
    "an iterator written to an iterator": "y = np.empty(4); y.flat = x.flat",
    "an array of an iterator": "y = np.array(x.flat) ** 2",
    "an iterator as an argument": "y = np.exp(np.sum(x.flat)) * np.ones(2)",
    "elements by ndenumerate": "y = x * 0\n    for at, v in np.ndenumerate(x): y[at] = v**2",
    "elements by nditer": "y = np.array([v * v for v in np.nditer(x.T)])",
    "fromiter": "y = np.fromiter((v * 2 for v in x.flat), float)",
}


@pytest.mark.parametrize("line", FOLLOWED.values(), ids=FOLLOWED.keys())
def test_elements_are_followed_through_iterators(line):
    module = module_of(f"import numpy as np\ndef f(x):\n    {line}\n    return y\n")
    recording = record(module.f, (X.copy(),))
    assert not recording.cuts
    (shape,) = {value.shape for value in recording.outputs.values()}
    upstream = np.arange(1.0, 1 + np.prod(shape)).reshape(shape)
    gradients = replay(recording, upstream).gradients
    assert np.any(gradients[(0,)])
    assert directional_witness(Forward(module.f, (X,), upstream=upstream), gradients).agrees


def test_a_value_that_is_only_logged_does_not_spoil_the_record():
    module = module_of(
        "import json\nlog = []\n"
        "def f(x):\n    log.append(json.dumps(float(x.sum())))\n    return x * 2\n"
    )
    recording = record(module.f, (X.copy(),))
    assert [cut.kind for cut in recording.cuts] == ["json.dumps"]
    forward = Forward(module.f, (X,), upstream=np.ones((2, 2)))
    np.testing.assert_array_equal(
        replay(recording, np.ones((2, 2)), forward=forward).gradients[(0,)], np.full((2, 2), 2.0)
    )


@pytest.mark.parametrize("scale", [1.0, 1e-7])
def test_a_value_that_comes_back_spoils_it_however_little_it_weighs(scale):
    module = module_of(
        "import json\n"
        f"def f(x):\n    return x * 2 + {scale} * json.loads(json.dumps(float(x.sum())))\n"
    )
    recording = record(module.f, (X.copy(),))
    forward = Forward(module.f, (X,), upstream=np.ones((2, 2)))
    with pytest.raises(NotReplayable, match=r"line 3: a value left the record by way of json"):
        replay(recording, np.ones((2, 2)), forward=forward)


def test_rounding_of_float32_does_not_hide_a_value_that_comes_back():
    module = module_of(
        "import json\nimport numpy as np\n"
        "def f(x):\n"
        "    variance = json.loads(json.dumps(float(((x - x.mean()) ** 2).mean())))\n"
        "    return (x - x.mean()) / np.float32(np.sqrt(variance + 1e-5))\n"
    )
    x = np.array([1.0, -0.5], np.float32)
    recording = record(module.f, (x.copy(),))
    forward = Forward(module.f, (x,), upstream=np.array([1.0, -2.0]))
    with pytest.raises(NotReplayable, match=r"line 4: .* json"):
        replay(recording, np.ones(2), forward=forward)


def test_an_array_made_by_c_code_is_a_note_without_a_name():
    plain = np.ones((2, 2))  # as if another library had made it

    def f(x):
        return Holder.plain.dot(x)

    class Holder:
        pass

    Holder.plain = plain
    assert [note.op for note in record(f, (X.copy(),)).notes] == ["unrecorded"]


def test_writes_into_plain_arrays_are_seen_by_ufuncs():
    class Holder:
        plain = np.zeros((2, 2))

    def f(x):
        np.add(x, 1, out=Holder.plain)
        return np.multiply(Holder.plain, 2)

    recording = record(f, (X.copy(),))
    assert [note.op for note in recording.notes] == ["add"]
    np.testing.assert_array_equal(recording.value, 2 * (X + 1))


def test_warnings_bear_the_users_line_and_are_shown_as_often():
    module = module_of(
        "import numpy as np\n"
        "def f(x):\n"
        "    for _ in range(3):\n"
        "        y = np.log(x)\n"
        "    return y + np.mean(np.zeros(0))\n"
    )

    def shown(run):
        vars(module).pop("__warningregistry__", None)
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter("default")
            run()
        return [(str(w.message), w.category, w.filename, w.lineno) for w in seen]

    without = shown(lambda: module.f(X.copy()))
    assert without[0][3] == 4
    with_us = shown(lambda: record(module.f, (X.copy(),)))
    assert [w for w in with_us if w[2] == module.__file__] == [
        w for w in without if w[2] == module.__file__
    ]


@pytest.mark.filterwarnings("error")
def test_a_warning_that_is_an_error_is_raised_to_the_user():
    def f(x):
        try:
            return np.log(x)
        except RuntimeWarning as warning:
            return x * len(str(warning))

    np.testing.assert_array_equal(record(f, (X.copy(),)).value, f(X.copy()))


def test_stand_ins_cost_nothing_where_nothing_is_recorded():
    def f(x):
        return np.zeros(2) + x

    with Names(f) as names:
        assert type(f(X.copy())) is np.ndarray
        assert record(f, (X.copy(),), names=names).notes


def test_recordings_do_not_mix():
    kept = []

    def f(x):
        kept.append(x * 2)
        return kept[0] * x

    kept_plain = record(f, (X.copy(),))
    again = record(f, (X.copy(),))
    assert [note.op for note in kept_plain.notes] == ["multiply", "multiply"]
    assert [note.op for note in again.notes] == ["multiply", "multiply"]
    np.testing.assert_array_equal(again.value, 2 * X * X)


def test_tracked_numbers_survive_numpys_c_code():
    class Holder:
        plain = np.zeros(3)
        plain32 = np.zeros(2, np.float32)

    def f(x):
        Holder.plain[1] = x[0, 0]  # behind our back: the witness has to notice
        Holder.plain32[0] = x[1, 0]
        Holder.plain[2] = float(x[0, 1])
        return sum(Holder.plain)

    assert record(f, (X.copy(),)).value == -1.0
    np.testing.assert_array_equal(Holder.plain, [0.0, 1.0, -2.0])
    assert Holder.plain32[0] == 3.0


LEAKS = {
    "a ufunc of a list gives a plain array": "z = np.sqrt([1.0, 4.0]); z[0] = x[0, 0]; return z",
    "a ufunc of a list of tracked numbers": "return np.exp([x[0, 0], x[0, 1]])",
    "text": "return float('%.17g' % x.sum())",
}


@pytest.mark.parametrize("line", LEAKS.values(), ids=LEAKS.keys())
def test_known_leaks_are_seen_by_the_witness(line):
    """No cut is noted here: NumPy's C code reads the number, and Python is not asked."""
    module = module_of(f"import numpy as np\ndef f(x):\n    {line}\n")
    recording = record(module.f, (X.copy(),))
    (shape,) = {value.shape for value in recording.outputs.values()}
    upstream = np.full(shape, 0.5)
    gradients = replay(recording, upstream).gradients
    assert not directional_witness(Forward(module.f, (X,), upstream=upstream), gradients).agrees


@pytest.mark.parametrize(
    "line",
    [
        "np.zeros(2, dtype=bytes).dtype.kind",
        "type(np.asarray(np.zeros(2).view(np.recarray))).__name__",
        "isinstance(bytes(3), bytes), bytes.fromhex('ff'), isinstance(Decimal(3), Decimal)",
        "Decimal.from_float(0.5) + Decimal('1e2'), Decimal(2).sqrt(), str(Fraction(1, 3))",
        "np.ma.masked_array(np.ones(2), [True, False]).sum()",
        "json.loads('[1.5, NaN, \"a\"]')[0], struct.calcsize('d'), array('d', [1, 2]).tolist()",
        "[int(v) for v in np.nditer(np.arange(3))], float('2.5'), float(b'1')",
    ],
)
def test_what_is_no_tracked_value_works_as_without_us(line):
    module = module_of(
        "import json, struct\nimport numpy as np\nfrom array import array\n"
        "from decimal import Decimal\nfrom fractions import Fraction\n"
        f"def f(x):\n    seen.append(({line},))\n    return x * 2\n"
    )
    module.seen = []
    module.f(X.copy())
    recording = record(module.f, (X.copy(),))
    with Names(module.f):
        module.f(X.copy())
    assert module.seen[0] == module.seen[1] == module.seen[2]
    assert not recording.cuts


def test_masked_arrays_are_cut():
    def f(x):
        return np.ma.masked_array(x, x < 0).sum()

    recording = record(f, (X.copy(),))
    assert recording.value == f(X)
    assert recording.cuts


def test_inputs_that_share_memory_are_noted():
    x = X.copy()
    recording = record(lambda a, b: a * b, (x, x[:1]))
    assert list(recording.inputs) == [(0,)]
    assert [cut.kind for cut in recording.cuts] == ["shared input"]


def test_columns_of_one_array_are_inputs_of_their_own():
    data = np.arange(12.0).reshape(3, 4)
    recording = record(lambda a, b: (a * b[:, None]).sum(), (data[:, :3], data[:, 3]))
    assert list(recording.inputs) == [(0,), (1,)]
    assert not recording.cuts
    gradients = replay(recording, 1.0).gradients
    np.testing.assert_array_equal(gradients[(1,)], data[:, :3].sum(axis=1))
