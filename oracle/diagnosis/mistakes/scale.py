"""A gradient that is a constant or a size times the right one."""

import functools
import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction

import numpy as np

from oracle.cases.shapes import Size
from oracle.diagnosis.blame import multiple
from oracle.diagnosis.mistakes.suspicion import Suspicion, Target
from oracle.results import Cure

CONSTANTS = sorted(
    {Fraction(p, q) for p in range(1, 7) for q in range(1, 7)}
    | {Fraction(n) ** sign for n in (8, 10, 16, 100) for sign in (1, -1)},
    key=lambda f: f.numerator + f.denominator,
)
SAMPLES = ("N", "B", "batch", "batch_size", "bs", "n_samples", "samples")  # as shapes say it
PLAIN = ("sign-flipped", "missing-batch-mean", "extra-batch-mean")
POWERS = tuple(map(Fraction, (1, -1, 2, -2, 0.5, -0.5)))
Expression = tuple[Fraction, tuple[tuple[str, Fraction], ...]]


def suspicions(target: Target) -> Iterator[Suspicion]:
    """Sign, constant and size factors: the expressions that give the ratio seen in this case."""
    ratio = multiple(target.got, target.true)
    if ratio is None and target.got.size == 1 == target.true.size and target.true.item():
        ratio = float(target.got.item() / target.true.item())
    if ratio is None or abs(ratio - 1) < 1e-9:
        return
    for expression in matching(ratio, target.sizes):
        suspicion = _suspicion(target, expression, ratio)
        yield suspicion
        if suspicion.finding == "wrong-constant-factor":
            yield from _of_fixed_extents(target, suspicion, expression[0])


def matching(ratio: float, sizes: Mapping[str, Size]) -> Iterator[Expression]:
    """The products of a constant and powers of sizes that are this number, simplest first."""
    expressions, values = _table(tuple(extents(sizes).items()))
    for at in np.flatnonzero(np.abs(values - ratio) <= 1e-9 * abs(ratio)):
        yield expressions[at]


@functools.lru_cache(maxsize=64)
def _table(numbers: tuple[tuple[str, int], ...]) -> tuple[list[Expression], np.ndarray]:
    """All products that are tried, and the number that each of them is."""
    extent = dict(numbers)
    expressions, values = [], []
    for powers in _monomials(tuple(extent)):
        value = float(np.prod([float(extent[n]) ** float(p) for n, p in powers]))
        for sign, constant in itertools.product((1, -1), CONSTANTS):
            expressions.append((Fraction(constant) * sign, powers))
            values.append(sign * float(constant) * value)
    return expressions, np.array(values)


def extents(sizes: Mapping[str, Size]) -> dict[str, int]:
    """The sizes as numbers; of a starred one its product, and its first and last extent."""
    found: dict[str, int] = {}
    for name, size in sizes.items():
        if isinstance(size, int):
            found[name] = size
        elif isinstance(size, tuple) and size:
            found[f"size of {name[1:]}"] = int(np.prod(size))
            found[f"first of {name[1:]}"] = size[0]
            found[f"last of {name[1:]}"] = size[-1]
    return found


def batch(target: Target) -> str:
    """The size that counts samples.

    Most of the data have it (what has no gradient, or whose gradient is not returned), and the
    fewest of the others; of several, the first. In W: D H, b: H, X: N D, y: N that is N. Of what
    is as long as a parameter (r: D beside gamma: D) the length is no number of samples. A size that
    is called N, B or batch is that number, if there is one.
    """
    arguments = [a for a in target.subject.arguments if a.dims and not a.only_size]
    if not arguments:
        return ""
    if arguments[0].dims[0].startswith("*"):
        return f"first of {arguments[0].dims[0][1:]}"
    known = target.others or (target.evidence.got if target.evidence is not None else {})
    returned = {name for path in known for name in (path[0], path[-1])}
    parameters = {
        a.name for a in arguments if re.split(r"\W+", a.name.rstrip("\"']"))[-1] in returned
    }
    free = [a for a in arguments if not a.differentiated or (returned and a.name not in parameters)]
    long = {a.dims for a in arguments if a not in free and len(a.dims) == 1}
    data = [a for a in free if a.dims not in long]
    dims = [dim for a in (data or arguments) for dim in a.dims if dim.isidentifier()]
    order = [dim for a in arguments for dim in a.dims]

    def score(dim: str) -> tuple[int, int, int]:
        had = sum(dim in a.dims for a in data)
        return (-had, sum(dim in a.dims for a in arguments) - had, order.index(dim))

    told = [dim for dim in dims if dim in SAMPLES]
    return min(told or dims, key=score, default="")


def name_of(expression: Expression, samples: str) -> tuple[str, str, str]:
    """The finding, "N times", and the cure."""
    constant, powers = expression
    if not powers:
        if constant == -1:
            return "sign-flipped", "minus", "change its sign"
        return "wrong-constant-factor", f"{constant} times", _undo(constant, powers)
    said = f"{product(constant, powers)} times"
    plain = abs(constant) == 1 and len(powers) == 1
    if plain and powers[0] == (samples, Fraction(1)):
        return "missing-batch-mean", said, f"divide by {spoken(samples)}, the number of samples"
    if plain and powers[0] == (samples, Fraction(-1)):
        return "extra-batch-mean", said, f"do not divide by {spoken(samples)}, or do so only once"
    return "wrong-size-factor", said, _undo(constant, powers)


def _suspicion(target: Target, expression: Expression, ratio: float) -> Suspicion:
    finding, said, fix = name_of(expression, batch(target))
    what = "the gradient" if target.path is None else f"the gradient of {target.path[-1]}"
    complexity = len(expression[1]) + (expression[0] not in (1, -1))
    return Suspicion(
        ("scale", expression),
        finding,
        f"{{name}} is {said} {what}",
        fix,
        lambda: ratio * target.true,
        rank=7 if finding in PLAIN else 7 + 2 * complexity,
        cure=_cure(target, expression),
        sizes=tuple(name for name, _ in expression[1]),
    )


def _of_fixed_extents(target: Target, of: Suspicion, constant: Fraction) -> Iterator[Suspicion]:
    """The same factor as the length of an axis, which proves to be so in every case.

    2 and ½ are left out: a forgotten half is the likelier mistake.
    """
    number = max(abs(constant), 1 / abs(constant))
    for axis, extent in enumerate(target.true.shape):
        if extent == number and extent > 2:
            yield replace(
                of, key=(of.key, axis), finding="wrong-size-factor", rank=of.rank - 1,
                message=f"{of.message}, and {extent} is how long its axis {axis} always is",
            )  # fmt: skip


def _cure(target: Target, expression: Expression) -> Cure:
    """Multiply by the inverse; the sizes are read from the arguments that have them."""
    constant, powers = expression
    places = []
    for argument in target.subject.arguments:
        for axis, dim in enumerate(argument.dims):
            if dim.isidentifier():
                places.append((dim, argument.name, f".shape[{axis}]"))
            elif dim.startswith("*") and len(argument.dims) == 1:
                places.append((f"size of {dim[1:]}", argument.name, ".size"))
                places.append((f"first of {dim[1:]}", argument.name, ".shape[0]"))
                places.append((f"last of {dim[1:]}", argument.name, ".shape[-1]"))
    inverse = tuple((name, -power) for name, power in powers)
    return Cure("factor", 1 / constant, inverse, places=tuple(places))


def _monomials(names: tuple[str, ...]) -> Iterator[tuple[tuple[str, Fraction], ...]]:
    yield ()
    for name, power in itertools.product(names, POWERS):
        yield ((name, power),)
    for (a, b), p, q in itertools.product(itertools.combinations(names, 2), (1, -1), (1, -1)):
        yield ((a, Fraction(p)), (b, Fraction(q)))


def spoken(name: str) -> str:
    return "the " + name if " " in name else name


def product(constant: Fraction, powers: tuple[tuple[str, Fraction], ...]) -> str:
    """2·N/C, 1/(N·C), √D: as one writes it."""
    above = [_power(n, p) for n, p in powers if p > 0]
    below = [_power(n, -p) for n, p in powers if p < 0]
    sign = "−" if constant < 0 else ""
    top, bottom = abs(constant).numerator, abs(constant).denominator
    above = [str(top)] * (top != 1 or not above) + above
    below = [str(bottom)] * (bottom != 1) + below
    if len(above) > 1 and above[0] == "1":
        above = above[1:]
    over = "·".join(below)
    text = sign + "·".join(above)
    return f"{text}/({over})" if len(below) > 1 else f"{text}/{over}" if below else text


def _power(name: str, power: Fraction) -> str:
    name = f"({spoken(name)})" if " " in name else name
    return {Fraction(1): name, Fraction(1, 2): f"√{name}", Fraction(2): f"{name}²"}[power]


def _undo(constant: Fraction, powers: tuple[tuple[str, Fraction], ...]) -> str:
    inverse = product(1 / constant, tuple((n, -p) for n, p in powers))
    return f"multiply it by {inverse}"
