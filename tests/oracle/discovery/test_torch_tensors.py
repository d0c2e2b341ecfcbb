"""Code on torch tensors outside of Functions: judged as code on arrays is."""

import textwrap

import numpy as np
import pytest

from oracle import discovery
from oracle.commands.check import Settings, judge
from oracle.discovery.ways.torch_tensors import REMARK
from oracle.results import Result


def result_of(folder, text, name=""):
    file = folder / "mine.py"
    file.write_text("import torch\n" + textwrap.dedent(text), encoding="utf-8")
    subjects, failures = discovery.subjects(file, name)
    assert not failures
    result = judge(subjects[-1], Settings(cases=40))
    assert isinstance(result, Result), result
    return result


def verdicts(result):
    return {gradient.of: gradient.verdict for gradient in result.gradients}


PAIR = """
    # oracle: shapes x: N D, w: D M
    def gated_forward(x, w):
        return torch.sigmoid(x.mm(w)) * x.sum(dim=1, keepdim=True)


    def gated_backward(dout, x, w):
        s = torch.sigmoid(x.mm(w))
        ds = dout * x.sum(dim=1, keepdim=True)
        dz = ds * s * ({slope})
        dx = dz.mm(w.t()) + (dout * s).sum(dim=1, keepdim=True)
        return dx, x.t().mm(dz)
"""
CACHE = """
    # oracle: shapes x: N D+1, gamma: D+1
    def norm_forward(x, gamma):
        centred = x - x.mean(-1, keepdim=True)
        inverse = (centred.var(-1, keepdim=True, unbiased=False) + 1e-5).rsqrt()
        hat = centred * inverse
        return hat * gamma, (hat, inverse, gamma)


    def norm_backward(dout, cache):
        hat, inverse, gamma = cache
        d = dout * gamma
        dx = inverse * (d - d.mean(-1, keepdim=True){rest})
        return dx, (dout * hat).sum(0)
"""
VALUE = """
    # oracle: shapes w: D C, x: N D, y: N labels(C)
    def hinge_loss_and_grad(w, x, y):
        scores = x.mm(w)
        own = scores[torch.arange(len(y)), y].unsqueeze(1)
        margins = (scores - own + 1).clamp(min=0)
        margins[torch.arange(len(y)), y] = 0
        loss = (margins.sum() / len(y)).item()
        active = (margins > 0).to(x.dtype)
        active[torch.arange(len(y)), y] -= active.sum(1)
        grad = x.t().mm(active){mean}
        return loss, grad
"""
LAYER = """
    class Film:
        # oracle: shapes x: N D
        def __init__(self, D):
            self.gain = torch.ones(D)
            self.shift = torch.zeros(D)

        def forward(self, x):
            self.x = x
            return x * self.gain + self.shift

        def backward(self, dout):
            self.dgain = (dout * self.x).{reduce}(dim=0)
            self.dshift = dout.sum(dim=0)
            return dout * self.gain
"""
MODULE = """
    class Net(torch.nn.Module):
        # oracle: shapes x: N D, t: N
        def __init__(self, D, H):
            super().__init__()
            self.W = torch.nn.Parameter(torch.randn(D, H))
            self.v = torch.nn.Parameter(torch.randn(H))

        def forward(self, x):
            self.h = torch.tanh(x @ self.W)
            return self.h @ self.v

        def loss(self, out, t):
            return ((out - t) ** 2).mean()

        def backward(self, x, t):
            out = self.forward(x)
            d = 2 * (out - t) / len(t)
            self.dv = self.h.T @ d
            self.dW = x.T @ (torch.outer(d, self.v){slope})
"""
DERIVATIVE = """
    def softplus(z):
        return torch.log1p(torch.exp(-z.abs())) + z.clamp(min=0)


    def softplus_prime(z):
        return {slope}(z)
"""
WRITES = """
    # oracle: shapes x: N D
    def ramp_forward(x):
        out = x.clone()
        out[:, 1:] += x[:, :-1]
        left, right = out.split([1, x.shape[1] - 1], dim=1)
        right *= 2
        out.exp_()
        return out


    def ramp_backward(dout, x):
        z = x.clone()
        z[:, 1:] += x[:, :-1]
        z[:, 1:] *= 2
        d = dout * z.exp()
        d[:, 1:] *= {factor}
        dx = d.clone()
        dx[:, :-1] += d[:, 1:]
        return dx
"""
RANDOM = """
    # oracle: shapes x: N D
    def drop_forward(x, p=0.25):
        kept = (torch.rand_like(x) > p).to(x.dtype){scaled}
        return x * kept, kept * {other}


    def drop_backward(dout, cache):
        return dout * cache
"""
LOW = """
    # oracle: shapes x: N D, w: D M
    def mixed_forward(x, w):
        return torch.tanh((x.bfloat16() @ w.bfloat16()).float())


    def mixed_backward(dout, x, w):
        h = torch.tanh((x.bfloat16() @ w.bfloat16()).float())
        dz = (dout * (1 - h * h)).bfloat16()
        return (dz @ w.bfloat16().T).float(), (x.bfloat16().T @ dz).float(){mean}
"""
KINDS = {
    "pair": (PAIR, {"slope": "1 - s"}, {"slope": "1"}, "w"),
    "cache": (CACHE, {"rest": " - hat * (d * hat).mean(-1, keepdim=True)"}, {"rest": ""}, "x"),
    "value and gradient": (VALUE, {"mean": " / len(y)"}, {"mean": ""}, "w"),
    "layer": (LAYER, {"reduce": "sum"}, {"reduce": "mean"}, "self.gain"),
    "module": (MODULE, {"slope": " * (1 - self.h**2)"}, {"slope": ""}, "self.W"),
    "derivative": (DERIVATIVE, {"slope": "torch.sigmoid"}, {"slope": "torch.tanh"}, "z"),
    "writes through views": (WRITES, {"factor": "2"}, {"factor": "1"}, "x"),
    "random": (
        RANDOM, {"scaled": " / (1 - p)", "other": "1"}, {"scaled": "", "other": "1 / (1 - p)"}, "x",
    ),
    "low precision": (LOW, {"mean": ""}, {"mean": " / len(x)"}, "w"),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_right_code_is_correct_and_wrong_code_is_not(tmp_path, kind):
    text, right, wrong, of = KINDS[kind]
    result = result_of(tmp_path, text.format(**right))
    assert set(verdicts(result).values()) == {"correct"}
    assert result.truth == "autograd"
    assert REMARK in [note.message for note in result.remarks]
    result = result_of(tmp_path, text.format(**wrong))
    assert result.verdict == "wrong"
    assert verdicts(result)[of] in ("wrong", "inherited")


def test_the_mistake_is_named(tmp_path):
    text, _, wrong, _ = KINDS["layer"]
    (bad,) = [g for g in result_of(tmp_path, text.format(**wrong)).gradients if g.findings]
    assert [note.name for note in bad.findings] == ["extra-batch-mean"]


def test_the_step_is_blamed_and_what_follows_is_inherited(tmp_path):
    text, _, wrong, _ = KINDS["pair"]
    result = result_of(tmp_path, text.format(**wrong))
    blamed = [(g.name, g.line) for g in result.gradients if g.verdict == "wrong"]
    assert blamed == [("dz", 11)]
    assert {verdicts(result)[of] for of in ("x", "w")} == {"inherited"}


def test_code_on_arrays_beside_torch_is_run_on_arrays(tmp_path):
    text = """
        import numpy as np

        # oracle: shapes x: N+1 D
        def spread_forward(x):
            return x / np.std(x, 0)

        def spread_backward(dout, x):
            s = np.std(x, 0)
            c = x - x.mean(0)
            return dout / s - c * (dout * x).sum(0) / (len(x) * s**3)

        compare = torch.std
    """
    result = result_of(tmp_path, text)
    assert set(verdicts(result).values()) == {"correct"}
    assert REMARK not in [note.message for note in result.remarks]


def test_what_means_another_thing_on_arrays_is_run_on_tensors(tmp_path):
    text = """
        # oracle: shapes x: N+1 D
        def spread_forward(x):
            return x / x.std(0)

        def spread_backward(dout, x):
            s = x.std(0)
            c = x - x.mean(0)
            return dout / s - c * (dout * x).sum(0) / ((len(x) - 1) * s**3)
    """
    assert set(verdicts(result_of(tmp_path, text)).values()) == {"correct"}


@pytest.mark.filterwarnings("ignore:.*torch.jit")  # deprecated, and used
def test_scripted_functions_say_what_they_take(tmp_path):
    text = """
        @torch.jit.script
        def hump_forward(x):
            return x * torch.exp(-x * x)

        @torch.jit.script
        def hump_backward(dout, x):
            return dout * torch.exp(-x * x) * (1 - 2 * x * x)
    """
    assert set(verdicts(result_of(tmp_path, text)).values()) == {"correct"}


def test_a_returned_value_without_a_name_is_what_its_shape_says(tmp_path):
    text = """
        # oracle: shapes x: N D
        class First:
            def __init__(self, D=3, C=2):
                self.W = torch.randn(D, C)

            def forward(self, x):
                return x.mm(self.W)

            def backward(self, x, dout):
                return torch.mm(x.t(), dout) * 3
    """
    (bad,) = result_of(tmp_path, text).gradients
    assert (bad.name, bad.of, bad.verdict) == ("dW", "self.W", "wrong")


def test_what_is_written_to_an_argument_is_seen(tmp_path):
    from oracle.truth.torch_crossing import Crossings, crossing

    def doubled(x, kept):
        x.mul_(2)
        kept["x"] = x
        return x

    x, kept = np.ones(3), {}
    assert crossing(doubled, Crossings(False))(x, kept) is x
    assert kept["x"] is x
    np.testing.assert_array_equal(x, 2)
