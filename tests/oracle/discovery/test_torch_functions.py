"""Torch Functions as people write them, and operators: found, made to run, and judged."""

import textwrap

import pytest

from oracle import discovery
from oracle.commands.check import Settings, judge
from oracle.results import Result


def results_of(folder, text, **settings):
    file = folder / "mine.py"
    file.write_text("import torch\n" + textwrap.dedent(text), encoding="utf-8")
    subjects, failures = discovery.subjects(file)
    assert not failures
    results = [judge(subject, Settings(cases=40, **settings)) for subject in subjects]
    assert all(isinstance(result, Result) for result in results), results
    return results


def verdicts(folder, text, **settings):
    (result,) = results_of(folder, text, **settings)
    return {gradient.of: gradient.verdict for gradient in result.gradients}


def remarks(result):
    return " | ".join(note.message for note in result.remarks)


REBOUND = """
    class Tan(torch.autograd.Function):
        @staticmethod
        def forward(ctx, z):
            t = torch.tan(z)
            ctx.save_for_backward(t)
            return t

        @staticmethod
        def backward(ctx, up):
            (t,) = ctx.saved_tensors
            return up * ({slope})


    Tan = Tan.apply
"""
CUMULATIVE = """
    class Decay(torch.autograd.Function):
        # oracle: shapes q: T D
        @staticmethod
        def forward(ctx, q):
            h = torch.tanh(q)
            power = h * h
            total = torch.zeros_like(q)
            for _ in range(2):
                power *= 0.5
                total += power.square()
            ctx.save_for_backward(h)
            return total

        @staticmethod
        def backward(ctx, up):
            (h,) = ctx.saved_tensors
            return up * {factor} * h**3 * (1 - h * h)
"""
PARTS = """
    class Halves(torch.autograd.Function):
        # oracle: shapes u: 2*K M, v: 2*K M
        @staticmethod
        def forward(ctx, u, v):
            out = torch.zeros_like(u)
            for uc, vc, oc in zip(u.chunk(2), v.chunk(2), out.chunk(2)):
                oc.add_(torch.sin(uc)).mul_(vc)
            ctx.save_for_backward(u, v)
            return out

        @staticmethod
        def backward(ctx, up):
            u, v = ctx.saved_tensors
            return up * v * {slope}(u), up * torch.sin(u)
"""
DIRTY = """
    from torch.autograd.function import once_differentiable

    class Square(torch.autograd.Function):
        @staticmethod
        def forward(ctx, w):
            ctx.save_for_backward(w.clone())
            ctx.mark_dirty(w)
            return w.mul_(w)

        @staticmethod
        @once_differentiable
        def backward(ctx, up):
            (w,) = ctx.saved_tensors
            return {factor} * w * up
"""
NEEDED = """
    class Bilinear(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x, weight, scale=2.0, bias=None):
            ctx.save_for_backward(x, weight, bias)
            ctx.scale = scale
            out = scale * x.mm(weight.t())
            return out if bias is None else out + bias

        @staticmethod
        def backward(ctx, up):
            x, weight, bias = ctx.saved_tensors
            dx = dweight = dbias = None
            if ctx.needs_input_grad[0]:
                dx = ctx.scale * up.mm(weight)
            if ctx.needs_input_grad[1]:
                dweight = ctx.scale * up.t().mm(x)
            if bias is not None and ctx.needs_input_grad[3]:
                dbias = up.{reduce}(0)
            return dx, dweight, None, dbias
"""
APART = """
    class Direction(torch.autograd.Function):
        @staticmethod
        def forward(x, dim):
            n = x.norm(dim=dim, keepdim=True)
            return x / n, n

        @staticmethod
        def setup_context(ctx, inputs, output):
            u, n = output
            ctx.dim = inputs[1]
            ctx.mark_non_differentiable(n)
            ctx.save_for_backward(u, n)

        @staticmethod
        def backward(ctx, up, _):
            u, n = ctx.saved_tensors
            return (up{inner}) / n, None


    def direction(x, dim=-1):
        return Direction.apply(x, dim)[0]
"""
OPERATOR = """
    @torch.library.custom_op("{space}::bump", mutates_args=())
    def bump(x: torch.Tensor, width: float = 2.0) -> torch.Tensor:
        return torch.exp(-((x / width) ** 2))


    def keep(ctx, inputs, output):
        x, ctx.width = inputs
        ctx.save_for_backward(x, output)


    def bump_backward(ctx, up):
        x, y = ctx.saved_tensors
        return -2 * up * y * x / ctx.width{power}, None


    bump.register_autograd(bump_backward, setup_context=keep)
"""
LABELS = """
    import torch.nn.functional as F

    class Smoothed(torch.autograd.Function):
        @staticmethod
        def forward(ctx, logits, target, smoothing: float = 0.1):
            logp = F.log_softmax(logits, dim=-1)
            w = torch.full_like(logp, smoothing / logits.shape[-1])
            w.scatter_add_(1, target.unsqueeze(1), torch.full_like(logp[:, :1], 1 - smoothing))
            ctx.save_for_backward(logp, w)
            return -(w * logp).sum(-1).mean()

        @staticmethod
        def backward(ctx, up):
            logp, w = ctx.saved_tensors
            return up * (logp.exp() - w){mean}, None, None
"""
HELPERS = """
    @torch.jit.script
    def slope(x, up):
        return up * ({slope})


    class SoftSign(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x / (1 + x.abs())

        @staticmethod
        def backward(ctx, up):
            return slope(ctx.saved_tensors[0], up)


    class Layer(torch.nn.Module):
        def forward(self, x):
            return SoftSign.apply(x)
"""
KINDS = [
    (REBOUND, {"slope": "1 + t * t"}, {"slope": "1 - t * t"}, "z"),
    (CUMULATIVE, {"factor": "1.25"}, {"factor": "1.5"}, "q"),
    (PARTS, {"slope": "torch.cos"}, {"slope": "torch.sin"}, "u"),
    (DIRTY, {"factor": "2"}, {"factor": "3"}, "w"),
    (NEEDED, {"reduce": "sum"}, {"reduce": "mean"}, "bias"),
    (APART, {"inner": " - u * (u * up).sum(ctx.dim, keepdim=True)"}, {"inner": ""}, "x"),
    (LABELS, {"mean": " / len(w)"}, {"mean": ""}, "logits"),
    (HELPERS, {"slope": "1 / (1 + x.abs()) ** 2"}, {"slope": "1 / (1 + x.abs())"}, "x"),
]
IDS = [
    "rebound to apply", "in place", "views in place", "mark_dirty", "needs_input_grad",
    "setup_context", "labels", "scripted helper",
]  # fmt: skip


@pytest.mark.filterwarnings("ignore:.*torch.jit")  # deprecated, and used
@pytest.mark.parametrize(("text", "right", "wrong", "of"), KINDS, ids=IDS)
def test_a_right_function_is_correct_and_a_wrong_one_is_not(tmp_path, text, right, wrong, of):
    assert set(verdicts(tmp_path, text.format(**right)).values()) == {"correct"}
    assert verdicts(tmp_path, text.format(**wrong))[of] == "wrong"


def test_operators_of_torch_library(tmp_path):
    if not hasattr(__import__("torch").library, "custom_op"):
        pytest.skip("this torch has no custom_op")
    right = OPERATOR.format(space="tried_right", power="**2")
    wrong = OPERATOR.format(space="tried_wrong", power="")
    assert verdicts(tmp_path, right) == {"x": "correct"}
    assert verdicts(tmp_path, wrong) == {"x": "wrong"}


LOW = """
    class Wave(torch.autograd.Function):
        # oracle: shapes x: N D, w: D
        @staticmethod
        def forward(ctx, x, w):
            {check}
            ctx.save_for_backward(x, w)
            return torch.sin(x) * w

        @staticmethod
        def backward(ctx, up):
            x, w = ctx.saved_tensors
            return up * torch.cos(x) * w, (up * torch.sin(x)).{reduce}(0)
"""


@pytest.mark.parametrize("dtype", ["float32", "float16", "bfloat16"])
def test_code_that_takes_one_dtype_is_judged_by_its_rounding(tmp_path, dtype):
    check = f"assert x.dtype == torch.{dtype}"
    (result,) = results_of(tmp_path, LOW.format(check=check, reduce="sum"))
    assert not {g.verdict for g in result.gradients} & {"wrong", "unstable"}
    assert f"runs in {dtype} only" in remarks(result)
    wrong = verdicts(tmp_path, LOW.format(check=check, reduce="mean"))
    assert wrong["w"] == ("undecidable" if dtype == "bfloat16" else "wrong")


MIXED = """
    class Mixed(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x, w):
            low, w_low = x.bfloat16(), w.to(torch.bfloat16)
            ctx.save_for_backward(low, w_low)
            return (low @ w_low).to(x.dtype)

        @staticmethod
        def backward(ctx, up):
            low, w_low = ctx.saved_tensors
            up_low = up.bfloat16()
            return (up_low @ w_low.t()).to(up.dtype), (low.t() @ up_low{mean}).to(up.dtype)
"""


def test_casts_to_bfloat16_are_promoted(tmp_path):
    (result,) = results_of(tmp_path, MIXED.format(mean=""))
    assert {g.verdict for g in result.gradients} == {"correct"}
    assert "computes in bfloat16: the formula is judged with float64 in its place" in remarks(
        result
    )
    assert verdicts(tmp_path, MIXED.format(mean=" / len(low)"))["w"] == "wrong"


ON_PURPOSE = """
    class {name}(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return {forward}

        @staticmethod
        def backward(ctx, up):
            return {backward}
"""


@pytest.mark.parametrize(
    ("forward", "backward"),
    [("torch.floor(x)", "up"), ("x.view_as(x)", "-up"), ("x.clone()", "up.clamp(-0.1, 0.1)")],
    ids=["straight through", "reversed", "clipped"],
)
def test_no_derivative_on_purpose_is_undecidable(tmp_path, forward, backward):
    text = ON_PURPOSE.format(name="Own", forward=forward, backward=backward)
    assert verdicts(tmp_path, text) == {"x": "undecidable"}


def test_a_sum_of_the_identity_is_no_identity(tmp_path):
    text = ON_PURPOSE.format(name="Own", forward="x + 0.5 * x", backward="-up")
    assert verdicts(tmp_path, text) == {"x": "wrong"}


IMPLICIT = """
    class Root(torch.autograd.Function):
        # oracle: shapes x: N positive
        @staticmethod
        def forward(ctx, x):
            low, high = torch.zeros_like(x), x + 1
            for _ in range(60):
                middle = (low + high) / 2
                below = middle * middle < x
                low = torch.where(below, middle, low)
                high = torch.where(below, high, middle)
            ctx.save_for_backward(low)
            return low

        @staticmethod
        def backward(ctx, up):
            (root,) = ctx.saved_tensors
            return up / ({factor} * root)
"""


@pytest.mark.full
def test_a_root_that_autograd_cannot_differentiate_is_judged_by_differences(tmp_path):
    (result,) = results_of(tmp_path, IMPLICIT.format(factor=2))
    assert [g.verdict for g in result.gradients] == ["correct"]
    assert result.truth == "finite differences"
    assert verdicts(tmp_path, IMPLICIT.format(factor=3)) == {"x": "wrong"}


BASE = """
    from torch.autograd import Function as F


    class Power(F):
        @classmethod
        def forward(cls, ctx, x, power):
            ctx.save_for_backward(x)
            ctx.power = power
            return cls.shift(x) ** power

        @classmethod
        def backward(cls, ctx, up):
            (x,) = ctx.saved_tensors
            return up * ctx.power * cls.shift(x) ** (ctx.power - 1), None


    class Shifted(Power):
        @classmethod
        def shift(cls, x):
            return x + 1

        @classmethod
        def forward(cls, ctx, x, power=3):
            return super().forward(ctx, x, power)
"""


def test_functions_that_derive_from_others_of_the_file(tmp_path):
    file = tmp_path / "mine.py"
    file.write_text("import torch\n" + textwrap.dedent(BASE), encoding="utf-8")
    subjects, _ = discovery.subjects(file, "Shifted")
    assert [one.name for one in subjects] == ["Shifted"]
    assert judge(subjects[0], Settings(cases=40)).verdict == "correct"
