"""A function as it runs on arrays: without what it does to lists and numbers alone."""

import ast
import copy
from typing import TypeVar

OTHERS = ("list", "tuple", "set", "int", "float", "str")

Node = TypeVar("Node", bound=ast.AST)


def for_arrays(function: Node) -> Node:
    """A function without the bodies that make an array of a list, which an array skips.

    ``if isinstance(y, list): y = one_hot(y, k)`` says nothing of the arrays that y may be.
    """
    if not any(isinstance(part, ast.If) and _asked(part) for part in ast.walk(function)):
        return function
    found: Node = _ForArrays().visit(copy.deepcopy(function))
    return found


class _ForArrays(ast.NodeTransformer):
    def visit_If(self, node: ast.If) -> ast.AST:
        self.generic_visit(node)
        name = _asked(node)
        stored = [part for one in node.body for part in ast.walk(one) if isinstance(part, ast.Name)]
        if name and any(p.id == name and isinstance(p.ctx, ast.Store) for p in stored):
            node.body = [ast.copy_location(ast.Pass(), node)]
        return node


def _asked(node: ast.If) -> str:
    """The name of which ``if isinstance(name, list)`` asks; "" where it asks something else."""
    test = node.test
    if not isinstance(test, ast.Call) or ast.unparse(test.func) != "isinstance":
        return ""
    if len(test.args) != 2 or not isinstance(test.args[0], ast.Name):
        return ""
    kinds = test.args[1].elts if isinstance(test.args[1], ast.Tuple) else [test.args[1]]
    return test.args[0].id if all(ast.unparse(kind) in OTHERS for kind in kinds) else ""
