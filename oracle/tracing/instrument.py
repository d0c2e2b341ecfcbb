"""The user's source, compiled so that each assignment reports the value that it stored.

The statements stay what they are, where they are: line numbers and columns are the user's own, so
tracebacks are too. Calls of ``REPORT`` are added after assignments and at the start of functions
and loop bodies; ``GIVEN`` wraps assigned expressions, so that arrays and numbers that other
libraries made are followed; handlers of exceptions begin with ``ENDING``, because a bare
``except:`` must not swallow the end of the trace.
"""

import ast
from dataclasses import dataclass
from types import CodeType
from typing import Any

REPORT, GIVEN, RETURNED, ENDING, OPERAND = (
    f"__oracle_{name}__" for name in ("report", "given", "returned", "ending", "operand")
)
_PURE_CALLS = ("str", "len", "int", "repr")
_PURE = (
    ast.Name, ast.Constant, ast.Attribute, ast.Subscript, ast.BinOp, ast.UnaryOp, ast.Slice,
    ast.Tuple, ast.JoinedStr, ast.FormattedValue, ast.operator, ast.unaryop, ast.expr_context,
)  # fmt: skip


@dataclass(frozen=True)
class Target:
    """The target of an assignment: a name, an attribute or an entry."""

    text: str
    kind: str  # "name", "attribute", "entry"; "named attribute", which is set by ``setattr``
    name: str  # of the variable, or of the attribute
    is_global: bool = False


@dataclass(frozen=True)
class Statement:
    """One statement that stores values, or returns one."""

    file: str
    line: int
    last_line: int
    function: str  # its qualified name; "<module>" outside functions
    kind: str  # "assign", "augment", "loop", "arguments", "return"
    targets: tuple[Target, ...]
    text: str  # of the assigned expression


class Program:
    """The statements of all files that were compiled, by their number."""

    def __init__(self) -> None:
        self.statements: list[Statement] = []

    def compile(self, source: str | bytes, file: str) -> CodeType:
        """The code of a file, instrumented.

        Raises:
            SyntaxError: as Python does.
        """
        tree = ast.parse(source, file)
        text = source if isinstance(source, str) else ast_text(source)
        return self.compile_tree(tree, file, text)

    def compile_tree(self, tree: ast.Module, file: str, text: str) -> CodeType:
        """The code of some statements of a file, instrumented."""
        found = _Instrumenter(self.statements, file, text).visit(tree)
        return compile(ast.fix_missing_locations(found), file, "exec", dont_inherit=True)


def ast_text(source: bytes) -> str:
    import io
    import tokenize

    encoding, _ = tokenize.detect_encoding(io.BytesIO(source).readline)
    return source.decode(encoding)


class _Instrumenter(ast.NodeTransformer):
    def __init__(self, statements: list[Statement], file: str, source: str) -> None:
        self.statements = statements
        self.file = file
        self.source = source
        self.scopes: list[str] = []
        self.globals: list[set[str]] = []  # the names that each function declares global

    # -- statements that store ---------------------------------------------------------------------

    def visit_Assign(self, node: ast.Assign) -> Any:
        self.generic_visit(node)
        text = self._text(node.value)
        node.value = _given(node.value)
        report = self._report(node, "assign", node.targets, text)
        return [node, *report]

    def visit_AnnAssign(self, node: ast.AnnAssign) -> Any:
        self.generic_visit(node)
        if node.value is None:
            return node
        text = self._text(node.value)
        node.value = _given(node.value)
        return [node, *self._report(node, "assign", [node.target], text)]

    def visit_AugAssign(self, node: ast.AugAssign) -> Any:
        self.generic_visit(node)
        report = self._report(node, "augment", [node.target], self._text(node.value))
        if report and isinstance(node.op, ast.Add | ast.Sub) and isinstance(
            node.target, ast.Name | ast.Attribute
        ):  # fmt: skip
            number = ast.Constant(len(self.statements) - 1)
            sign = ast.Constant(1.0 if isinstance(node.op, ast.Add) else -1.0)
            read = _loaded(node.target)
            node.value = _located(_call(OPERAND, number, sign, read, node.value), node.value)
        return [node, *report]

    def visit_Expr(self, node: ast.Expr) -> Any:
        self.generic_visit(node)
        attribute = _set_attribute(node.value)
        if attribute is not None:
            return [node, *self._report(node, "assign", [attribute], self._text(node.value))]
        written = _written(node.value)
        if written is None:
            return node
        return [node, *self._report(node, "augment", [written], self._text(node.value))]

    def visit_NamedExpr(self, node: ast.NamedExpr) -> Any:
        self.generic_visit(node)
        number = self._add(node, "assign", [self._target(node.target)], self._text(node.value))
        node.value = _located(_call(RETURNED, ast.Constant(number), node.value), node)
        return node

    def visit_For(self, node: ast.For) -> Any:
        self.generic_visit(node)
        node.body = [*self._report(node, "loop", [node.target], self._text(node.iter)), *node.body]
        return node

    def visit_Return(self, node: ast.Return) -> Any:
        self.generic_visit(node)
        if node.value is not None and self.scopes:
            target = Target(self.scopes[-1], "name", self.scopes[-1])
            number = self._add(node, "return", [target], self._text(node.value))
            node.value = _located(_call(RETURNED, ast.Constant(number), node.value), node.value)
        return node

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> Any:
        self.generic_visit(node)
        ending = ast.Expr(_call(ENDING))
        node.body = [_located(ending, node.body[0]), *node.body]
        return node

    # -- scopes ------------------------------------------------------------------------------------

    def visit_FunctionDef(self, node: ast.FunctionDef) -> Any:
        self.scopes.append(node.name)
        self.globals.append(
            {n for part in ast.walk(node) if isinstance(part, ast.Global) for n in part.names}
        )
        self.generic_visit(node)
        arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        names = [ast.Name(a.arg, ast.Load()) for a in arguments if a.arg not in ("self", "cls")]
        at = node.body[0]
        report = self._report(at, "arguments", names, "", first=node.lineno)
        followed = [_followed(name.id, at) for name in names] if not _is_generator(node) else []
        report = [*followed, *report]
        docstring = 1 if ast.get_docstring(node, clean=False) is not None else 0
        node.body = [*node.body[:docstring], *report, *node.body[docstring:]]
        self.scopes.pop()
        self.globals.pop()
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> Any:
        self.scopes.append(node.name)
        self.globals.append(set())
        self.generic_visit(node)
        self.scopes.pop()
        self.globals.pop()
        return node

    def visit_Lambda(self, node: ast.Lambda) -> Any:
        return node

    # -- helpers -----------------------------------------------------------------------------------

    def _report(
        self, node: Any, kind: str, targets: list[Any], text: str, first: int = 0
    ) -> list[ast.stmt]:
        """The call that reports what was stored; none where reading it again might do something."""
        flat = [t for target in targets for t in _flat(target)]
        flat = [
            t for t in flat
            if isinstance(t, ast.Call) or _is_pure(t.value if isinstance(t, ast.Subscript) else t)
        ]  # fmt: skip
        if not flat:
            return []
        number = self._add(node, kind, [self._target(t) for t in flat], text, first)
        read = [_read(t) for t in flat]
        return [_located(ast.Expr(_call(REPORT, ast.Constant(number), *read)), node)]

    def _add(self, node: Any, kind: str, targets: list[Target], text: str, first: int = 0) -> int:
        self.statements.append(
            Statement(
                self.file, first or node.lineno, node.end_lineno or node.lineno,
                ".".join(self.scopes) or "<module>", kind, tuple(targets), text,
            )
        )  # fmt: skip
        return len(self.statements) - 1

    def _target(self, node: Any) -> Target:
        text = self._text(node) or ast.unparse(node)
        if isinstance(node, ast.Call):
            return Target(text, "named attribute", ast.unparse(node.args[0]))
        if isinstance(node, ast.Name):
            return Target(node.id, "name", node.id, self._is_global(node.id))
        if isinstance(node, ast.Attribute):
            return Target(text, "attribute", node.attr)
        base = node.value
        while isinstance(base, ast.Subscript):
            base = base.value
        return Target(text, "entry", ast.unparse(base))

    def _is_global(self, name: str) -> bool:
        return not self.scopes or name in self.globals[-1]

    def _text(self, node: ast.AST) -> str:
        if not hasattr(node, "lineno"):
            return ""
        return ast.get_source_segment(self.source, node) or ""


def _written(node: ast.expr) -> ast.expr | None:
    """The array that a call writes to: W in ``np.add.at(W, i, g)`` and ``np.add(W, g, out=W)``."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return None
    outs = [keyword.value for keyword in node.keywords if keyword.arg == "out"]
    name = node.func.attr
    if name == "at" and node.args:
        outs = node.args[:1]
    elif name.endswith("_") and not name.startswith("_"):
        outs = [node.func.value]
    found = outs[0] if outs else None
    return found if isinstance(found, ast.Name | ast.Attribute | ast.Subscript) else None


def _set_attribute(node: ast.expr) -> ast.expr | None:
    """``getattr(p, name)`` for ``setattr(p, name, x)``, if it can be read once more."""
    if not isinstance(node, ast.Call) or len(node.args) != 3 or node.keywords:
        return None
    if not isinstance(node.func, ast.Name) or node.func.id != "setattr":
        return None
    read = ast.Call(ast.Name("getattr", ast.Load()), node.args[:2], [])
    return read if all(map(_is_pure, node.args[:2])) else None


def _followed(name: str, at: ast.stmt) -> ast.stmt:
    """``b = GIVEN(b)``: a plain number that was handed over is followed from here."""
    value = _call(GIVEN, ast.Name(name, ast.Load()))
    return _located(ast.Assign([ast.Name(name, ast.Store())], value), at)


def _is_generator(node: Any) -> bool:
    return any(isinstance(part, ast.Yield | ast.YieldFrom) for part in ast.walk(node))


def _flat(target: Any) -> list[Any]:
    if isinstance(target, ast.Tuple | ast.List):
        return [t for part in target.elts for t in _flat(part)]
    return [] if isinstance(target, ast.Starred) else [target]


def _is_pure(node: Any) -> bool:
    """True if reading it once more does nothing else."""
    if isinstance(node, ast.Call):
        known = isinstance(node.func, ast.Name) and node.func.id in _PURE_CALLS
        return known and not node.keywords and all(map(_is_pure, node.args))
    return isinstance(node, _PURE) and all(map(_is_pure, ast.iter_child_nodes(node)))


def _read(target: Any) -> ast.expr:
    """A tuple: the value; or the object and the value; or the object and the key."""
    if isinstance(target, ast.Name):
        parts: list[ast.expr] = [ast.Name(target.id, ast.Load())]
    elif isinstance(target, ast.Attribute):
        parts = [_loaded(target.value), _loaded(target)]
    elif isinstance(target, ast.Call):
        parts = [_loaded(part) for part in target.args]
    elif _is_pure(target.slice):
        parts = [_loaded(target.value), _loaded(_key(target.slice))]
    else:  # of an array the key does not matter
        parts = [_loaded(target.value), ast.Constant(...)]
    return ast.Tuple(parts, ast.Load())


def _key(node: ast.expr) -> ast.expr:
    """A key as an expression by itself: a slice is written out as a call of ``slice``."""
    if isinstance(node, ast.Slice):
        parts = [part or ast.Constant(None) for part in (node.lower, node.upper, node.step)]
        return ast.Call(ast.Name("slice", ast.Load()), parts, [])
    if isinstance(node, ast.Tuple):
        return ast.Tuple([_key(part) for part in node.elts], ast.Load())
    return node


def _loaded(node: Any) -> Any:
    """A copy of an expression in which everything is read."""
    import copy

    found = copy.deepcopy(node)
    for part in ast.walk(found):
        if hasattr(part, "ctx"):
            part.ctx = ast.Load()
    return found


def _call(name: str, *args: ast.expr) -> ast.Call:
    return ast.Call(ast.Name(name, ast.Load()), list(args), [])


def _given(node: ast.expr) -> ast.expr:
    return _located(_call(GIVEN, node), node)


def _located(made: Any, like: Any) -> Any:
    """Give the new nodes of an expression or statement the place of an old one."""
    for part in ast.walk(made):
        if "lineno" in part._attributes and not hasattr(part, "lineno"):
            ast.copy_location(part, like)
    return made
