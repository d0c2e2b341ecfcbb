"""What is remembered of the texts that were read: it is forgotten where many are read in turn."""

from oracle.discovery.text import assignments, functions, returns

REMEMBERED = (
    functions.all_nodes, functions.own_nodes, assignments.assigned, assignments.assigned_text,
    returns.items,
)  # fmt: skip


def forget() -> None:
    """Let go of all trees: of a folder of 1,000 files they take hundreds of megabytes."""
    for each in REMEMBERED:
        each.cache_clear()
