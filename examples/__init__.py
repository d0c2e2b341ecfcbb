"""The worked systems: the published examples of backpropagation, run with ``reference/``.

Each program reads like the article it comes from and shows every published figure beside the
computed one and beside torch's. ``python -m examples`` lists them.
"""

import ast
from pathlib import Path

# In the order in which a learner would read them; the first line of a module says what it is.
PROGRAMS = (
    "mazur",
    "update_order",
    "hours_studied",
    "stairs",
    "chaos",
    "nielsen",
    "mini_batch",
    "six_lines",
    "batches",
    "outputs",
    "logistic",
    "matrix_form",
    "bias_row",
    "dimensions",
    "network_jacobian",
    "jacobian",
    "jacobian_measured",
    "gradient_check",
    "looney",
    "baseline",
    "momentum",
    "rprop",
    "race",
    "joshi",
    "joshi_rate",
    "costs",
    "dermatology",
    "convolution",
    "fuzzy",
    "ridge",
    "broken",
    "saturated",
    "stuck",
)


def first_line(name: str) -> str:
    """What a program is, read without running it."""
    path = Path(__file__).with_name(f"{name}.py")
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return (ast.get_docstring(tree) or "").partition("\n")[0]
