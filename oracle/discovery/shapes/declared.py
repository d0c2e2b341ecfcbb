"""Shapes from all sources: ``--shapes``, a comment, annotations, docstrings, in this order."""

import ast
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from oracle.discovery import naming
from oracle.discovery.shapes import docstrings, grammar
from oracle.discovery.shapes.grammar import Said as Said
from oracle.discovery.shapes.grammar import Shapes as Shapes
from oracle.discovery.shapes.said_by_run import said_by_run
from oracle.discovery.text import comments, usage
from oracle.discovery.text.functions import Function
from oracle.discovery.text.source import Text
from oracle.subject import MissingShapes, Unusable, size_names, substituted

COMMENT = re.compile(r"\s*#\s*oracle\s*:\s*shapes?\b\s*:?(.*)", re.IGNORECASE)
OTHER = re.compile(
    r"\s*#\s*oracle\s*:(?!\s*(?:ignore|run|against|reading)\b)\s*(.*?)\s*$", re.IGNORECASE
)
INTEGERS = ("Int", "UInt", "Integer", "Int32", "Int64", "Int8", "UInt8", "Int16", "Shaped")


def is_said(said: Shapes, name: str) -> bool:
    """True if shapes speak of an argument, or of an entry of it."""
    return any(path[0] == name for path in said)


def of_parts(
    user: Text | None, names: Iterable[str], given: str = "", more: Iterable[str] = ()
) -> Shapes:
    """The shapes that are said for some functions and classes of a file, by path of the argument.

    ``more``: functions whose docstrings and annotations count last, such as those of a class.
    """
    found: Shapes = grammar.entries(given) if given else {}
    if user is None:
        return found
    asked = "shapes", tuple(names), tuple(more)
    if asked not in user.known:
        user.known[asked] = _stated(user, asked[1], asked[2])
    _complete(found, user.known[asked])
    return _with_labels(_with_numbers(found))


def only_documented(user: Text, names: Sequence[str], more: Sequence[str]) -> set[str]:
    """The arguments whose shape only docstrings and plain comments say: they may be out of date."""
    whole, firm = (_stated(user, names, more, documented) for documented in (True, False))
    shaped = {path[0] for path, said in firm.items() if said.has_shape}
    return {str(path[0]) for path, said in whole.items() if said.has_shape} - shaped


def _stated(
    user: Text, names: Sequence[str], more: Sequence[str], documented: bool = True
) -> Shapes:
    """The shapes that the text states for some functions and classes."""
    found: Shapes = {}
    for name in names if comments.RUN.search(user.text) else ():
        _complete(found, said_by_run(user, name))
    nodes = [user.functions.get(n) or user.classes.get(n) for n in [*names, *more]]
    known = [node for node in nodes if node is not None]
    for node in known:
        _complete(found, comment(user, node))
        if isinstance(node, ast.ClassDef):
            _complete(found, fields(user, node))
    functions = [node for node in known if isinstance(node, Function)]
    for function in functions:
        _complete(found, annotations(function, user))
    if not documented or not user.has_prose:
        return found
    for function in functions:
        _complete(found, docstrings.inline(user, function))
    _complete(found, _documented([ast.get_docstring(node) or "" for node in known]))
    for function in functions:
        _complete(found, docstrings.in_prose(function))
    return _without_entries(found, functions)


def _without_entries(found: Shapes, functions: Sequence[Function]) -> Shapes:
    """The shapes; ``q = (w, x, y, z)`` is none where the code has ``w, x, y, z = q / norm(q)``."""
    unpacked: dict[tuple[str, ...], list[ast.expr]] = {}
    nodes = (node for function in functions for node in ast.walk(function))
    for assigned in (node for node in nodes if isinstance(node, ast.Assign)):
        for target in assigned.targets:
            if isinstance(target, ast.Tuple):
                names = tuple(getattr(part, "id", "") for part in target.elts)
                unpacked.setdefault(names, []).append(assigned.value)
    return {
        path: replace(said, dims=(str(len(said.dims or ())),))
        if any(_are_entries(value, str(path[0])) for value in unpacked.get(said.dims or (), ()))
        else said
        for path, said in found.items()
    }


def _are_entries(value: ast.expr, name: str) -> bool:
    """True if what is unpacked is made of an array itself, and not its shape."""
    parts = list(ast.walk(value))
    shape = any(isinstance(part, ast.Attribute) and part.attr == "shape" for part in parts)
    return not shape and any(isinstance(part, ast.Name) and part.id == name for part in parts)


def _documented(texts: Sequence[str]) -> Shapes:
    """The shapes in docstrings; (N, 1) in a later one replaces "any shape" in an earlier one."""
    found: Shapes = {}
    for text in texts:
        said = docstrings.docstring(text)
        for path, older in found.items():
            later = said.get(path, Said()).dims
            if _is_any(older.dims) and later and not _is_any(later):
                found[path] = replace(older, dims=later)
        _complete(found, said)
    return found


def _is_any(dims: tuple[str, ...] | None) -> bool:
    """True if any number of axes is meant."""
    return dims is not None and len(dims) == 1 and dims[0].startswith("*")


def _complete(found: Shapes, other: Shapes) -> None:
    for path, said in other.items():
        found[path] = found[path].completed(said) if path in found else said


def _with_numbers(found: Shapes) -> Shapes:
    """The shapes with a number for each size of which one is said: ``x: N n_in, n_in=5``."""
    values = {str(path[0]): said.literal for path, said in found.items() if len(path) == 1}
    numbers = {name: n for name, n in values.items() if type(n) is int and n > 0}
    for name, number in numbers.items():
        for path, said in found.items():
            dims = said.dims and tuple(substituted(d, name, str(number)) for d in said.dims)
            classes = said.classes and substituted(said.classes, name, str(number))
            found[path] = replace(said, dims=dims, classes=classes)
    return found


def _with_labels(found: Shapes) -> Shapes:
    """Labels without a number of classes, completed by a size C of another argument."""
    sizes = [s for said in found.values() for s in size_names(said.dims or ())]
    for path, said in found.items():
        if said.integer and not said.classes:
            for usual in docstrings.CLASSES:
                if usual in sizes:
                    found[path] = Said(said.dims, "", usual, True, said.fixed, said.scalar)
                    break
    return found


def comment(user: Text, node: ast.AST) -> Shapes:
    """The comments ``# oracle: shapes ...`` directly above something or one of its decorators.

    Raises:
        Unusable: it is written otherwise, and would be passed over in silence.
    """
    begun: int = node.lineno  # type: ignore[attr-defined]
    found: Shapes = {}
    lines: list[tuple[int, str]] = []
    for first in {begun, *(d.lineno for d in getattr(node, "decorator_list", []))}:
        at = first - 1
        while at >= 1 and user.lines[at - 1].lstrip().startswith("#"):
            said = COMMENT.match(user.lines[at - 1])
            if said:
                lines.append((at, said[1]))
            elif other := OTHER.match(user.lines[at - 1]):
                raise Unusable(
                    f'"# oracle: {other[1]}" says neither shapes nor ignore[...]; if shapes are '
                    f'meant, write "# oracle: shapes {other[1] or "x: N D"}"',
                    at,
                )
            at -= 1
    for line, text in sorted(lines):
        found.update(grammar.entries(text, line))
    return found


def fields(user: Text, node: ast.ClassDef) -> Shapes:
    """The shapes of a dataclass's fields: ``W: np.ndarray  # (D, M)``."""
    found: Shapes = {}
    for part in node.body:
        if not isinstance(part, ast.AnnAssign) or part.value is not None:
            continue
        if not isinstance(part.target, ast.Name):
            continue
        said = _annotated(part.annotation, user)
        if said is None or not said.has_shape or said.scalar:
            said = docstrings.beside(user.lines[part.lineno - 1])
        if said is not None:
            found[(part.target.id,)] = said
    return found


def annotations(function: Function, user: Text) -> Shapes:
    """jaxtyping's ``Float[np.ndarray, "N D"]``, bare or in ``Annotated[..., "labels(C)"]``.

    ``eps: float = 1e-5`` says no shape: a number with a default is to stay what it is.
    """
    found: Shapes = {}
    positional = function.args.posonlyargs + function.args.args
    given = positional[len(positional) - len(function.args.defaults) :]
    given += [a for a, d in zip(function.args.kwonlyargs, function.args.kw_defaults) if d]
    for argument in positional + function.args.kwonlyargs:
        said = _annotated(argument.annotation, user) if argument.annotation else None
        if said is not None and not (said.scalar and argument in given):
            found[(argument.arg,)] = said
    return found


def _annotated(node: ast.expr | None, user: Text, deep: int = 0) -> Said | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        try:
            node = ast.parse(node.value, mode="eval").body
        except SyntaxError:
            return None
    if isinstance(node, ast.Name) and node.id == "float":
        return Said((), scalar=True)
    if isinstance(node, ast.Name) and deep < 5:  # Batch = Float[np.ndarray, "N D"]
        for part in user.tree.body:
            if isinstance(part, ast.Assign) and any(
                isinstance(t, ast.Name) and t.id == node.id for t in part.targets
            ):
                return _annotated(part.value, user, deep + 1)
    if not isinstance(node, ast.Subscript) or not isinstance(node.slice, ast.Tuple):
        return None
    kind = ast.unparse(node.value).rpartition(".")[2]
    parts = node.slice.elts
    if kind == "Annotated":
        inner = _annotated(parts[0], user, deep) or Said()
        words = [p.value for p in parts[1:] if isinstance(p, ast.Constant)]
        try:
            said = grammar.said_by([w for text in words for w in str(text).split()])
        except ValueError:
            return inner
        return said.completed(inner)
    last = parts[-1]
    if not (isinstance(last, ast.Constant) and isinstance(last.value, str)):
        return None
    dims = [word.lstrip("#?").partition("=")[2] or word.lstrip("#?") for word in last.value.split()]
    dims = ["*rest" if d == "..." else d for d in dims]
    if kind == "Bool":
        return Said(tuple(dims), "mask")
    return Said(tuple(dims), integer=kind in INTEGERS)


def missing(
    name: str,
    said: Shapes,
    argument: str,
    above: int,
    also: Iterable[str] = (),
    nodes: Sequence[Function | None] = (),
) -> MissingShapes:
    """The error that names the arguments whose shape nothing says, with a comment to add."""
    names = [argument, *also]
    own = [node for node in nodes if node is not None]
    labels = {n for n in names if any(usage.indexes_with(node, n) for node in own)}
    numbers = (
        r"(stride|pad|axis|kernel|size|num|n_|mode(?!l)|activation|_param|config|layers?$|units)"
    )
    arrays = {n for n in names if any(usage.is_array(node, n) for node in own)}
    example = ", ".join(
        f"{n}={_value(n)}"
        if n not in arrays and (n in naming.NUMBERS or re.search(numbers, n.rpartition(".")[2]))
        else f"{n}: {_beside_labels(n, said, labels) if labels else _guess(n, said)}"
        for n in names
    )
    return MissingShapes(
        f"{name}: nothing says the shape of {' and '.join(names)}; add a line such as "
        f'"# oracle: shapes {example}" above line {above}',
        above,
        names,
    )


def unknown_range(name: str, said: Shapes, argument: str, above: int) -> Unusable:
    """The error that names an argument whose range of integers nothing says."""
    dims = " ".join(said[(argument,)].dims or ())
    return MissingShapes(
        f"{name}: nothing says which integers {argument} holds; add a line such as "
        f'"# oracle: shapes {argument}: {f"{dims} labels(C)".strip()}" above line {above}',
        above,
        [argument],
        are_labels=True,
    )


def _beside_labels(name: str, said: Shapes, labels: set[str]) -> str:
    """A guess where labels pick entries of an array: of the labels, or of the array."""
    first = next((s.dims for s in said.values() if s.dims), ("N",))
    sizes = size_names(tuple(d for s in said.values() for d in s.dims or ()))
    classes = next((c for c in docstrings.CLASSES if c in sizes), "C")
    if name in labels:
        return f"{first[0]} labels({classes})"
    guess = _guess(name, said)
    return f"{first[0]} {classes}" if guess == "N D" else guess


def _guess(name: str, said: Shapes) -> str:
    first = next((s.dims for s in said.values() if s.dims), ("N",))
    name = name.rpartition(".")[2]
    if naming.same(name.rstrip("0123456789"), "W"):
        return "D M"
    if naming.same(name.rstrip("0123456789"), "b"):
        return "M"
    if name in naming.TARGETS | naming.PERHAPS_TARGETS:
        return f"{first[0]} C onehot"
    return "N D"


def _value(name: str) -> str:
    if name in naming.NUMBERS:
        return str(naming.NUMBERS[name])
    if re.search(r"param|config", name.rpartition(".")[2]):
        return '{"mode": "train"}'
    if "activation" in name or "mode" in name.rpartition(".")[2]:
        return '"relu"'
    return "1"
