"""One file from a base, an optional mistake and a seed."""

import ast
import re
from dataclasses import replace

import numpy as np

from . import layers, losses_and_networks
from .base import Base, Draft
from .forms import renamed, written
from .spellings import rearranged, spelled

BASES: tuple[Base, ...] = (*layers.ALL, *losses_and_networks.ALL)
OFTEN = 0.3  # how often a statement is moved into a temporary, a loop or a helper
LEAKS = 0.1  # how often the output passes through a list

# Ways in which an array passes, unchanged, through something that is no array of NumPy's.
CUTS = (
    "np.array({0}.tolist())",
    "np.array(json.loads(json.dumps({0}.tolist())))",
    "pickle.loads(pickle.dumps({0}))",
    "np.array([float(v) for v in {0}.flat]).reshape({0}.shape)",
    "np.array([float(v) for v in np.nditer({0})]).reshape({0}.shape)",
    "np.array([v.item() for v in {0}.ravel()]).reshape({0}.shape)",
    "np.frombuffer({0}.tobytes(), dtype={0}.dtype).reshape({0}.shape)",
    "{0}.astype(object).astype(float)",
    "np.ma.masked_array({0}).filled(0.0)",
    "np.array(memoryview(np.ascontiguousarray({0})))",
    "np.array([float(repr(float(v))) for v in {0}.ravel()]).reshape({0}.shape)",
    "np.array(array.array('d', {0}.ravel())).reshape({0}.shape)",
    "np.vectorize(float)({0})",
    "copy.deepcopy({0})",
)
SCALAR_CUTS = ("float({0})", "{0}.item()", "round(float({0}), 17)", "float(str({0}))")


def planted(base: Base, number: int) -> Base:
    """The base with one of its mistakes, counted in turn."""
    old, new = base.mistakes[number % len(base.mistakes)]
    # A mistake may also reach the end of the text: "dY * S\n".
    text = base.backward.rstrip("\n") + "\n"
    assert old in text, f"{base.name}: {old!r} is not in the backward"
    return replace(base, backward=text.replace(old, new, 1))


def drafted(base: Base, rng: np.random.Generator) -> tuple[Draft, list[str]]:
    """The base with new names and other statements, and the helper functions that these call."""
    draft = renamed(base, rng)
    forward, helpers = rearranged(spelled(draft.forward, rng), rng, OFTEN)
    backward, more = rearranged(spelled(draft.backward, rng), rng, OFTEN)
    if rng.random() < LEAKS:
        forward += f"\n{draft.out} = {_through_a_list(draft)}"
    draft = replace(draft, forward=forward, backward=backward)
    return draft, [part for part in (helpers, more) if part]


def rewritten(base: Base, rng: np.random.Generator, cut: bool = False) -> str:
    """A file that means the same as the base; ``cut``: a value leaves NumPy and returns."""
    draft, helpers = drafted(base, rng)
    text = written(_cut(draft, rng) if cut else draft, helpers, rng)
    return "import array\nimport copy\nimport json\nimport pickle\n" + text if cut else text


def _cut(draft: Draft, rng: np.random.Generator) -> Draft:
    """The draft in which one value of the forward passes through a cut."""
    lines = ast.unparse(ast.parse(draft.forward)).split("\n")
    arrays = r"(?!rows|states|L_?$|loss|window|scale)([A-Za-z]\w*) = (?!\[|1 /|1\.0 /|1$|0\.0$)"
    places = [(at, found[1]) for at, line in enumerate(lines) if (found := re.match(arrays, line))]
    if not places:
        return draft
    at, name = places[rng.integers(len(places))]
    while at + 1 < len(lines) and lines[at + 1].startswith(" "):
        at += 1  # after the loop
    cuts = SCALAR_CUTS if name.endswith("size") or name == "size_" else CUTS
    lines.insert(at + 1, f"{name} = {cuts[rng.integers(len(cuts))].format(name)}")
    return replace(draft, forward="\n".join(lines))


def _through_a_list(draft: Draft) -> str:
    """The output, unchanged, once it has been Python numbers in a list."""
    return "float(loss)" if draft.is_loss else f"np.array({draft.out}.tolist())"


__all__ = ["BASES", "CUTS", "drafted", "planted", "rewritten"]
