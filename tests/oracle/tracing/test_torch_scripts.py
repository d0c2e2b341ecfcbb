"""Torch scripts whose gradients are computed by hand are judged as those of NumPy are."""

import subprocess
import sys

import pytest

from oracle.tracing import judge
from oracle.tracing.run import run
from oracle.tracing.steps import enough

LAYER_NORM = """
import torch

torch.manual_seed(3)
X = torch.randn(9, 5)
t = torch.sin(X.sum(1, keepdim=True))
W = torch.nn.Parameter(torch.randn(5, 6) / 5**0.5)
gain, bias = torch.ones(6, requires_grad=True), torch.zeros(6, requires_grad=True)
v = torch.randn(6, 1, requires_grad=True)
params = [W, gain, bias, v]
for epoch in range(40):
    with torch.no_grad():
        z = X @ W
        mean = z.mean(1, keepdim=True)
        inv = (z.var(1, keepdim=True, unbiased=False) + 1e-5).rsqrt()
        n = (z - mean) * inv
        h = torch.nn.functional.relu(n * gain + bias)
        y = h.mm(v)
        loss = (y - t).pow(2).mean()
    dy = 2.0 * (y - t) / len(X)
    v.grad = h.t().mm(dy)
    dh = dy.mm(v.detach().t())
    dpre = dh * (h > 0).float()
    gain.grad = (dpre * n).sum(0)
    bias.grad = dpre.sum(0)
    dn = dpre * gain.detach()
    dz = inv * (dn - dn.mean(1, keepdim=True) - n * (dn * n).mean(1, keepdim=True))
    W.grad = X.t().mm(dz)
    for p in params:
        p.data.add_(p.grad, alpha=-0.1)
    if epoch % 10 == 0:
        print(epoch, round(loss.item(), 6))
"""

VELOCITY = """
import torch
import torch.nn.functional as F

g = torch.Generator().manual_seed(8)
E = torch.randn((7, 4), generator=g)
W = torch.randn((8, 7), generator=g) * 0.3
b = torch.zeros(7)
pairs = torch.randint(0, 7, (30, 2), generator=g)
labels = torch.randint(0, 7, (30,), generator=g)
params = {"E": E, "W": W, "b": b}
velocity = {k: torch.zeros_like(p) for k, p in params.items()}

@torch.no_grad()
def step(ids, y):
    x = params["E"][ids].view(len(ids), -1)
    a = torch.tanh(x)
    logits = a @ params["W"] + params["b"]
    logp = F.log_softmax(logits, dim=1)
    loss = F.nll_loss(logp, y)
    dlogits = logp.exp() - F.one_hot(y, 7)
    dlogits.div_(len(ids))
    grads = {"W": a.T @ dlogits, "b": dlogits.sum(dim=0)}
    dx = (dlogits @ params["W"].T) * (1 - a**2)
    grads["E"] = torch.zeros_like(params["E"]).index_add_(0, ids.flatten(), dx.view(-1, 4))
    for k in params:
        velocity[k] = 0.9 * velocity[k] + grads[k]
        params[k] -= 0.05 * velocity[k]
    return loss.item()

for i in range(20):
    print(step(pairs, labels))
"""

SCRIPTS = {"layer_norm": LAYER_NORM, "velocity": VELOCITY}
WRONG = [
    ("layer_norm", "(dn * n).mean(1, keepdim=True))", "(dn * n).sum(1, keepdim=True))", "dz"),
    ("layer_norm", "(dpre * n).sum(0)", "(dpre * h).sum(0)", "gain.grad"),
    ("velocity", "dlogits.sum(dim=0)", "dlogits.mean(dim=0)", "grads['b']"),
    ("velocity", "(1 - a**2)", "(1 - x**2)", "dx"),
]


@pytest.fixture
def trace(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def traced(text):
        (tmp_path / "script.py").write_text(text, encoding="utf-8")
        recorded = run("script.py", [], 3, lambda stored, notes: enough(stored, notes, 3))
        return judge.report(recorded, "script.py", 3)

    return traced


def verdicts(report):
    assert report.errors == []
    return {g.name: g.verdict for result in report.results for g in result.gradients}


@pytest.mark.parametrize("name", SCRIPTS)
def test_right_torch_scripts_are_right(name, trace):
    found = verdicts(trace(SCRIPTS[name]))
    assert set(found.values()) == {"correct"}
    assert len(found) >= 4


@pytest.mark.parametrize(("name", "old", "new", "blamed"), WRONG)
def test_a_planted_mistake_is_found(name, old, new, blamed, trace):
    assert old in SCRIPTS[name]
    found = verdicts(trace(SCRIPTS[name].replace(old, new)))
    assert [text for text, verdict in found.items() if verdict == "wrong"] == [blamed]


def test_a_traced_torch_script_prints_what_it_prints_alone(tmp_path):
    (tmp_path / "script.py").write_text(VELOCITY, encoding="utf-8")
    alone = subprocess.run(
        [sys.executable, "script.py"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    traced = subprocess.run(
        [sys.executable, "-m", "oracle", "trace", "--to-end", "script.py"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert traced.stdout.startswith(alone.stdout)
    assert traced.returncode == 0
