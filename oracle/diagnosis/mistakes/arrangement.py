"""The right numbers in a wrong arrangement: shapes, transposes, sums over axes, swaps."""

import itertools
from collections.abc import Iterator

import numpy as np

from oracle.diagnosis.blame import multiple
from oracle.diagnosis.mistakes.scale import batch, spoken
from oracle.diagnosis.mistakes.suspicion import Suspicion, Target
from oracle.judging.verdict import agree
from oracle.results import Cure


def suspicions(target: Target) -> Iterator[Suspicion]:
    yield from _transposed(target)
    yield from _swapped(target)
    yield from _bias_row(target)
    yield from _reduced(target)
    yield from _flipped(target)
    yield from _sums(target)
    yield from _accumulated(target)


def _transposed(target: Target) -> Iterator[Suspicion]:
    true = target.true
    if true.ndim < 2:
        return
    for axes in itertools.permutations(range(true.ndim)):
        if axes == tuple(range(true.ndim)):
            continue
        turned = np.transpose(true, axes)
        if turned.shape != target.got.shape:
            continue
        plain = true.ndim == 2
        fix = "transpose it" if plain else f"undo np.transpose(·, {axes})"
        yield Suspicion(
            ("transposed", axes), "transposed", "{name} is the transpose of the gradient", fix,
            lambda turned=turned: turned, rank=4,
            cure=Cure("transpose", axes=tuple(int(a) for a in np.argsort(axes))),
        )  # fmt: skip
        ratio = multiple(target.got, turned)
        if ratio is not None and abs(ratio + 1) < 1e-9:
            yield Suspicion(
                ("transposed", axes, -1), "transposed",
                "{name} is minus the transpose of the gradient", fix + " and change its sign",
                lambda turned=turned: -turned, rank=8,
            )  # fmt: skip


def _swapped(target: Target) -> Iterator[Suspicion]:
    for path, other in target.others.items():
        if path != target.path and other.shape == target.got.shape:
            copied = target.evidence is not None and path not in target.evidence.wrong_paths()
            yield Suspicion(
                ("swapped", path), "wrong-operand" if copied else "swapped-gradients",
                f"{{name}} is the gradient of {path[-1]}" + ", over again" * copied,
                f"compute that of {target.path[-1] if target.path else 'its own'}"
                if copied else "return the gradients in order",
                lambda other=other: other, rank=8,
            )  # fmt: skip


def _bias_row(target: Target) -> Iterator[Suspicion]:
    """One row or column too many, which belongs to the column of ones."""
    got, true = target.got, target.true
    if got.ndim != true.ndim or got.ndim == 0:
        return
    for axis in range(got.ndim):
        due = list(true.shape)
        due[axis] += 1
        if got.shape != tuple(due):
            continue
        for side, cut in (("first", slice(1, None)), ("last", slice(None, -1))):
            index = (slice(None),) * axis + (cut,)
            if agree(got[index], true, target.largest_upstream):
                yield Suspicion(
                    ("bias-row", axis, side), "bias-row-not-dropped",
                    f"{{name}} still has the {side} "
                    f"{'row' if axis == 0 else 'column'}, which belongs to the bias",
                    f"drop the {side} {'row' if axis == 0 else 'column'}",
                    lambda got=got: got, rank=2,
                )  # fmt: skip


def _reduced(target: Target) -> Iterator[Suspicion]:
    """An axis too many, or one too few: the sum that undoes a broadcast is missing."""
    got, true = target.got, target.true
    if got.shape == true.shape:
        return
    samples = spoken(batch(target))
    for count in range(1, got.ndim + 1):
        for axes in itertools.combinations(range(got.ndim), count):
            for keep in (False, True):
                summed = got.sum(axis=axes, keepdims=keep)
                if summed.shape == true.shape and agree(summed, true, target.largest_upstream):
                    if all(got.shape[a] == 1 for a in axes):
                        continue
                    where = f"over axis {axes[0]}" if count == 1 else f"over the axes {axes}"
                    yield Suspicion(
                        ("unsummed", axes, keep), "not-summed-over-batch",
                        f"{{name}} has shape {got.shape}, expected {true.shape}: it is not summed "
                        f"{where}, along which the input was broadcast",
                        f"sum it {where} (for a bias that is over {samples})",
                        lambda: got, rank=2, cure=Cure("sum", axes=axes, keepdims=keep),
                    )  # fmt: skip
    if got.size == true.size and agree(got.reshape(true.shape), true, target.largest_upstream):
        yield Suspicion(
            ("reshaped",), "wrong-shape",
            "{name} has the right numbers in another shape than its input's",
            "give it the input's shape", lambda: got, rank=8,
        )  # fmt: skip


def _flipped(target: Target) -> Iterator[Suspicion]:
    true = target.true
    kernel = true.ndim >= 3
    for axes in ((-1,), (-2,), (-2, -1), (0,)):
        if true.ndim < max(-min(axes), 1) + (axes == (0,)):
            continue
        if kernel and axes == (-2, -1):
            yield Suspicion(
                ("flipped", axes), "kernel-not-flipped",
                "{name} is flipped along both kernel axes", "flip it, or leave out a flip",
                lambda axes=axes: np.flip(true, axes), rank=6,
            )  # fmt: skip


def _sums(target: Target) -> Iterator[Suspicion]:
    """A broadcast operand, whose gradient is summed over the wrong axis or not at all."""
    evidence, of = target.evidence, target.of
    if evidence is None or of is None:
        return
    for note in evidence.users.get(id(of), ()):
        for value in note.outputs:
            if not value.active or value.shape == target.true.shape or not value.shape:
                continue
            above = evidence.true(value)
            if above.ndim < target.true.ndim or note.op not in ("add", "subtract"):
                continue
            above = -above if note.op == "subtract" and note.args[-1] is of else above
            place = (note.line, note.op)
            for axis in range(above.ndim):
                for keep in (False, True):
                    summed = above.sum(axis=axis, keepdims=keep)
                    if summed.size == target.true.size and agree(
                        summed.reshape(target.true.shape), target.true, target.largest_upstream
                    ):
                        continue
                    if summed.shape == target.got.shape:
                        yield Suspicion(
                            ("axis", place, axis, keep), "summed-over-wrong-axis",
                            f"{{name}} is summed over axis {axis}",
                            "sum over the axes along which the input was broadcast, and only those",
                            lambda summed=summed: summed, rank=7,
                        )  # fmt: skip
                for which, at in (("first", 0), ("last", -1)):
                    one = np.take(above, at, axis=axis)
                    if one.shape == target.got.shape or one.size == target.got.size:
                        yield Suspicion(
                            ("one", place, axis, which), "not-summed-over-batch",
                            f"{{name}} is that of the {which} sample alone",
                            "sum over all samples",
                            lambda one=one: one.reshape(target.got.shape), rank=7,
                        )  # fmt: skip


def _accumulated(target: Target) -> Iterator[Suspicion]:
    """Several contributions of which one has overwritten the others."""
    evidence, of = target.evidence, target.of
    if evidence is None or of is None:
        return
    users = evidence.users.get(id(of), ())
    for note in users:
        for value in note.outputs:
            if not value.active or not value.shape:
                continue
            above = evidence.true(value)
            if note.op in ("read", "getitem", "take", "take_along_axis", "compress", "choose"):
                yield from _overwritten(target, value, above, note.line)
            elif above.ndim >= 2 and note.op in ("matmul", "dot", "einsum", "tensordot", "inner"):
                for axis, (which, at) in itertools.product(
                    range(above.ndim), (("first", 0), ("last", -1))
                ):
                    only = np.zeros_like(above)
                    index = (slice(None),) * axis + (at,)
                    only[index] = above[index]
                    yield Suspicion(
                        ("overwritten", note.line, axis, which), "overwritten-not-accumulated",
                        f"{{name}} is what the {which} sample adds to it; the others are lost",
                        "add up what each sample contributes, with += or a sum",
                        lambda v=value, o=only: evidence.carried_to(v, o, of), rank=8,
                    )  # fmt: skip
    yield from _windows(target)
    if len(users) > 1:
        for which, at in (("first", 0), ("last", -1)):
            kept = users[at]

            def alone(kept: object = kept) -> np.ndarray | None:
                total = np.zeros(of.shape)
                for value in kept.outputs:  # type: ignore[attr-defined]
                    if value.active:
                        total += evidence.carried_to(value, evidence.true(value), of)
                return total

            loop = len({(n.file, n.place.span) for n in users}) == 1
            written = {s.line for s in evidence.steps() if s.name == target.name}
            loop |= len(written) > 1  # dW = ..., and later dW = ... once more
            yield Suspicion(
                ("overwritten", which, loop),
                "overwritten-not-accumulated" if loop else "dropped-term",
                f"{{name}} is only what the {which} of its {len(users)} uses in the forward adds",
                "add up what each use contributes, with += instead of =", alone,
                rank=8 if loop else 20,
            )  # fmt: skip


def _read_at(target: Target, value: object, above: np.ndarray, rows: range) -> np.ndarray:
    """The places that the entries of some rows were read from."""
    evidence, of = target.evidence, target.of
    assert evidence is not None
    assert of is not None
    places = []
    for index in np.ndindex(above.shape):
        if index[0] in rows:
            one = np.zeros(above.shape)
            one[index] = 1
            hit = evidence.carried_to(value, one, of)  # type: ignore[arg-type]
            places.append(int(np.argmax(np.abs(hit))))
    return np.array(places, int)


def _windows(target: Target) -> Iterator[Suspicion]:
    """Windows that overlap, each assigned where it should be added."""
    evidence, of = target.evidence, target.of
    assert evidence is not None
    assert of is not None
    users = evidence.users.get(id(of), [])
    spans = {(n.file, n.place.span) for n in users}
    if len(users) < 2 or len(spans) > 1:
        return

    def last(order: int) -> np.ndarray:
        found = np.zeros(of.shape)
        for note in users[::order]:
            for value in note.outputs:
                if value.active:
                    part = evidence.carried_to(value, evidence.true(value), of)
                    some = np.random.default_rng(0).uniform(1, 2, value.shape)
                    read = evidence.carried_to(value, some, of) != 0
                    found[read] = part[read]
        return found

    for order in (1, -1):
        yield Suspicion(
            ("windows", order), "overwritten-not-accumulated",
            "{name} keeps, where windows overlap, only what one of them adds",
            "add with += what each window contributes", lambda o=order: last(o), rank=6,
        )  # fmt: skip


def _overwritten(
    target: Target, value: object, above: np.ndarray, line: int
) -> Iterator[Suspicion]:
    evidence, of = target.evidence, target.of
    assert evidence is not None
    assert of is not None

    def lost() -> np.ndarray | None:
        found = np.zeros(of.shape)
        places = _read_at(target, value, above, range(len(above)))
        if len(set(places)) == len(places):
            return None  # nothing is read twice, so nothing can be lost
        found.flat[places] = above.ravel()
        return found

    def lost_in_rows() -> np.ndarray | None:
        found, repeated = np.zeros(of.shape), False
        for row in range(above.shape[0]):
            places = _read_at(target, value, above, range(row, row + 1))
            repeated |= len(set(places)) < len(places)
            once = np.zeros(of.shape)
            once.flat[places] = above[row].ravel()
            found += once
        return found if repeated else None

    if above.ndim > len(of.shape):
        yield Suspicion(
            ("repeats in rows", line), "overwritten-not-accumulated",
            "{name} keeps only the last contribution where an index occurs more than once in a row",
            "accumulate with np.add.at (in torch: index_add_) instead of assigning", lost_in_rows,
            rank=6,
        )  # fmt: skip
    yield Suspicion(
        ("repeats", line), "overwritten-not-accumulated",
        "{name} keeps only the last contribution where an index occurs more than once",
        "accumulate with np.add.at (in torch: index_add_) instead of assigning", lost, rank=6,
    )  # fmt: skip
