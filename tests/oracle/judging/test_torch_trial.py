"""Torch Functions are opened up by a mode of torch's, and diagnosed like NumPy code."""

import pytest

from oracle import discovery
from oracle.commands.check import Settings, judge
from oracle.diagnosis.evidence import Evidence
from oracle.judging.examine import plan
from oracle.judging.session import Session
from oracle.judging.trials import begin
from oracle.results import Result
from oracle.truth.replay import NotReplayable

HEAD = """
import torch
import torch.nn.functional as F


# oracle: shapes {shapes}
class Mine(torch.autograd.Function):
    @staticmethod
    def forward(ctx, {arguments}):
"""
POLAR = (
    HEAD.format(shapes="x: N D, y: N D", arguments="x, y")
    + """
        r = torch.sqrt(x * x + y * y)
        ctx.save_for_backward(x, y, r)
        return r, torch.atan2(y, x)

    @staticmethod
    def backward(ctx, dr, da):
        x, y, r = ctx.saved_tensors
        return dr * x / r - da * y / r**2, {dy}
"""
)
CAUSAL = (
    HEAD.format(shapes="x: N C K+4, w: O C K", arguments="x, w")
    + """
        ctx.save_for_backward(x, w)
        return F.conv1d(x, w)

    @staticmethod
    def backward(ctx, g):
        x, w = ctx.saved_tensors
        k = w.shape[2]
        dx = F.conv1d(F.pad(g, (k - 1, k - 1)), {kernel}.transpose(0, 1))
        dw = torch.einsum("not,nctk->ock", g, x.unfold(2, k, 1))
        return dx, dw
"""
)
NORM = (
    HEAD.format(shapes="x: N D+1, w: D+1", arguments="x, w, eps: float = 1e-5")
    + """
        rstd = torch.rsqrt(x.var(dim=1, keepdim=True, unbiased=False) + eps)
        xhat = (x - x.mean(dim=1, keepdim=True)) * rstd
        ctx.save_for_backward(xhat, rstd, w)
        return xhat * w

    @staticmethod
    def backward(ctx, g):
        xhat, rstd, w = ctx.saved_tensors
        d = g * w
        dx = rstd * (d - d.mean(1, keepdim=True){rest})
        return dx, (g * xhat).sum(0), None
"""
)
GATED = (
    HEAD.format(shapes="x: N D, U: D H, V: D H", arguments="x, U, V")
    + """
        s = torch.sigmoid(x @ V)
        ctx.save_for_backward(x, U, V, s)
        return x @ U * s

    @staticmethod
    def backward(ctx, g):
        x, U, V, s = ctx.saved_tensors
        du = g * s
        dz = g * (x @ U){slope}
        return du @ U.T + dz @ V.T, x.T @ du, x.T @ dz
"""
)


def subject_of(folder, text):
    file = folder / "mine.py"
    file.write_text(text, encoding="utf-8")
    (subject,), failures = discovery.subjects(file, "")
    assert not failures
    return subject


def judged(folder, text):
    result = judge(subject_of(folder, text), Settings(cases=60))
    assert isinstance(result, Result), result
    return result


@pytest.mark.parametrize(
    "text",
    [
        POLAR.format(dy="dr * y / r + da * x / r**2"),
        CAUSAL.format(kernel="w.flip(2)"),
        NORM.format(rest=" - xhat * (d * xhat).mean(1, keepdim=True)"),
        GATED.format(slope=" * s * (1 - s)"),
    ],
    ids=["polar", "convolution", "norm", "gate"],
)
def test_right_functions_are_correct(tmp_path, text):
    assert judged(tmp_path, text).verdict == "correct"


@pytest.mark.parametrize(
    ("text", "wrong", "finding"),
    [
        (POLAR.format(dy="dr * y / r"), "dy", "dropped-term"),
        (CAUSAL.format(kernel="w"), "dx", "kernel-not-flipped"),
        (NORM.format(rest=""), "dx", "statistics-held-constant"),
        (GATED.format(slope=""), "dz", "missing-activation-derivative"),
    ],
    ids=["second-output", "convolution", "norm", "gate"],
)
def test_mistakes_in_functions_are_blamed_and_named(tmp_path, text, wrong, finding):
    bad = [g for g in judged(tmp_path, text).gradients if g.verdict == "wrong"]
    assert [(g.name, [note.name for note in g.findings]) for g in bad] == [(wrong, [finding])]


def evidence_of(subject):
    case = plan(subject, 20, 0, 9, ("float64",))[5]
    with Session(*subject.functions) as names:
        return Evidence(begin(subject, case, names))


def test_calls_are_noted_by_numpys_names(tmp_path):
    evidence = evidence_of(subject_of(tmp_path, POLAR.format(dy="dr * y / r")))
    made = [note.op for note in evidence.recording.notes]
    assert made[:5] == ["multiply", "multiply", "add", "sqrt", "arctan2"]
    assert evidence.wrong_paths() == [("y",)]


WRITES = (
    HEAD.format(shapes="x: N D", arguments="x")
    + """
        y = x * 1.0
        {write}
        ctx.save_for_backward(x)
        return y

    @staticmethod
    def backward(ctx, g):
        return 3 * g
"""
)


def test_what_is_written_in_place_is_followed(tmp_path):
    evidence = evidence_of(subject_of(tmp_path, WRITES.format(write="y.mul_(2.0)")))
    assert [step.note.op for step in evidence.plan.steps] == ["multiply", "multiply"]
    assert evidence.wrong_paths() == [("x",)]


def test_what_is_written_through_a_view_is_not_guessed_at(tmp_path):
    subject = subject_of(tmp_path, WRITES.format(write="y.view(-1).mul_(2.0)"))
    with pytest.raises(NotReplayable, match="other names"):
        evidence_of(subject)
    assert judged(tmp_path, WRITES.format(write="y.view(-1).mul_(2.0)")).verdict == "wrong"


def test_one_gradient_of_the_wrong_shape_convicts_no_other(tmp_path):
    text = (
        HEAD.format(shapes="x: N I, w: O I, b: O", arguments="x, w, b")
        + """
        ctx.save_for_backward(x, w)
        return x.mm(w.t()) + b

    @staticmethod
    def backward(ctx, d):
        x, w = ctx.saved_tensors
        dx = d.mm(w)
        dw = x.t().mm(d)
        db = d.sum(0)
        return dx, dw, db
"""
    )
    said = {g.name: [note.name for note in g.findings] for g in judged(tmp_path, text).gradients}
    assert said == {"dx": [], "dw": ["transposed"], "db": []}
