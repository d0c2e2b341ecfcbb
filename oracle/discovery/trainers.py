"""Code that trains: functions, methods and modules that compute gradients and update parameters.

Such code is no pair of forward and backward. It is run for some steps on drawn data, and its
gradients are judged line by line, as a trace does.
"""

import ast
import re
from dataclasses import dataclass, replace

from oracle.discovery import find, naming, uses
from oracle.discovery.shapes import declared, grammar
from oracle.discovery.text import functions, reading, source
from oracle.discovery.text.comments import RUN, RunLine, run_lines
from oracle.discovery.text.functions import Function
from oracle.discovery.text.source import Text
from oracle.discovery.uses import MODULE
from oracle.results import Failure
from oracle.subject import Argument, Unusable, size_names

TRAINS = re.compile(
    r"^_?(train|fit|partial_fit|step|update|learn|optimi[sz]e|run|epoch|descend|gradient_descent|"
    r"sgd|batch|mini_?batch)(_|$|[A-Z0-9])|(_|^)(train|fit|descent)$"
)


OUTSIDE = naming.words("open input os sys pickle json shutil subprocess socket requests urllib cv2")
WRITES = naming.words(
    "save savez savez_compressed savetxt savefig tofile dump to_csv to_pickle write write_text "
    "write_bytes unlink rmtree system popen"
)
UNSHAPED = "nothing says the shape of "  # how the message of MissingShapes begins


@dataclass(frozen=True)
class Trainer:
    """One piece of code that trains: how it is called, and what it is called with."""

    name: str  # as a report calls it: Classifier.train, or <module>
    line: int
    expression: str  # the call, in Python; "" of a module
    arguments: tuple[Argument, ...] = ()  # to be drawn
    literals: tuple[tuple[str, object], ...] = ()  # names with a value of their own
    command: str = ""  # what was said about shapes, for the report
    sizes: tuple[str, ...] = ()  # those that the expression may name
    is_open: bool = False  # nothing says how it is called: a search is to find that
    is_found: bool = False  # how it is called was found by a search
    # Lines of the file's derivations, which have verdicts of their own.
    judged: tuple[tuple[int, int], ...] = ()

    @property
    def is_by_the_file(self) -> bool:
        """True if the file itself is run, which calls it."""
        return not self.expression and not self.is_open

    def judges(self, line: int) -> bool:
        """True for the lines of the file that no derivation of it has."""
        return not any(first <= line <= last for first, last in self.judged)


def trainers(text: Text, name: str = "") -> tuple[list[Trainer], list[Failure]]:
    """The code that trains in a file, or that of a name, and what cannot be run, with its line."""
    found = find.candidates(text)
    made: list[Trainer] = []
    failures: list[Failure] = []
    parts = {part for one in found for part in one.parts.values()}
    used = [] if text.only_defines(parts) else uses.uses(text, found)
    targets = {use.target: use for use in used if not use.derivation}
    said = []
    try:
        said = run_lines(text) if RUN.search(text.text) else []
    except Unusable as error:
        failures.append(Failure(text.file, error.line, str(error)))
    taken: set[str] = set()
    for line in said:
        owner = _trained(text, line, targets)
        if not owner or not _is_meant(owner, name):
            continue
        taken.add(owner)
        try:
            made.append(_by_run_line(text, owner, line))
        except Unusable as error:
            failures.append(Failure(text.file, error.line or line.line, f"{owner}: {error}"))
    for target, use in targets.items():
        if target in taken or not _is_meant(target, name):
            continue
        if target == MODULE:
            if not _is_guarded(text, use.lines[0]):
                made.append(Trainer(MODULE, use.lines[0], ""))
        elif (call := _by_shapes(text, target)) is not None:
            made.append(call)
        elif not any(one.is_by_the_file for one in made) and runs(text, target):
            made.append(Trainer(target, use.lines[0], ""))  # by the file's own call of it
        elif _is_outermost(text, target) and not _reaches_out(text, target):
            made.append(Trainer(target, text.functions[target].lineno, "", is_open=True))
    judged = tuple(uses.judged_lines(text, found))
    return [replace(one, judged=judged) for one in made], failures


def runs(text: Text, name: str) -> bool:
    """True if the file calls a function, or a method of a class, in code that runs on import."""
    body = [p for p in text.tree.body if not isinstance(p, Function | ast.ClassDef | ast.Import)]
    body = [p for p in body if not (isinstance(p, ast.If) and "__name__" in ast.unparse(p.test))]
    calls = [n for part in body for n in ast.walk(part) if isinstance(n, ast.Call)]
    named = {ast.unparse(call.func).rpartition(".")[2] for call in calls}
    reached, queue = set[str](), [n for n in text.functions if n.rpartition(".")[2] in named]
    while queue:
        one = queue.pop()
        reached.add(one)
        inside = (n for n in functions.own_nodes(text.functions[one]) if isinstance(n, ast.Call))
        named = {ast.unparse(call.func).rpartition(".")[2] for call in inside}
        queue += [n for n in text.functions if n.rpartition(".")[2] in named and n not in reached]
    return name in reached


def instead(file: str, failure: Failure) -> tuple[Trainer, tuple[int, int]] | None:
    """A run of the file itself in place of a backward for which no shapes were found.

    With the lines of that backward, if the file calls it where it is executed; None otherwise.
    """
    from pathlib import Path

    name, _, why = failure.message.partition(": ")
    try:
        text = source.parse(reading.read(Path(file)), file)
    except reading.ERRORS:
        return None
    node = text.functions.get(name)
    if node is None or not why.startswith(UNSHAPED) or not runs(text, name):
        return None
    return Trainer(name, node.lineno, ""), (node.lineno, node.end_lineno or node.lineno)


def of_file(file: str, name: str = "") -> tuple[list[Trainer], list[Failure]]:
    """The code that trains in a file; a file that cannot be read is told elsewhere."""
    from pathlib import Path

    try:
        text = source.parse(reading.read(Path(file)), file)
        return trainers(text, name)
    except reading.ERRORS:
        return [], []


def _is_meant(target: str, name: str) -> bool:
    return not name or target == name or target.startswith(f"{name}.")


def _is_outermost(text: Text, target: str) -> bool:
    """True for a function of the module, and for a method of one of its classes."""
    owner = target.rpartition(".")[0]
    return not owner or (owner in text.classes and "." not in owner)


def _reaches_out(text: Text, target: str) -> bool:
    """True if code, or what it calls in the file, writes files or asks for input.

    Nobody has called it here: it is not run for the sake of a search.
    """
    for name in uses.called_from(text, {target}):
        for node in ast.walk(text.functions[name]) if name in text.functions else ():
            called = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
            first, _, last = called.partition(".")
            if first in OUTSIDE or (last or first).rpartition(".")[2] in WRITES:
                return True
    return False


def _is_guarded(text: Text, line: int) -> bool:
    """True for code below ``if __name__ == "__main__":``, which an import does not run."""
    for part in text.tree.body:
        if isinstance(part, ast.If) and part.lineno <= line <= (part.end_lineno or part.lineno):
            return "__name__" in ast.unparse(part.test)
    return False


def _trained(text: Text, line: RunLine, targets: dict[str, uses.Use]) -> str:
    """The function or method that a run line calls, if it is one that trains; "" if not."""
    method = line.called
    if not method:
        return ""
    if line.above in text.functions:
        own = line.above
    else:
        own = text.methods(line.above).get(method, method)
    if own not in text.functions:
        return ""
    return own if own in targets or TRAINS.search(own.rpartition(".")[2]) else ""


def _by_run_line(text: Text, owner: str, line: RunLine) -> Trainer:
    shapes = grammar.entries(line.shapes, line.line) if line.shapes else {}
    arguments, literals = _drawn(shapes)
    known = {a.name for a in arguments} | {key for key, _ in literals}
    unknown = known - line.names
    if unknown:
        raise Unusable(f"the run line says shapes of {', '.join(sorted(unknown))}, and uses none")
    node = text.functions[owner]
    dims = (d for a in arguments for d in (*a.dims, a.classes) if d and d[0] != "*")
    sizes = tuple(size for size in size_names(tuple(dims)) if size in line.names - known)
    return Trainer(owner, node.lineno, line.text, arguments, literals, line.shapes, sizes)


def _drawn(
    shapes: grammar.Shapes,
) -> tuple[tuple[Argument, ...], tuple[tuple[str, object], ...]]:
    arguments, literals = [], []
    for path, said in shapes.items():
        if said.literal is not grammar.NOTHING:
            literals.append((str(path[0]), said.literal))
        else:
            arguments.append(said.argument(str(path[0])))
    return tuple(arguments), tuple(literals)


def _by_shapes(text: Text, target: str) -> Trainer | None:
    """A call of a function whose arguments all have shapes that a comment says, or defaults."""
    node = text.functions.get(target)
    if node is None or "." in target:
        return None
    arguments, literals = _drawn(declared.comment(text, node))
    known = {a.name for a in arguments} | {key for key, _ in literals}
    required = functions.required(node)
    if not known or set(required) - known:
        return None
    given = ", ".join(f"{n}={n}" for n in functions.parameters(node) if n in known)
    return Trainer(target, node.lineno, f"{target}({given})", arguments, literals)
