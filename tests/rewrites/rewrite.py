"""One file from a base, an optional mistake and a seed."""

from dataclasses import replace

import numpy as np

from . import layers, losses_and_networks
from .base import Base, Draft
from .forms import renamed, written
from .spellings import rearranged, spelled

BASES: tuple[Base, ...] = (*layers.ALL, *losses_and_networks.ALL)
OFTEN = 0.3  # how often a statement is moved into a temporary, a loop or a helper
LEAKS = 0.1  # how often a value of the forward passes through a list


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


def rewritten(base: Base, rng: np.random.Generator) -> str:
    """A file that means the same as the base."""
    draft, helpers = drafted(base, rng)
    return written(draft, helpers, rng)


def _through_a_list(draft: Draft) -> str:
    """The output, unchanged, once it has been Python numbers in a list."""
    return "float(loss)" if draft.is_loss else f"np.array({draft.out}.tolist())"


__all__ = ["BASES", "drafted", "planted", "rewritten"]
