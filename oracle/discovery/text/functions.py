"""The text of a user's file: its functions and classes by qualified name, and what they return."""

import ast
import functools
import inspect
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from oracle.discovery.text import reading

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Item:
    """One thing that a function returns: its name, or "", the user's text for it, and its line."""

    name: str
    text: str
    line: int
    entries: tuple["Item", ...] = ()  # of a dict that is written out, by key


@dataclass
class Text:
    """A file's text, parsed."""

    file: str
    text: str
    tree: ast.Module
    functions: dict[str, Function] = field(default_factory=dict)
    classes: dict[str, ast.ClassDef] = field(default_factory=dict)
    imported: dict[str, int] = field(default_factory=dict)  # names from elsewhere, and their lines

    def __post_init__(self) -> None:
        self.lines = reading.lines_of(self.text)
        self._collect(self.tree.body, "")

    def _collect(self, body: list[ast.stmt], prefix: str) -> None:
        for node in body:
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
            if isinstance(part, Function):
                found[part.name] = f"{name}.{part.name}"
        return found

    def globals_read(self, *nodes: Function | None) -> list[str]:
        """The variables of the module that functions read without having made them themselves."""
        own = {
            target.id
            for part in self.tree.body
            if isinstance(part, ast.Assign | ast.AnnAssign | ast.AugAssign)
            for whole in (part.targets if isinstance(part, ast.Assign) else [part.target])
            for target in ast.walk(whole)
            if isinstance(target, ast.Name)
        }
        found: dict[str, None] = {}
        for node in nodes:
            if node is None:
                continue
            made = {*parameters(node), *(a.arg for a in ast.walk(node) if isinstance(a, ast.arg))}
            declared = {n for g in ast.walk(node) if isinstance(g, ast.Global) for n in g.names}
            names = [n for n in ast.walk(node) if isinstance(n, ast.Name)]
            made |= {n.id for n in names if isinstance(n.ctx, ast.Store)} - declared
            for name in names:
                if isinstance(name.ctx, ast.Load) and name.id in own and name.id not in made:
                    found[name.id] = None
        return list(found)


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


def required(node: Function) -> list[str]:
    """The names of a function's parameters without defaults, without ``self``."""
    arguments = node.args.posonlyargs + node.args.args
    count = len(arguments) - len(node.args.defaults)
    names = [a.arg for a in arguments[:count]]
    names += [a.arg for a, d in zip(node.args.kwonlyargs, node.args.kw_defaults) if d is None]
    return [name for name in names if name not in ("self", "cls", "ctx")]


def parameters(node: Function) -> list[str]:
    """The names of all of a function's parameters, without ``self``."""
    arguments = node.args.posonlyargs + node.args.args + node.args.kwonlyargs
    return [a.arg for a in arguments if a.arg not in ("self", "cls", "ctx")]


def is_abstract(node: Function) -> bool:
    """Whether a function only says that there is to be one.

    One that raises anything but NotImplementedError says something else: that it has a mistake.
    """
    body = [
        part
        for part in node.body
        if not (isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant))
    ]
    marked = any(ast.unparse(d).endswith("abstractmethod") for d in node.decorator_list)
    return marked or all(isinstance(part, ast.Pass) or _is_not_there(part) for part in body)


def _is_not_there(node: ast.stmt) -> bool:
    """``raise NotImplementedError("...")``."""
    if not isinstance(node, ast.Raise):
        return False
    error = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
    return isinstance(error, ast.Name) and error.id in ("NotImplementedError", "NotImplemented")


@functools.cache
def own_nodes(function: ast.AST) -> tuple[ast.AST, ...]:
    """All nodes of a function's body in source order, without those of functions inside it."""
    found: list[ast.AST] = []
    stack: list[ast.AST] = list(reversed(getattr(function, "body", [])))
    while stack:
        node = stack.pop()
        if isinstance(node, Function | ast.Lambda | ast.ClassDef):
            continue
        found.append(node)
        stack.extend(reversed(list(ast.iter_child_nodes(node))))
    return tuple(found)


@functools.cache
def returns(node: Function | ast.Lambda | None) -> list[Item] | None:
    """What a function's last return statement returns; one item if that is no tuple."""
    if node is None:
        return None
    if isinstance(node, ast.Lambda):
        elements = node.body.elts if isinstance(node.body, ast.Tuple) else [node.body]
        return [Item(_name(e), getattr(e, "id", ""), e.lineno) for e in elements]
    last = last_return(node)
    if last is None:
        return None
    value = last.value
    if isinstance(value, ast.Name):  # out = (a, b); return out
        assigned = _last_value(node, value.id, last.lineno)
        if isinstance(assigned, ast.Tuple):
            value = assigned
    assert value is not None
    elements = value.elts if isinstance(value, ast.Tuple | ast.List) else [value]
    return [item(node, element, last.lineno) for element in elements]


def returns_tuple(node: Function | None) -> int:
    """How many things the last return statement returns as a tuple; 0 if it is none."""
    if node is None:
        return 0
    last = last_return(node)
    return len(last.value.elts) if last is not None and isinstance(last.value, ast.Tuple) else 0


def last_return(node: Function) -> ast.Return | None:
    """The last return statement of a function that returns something."""
    own = [n for n in own_nodes(node) if isinstance(n, ast.Return) and n.value is not None]
    return own[-1] if own else None


def item(function: Function, node: ast.expr, before: int) -> Item:
    """Something that a function returns, as it stands in its text."""
    name = _name(node)
    if isinstance(node, ast.Name):
        entries: tuple[Item, ...] = ()
        value = _last_value(function, node.id, before)
        if isinstance(value, ast.Dict):
            entries = _entries(function, value, before)
        return Item(name, name, assigned(function, name, before), entries)
    if isinstance(node, ast.Dict):
        return Item("", "", node.lineno, _entries(function, node, before))
    if isinstance(node, ast.Attribute | ast.Subscript):
        text = ast.unparse(node).replace("'", '"')
        return Item(name, text, assigned_text(function, text) or node.lineno)
    return Item("", "", node.lineno)


def fields_given(function: Function | None, fields: Sequence[str]) -> Item | None:
    """What ``return Grads(dx, W=dW)`` gives to the fields of the object that it makes."""
    last = last_return(function) if function is not None else None
    if function is None or last is None:
        return None
    value = last.value
    if isinstance(value, ast.Name):
        value = _last_value(function, value.id, last.lineno)
    if not isinstance(value, ast.Call):
        return None
    given = [*zip(fields, value.args), *((k.arg, k.value) for k in value.keywords if k.arg)]
    keys: list[ast.expr | None] = [ast.Constant(name) for name, _ in given]
    held = ast.Dict(keys, [part for _, part in given])
    return Item("", "", value.lineno, _entries(function, held, last.lineno))


def _entries(function: Function, node: ast.Dict, before: int) -> tuple[Item, ...]:
    found = []
    for key, value in zip(node.keys, node.values):
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            name = _name(value)
            line = assigned(function, name, before) if isinstance(value, ast.Name) else value.lineno
            held = name if isinstance(value, ast.Name | ast.Attribute | ast.Subscript) else ""
            found.append(Item(key.value, held, line))
    return tuple(found)


def _name(node: ast.expr) -> str:
    """The bare name of something: ``dW`` of ``dW``, of ``self.dW`` and of ``grads["dW"]``."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        return node.slice.value if isinstance(node.slice.value, str) else ""
    if isinstance(node, ast.Call):  # dW.T, np.array(dW), dW.reshape(...): the name within
        if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
            inner = node.func.value.id
            if inner not in ("np", "numpy", "math"):
                return inner
        if len(node.args) >= 1 and isinstance(node.args[0], ast.Name):
            return node.args[0].id if _converts(node.func) else ""
    return ""


def _converts(node: ast.expr) -> bool:
    name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
    return name in ("array", "asarray", "float", "squeeze", "ravel", "copy", "tuple", "list")


def _last_value(function: Function, name: str, before: int) -> ast.expr | None:
    found: ast.expr | None = None
    for node in own_nodes(function):
        if not isinstance(node, ast.Assign | ast.AnnAssign) or node.lineno > before:
            continue
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        if any(isinstance(t, ast.Name) and t.id == name for t in targets):
            found = node.value
    return found


@functools.cache
def assigned(function: ast.AST, name: str, before: int) -> int:
    """The line of a name's last assignment, to an entry of it or in place included."""
    lines = []
    for node in own_nodes(function):
        if isinstance(node, ast.Name | ast.Subscript | ast.Attribute):
            stored = isinstance(node.ctx, ast.Store) and node.lineno <= before
            inner: ast.expr = node
            while isinstance(inner, ast.Subscript):
                inner = inner.value
            if stored and isinstance(inner, ast.Name) and inner.id == name:
                lines.append(node.lineno)
        elif isinstance(node, ast.AugAssign) and node.lineno <= before:
            target: ast.expr = node.target
            while isinstance(target, ast.Subscript):
                target = target.value
            if isinstance(target, ast.Name) and target.id == name:
                lines.append(node.lineno)
    return max(lines, default=before)


@functools.cache
def assigned_text(function: ast.AST, text: str) -> int:
    """The line of the last assignment to ``self.dW``, or ``grads["W1"]``, or an entry of it; or 0.

    A key that is put together, ``grads["dW" + str(l)]``, matches by its beginning.
    """
    wanted = text.replace("'", '"')
    lines = []
    for node in own_nodes(function):
        if not (
            isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Store)
        ):
            continue
        inner: ast.expr = node
        while isinstance(inner, ast.Attribute | ast.Subscript):
            if ast.unparse(inner).replace("'", '"') == wanted or _begins(inner, wanted):
                lines.append(node.lineno)
                break
            inner = inner.value
    return max(lines, default=0)


def _begins(node: ast.expr, wanted: str) -> bool:
    if not isinstance(node, ast.Subscript):
        return False
    holder = ast.unparse(node.value)
    found = re.fullmatch(rf'{re.escape(holder)}\["?(.*?)"?\]', wanted)
    if not found:
        return False
    key = found[1]
    first: ast.expr = node.slice
    while isinstance(first, ast.BinOp):
        first = first.left
    if isinstance(first, ast.JoinedStr) and first.values:
        first = first.values[0]
    if isinstance(first, ast.Constant):
        whole = first is node.slice
        return not whole and isinstance(first.value, str) and key.startswith(first.value)
    return key.lstrip("-").isdigit()  # nabla_w[-l], dWs[i]


def subscripts(function: ast.AST, name: str) -> list[str]:
    """The constant keys that a function reads from a dict of this name, in order."""
    found: dict[str, None] = {}
    read = [node for node in ast.walk(function) if isinstance(node, ast.Subscript)]
    for node in sorted(read, key=lambda node: (node.lineno, node.col_offset)):
        if not isinstance(node.slice, ast.Constant):
            continue
        own = isinstance(node.value, ast.Name) and node.value.id == name
        if own and isinstance(node.slice.value, str):
            found[node.slice.value] = None
    return list(found)


def declared_global(function: ast.AST) -> list[str]:
    """The variables of the module that a function sets."""
    return [n for part in own_nodes(function) if isinstance(part, ast.Global) for n in part.names]


def goes_through(function: ast.AST, name: str) -> bool:
    """Whether a function uses something as a list: loops over it, takes entries or its length."""

    def is_it(node: ast.AST | None) -> bool:
        return isinstance(node, ast.Name) and node.id == name

    for node in ast.walk(function):
        if isinstance(node, ast.For | ast.comprehension) and is_it(node.iter):
            return True
        if isinstance(node, ast.Subscript | ast.Starred) and is_it(node.value):
            return True
        unpacks = isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Tuple | ast.List)
        if unpacks and isinstance(node, ast.Assign) and is_it(node.value):
            return True
        takes = isinstance(node, ast.Call) and getattr(node.func, "id", "") in TAKE_LISTS
        if takes and isinstance(node, ast.Call) and any(map(is_it, node.args)):
            return True
    return False


TAKE_LISTS = ("len", "enumerate", "zip", "list", "tuple", "reversed", "iter", "sum", "max", "min")


def calculates_with(function: ast.AST, name: str) -> bool:
    """Whether a function uses what has a name as one number: an extent, or in a sum or product."""
    for node in ast.walk(function):
        parts: list[ast.AST] = []
        if isinstance(node, ast.BinOp):
            parts = [node.left, node.right]
        elif isinstance(node, ast.Tuple | ast.List):
            parts = list(node.elts)
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith(
            ("randn", "rand", "range", "sqrt")
        ):
            parts = list(node.args)
        if any(isinstance(part, ast.Name) and part.id == name for part in parts):
            return True
    return False


MAKERS = ("zeros", "ones", "empty", "full", "normal", "uniform", "standard_normal", "random")


def is_extent(function: ast.AST, name: str) -> bool:
    """Whether a function makes arrays of which something is one of the extents."""
    for node in ast.walk(function):
        if not isinstance(node, ast.Call):
            continue
        called = ast.unparse(node.func).rpartition(".")[2]
        given = [*node.args, *(word.value for word in node.keywords)]
        held = given if called in ("randn", "rand") else []
        if called in MAKERS:
            held = [part for arg in given for part in getattr(arg, "elts", ())]
        if any(isinstance(part, ast.Name) and part.id == name for part in held):
            return True
    return False


def is_mapping(function: ast.AST, name: str) -> bool:
    """Whether a function uses what has a name as a dict."""
    for node in ast.walk(function):
        if not isinstance(node, ast.Attribute | ast.Subscript):
            continue
        if not isinstance(node.value, ast.Name) or node.value.id != name:
            continue
        if isinstance(node, ast.Attribute):
            if node.attr in ("items", "keys", "values", "get"):
                return True
        else:
            key = node.slice
            while isinstance(key, ast.BinOp):
                key = key.left
            spelled = isinstance(key, ast.JoinedStr) or (
                isinstance(key, ast.Constant) and isinstance(key.value, str)
            )
            if spelled or _loops_over_words(function, key):
                return True
    return False


def _loops_over_words(function: ast.AST, key: ast.AST) -> bool:
    """Whether a key is that of a loop over written-out words: ``for k in ("W1", "b1")``."""
    return any(
        isinstance(node, ast.For | ast.comprehension)
        and isinstance(node.target, ast.Name)
        and isinstance(key, ast.Name)
        and node.target.id == key.id
        and isinstance(node.iter, ast.Tuple | ast.List)
        and all(isinstance(e, ast.Constant) and isinstance(e.value, str) for e in node.iter.elts)
        for node in ast.walk(function)
    )


def words_in(function: ast.AST) -> set[str]:
    """The strings that a function writes out."""
    return {
        node.value
        for node in ast.walk(function)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def unpacked(function: ast.AST, name: str) -> list[str]:
    """The names that ``a, b = name`` unpacks it into; [] if it is not unpacked."""
    for node in own_nodes(function):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Name):
            target = node.targets[0]
            if node.value.id == name and isinstance(target, ast.Tuple | ast.List):
                return [e.id if isinstance(e, ast.Name) else "" for e in target.elts]
    return []
