"""Updated parameters that a function returns: ``return loss, W - lr * dW, b - lr * db``."""

import ast
from dataclasses import dataclass

from oracle.discovery.text.functions import Function, parameters
from oracle.discovery.text.origins import RATES
from oracle.discovery.text.returns import last_return


@dataclass(frozen=True)
class Updated:
    """A returned value that is a parameter minus a rate times its gradient."""

    place: int  # in what is returned
    parameter: str
    gradient: str  # the user's text for it
    rate: str
    line: int


def updated(node: Function) -> list[Updated]:
    """The updated parameters that a function returns; only those whose rate is an argument."""
    last = last_return(node)
    known = parameters(node)
    found: list[Updated] = []
    parts = last.value.elts if last is not None and isinstance(last.value, ast.Tuple) else []
    for place, part in enumerate(parts):
        if not (isinstance(part, ast.BinOp) and isinstance(part.op, ast.Sub)):
            continue
        left, right = part.left, part.right
        if not (isinstance(left, ast.Name) and isinstance(right, ast.BinOp)):
            continue
        factors = [right.left, right.right] if isinstance(right.op, ast.Mult) else []
        rates = [f.id for f in factors if isinstance(f, ast.Name) and RATES.match(f.id)]
        if left.id in known and len(rates) == 1 and rates[0] in known:
            (gradient,) = (f for f in factors if ast.unparse(f) != rates[0])
            text = ast.unparse(gradient)
            line = _line(node, text) or part.lineno
            found.append(Updated(place, left.id, text, rates[0], line))
    return found


def _line(node: Function, text: str) -> int:
    """The line of the last assignment to a name; 0 if there is none."""
    assigned = [
        part.lineno
        for part in ast.walk(node)
        if isinstance(part, ast.Assign) and any(ast.unparse(t) == text for t in part.targets)
    ]
    return max(assigned, default=0)
