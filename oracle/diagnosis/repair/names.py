"""Names in the user's code that an edit may substitute for others."""

import ast
import copy
import re
from collections.abc import Iterable

from oracle.diagnosis.repair.slots import called_by, is_atom, parsed

ELEMENTWISE = ("exp", "log", "tanh", "sqrt")
PLAIN_CALLS = ("len", "range", "float", "int", "print", "enumerate", "zip", "list", "tuple", "sum")
WORDS = 16  # keys and attributes that other code of the file uses
SIZES = 16  # numbers that are tried as sizes
ATOMS = 24  # names that are tried in the place of others
PARTS = 3  # numbers that sizes are divided by
IDLE = 6  # of what is never used
HIDDEN = ("np", "numpy", "torch", "self", "ctx", "math", "range", "len", "print", "cls")


def atoms(function: ast.FunctionDef, words: Iterable[str] = ()) -> list[ast.expr]:
    """Names that a function uses: variables, attributes, entries by key, entries of lists.

    ``words``: keys and attributes that other code of the file uses; where the function has entries
    of the same thing, these may be others of its entries.
    """
    found: dict[str, ast.expr] = {}
    calls = {id(n.func) for n in ast.walk(function) if isinstance(n, ast.Call)}
    for argument in function.args.args + function.args.kwonlyargs:
        if argument.arg not in ("self", "cls", "ctx"):
            found[argument.arg] = ast.Name(argument.arg, ast.Load())
    for node in ast.walk(function):
        if id(node) in calls or not is_atom(node):
            continue
        inner = node.value if isinstance(node, ast.Attribute | ast.Subscript) else None
        if isinstance(inner, ast.Name) and isinstance(node, ast.Attribute):  # noqa: SIM102
            if inner.id not in ("self", "ctx") or node.attr in ("shape", "T"):
                continue
        loaded = copy.deepcopy(node)
        loaded.ctx = ast.Load()  # type: ignore[attr-defined]
        found.setdefault(ast.unparse(loaded), loaded)  # type: ignore[arg-type]
    keyed = {
        ast.unparse(n.value)
        for n in found.values()
        if isinstance(n, ast.Subscript) and isinstance(n.slice, ast.Constant)
    }
    has_self = any(a.arg == "self" for a in function.args.args)
    for word in words:
        for base in keyed:
            text = f"{base}[{word!r}]"
            found.setdefault(text, parsed(text))
        if has_self and word.isidentifier():
            found.setdefault(f"self.{word}", parsed(f"self.{word}"))
    return [node for text, node in found.items() if text not in HIDDEN][: 2 * ATOMS]


def words_of(tree: ast.AST) -> list[str]:
    """The keys that dicts are made or asked with, and the attributes of self, in a file."""
    found: dict[str, None] = {}
    for node in ast.walk(tree):
        keys = node.keys if isinstance(node, ast.Dict) else [getattr(node, "slice", None)]
        for key in keys:
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                found.setdefault(key.value, None)
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            found.setdefault(node.attr, None)
    return list(found)[:WORDS]


def constants_of(tree: ast.Module) -> list[str]:
    """The names that the module itself gives to numbers: ``SLOPE = 0.01``."""
    found: dict[str, None] = {}
    for node in tree.body:
        if not isinstance(node, ast.Assign | ast.AnnAssign) or node.value is None:
            continue
        parts = list(ast.walk(node.value))
        numbers = [
            p for p in parts if isinstance(p, ast.Constant) and type(p.value) in (int, float)
        ]
        if numbers and not any(isinstance(p, ast.List | ast.Tuple | ast.Dict) for p in parts):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found.update((t.id, None) for t in targets if isinstance(t, ast.Name))
    return list(found)[:WORDS]


def counts(function: ast.FunctionDef) -> list[ast.expr]:
    """Expressions that may be sizes: names made from shapes or lengths, extents of arguments."""
    found: dict[str, ast.expr] = {}
    for node in ast.walk(function):
        if isinstance(node, ast.Assign):
            said = ast.unparse(node.value)
            if re.search(r"\bshape\b|\blen\(|\.size\b", said):
                for target in node.targets:
                    for part in getattr(target, "elts", [target]):
                        if isinstance(part, ast.Name):
                            found[part.id] = ast.Name(part.id, ast.Load())
    first = [a.arg for a in function.args.args if a.arg not in ("self", "ctx", "cls")]
    others = [ast.unparse(n) for n in atoms(function) if not isinstance(n, ast.Subscript)]
    for name in dict.fromkeys([*first[:3], *others[:10]]):
        for axis in (0, -1):
            found.setdefault(f"{name}.shape[{axis}]", parsed(f"{name}.shape[{axis}]"))
    return list(found.values())[:SIZES]


def parts(function: ast.FunctionDef) -> list[ast.expr]:
    """Numbers that sizes are divided by or reshaped to, and that are no sizes themselves."""
    found: dict[str, ast.expr] = {}
    extents = {ast.unparse(size) for size in counts(function)}
    for node in ast.walk(function):
        held: list[ast.expr] = []
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.FloorDiv):
            held = [node.right]
        elif called_by(node) in ("reshape", "view"):
            held = [p for arg in node.args for p in getattr(arg, "elts", [arg])]  # type: ignore[attr-defined]
        for one in held:
            if (is_atom(one) or isinstance(one, ast.Attribute)) and ast.unparse(one) not in extents:
                found.setdefault(ast.unparse(one), one)
    return list(found.values())[:PARTS]


def idle(function: ast.FunctionDef) -> list[ast.expr]:
    """Names that are never read, which are the likeliest to be missing in an expression.

    Arguments, names that are assigned or unpacked, and values that a loop passes on to its next
    turn, which does not read them.
    """
    nodes = [node for node in ast.walk(function) if isinstance(node, ast.Name)]
    loaded = [node for node in nodes if isinstance(node.ctx, ast.Load)]
    stored = [node for node in nodes if isinstance(node.ctx, ast.Store)]
    used = {node.id for node in loaded}
    given = [a.arg for a in function.args.args + function.args.kwonlyargs]
    found = dict.fromkeys(n for n in [*given, *(n.id for n in stored)] if n not in used)
    for loop in ast.walk(function):
        if isinstance(loop, ast.For | ast.While):
            lines = range(loop.lineno, (loop.end_lineno or loop.lineno) + 1)
            looked_at = {node.id for node in loaded if node.lineno in lines}
            before = {node.id for node in stored if node.lineno < loop.lineno}
            for node in stored:
                if node.lineno in lines and node.id in before and node.id not in looked_at:
                    found[node.id] = None
    names = [n for n in found if n not in HIDDEN and not n.startswith("_")]
    return [ast.Name(name, ast.Load()) for name in names[:IDLE]]


def loop_names(function: ast.FunctionDef, statement: ast.stmt) -> list[str]:
    """The counters of the loops around a statement."""
    found: list[str] = []
    for loop in ast.walk(function):
        if isinstance(loop, ast.For) and loop.lineno <= statement.lineno <= (loop.end_lineno or 0):
            found += [n.id for n in ast.walk(loop.target) if isinstance(n, ast.Name)]
    for inner in ast.walk(statement):
        if isinstance(inner, ast.comprehension):
            found += [n.id for n in ast.walk(inner.target) if isinstance(n, ast.Name)]
    return found


def functions(function: ast.FunctionDef) -> list[ast.expr]:
    """The functions of one argument that are called in it, and those that such code is made of."""
    found: dict[str, ast.expr] = {}
    spaces = {n.id for n in ast.walk(function) if isinstance(n, ast.Name)} & {
        "np",
        "numpy",
        "torch",
    }
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and len(node.args) == 1 and not node.keywords:
            bare = isinstance(node.func, ast.Name)
            if bare or isinstance(getattr(node.func, "value", None), ast.Name):
                found.setdefault(ast.unparse(node.func), node.func)
    for space in sorted(spaces):
        for name in ELEMENTWISE:
            found.setdefault(f"{space}.{name}", parsed(f"{space}.{name}"))
    methods = {t for t in found if "." in t and t.split(".")[0] not in (*spaces, "self", "math")}
    return [f for text, f in found.items() if text not in methods and text not in PLAIN_CALLS]


def nearest(names: list[ast.expr], statement: ast.stmt) -> list[ast.expr]:
    """Those that the statement itself has first."""
    there = {ast.unparse(n) for n in ast.walk(statement) if is_atom(n)}
    return sorted(names, key=lambda n: ast.unparse(n) not in there)[:ATOMS]
