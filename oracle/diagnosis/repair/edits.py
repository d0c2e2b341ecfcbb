"""All small edits of a statement, the likely ones first."""

import ast
from collections.abc import Iterator

from oracle.diagnosis.repair import names, others, whole, within
from oracle.diagnosis.repair.code import Source
from oracle.diagnosis.repair.slots import Edit, slots_of


def of_whole(statement: ast.stmt, source: Source) -> Iterator[Edit]:
    """Edits of a statement as a whole: ``+=`` for ``=``, a copy for an alias, another place."""
    yield from whole.moved(statement, source.node)
    yield from whole.accumulated(statement, source.node)
    yield from whole.copied(statement, source.node)
    yield from whole.balanced(statement)
    yield from whole.indented(statement, source.node)


def of_expressions(statement: ast.stmt, source: Source, tier: int) -> Iterator[Edit]:
    """Edits of the expressions in it: a few that are likely (0), many (1), very many (2)."""
    slots = list(slots_of(statement))
    function, sizes = source.node, source.sizes
    if tier == 0:
        for kind in (within.signs, within.axes, within.transposes, within.constants):
            for slot in slots:
                yield from kind(slot)
        yield from within.throughout(statement)
        counted = names.loop_names(function, statement)
        for slot in slots:
            yield from within.flips(slot, counted)
            yield from others.indexed(slot, counted)
        for slot in slots:
            yield from others.recomputed(slot, function)
        for slot in slots:
            yield from others.at_hand(slot, function, sizes)
        yield from others.symmetrised(statement, slots)
        for many in (others.added, others.multiplied, others.replaced):
            for slot in slots:
                yield from many(slot, source.idle)
        return
    near = names.nearest(source.atoms, statement)
    if tier == 1:
        for kind in (within.dropped, within.regrouped):
            for slot in slots:
                yield from kind(slot)
        numbers: list[ast.expr] = [ast.Name(name, ast.Load()) for name in source.constants]
        for slot in slots:
            yield from others.named(slot, numbers)
            yield from others.multiplied(slot, numbers)
        for slot in slots:
            yield from others.slopes(slot, near, "torch" if source.in_torch else "np")
        for slot in slots:
            yield from others.swapped(slot, near, sizes)
        yield from others.renamed(statement, near, sizes)
        for slot in slots:
            yield from others.factors(slot, sizes)
            yield from others.parts(slot, sizes, source.parts)
        yield from others.summed(slots)
        for slot in slots:
            yield from others.called_on(slot, source.called)
        return
    for many in (others.replaced, others.turned, others.multiplied):
        for slot in slots:
            yield from many(slot, near)
    for slot in slots:
        if not isinstance(slot.parent, ast.BinOp):  # a whole product, or sum
            yield from others.coupled(slot, near, source.in_torch)
    for slot in slots:
        yield from others.added(slot, near)
