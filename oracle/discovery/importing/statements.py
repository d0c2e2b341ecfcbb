"""A module, executed statement by statement: one that raises costs what depends on it.

Python stops at the first statement that raises. Here the names that it was to bind are bound to
placeholders, and the definitions after it are executed all the same; calls that are made for their
effect alone are not, since nobody meant them to happen after such a failure.
"""

import __future__

import ast
import builtins
import symtable
import sys
import types
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from oracle.discovery.importing import homes
from oracle.discovery.importing.finder import COMPUTING, Ended, Project
from oracle.discovery.importing.placeholders import NotThere
from oracle.discovery.raised import line_in, said
from oracle.discovery.text import reading
from oracle.subject import NotImported

DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
IMPORTS = (ast.Import, ast.ImportFrom)
ANNOTATIONS_LATER = __future__.annotations.compiler_flag

LONGEST = 300  # characters of an exception's text


@dataclass(frozen=True)
class Executed:
    """A module that has been executed: its classes, and the statements that failed."""

    classes: dict[str, type]  # as they were defined, whatever their names are bound to later
    told: tuple[str, ...]  # statements that did not end well


def execute(module: types.ModuleType, file: Path, project: Project) -> Executed:
    """Execute a user's file as a module.

    Raises:
        SyntaxError: it is no Python; OSError: it cannot be read.
    """
    tree = ast.parse(reading.read(file), str(file))
    if project.as_python:  # the file that imports it has something else in case this raises
        exec(compile(tree, str(file), "exec", dont_inherit=True), vars(module))
        return Executed({}, ())
    dots = homes.level(tree)
    parts, top = homes.package_of(file, dots)
    project.learn(tree, file, top)
    if parts:
        project.place(parts[0], top)
    execution = _Execution(module, file, tree, project)
    execution.run()
    return Executed(execution.classes, tuple(execution.told()))


class _Execution:
    def __init__(
        self, module: types.ModuleType, file: Path, tree: ast.Module, project: Project
    ) -> None:
        self.module, self.file, self.tree, self.project = module, file, tree, project
        self.names = vars(module)
        self.flags = 0
        self.raised: list[str] = []
        self.ended = ""  # the line of a statement that took too long
        self.definitions_only = False
        self.classes: dict[str, type] = {}
        self.star = ""  # why the names of an ``import *`` are not there

    def run(self) -> None:
        self.names["__doc__"] = ast.get_docstring(self.tree, clean=False)
        for node in self.tree.body:
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
                continue
            if self.definitions_only and _is_for_effect(node):
                self._leave_out(node, "which was left out, after a statement before it raised")
                continue
            self._statement(node)
        self._bind_what_imports_left()

    def told(self) -> Iterator[str]:
        """Remarks on the statements that failed or were ended."""
        if self.ended:
            yield (
                f"{self.ended} was ended after {COMPUTING:g} seconds of computing: the "
                "definitions were taken from what ran"
            )
        if self.raised:
            more = len(self.raised) - 1
            others = f", and so did {more} other statement{'s' * (more > 1)}" if more else ""
            yield f"{self.raised[0]}{others}; the definitions that do not need it were executed"

    def _statement(self, node: ast.stmt) -> None:
        """Execute a statement; note why, if it does not end well."""
        try:
            if isinstance(node, IMPORTS):
                self._import(node)
            elif isinstance(node, DEFINITIONS):
                self._define(node)
                if isinstance(self.names.get(node.name), type):
                    self.classes[node.name] = self.names[node.name]
            else:
                with self.project.budget.spent(), self.project.inside(node):
                    self._run(node)
        except NotImported as error:  # it follows from something that is told already
            self._leave_out(node, error.why or str(error))
            self.definitions_only = True
        except Ended:
            self.ended = self.ended or f"line {node.lineno}"
            where = f"{self._where()}line {node.lineno}"
            self._leave_out(node, f"which {where} was to bind, but it takes too long")
            self.definitions_only = True
        except BaseException as error:  # the user's: also SystemExit and KeyboardInterrupt
            self._note(node, error)
            self.definitions_only = True

    def _note(self, node: ast.stmt, error: BaseException) -> None:
        line = line_in(error, self.file) or node.lineno
        if isinstance(node, IMPORTS):
            reason, what = self._of_import(node, error), "was not imported on"
            self.raised.append(f"line {line} failed to import ({reason})")
        else:
            reason, what = _short(said(error)), "was to be bound on"
            self.raised.append(f"line {line} raised {reason}")
        self._leave_out(node, f"which {what} {self._where()}line {line}: {reason}")

    def _of_import(self, node: ast.Import | ast.ImportFrom, error: BaseException) -> str:
        """Why an import failed."""
        source = homes.cython_source(_module_of(node), self.file)
        if source is not None and isinstance(error, ImportError):
            return f"{source.name} is Cython that has not been compiled"
        return said(error)

    def _where(self) -> str:
        main = "_users_" in self.module.__name__
        return "" if main else f"{self.file.name}, "

    def _leave_out(self, node: ast.stmt, why: str) -> None:
        """Bind a placeholder to each name that a statement was to bind, and has not bound."""
        for name in _bound(node):
            if name == "*":
                self.star = why
            elif name not in self.names:
                self.names[name] = NotThere(name, why)

    def _run(self, node: ast.stmt, flags: int = 0) -> None:
        code = compile(
            ast.Module([node], []), str(self.file), "exec", self.flags | flags, dont_inherit=True
        )
        exec(code, self.names)

    def _define(self, node: ast.stmt) -> None:
        """A function or class; annotations that cannot be evaluated are left as they are."""
        try:
            self._run(node)
        except Exception:
            if self.flags & ANNOTATIONS_LATER:
                raise
            try:
                self._run(node, ANNOTATIONS_LATER)
            except Exception:
                self._run(node)  # the annotations were not at fault

    def _import(self, node: ast.Import | ast.ImportFrom) -> None:
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            for alias in node.names:
                self.flags |= getattr(__future__, alias.name).compiler_flag
        try:
            self._run(node)
        except ImportError as error:
            if self._leaves_out_package(node, error):
                self._run(node)
                return
            self._import_apart(node, error)

    def _import_apart(self, node: ast.Import | ast.ImportFrom, error: ImportError) -> None:
        """Import one name at a time: one that is not there costs no other its place."""
        if len(node.names) == 1:
            raise error
        for alias in node.names:
            one = (
                ast.Import([alias]) if isinstance(node, ast.Import)
                else ast.ImportFrom(node.module, [alias], node.level)
            )  # fmt: skip
            self._statement(ast.copy_location(one, node))

    def _leaves_out_package(self, node: ast.Import | ast.ImportFrom, error: ImportError) -> bool:
        """Leave out the package that an import statement names, if it is not installed."""
        if isinstance(node, ast.ImportFrom) and node.level:
            return False
        if isinstance(node, ast.Import) and len(node.names) > 1:
            return False
        module = _module_of(node)
        top = module.partition(".")[0]
        missing = error.name or ""
        if top in self.project.homes or top in sys.stdlib_module_names:
            return False
        if not isinstance(error, ModuleNotFoundError) and top in sys.modules:
            return False  # a name that the package does not have
        name = missing if f"{module}.".startswith(f"{missing}.") and missing else top
        if name in self.project.packages.names or (name == top and top in sys.modules):
            return False
        self.project.packages.names.add(name)
        return True

    def _bind_what_imports_left(self) -> None:
        """Placeholders for names that imports inside of ``try`` or ``if`` were to bind."""
        for node in _nodes_outside_functions(self.tree.body):
            if isinstance(node, IMPORTS) and node not in self.tree.body:  # those are told already
                error = ImportError(f"line {node.lineno}")
                reason = self._of_import(node, error)
                why = "which was not imported" + (f": {reason}" if "Cython" in reason else "")
                self._leave_out(node, why)
        if self.star:
            for name in _globals_of(symtable.symtable(ast.unparse(self.tree), "", "exec")):
                if name not in self.names and not hasattr(builtins, name):
                    self.names[name] = NotThere(name, self.star)


def _globals_of(table: symtable.SymbolTable) -> Iterator[str]:
    """The names of the module that a module or function reads; no local ones."""
    yield from (symbol.get_name() for symbol in table.get_symbols() if symbol.is_global())
    for part in table.get_children():
        yield from _globals_of(part)


def _module_of(node: ast.Import | ast.ImportFrom) -> str:
    """The module that an import statement names, with its dots."""
    if isinstance(node, ast.Import):
        return node.names[0].name
    return "." * node.level + (node.module or node.names[0].name)


def _nodes_outside_functions(body: list[Any]) -> Iterator[ast.AST]:
    for node in body:
        yield node
        if not isinstance(node, (*DEFINITIONS, ast.Lambda)):
            yield from _nodes_outside_functions(list(ast.iter_child_nodes(node)))


def _bound(node: ast.stmt) -> list[str]:
    """The names of the module that a statement binds."""
    found: list[str] = []
    for part in _nodes_outside_functions([node]):
        if isinstance(part, DEFINITIONS):
            found.append(part.name)
        elif isinstance(part, ast.Import):
            found += [(a.asname or a.name).partition(".")[0] for a in part.names]
        elif isinstance(part, ast.ImportFrom):
            found += [a.asname or a.name for a in part.names]
        elif isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
            found.append(part.id)
        elif isinstance(part, ast.ExceptHandler) and part.name:
            found.append(part.name)
    return found


def _is_for_effect(node: ast.stmt) -> bool:
    """True if a statement calls something for its effect alone, or writes files.

    Calls that add to what is there (``layers.append``), look for modules or seed random numbers
    belong to the definitions.
    """
    if isinstance(node, ast.If | ast.Try) and any(
        isinstance(part, (*DEFINITIONS, *IMPORTS)) for part in _nodes_outside_functions([node])
    ):
        return False
    return any(
        isinstance(part, ast.With | ast.Raise)
        or (isinstance(part, ast.Expr) and isinstance(part.value, ast.Call) and _acts(part.value))
        for part in _nodes_outside_functions([node])
    )


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


ADDS = {"append", "extend", "insert", "update", "setdefault", "add", "seed", "fill"}


def _acts(call: ast.Call) -> bool:
    return not (isinstance(call.func, ast.Attribute) and call.func.attr in ADDS)
