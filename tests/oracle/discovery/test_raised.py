"""Names that NumPy or Python removed: what to write today is said."""

import pytest

from oracle.discovery.load import load
from oracle.discovery.raised import said, today

REMOVED = {
    "import numpy as np; np.float(1)": "write float today",
    "import numpy as np; np.product([1])": "write np.prod today",
    "import numpy as np; np.Inf": "write np.inf today",
    "from collections import Hashable": "write collections.abc.Hashable today",
    "import collections; collections.Callable": "write collections.abc.Callable today",
    "import time; time.clock()": "write time.perf_counter today",
    "from fractions import gcd": "write math.gcd today",
    "xrange(3)": "xrange has been removed: write range today",
}


@pytest.mark.parametrize(("line", "expected"), REMOVED.items())
def test_an_error_about_a_removed_name_says_what_to_write_today(line, expected):
    with pytest.raises(Exception) as raised:  # noqa: PT011
        exec(line, {})
    text = said(raised.value)
    assert text.endswith(f"{expected})")
    assert "\n" not in text


def test_names_that_this_numpy_still_has_are_known_as_well():
    error = AttributeError("module 'numpy' has no attribute 'row_stack'")
    assert today(error) == "np.row_stack has been removed: write np.vstack today"


def test_other_errors_are_left_as_they_are():
    assert today(AttributeError("module 'numpy' has no attribute 'flot'")) == ""
    assert today(NameError("name 'dx' is not defined")) == ""


def test_an_import_of_a_removed_name_costs_what_needs_it(tmp_path):
    text = "from collections import Hashable, OrderedDict\nkept = OrderedDict\n"
    (tmp_path / "net.py").write_text(text, encoding="utf-8")
    loaded = load(tmp_path / "net.py")
    assert loaded.module.kept
    assert "write collections.abc.Hashable today" in loaded.told[0]
