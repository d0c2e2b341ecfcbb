"""A notebook as one Python text, whose lines are lines of its cells."""

import json

import pytest

from oracle.discovery.text import notebooks


def notebook(*cells, **about):
    """The JSON text of a notebook with these code cells."""
    made = [
        {"cell_type": "code", "execution_count": 2, "metadata": {}, "outputs": [], "source": cell}
        for cell in cells
    ]
    whole = {"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 4, **about}
    return json.dumps(whole, indent=1)


def text(*cells):
    return notebooks.parse(notebook(*cells)).text


def test_cells_come_in_order_each_below_its_number():
    assert text("x = 1", ["y = 2\n", "z = 3"]) == "# %% cell 1\nx = 1\n# %% cell 2\ny = 2\nz = 3\n"


def test_a_line_of_the_text_is_a_line_of_a_cell():
    found = notebooks.parse(notebook("a = 1\nb = 2", "c = 3"))
    lines = found.text.split("\n")
    assert found.place(1 + lines.index("b = 2")) == (1, 2)
    assert found.place(1 + lines.index("c = 3")) == (2, 1)


def test_cells_of_text_are_not_counted():
    whole = json.loads(notebook("x = 1"))
    whole["cells"].insert(0, {"cell_type": "markdown", "metadata": {}, "source": "# A title"})
    found = notebooks.parse(json.dumps(whole))
    assert [cell.number for cell in found.cells] == [1]


COMMANDS = {
    "a magic": ("%matplotlib inline\nx = 1", "pass  # %matplotlib inline\nx = 1"),
    "a shell command": ("!pip install numpy\nx = 1", "pass  # !pip install numpy\nx = 1"),
    "help": ("np.dot?\nx = 1", "pass  # np.dot?\nx = 1"),
    "help first": ("?np.dot\nx = 1", "pass  # ?np.dot\nx = 1"),
    "an assigned one": ("files = !ls\nx = 1", "pass  # files = !ls\nx = 1"),
    "one over two lines": ("!pip install \\\n  numpy\nx = 1", "pass  # !pip install \\\n#   numpy\nx = 1"),
    "one in a block": ("if 1:\n    %time f()", "if 1:\n    pass  # %time f()"),
    "a cell of Python": ("%%time\nx = 1", "pass  # %%time\nx = 1"),
    "a cell of something else": ("%%bash\nls", "# %%bash\n# ls"),
    "none": ("x = (5\n  % 3)\ny = '''\n!no\n'''", "x = (5\n  % 3)\ny = '''\n!no\n'''"),
    "none beside one": ("%pylab\ny = '''\n!no\n'''\nx = (5\n  % 3)", "pass  # %pylab\ny = '''\n!no\n'''\nx = (5\n  % 3)"),
}  # fmt: skip


@pytest.mark.parametrize(("cell", "read"), COMMANDS.values(), ids=COMMANDS)
def test_magics_and_shell_lines_are_left_out(cell, read):
    assert text(cell) == f"# %% cell 1\n{read}\n"


def test_a_cell_that_is_no_python_costs_itself_alone():
    found = notebooks.parse(notebook("x = 1", "y = 2\nprint 'two'", "z = 3"))
    assert (
        found.text
        == "# %% cell 1\nx = 1\n# %% cell 2\n# y = 2\n# print 'two'\n# %% cell 3\nz = 3\n"
    )
    assert [cell.broken[0] for cell in found.cells] == [0, 2, 0]


BROKEN = {
    "no JSON": ("{", "no notebook"),
    "a list": ("[]", "no notebook"),
    "format 3": (json.dumps({"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": []}), "format 3"),
    "no cells": (json.dumps({"nbformat": 4, "nbformat_minor": 4, "metadata": {}}), "notebook"),
    "R": (notebook("x <- 1", metadata={"kernelspec": {"language": "R", "name": "ir", "display_name": "R"}}), "is r, not Python"),
}  # fmt: skip


@pytest.mark.parametrize(("whole", "said"), BROKEN.values(), ids=BROKEN)
def test_what_is_no_notebook_of_python_says_so(whole, said):
    with pytest.raises(ValueError, match=said):
        notebooks.parse(whole)


# -- changes, put back --------------------------------------------------------------------------

STYLES = {
    "as Jupyter writes it": lambda whole: json.dumps(whole, indent=1, ensure_ascii=False) + "\n",
    "by four": lambda whole: json.dumps(whole, indent=4),
    "on one line": json.dumps,
}


@pytest.mark.parametrize("spell", STYLES.values(), ids=STYLES)
@pytest.mark.parametrize("as_list", [True, False], ids=["lines", "string"])
def test_only_the_lines_that_changed_are_written(spell, as_list):
    source = "%time\n# Größe\ny = -x\nz = y"
    whole = json.loads(notebook("x = 1\n", source, "w = 0"))
    if as_list:
        for cell in whole["cells"]:
            cell["source"] = cell["source"].splitlines(keepends=True)
    whole["cells"][1]["outputs"] = [{"name": "stdout", "output_type": "stream", "text": ["ö"]}]
    whole["cells"][1]["source_hidden"] = {"source": "y = -x"}
    old = spell(whole)
    after = notebooks.parse(old).text.replace("y = -x", "y = x\nassert y")
    new = notebooks.put_back(old, after)
    changed = source.replace("y = -x", "y = x\nassert y")
    whole["cells"][1]["source"] = changed.splitlines(keepends=True) if as_list else changed
    assert new == spell(whole)


def test_nothing_is_written_where_nothing_changed():
    old = notebook("x = 1", "")
    assert notebooks.put_back(old, notebooks.parse(old).text) == old


def test_a_text_of_other_cells_is_not_put_back():
    with pytest.raises(ValueError, match="same cells"):
        notebooks.put_back(notebook("x = 1", "y = 2"), "# %% cell 1\nx = 1\n")
