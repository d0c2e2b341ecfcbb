"""Uses of a name inside a function: as a dict, a list, a number or an extent."""

import ast
from collections.abc import Collection

TAKE_LISTS = ("len", "enumerate", "zip", "list", "tuple", "reversed", "iter", "sum", "max", "min")

MAKERS = ("zeros", "ones", "empty", "full", "normal", "uniform", "standard_normal", "random")


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


def goes_through(function: ast.AST, name: str) -> bool:
    """True if a function uses a name as a list: loops over it, takes entries or its length."""

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


def indexes_with(function: ast.AST, name: str) -> bool:
    """True if a function picks entries by the values of a name: ``p[np.arange(n), y]``."""
    whole = any(is_it(part, name) for node in ast.walk(function) for part in _indices(node))
    return whole or indexes_in_part(function, name)


def indexes_in_part(function: ast.AST, name: str) -> bool:
    """True if it picks entries by a column, ``pos[edges[:, 0]]``, or adds up at some of them.

    So does ``np.add.at(grad, y, 1)``.
    """
    for node in ast.walk(function):
        for part in _indices(node):
            if not isinstance(part, ast.Subscript) or not isinstance(part.slice, ast.Tuple):
                continue
            if is_it(part.value, name):
                return True
        second = node.args[1:2] if isinstance(node, ast.Call) else []
        if any(is_it(part, name) for part in second) and _adds_at(node):
            return True
    return False


def _adds_at(node: ast.AST) -> bool:
    """True for ``np.add.at`` and ``np.take``."""
    return isinstance(node, ast.Call) and ast.unparse(node.func).endswith((".at", ".take"))


def _indices(node: ast.AST) -> list[ast.expr]:
    if not isinstance(node, ast.Subscript):
        return []
    return list(node.slice.elts) if isinstance(node.slice, ast.Tuple) else [node.slice]


def is_it(node: ast.AST | None, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def is_read(function: ast.AST, name: str) -> bool:
    """True if a function reads or writes a name."""
    return any(isinstance(node, ast.Name) and node.id == name for node in ast.walk(function))


def is_array(function: ast.AST, name: str) -> bool:
    """True if a function uses a name as an array: its entries, attributes, or a matrix product."""
    for node in ast.walk(function):
        parts: list[ast.AST] = []
        if isinstance(node, ast.Subscript | ast.Attribute):
            parts = [node.value]
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
            parts = [node.left, node.right]
        if any(isinstance(part, ast.Name) and part.id == name for part in parts):
            return True
    return False


def calculates_with(function: ast.AST, name: str) -> bool:
    """True if a function uses a name as a number: an extent, or in a sum or product."""
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


def is_extent(function: ast.AST, name: str) -> bool:
    """True if a function makes arrays of which a name is an extent."""
    for node in ast.walk(function):
        if not isinstance(node, ast.Call):
            continue
        called = ast.unparse(node.func).rpartition(".")[2]
        given = [*node.args, *(word.value for word in node.keywords)]
        held = given if called in ("randn", "rand") else []
        if called in MAKERS:
            held = [part for arg in given for part in getattr(arg, "elts", ())]
            held += given[:1] if called in ("zeros", "ones", "empty", "full") else []
        if any(isinstance(part, ast.Name) and part.id == name for part in held):
            return True
    return False


def is_subtracted(function: ast.AST, name: str, others: Collection[str]) -> bool:
    """True if a function subtracts a name from some other name, or that from it."""
    for node in ast.walk(function):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub):
            sides = [getattr(side, "id", "") for side in (node.left, node.right)]
            if name in sides and not {*sides}.isdisjoint(others):
                return True
    return False


def is_factor(function: ast.AST, name: str) -> bool:
    """True if a function multiplies something by a name, or by an attribute of that name."""
    return any(
        isinstance(node, ast.BinOp)
        and isinstance(node.op, ast.Mult)
        and name
        in [getattr(side, "id", getattr(side, "attr", "")) for side in (node.left, node.right)]
        for node in ast.walk(function)
    )


def is_added_to_product(function: ast.AST, name: str) -> bool:
    """True if a function adds a name to a product of matrices."""
    for node in ast.walk(function):
        if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Add):
            continue
        for own, other in ((node.left, node.right), (node.right, node.left)):
            product = isinstance(other, ast.BinOp) and isinstance(other.op, ast.MatMult)
            called = other.func if isinstance(other, ast.Call) else None
            product |= isinstance(called, ast.Attribute) and called.attr in ("dot", "matmul", "mm")
            if product and isinstance(own, ast.Name) and own.id == name:
                return True
    return False


def is_mapping(function: ast.AST, name: str) -> bool:
    """True if a function uses a name as a dict."""
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
    """True if a key takes its values from a loop: ``for k in ("W1", "b1")``."""
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
