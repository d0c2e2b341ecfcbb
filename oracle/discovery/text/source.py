"""The source of a user's file, parsed: its functions and classes by qualified name."""

import ast
import functools
import inspect
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from oracle.discovery.text import reading
from oracle.discovery.text.functions import Function, all_nodes, parameters

DEFINES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Import, ast.ImportFrom)


@dataclass
class Text:
    """A file's text, parsed."""

    file: str
    text: str
    tree: ast.Module
    functions: dict[str, Function] = field(default_factory=dict)
    classes: dict[str, ast.ClassDef] = field(default_factory=dict)
    imported: dict[str, int] = field(default_factory=dict)  # names from elsewhere, and their lines
    names: Mapping[str, Any] = field(default_factory=dict)  # what they mean once it was imported
    # What was read of it before, by what was asked for: a search asks hundreds of times.
    known: dict[tuple[Any, ...], Any] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        self.lines = reading.lines_of(self.text)
        self._collect(self.tree.body, "")

    @functools.cached_property
    def calls(self) -> list[ast.Call]:
        """All calls in the text."""
        return [node for node in ast.walk(self.tree) if isinstance(node, ast.Call)]

    @functools.cached_property
    def assignments(self) -> dict[str, list[ast.Assign]]:
        """The assignments to each name or attribute, by the last part of its spelling."""
        found: dict[str, list[ast.Assign]] = {}
        for node in ast.walk(self.tree):
            for target in node.targets if isinstance(node, ast.Assign) else ():
                if isinstance(target, ast.Name | ast.Attribute):
                    name = target.id if isinstance(target, ast.Name) else target.attr
                    found.setdefault(name, []).append(node)  # type: ignore[arg-type]
        return found

    @functools.cached_property
    def has_prose(self) -> bool:
        """True if a docstring, or a comment other than the oracle's own, stands in the file."""
        noted = (line.partition("#")[2].strip() for line in self.lines)
        if any(words and not words.startswith("oracle") for words in noted):
            return True
        nodes = (*self.functions.values(), *self.classes.values())
        return any(ast.get_docstring(node) is not None for node in nodes)

    def only_defines(self, names: Collection[str]) -> bool:
        """True if the file has no functions but these, and no code outside of functions."""
        names = {*names, *used_by(self, names)}
        plain = all(isinstance(part, DEFINES) or _is_docstring(part) for part in self.tree.body)
        return plain and names.issuperset(self.functions)

    def _collect(self, body: list[ast.stmt], prefix: str) -> None:
        for node in body:
            if _is_fixture(node):
                continue  # pytest's: it must not be called
            if isinstance(node, Function):
                self.functions[prefix + node.name] = node
            elif isinstance(node, ast.ClassDef):
                self.classes[prefix + node.name] = node
                self._collect(node.body, f"{prefix}{node.name}.")
            elif isinstance(node, ast.ImportFrom):
                for name in node.names:
                    self.imported[name.asname or name.name] = node.lineno
            elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Lambda):
                for target in node.targets:
                    if isinstance(target, ast.Name):
                        self.functions[prefix + target.id] = _as_function(target.id, node.value)
            elif isinstance(node, ast.If | ast.Try | ast.With):
                for part in ("body", "orelse", "finalbody"):
                    self._collect(getattr(node, part, []), prefix)

    def methods(self, name: str) -> dict[str, str]:
        """The methods of a class, by name, those of its bases in this file included."""
        found: dict[str, str] = {}
        node = self.classes.get(name)
        if node is None:
            return found
        for base in reversed(node.bases):
            if isinstance(base, ast.Name) and base.id != name:
                found.update(self.methods(base.id))
        for part in node.body:
            if isinstance(part, Function) and not _is_fixture(part):
                found[part.name] = f"{name}.{part.name}"
        return found

    def has_state(self, name: str, owner: str) -> bool:
        """True if a method reads or writes attributes of its object, other than its methods."""
        node, methods = self.functions.get(name), self.methods(owner)
        return node is not None and any(
            isinstance(part, ast.Attribute)
            and isinstance(part.value, ast.Name)
            and part.value.id == "self"
            and part.attr not in methods
            for part in ast.walk(node)
        )

    @functools.cached_property
    def variables(self) -> set[str]:
        """The variables that the module assigns."""
        return {
            target.id
            for part in self.tree.body
            if isinstance(part, ast.Assign | ast.AnnAssign | ast.AugAssign)
            for whole in (part.targets if isinstance(part, ast.Assign) else [part.target])
            for target in ast.walk(whole)
            if isinstance(target, ast.Name)
        }

    def globals_read(self, *nodes: Function | None) -> list[str]:
        """The variables of the module that functions read without having made them themselves."""
        if nodes not in self.known:
            self.known[nodes] = self._globals_read(nodes)
        return list(self.known[nodes])

    def _globals_read(self, nodes: tuple[Function | None, ...]) -> list[str]:
        found: dict[str, None] = {}
        for node in nodes if self.variables else ():
            if node is None:
                continue
            parts = all_nodes(node)
            made = {*parameters(node), *(a.arg for a in parts if isinstance(a, ast.arg))}
            declared = {n for g in parts if isinstance(g, ast.Global) for n in g.names}
            names = [n for n in parts if isinstance(n, ast.Name)]
            made |= {n.id for n in names if isinstance(n.ctx, ast.Store)} - declared
            for name in names:
                known = name.id in self.variables and name.id not in made
                if isinstance(name.ctx, ast.Load) and known:
                    found[name.id] = None
        return list(found)


def _is_fixture(node: ast.stmt) -> bool:
    decorators = node.decorator_list if isinstance(node, Function) else []
    return any(ast.unparse(d).partition("(")[0].endswith("fixture") for d in decorators)


def used_by(user: Text, names: Iterable[str]) -> set[str]:
    """The functions of a file that some of its functions or classes use, and those in turn."""
    queue, found = list(names), set[str]()
    while queue:
        name = queue.pop()
        node: ast.AST | None = user.functions.get(name) or user.classes.get(name)
        for part in ast.walk(node) if node is not None else ():
            if isinstance(part, ast.Name) and part.id in user.functions.keys() - found:
                found.add(part.id)
                queue.append(part.id)
    return found


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _as_function(name: str, node: ast.Lambda) -> ast.FunctionDef:
    """A lambda that has a name, as the function that it is."""
    body = ast.copy_location(ast.Return(node.body), node.body)
    made = ast.FunctionDef(name, node.args, [body], [], None, None)
    return ast.copy_location(made, node)


def parse(text: str, file: str = "<text>") -> Text:
    """Raises SyntaxError as Python does."""
    return Text(file, text, ast.parse(text, file))


def of_live(thing: Any) -> tuple[Text | None, str]:
    """The text that a live function or class stands in, and its qualified name there."""
    name = getattr(thing, "__qualname__", "")
    try:
        file = inspect.getsourcefile(inspect.unwrap(thing))
        lines, first = inspect.getsourcelines(thing)
    except (OSError, TypeError):
        return None, name
    if file is None:
        return None, name
    path = Path(file)
    text = parse(reading.read(path), file) if path.is_file() else None
    if text is None:
        return None, name
    if name not in text.functions and name not in text.classes:  # a function in a function
        for node in ast.walk(text.tree):
            if not isinstance(node, ast.ClassDef | Function):
                continue
            if first <= node.lineno < first + len(lines) and node.name == thing.__name__:
                if isinstance(node, ast.ClassDef):
                    text.classes[name] = node
                    text._collect(node.body, f"{name}.")
                else:
                    text.functions[name] = node
                break
    return text, name
