"""Numbers that the record does not keep are computed again, to the last bit, when asked for."""

import numpy as np
import pytest

from oracle.tracing.run import run
from oracle.truth.recording import record
from oracle.truth.recording.memory import LARGE, owner_of

BIG = int(LARGE / 8) + 1  # entries of a float64 array that may be forgotten


def sums(notes):
    return [note.outputs[0] for note in notes if note.op == "add"]


def test_partial_sums_that_are_overwritten_are_computed_again():
    rng = np.random.default_rng(0)
    parts = rng.normal(size=(30, 4, 3))

    def summed(parts):
        total = np.zeros((4, 3)) + parts[0] * 0
        for part in parts:
            total += part
        return total

    values = sums(record(summed, (parts,)).notes)[1:]
    assert len(values) == 30
    assert all(value.forgotten for value in values[:-1])
    assert values[4].shape == (4, 3)
    want = np.zeros((4, 3))
    for value, part in zip(values, parts, strict=True):
        want = want + part
        assert np.array_equal(value.array, want)


@pytest.mark.parametrize("order", ["C", "F"])
def test_an_intermediate_that_is_let_go_of_has_the_same_bits_again(order):
    rng = np.random.default_rng(1)
    W = np.asarray(rng.normal(size=(120, 120)), order=order)
    seen = []

    def forward(W):
        out = W
        for _ in range(30):
            product = (out @ W.T - W) / 3.0
            seen.append(np.array(product.tolist()))
            out = np.tanh(product)
        return out

    notes = record(forward, (W,)).notes
    made = [note.outputs[0] for note in notes if note.op == "divide"]
    assert sum(value.forgotten is not None for value in made) > 12
    assert all(np.array_equal(v.array, want) for v, want in zip(made, seen, strict=True))


def test_a_view_that_is_left_keeps_its_array():
    rng = np.random.default_rng(2)
    X = rng.normal(size=(BIG, 1))

    def forward(X):
        views = []
        for i in range(60):
            views.append((X * i)[1:3])  # the product itself has no name
        for view in views:
            view *= 2.0
        return [view.sum() for view in views]

    recording = record(forward, (X,))
    assert recording.value == [np.sum((X * i)[1:3] * 2.0) for i in range(60)]
    doubled = [n for n in recording.notes if n.op == "multiply" and type(n.args[1]) is float]
    assert len(doubled) == 60
    for i, note in enumerate(doubled):
        assert np.array_equal(note.args[0].array, (X * i)[1:3])


def test_weights_that_are_updated_are_known_as_they_were_before():
    rng = np.random.default_rng(3)
    W, x = rng.normal(size=(3, 3)), rng.normal(size=(5, 3))

    def trained(W, x):
        for _ in range(4):
            W -= 0.1 * (x @ W.T).sum(axis=0)
        return W

    start = W.copy()
    notes = record(trained, (W, x)).notes
    turned = [note.outputs[0] for note in notes if note.op == "transpose"]
    for value in turned:
        assert np.array_equal(value.array, start.T)
        start -= 0.1 * (x @ start.T).sum(axis=0)


def test_a_thousand_steps_take_the_memory_of_what_cannot_be_computed_again(tmp_path):
    path = tmp_path / "script.py"
    path.write_text(
        "import numpy as np\n"
        "rng = np.random.default_rng(0)\n"
        "X, W = rng.normal(size=(100, 200)), rng.normal(size=(200, 100)) / 20\n"
        "for step in range(1000):\n"
        "    out = X @ W\n"
        "    loss = 0.5 * np.sum(out * out)\n"
        "    dout = out * 1.0\n"
        "    dW = X.T @ dout\n"
        "    W -= 0.001 * dW\n"
    )
    recorded = run(str(path), [], 3, lambda stored, notes: False)
    assert not recorded.error
    kept = {}
    for value in (v for note in recorded.notes for v in note.outputs if v.forgotten is None):
        owner = owner_of(np.asarray(value.array))
        kept[id(owner)] = owner.nbytes
    every = sum(8 * v.size for n in recorded.notes for v in n.outputs)
    assert every > 5e8
    assert sum(kept.values()) < 0.02 * every
