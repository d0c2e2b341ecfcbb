"""Values that pass through text, bytes and objects: right code stays right, wrong code is wrong."""

import importlib.util

import pytest

import oracle

LAYER = """import json
import numpy as np


def passed(v):
    return {passed}


# oracle: shapes x: N D, g: D
def rmsnorm_forward(x, g):
    r = passed(np.sqrt((x**2).mean(axis=1, keepdims=True) + 1e-3))
    return x / r * g, (x, g, r)


def rmsnorm_backward(dout, cache):
    x, g, r = cache
    y = x / r
    u = dout * g
    dx = {dx}
    return dx, (dout * y).sum(axis=0)
"""
RIGHT = "(u - y * (u * y).mean(axis=1, keepdims=True)) / r"
STATISTICS_CONSTANT = "u / r"
FLOATS = "np.array([float({}) for t in v.ravel()]).reshape(v.shape)"
WAYS = {
    "json": "np.array(json.loads(json.dumps(v.tolist())))",
    "objects": "v.astype(object).astype(float)",
    "text": FLOATS.format("repr(float(t))"),
    "percent": FLOATS.format("'%.17g' % t"),
    "masked": "np.ma.masked_array(v, False).filled(0.0)",
}


def checked(tmp_path, name, passed, dx):
    path = tmp_path / f"{name}_layer.py"
    path.write_text(LAYER.format(passed=passed, dx=dx), encoding="utf-8")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return oracle.check(module.rmsnorm_forward, module.rmsnorm_backward, cases=10)


@pytest.mark.parametrize("name", WAYS)
def test_right_code_is_not_accused_where_its_values_leave_the_record(name, tmp_path):
    result = checked(tmp_path, name, WAYS[name], RIGHT)
    assert result.verdict in ("correct", "undecidable")


def test_the_gradient_that_autograd_would_see_is_still_wrong(tmp_path):
    """A replay in which the statistics are constants would find this backward right."""
    result = checked(tmp_path, "json", WAYS["json"], STATISTICS_CONSTANT)
    assert result.verdict == "wrong"
