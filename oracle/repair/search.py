"""Which edit makes wrong gradients right: tried on one failing case, proved on others."""

import ast
import time
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from oracle.discovery.subject import Path, Subject
from oracle.evidence import agree
from oracle.repair import edits, naming
from oracle.repair.code import Source, sources
from oracle.repair.edits import Edit
from oracle.trial import Trial, Truth

PATIENCE = 4.0  # seconds of trying edits
PROVED_ON = 3  # shapes besides the first


@dataclass(frozen=True)
class Cure:
    """An edit that is proved: where, what for what, which gradients it makes right."""

    file: str
    line: int
    before: str
    after: str
    finding: str
    fixed: frozenset[Path]
    shapes: int
    assigned: str  # what the edited statement assigns to


@dataclass
class Judged:
    """A case, what is due in it, and what the code as it stands makes of it."""

    trial: Trial
    truth: Truth
    value: list[np.ndarray]
    wrong: frozenset[Path]


def cure(
    subject: Subject, trials: Sequence[Trial], lines: Sequence[int], wrong: set[Path], file: str
) -> Cure | None:
    """The likeliest edit that makes some of the wrong gradients right and no other wrong.

    Args:
        subject: what is wrong.
        trials: failing cases of different shapes, the first of them the quickest.
        lines: where to look first: those to which the wrong gradients are blamed.
        wrong: the gradients to be made right, one at least.
        file: the file of those lines.
    """
    judged = [j for j in map(_judged, trials) if j is not None and j.wrong & wrong]
    if not judged:
        return None
    began = time.perf_counter()
    first = judged[0]
    here = [s for s in sources(subject.functions) if s.file == file]
    for source, edit in _candidates(here, lines):
        if time.perf_counter() - began > PATIENCE:
            return None
        fixed = _tried(source, edit, first)
        if not fixed or not fixed & wrong:
            continue
        others = judged[1 : 1 + PROVED_ON]
        proofs = [_tried(source, edit, other) for other in others]
        if all(found >= (other.wrong & fixed) for found, other in zip(proofs, others)):
            return _cure(source, edit, first, fixed, 1 + len(others), file)
    return None


def _cure(
    source: Source, edit: Edit, judged: Judged, fixed: frozenset[Path], shapes: int, file: str
) -> Cure:
    before, after = edit.told
    statement = next(s for s in edits.statements(source.node) if s.lineno == edit.line)
    targets = getattr(statement, "targets", None) or [getattr(statement, "target", None)]
    assigned = ast.unparse(targets[0]) if targets[0] is not None else ""
    finding = naming.finding(
        edit,
        _samples(source.node, judged),
        _upstream(source.node),
        _carried(source.node, edit.line),
    )
    return Cure(file, edit.line, before, after, finding, fixed, shapes, assigned)


def _candidates(here: list[Source], lines: Sequence[int]) -> Iterator[tuple[Source, Edit]]:
    """Edits of the blamed statements first, all kinds; then of the others, the cheap kinds first."""
    blamed, others = [], []
    for source in here:
        last = source.node.end_lineno or source.node.lineno
        if not any(source.node.lineno <= line <= last for line in lines):
            continue
        for statement in edits.statements(source.node):
            end = statement.end_lineno or statement.lineno
            at = any(statement.lineno <= line <= end for line in lines)
            (blamed if at else others).append((source, statement))
    others.reverse()
    for some in (blamed, others):
        for dear in (False, True):
            for source, statement in some:
                for edit in edits.of_statement(statement, source.node, dear):
                    yield source, edit
        if some is blamed:
            for source, statement in blamed + others:
                yield from ((source, edit) for edit in edits.moved(statement, source.node))


def _judged(trial: Trial) -> Judged | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            truth = trial.truth()
            value, made, _ = trial.candidate()
        except Exception:
            return None
    wrong = {m.of for m in made if m.of in truth.gradients and not _right(trial, truth, m)}
    return Judged(trial, truth, _numbers(value), frozenset(wrong))


def _tried(source: Source, edit: Edit, judged: Judged) -> frozenset[Path]:
    """The gradients that an edit makes right in a case; none if it makes others wrong."""
    undo = edit.put()
    code = source.compiled()
    undo()
    if code is None:
        return frozenset()
    trial, truth = judged.trial, judged.truth
    with source.replaced(code), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            value, made, _ = trial.candidate()
        except (Exception, SystemExit):
            return frozenset()
    now = _numbers(value)
    if len(now) != len(judged.value) or not all(
        a.shape == b.shape and np.allclose(a, b, rtol=1e-12, atol=0)
        for a, b in zip(now, judged.value)
    ):
        return frozenset()  # the forward is another one now
    found = {m.of for m in made if m.of in truth.gradients}
    wrong = {m.of for m in made if m.of in truth.gradients and not _right(trial, truth, m)}
    if wrong - judged.wrong or judged.wrong - found:
        return frozenset()
    return judged.wrong - wrong


def _right(trial: Trial, truth: Truth, made: Any) -> bool:
    if not isinstance(made.value, np.ndarray | np.generic | float | int):
        return False
    return agree(np.asarray(made.value, float), truth.gradients[made.of], trial.loudest)


def _numbers(value: Any) -> list[np.ndarray]:
    parts = value if isinstance(value, tuple | list) else (value,)
    return [np.array(p, float) for p in parts if isinstance(p, np.ndarray | np.generic | float)]


def _samples(function: ast.FunctionDef, judged: Judged) -> set[str]:
    """The texts that stand for the number of samples."""
    from oracle.mistakes.scale import batch
    from oracle.mistakes.suspicion import Target

    trial = judged.trial
    nothing = np.zeros(0)
    name = batch(Target(trial.subject, trial.case.sizes, "", None, nothing, nothing, 0.0, {}))
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
    for node in ast.walk(function):
        if isinstance(node, ast.For | ast.While) and node.lineno <= line <= (node.end_lineno or 0):
            stored: dict[str, int] = {}
            loaded: dict[str, int] = {}
            for part in ast.walk(node):
                if isinstance(part, ast.Name):
                    where = stored if isinstance(part.ctx, ast.Store) else loaded
                    where.setdefault(part.id, part.lineno)
                    where[part.id] = min(where[part.id], part.lineno)
            before = {
                n.id for n in ast.walk(function)
                if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store) and n.lineno < node.lineno
            }  # fmt: skip
            found |= {name for name in stored if name in before}
    return found
