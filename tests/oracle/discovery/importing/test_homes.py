"""Modules are found where they are: beside a file, above it, in its package."""

import pytest

from oracle.discovery import subjects
from oracle.discovery.load import load

LAYER = """
class Shift:
    def forward(self, x):
        return {forward}

    def backward(self, dout):
        return {backward}
"""
HALVE = "def halve(x):\n    return x / 2\n"
HALVED = LAYER.format(forward="halve(x)", backward="halve(dout)")


def write(top, files):
    for name, text in files.items():
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_text(text, encoding="utf-8")
    return top


def halves(file):
    """Whether the class of a file halves what it is given; nothing was told of its import."""
    loaded = load(file)
    return loaded.told == () and loaded.module.Shift().forward(4.0) == 2.0


PLACES = {
    "beside the file": ("net.py", "helpers.py", "from helpers import halve"),
    "in a folder beside it": ("net.py", "common/functions.py", "from common.functions import halve"),
    "in the folder above, marked as the project's": (
        "chapter/net.py", "common/functions.py", "from common.functions import halve",
    ),
    "in the file's own folder by its path from above": (
        "code/hw3/lib/net.py", "code/hw3/lib/base.py", "from lib.base import halve",
    ),
    "by a relative import, without __init__.py": ("pkg/net.py", "pkg/ops.py", "from .ops import halve"),
    "two folders up": ("pkg/layers/net.py", "pkg/ops.py", "from ..ops import halve"),
    "as a module of the package": ("pkg/layers/net.py", "pkg/ops.py", "from .. import ops\nhalve = ops.halve"),
    "in src": ("tests/net.py", "src/mylib/ops.py", "from mylib.ops import halve"),
    "in a function": ("net.py", "helpers.py", "def halve(x):\n    from helpers import halve as h\n    return h(x)"),
}  # fmt: skip


@pytest.mark.parametrize("case", PLACES.values(), ids=PLACES)
def test_a_helper_is_found(tmp_path, case):
    file, helper, line = case
    text = f"{line}\n{HALVED}"
    top = write(tmp_path, {file: text, helper: HALVE, "pyproject.toml": ""})
    assert halves(top / file)


def test_a_module_does_not_hide_the_package_of_its_name(tmp_path):
    files = {
        "pkg/pkg.py": "from pkg.layers.ops import halve\n" + HALVED,
        "pkg/other.py": "from pkg.layers.ops import halve\n" + HALVED,
        "pkg/layers/ops.py": HALVE,
    }
    top = write(tmp_path, files)
    assert halves(top / "pkg/pkg.py")
    assert halves(top / "pkg/other.py")


def test_a_package_is_imported_from_inside_by_its_own_name(tmp_path):
    files = {
        "pkg/__init__.py": "from pkg.net import Shift\n",
        "pkg/net.py": "from pkg.ops import halve\n" + HALVED,
        "pkg/ops.py": HALVE,
    }
    assert halves(write(tmp_path, files) / "pkg/net.py")


def test_two_files_with_helpers_of_one_name_have_each_their_own(tmp_path):
    third = HALVE.replace("/ 2", "/ 3")
    text = "def now(x):\n    import helpers\n    return helpers.halve(x)\n"
    files = {"a/net.py": text, "a/helpers.py": HALVE, "b/net.py": text, "b/helpers.py": third}
    top = write(tmp_path, files)
    assert load(top / "a/net.py").module.now(6) == 3
    assert load(top / "b/net.py").module.now(6) == 2


def test_a_folder_does_not_hide_an_installed_package_or_python_s_own_module(tmp_path):
    files = {"net.py": "import rich, json\n", "rich/notes.txt": "", "json/notes.py": ""}
    module = load(write(tmp_path, files) / "net.py").module
    assert module.rich.__file__.startswith(str(tmp_path)) is False
    assert module.json.dumps([1]) == "[1]"


def test_a_class_of_a_helper_is_one_class_also_when_it_is_imported_later(tmp_path):
    text = "from shapes import Box\ndef later():\n    from shapes import Box as other\n    return other is Box\n"
    assert load(
        write(tmp_path, {"net.py": text, "shapes.py": "class Box: ...\n"}) / "net.py"
    ).module.later()


def test_a_helper_s_statement_that_raises_costs_the_helper_s_other_names_nothing(tmp_path):
    helper = "table = open('no such file')\n" + HALVE
    top = write(tmp_path, {"net.py": "from helpers import halve\n" + HALVED, "helpers.py": helper})
    assert halves(top / "net.py")


def test_a_wrong_layer_whose_helpers_lie_above_is_found(tmp_path):
    text = "from common.ops import halve\n" + LAYER.format(forward="halve(x)", backward="dout")
    top = write(tmp_path, {"part/net.py": text, "common/ops.py": HALVE, "setup.cfg": ""})
    usable, failures = subjects(top / "part/net.py")
    assert [one.name for one in usable] == ["Shift"]
    assert failures == []
