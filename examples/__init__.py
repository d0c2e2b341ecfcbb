"""The worked systems: the published examples of backpropagation, run with ``reference/``.

Each program reads like the article it comes from and shows every published figure beside the
computed one and beside torch's. ``python -m examples`` lists them.
"""

import ast
from pathlib import Path

# In the order in which a learner would read them; the first line of a module says what it is.
PROGRAMS = (
    "mazur",
    "hours_studied",
    "stairs",
    "nielsen",
    "matrix_form",
    "outputs",
    "batches",
    "gradient_check",
    "jacobian",
    "looney",
    "rprop",
    "costs",
    "dermatology",
    "convolution",
    "fuzzy",
    "broken",
)


def first_line(name: str) -> str:
    """What a program is, read without running it."""
    path = Path(__file__).with_name(f"{name}.py")
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return (ast.get_docstring(tree) or "").partition("\n")[0]
