"""Facts about the function that an edit is in: the roles of its names."""

import ast
from dataclasses import dataclass

import numpy as np

from oracle.diagnosis.mistakes.scale import batch
from oracle.diagnosis.mistakes.suspicion import Target
from oracle.diagnosis.repair.names import counts
from oracle.judging.trial import Trial
from oracle.truth.recording.tape import values_in

JOINS = ("concatenate", "hstack", "vstack", "column_stack", "stack", "append", "insert", "CClass",
         "RClass")  # fmt: skip


@dataclass(frozen=True)
class Around:
    """Facts about the function that an edit is in."""

    function: ast.FunctionDef
    samples: set[str]  # the texts that are the number of samples
    upstream: set[str]  # the names that hold what comes in from above
    carried: set[str]  # the names that a loop hands on from one turn to the next
    labels: set[str]  # the names of integers that are classes
    masks: set[str]  # and of arrays of zeros and ones
    sizes: set[str]  # the texts that are sizes
    batch_axis: int  # of the samples, in the data
    adds_ones: bool  # the forward puts a row or a column of ones beside its data


def what_is_around(function: ast.FunctionDef, trial: Trial, line: int) -> Around:
    """See ``Around``: of the line of an edit in a function of the user's."""
    arguments = trial.subject.arguments
    nothing = np.zeros(0)
    name = batch(Target(trial.subject, trial.case.sizes, "", None, nothing, nothing, 0.0, {}))
    axes = [a.dims.index(name) for a in arguments if name in a.dims]
    return Around(
        function,
        _samples(function, trial, name),
        _upstream(function) if trial.subject.has_upstream else set(),
        _carried(function, line),
        {a.name for a in arguments if a.integer},
        {a.name for a in arguments if a.values in ("mask", "binary") and len(a.dims) > 1},
        {ast.unparse(size) for size in counts(function)},
        axes[0] if axes else 0,
        _adds_ones(trial),
    )


def _adds_ones(trial: Trial) -> bool:
    """True if the recorded forward puts a column or row of ones beside data."""
    for note in trial.recording.notes if trial.subject.torch_function is None else ():
        if note.op in JOINS:
            parts = (np.asarray(v.array) for v in values_in(note.args))
            constants = (p for p in parts if p.size and p.dtype.kind in "fi")
            if any((part == 1).all() for part in constants):
                return True
    return False


def _samples(function: ast.FunctionDef, trial: Trial, name: str) -> set[str]:
    """The texts that stand for the number of samples."""
    found = {name}
    arguments = {a.name: a for a in trial.subject.arguments}
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            target, text = node.targets[0], ast.unparse(node.value)
            names = target.elts if isinstance(target, ast.Tuple) else [target]
            for argument in arguments.values():
                for at, dim in enumerate(argument.dims):
                    whole = text == f"{argument.name}.shape" and at < len(names)
                    one = text in (f"{argument.name}.shape[{at}]",) or (
                        at == 0 and text == f"len({argument.name})"
                    )
                    if dim == name and (whole or one):
                        found.add(ast.unparse(names[at] if whole else names[0]))
            if "shape[0]" in text or text.startswith("len("):
                first = next((a for a in trial.subject.arguments if a.dims), None)
                if first is not None and first.dims[0] == name:
                    found.add(ast.unparse(names[0]))
    for argument in arguments.values():
        for at, dim in enumerate(argument.dims):
            if dim == name:
                found |= {f"{argument.name}.shape[{at}]", f"len({argument.name})"} if not at else {
                    f"{argument.name}.shape[{at}]"
                }  # fmt: skip
    first_argument = next((a for a in trial.subject.arguments if a.dims), None)
    if first_argument is not None and first_argument.dims[0] == name:
        for parameter in function.args.args:
            found.add(f"{parameter.arg}.shape[0]")
    return found


def _upstream(function: ast.FunctionDef) -> set[str]:
    """The parameters by which gradients come in: the first of a backward, and its like."""
    names = [a.arg for a in function.args.args if a.arg not in ("self", "cls", "ctx")]
    known = {n for n in names if n.startswith(("d", "grad", "g_", "up")) and n != "d"}
    return known | set(names[:1])


def _carried(function: ast.FunctionDef, line: int) -> set[str]:
    """The names that a loop around a line hands on from one turn to the next."""
    found: set[str] = set()
    names = [node for node in ast.walk(function) if isinstance(node, ast.Name)]
    stored = [n for n in names if isinstance(n.ctx, ast.Store)]
    for loop in ast.walk(function):
        if isinstance(loop, ast.For | ast.While) and loop.lineno <= line <= (loop.end_lineno or 0):
            before = {n.id for n in stored if n.lineno < loop.lineno}
            within = {n.id for n in stored if loop.lineno < n.lineno <= (loop.end_lineno or 0)}
            found |= before & within
    return found
