"""What gives gradients is seen by what the code does with what it gives, in whatever language."""

import textwrap
from pathlib import Path

import pytest

from oracle.commands.check import Settings
from oracle.discovery import givers, not_judged
from oracle.discovery.text import source
from oracle.results import Failure, Result
from tests.oracle.outcomes import outcomes

FEW = Settings(cases=40)


def judged(folder: Path, text: str) -> tuple[dict[str, Result], list[Failure]]:
    file = folder / "derivation.py"
    file.write_text("import numpy as np\n" + textwrap.dedent(text))
    made = outcomes(file, FEW)
    results = [one for one in made if isinstance(one, Result)]
    assert not not_judged(file, results)
    return {one.target: one for one in results}, [m for m in made if isinstance(m, Failure)]


def verdicts(result: Result) -> dict[str, str]:
    return {gradient.of: gradient.verdict for gradient in result.gradients}


POISSON = """
    class RegressionePoisson:
        def __init__(self, ingressi, uscite):
            self.pesi = 0.1 * np.random.randn(ingressi, uscite)
            self.soglie = np.zeros(uscite)

        def tasso(self, X):
            return np.exp(X @ self.pesi + self.soglie)

        def perdita(self, X, conteggi):
            a = X @ self.pesi + self.soglie
            return (np.exp(a) - conteggi * a).sum() / len(X)

        def pendenze(self, X, conteggi):
            scarto = self.tasso(X) - conteggi
            return X.T @ scarto / len(X), scarto.{soglie}

        def allena(self, X, conteggi, giri=20, passo=0.05):
            for _ in range(giri):
                dp, ds = self.pendenze(X, conteggi)
                self.pesi -= passo * dp
                self.soglie -= passo * ds
            return self.perdita(X, conteggi)
"""


def test_a_class_is_judged_whatever_its_methods_are_called(tmp_path: Path) -> None:
    found, failures = judged(tmp_path, POISSON.format(soglie="mean(axis=0)"))
    assert not failures
    assert verdicts(found["RegressionePoisson"]) == {
        "self.pesi": "correct",
        "self.soglie": "correct",
    }


def test_one_gradient_that_agrees_shows_the_loss_and_the_other_is_accused(tmp_path: Path) -> None:
    found, _ = judged(tmp_path, POISSON.format(soglie="sum(axis=0)"))
    gradients = {g.of: g for g in found["RegressionePoisson"].gradients}
    assert gradients["self.pesi"].verdict == "correct"
    assert gradients["self.soglie"].verdict == "wrong"
    assert gradients["self.soglie"].findings[0].name == "missing-batch-mean"


def test_a_number_of_which_nothing_is_the_gradient_is_no_loss(tmp_path: Path) -> None:
    text = POISSON.replace(
        "(np.exp(a) - conteggi * a).sum() / len(X)", "((a > conteggi) * a).sum()"
    )
    found, failures = judged(tmp_path, text.format(soglie="mean(axis=0)"))
    assert not found
    assert "pendenze" in failures[0].message


IN_ONE = """
    def fout(gewicht, verschuiving, X, doel):
        rest = np.tanh(X @ gewicht + verschuiving) - doel
        terug = rest * (1 - np.tanh(X @ gewicht + verschuiving) ** 2) / len(X)
        return 0.5 * (rest**2).sum() / len(X), X.T @ terug, terug.sum(axis=0){times}


    def leer(X, doel, stappen=10, maat=0.1):
        gewicht, verschuiving = np.zeros((X.shape[1], doel.shape[1])), np.zeros(doel.shape[1])
        for _ in range(stappen):
            waarde, helling, helling_v = fout(gewicht, verschuiving, X, doel)
            gewicht -= maat * helling
            verschuiving -= maat * helling_v
        return gewicht, verschuiving
"""


@pytest.mark.parametrize(("times", "verdict"), [("", "correct"), (" * len(X)", "wrong")])
def test_a_function_may_return_a_value_and_nameless_gradients(
    tmp_path: Path, times: str, verdict: str
) -> None:
    found, failures = judged(tmp_path, IN_ONE.format(times=times))
    assert not failures
    assert found["fout"].verdict == verdict


METHOD = """
    class Campo:
        def __init__(self, estados, sorteio):
            self.ligacao = sorteio.normal(size=(estados, estados))
            self.inicio = np.zeros(estados)

        def custo_e_inclinacoes(self, S):
            E = S @ self.ligacao @ S + self.inicio @ S
            dligacao = {times}np.outer(S, S)
            return 0.5 * E**2, {{"ligacao": dligacao, "inicio": E * S}}


    def aprende(campo, S, passo=0.1):
        custo, inclinacoes = campo.custo_e_inclinacoes(S)
        campo.ligacao -= passo * inclinacoes["ligacao"]
        campo.inicio -= passo * inclinacoes["inicio"]
"""


@pytest.mark.parametrize(("times", "verdict"), [("E * ", "correct"), ("", "wrong")])
def test_a_method_may_return_a_value_and_a_dict(tmp_path: Path, times: str, verdict: str) -> None:
    found, failures = judged(tmp_path, METHOD.format(times=times))
    assert not failures
    assert found["Campo.custo_e_inclinacoes"].verdict == verdict


LEAVES = """
    class Rede:
        def __init__(self, entradas, classes):
            self.W = 0.1 * np.random.randn(entradas, classes)

        def forward(self, x):
            self.x = x
            return x @ self.W

        def loss(self, x, alvo):
            z = self.forward(x)
            self.p = np.exp(z - z.max(1, keepdims=True))
            self.p /= self.p.sum(1, keepdims=True)
            self.alvo = alvo
            return -np.log(self.p[np.arange(len(alvo)), alvo]).mean()

        def backward(self):
            d = self.p.copy()
            d[np.arange(len(self.alvo)), self.alvo] -= 1
            self.dW = self.x.T @ d{mean}
"""


@pytest.mark.parametrize(("mean", "verdict"), [(" / len(self.alvo)", "correct"), ("", "wrong")])
def test_a_backward_is_run_after_the_method_that_leaves_what_it_reads(
    tmp_path: Path, mean: str, verdict: str
) -> None:
    found, failures = judged(tmp_path, LEAVES.format(mean=mean))
    assert not failures
    assert found["Rede"].verdict == verdict


CALLED = """
    def warmth(w, log_t, X, y):
        t = np.exp(log_t)
        rest = X @ w / t - y
        dz = rest / len(y)
        return 0.5 * np.mean(rest**2), X.T @ dz / t, {of_t}


    def fit():
        rng = np.random.default_rng(0)
        X, y = rng.normal(size=(9, 3)), rng.normal(size=9)
        return np.zeros(3), 0.0, X, y


    w, log_t, X, y = fit()
    for _ in range(3):
        loss, dw, dlog_t = warmth(w, log_t, X, y)
        w -= 0.1 * dw
        log_t -= 0.1 * dlog_t
"""


@pytest.mark.parametrize(
    ("of_t", "verdict"), [("-(dz @ (X @ w)) / t", "correct"), ("-(dz @ (X @ w))", "wrong")]
)
def test_arguments_have_as_many_axes_as_in_the_files_own_calls(
    tmp_path: Path, of_t: str, verdict: str
) -> None:
    found, failures = judged(tmp_path, CALLED.format(of_t=of_t))
    assert not failures
    assert found["warmth"].verdict == verdict
    assert found["warmth"].inferred == "w: D, log_t: scalar, X: N D, y: N"


WIDE = """
    class Codec:
        def __init__(self, pixels=900, units=200):
            self.E = np.random.randn(pixels, units) / 30
            self.D = np.random.randn(units, pixels) / 14

        def loss(self, x):
            self.x, self.h = x, np.tanh(x @ self.E)
            self.r = self.h @ self.D
            return ((self.r - x) ** 2).sum() / len(x)

        def grads(self):
            d = 2 * (self.r - self.x) / len(self.x)
            dh = d @ self.D.T{slope}
            return self.x.T @ dh, self.h.T @ d


    def step(model, x, rate=0.1):
        model.loss(x)
        gE, gD = model.grads()
        model.E -= rate * gE
        model.D -= rate * gD
"""


@pytest.mark.parametrize(("slope", "verdict"), [(" * (1 - self.h**2)", "correct"), ("", "wrong")])
def test_large_sizes_in_defaults_are_drawn(tmp_path: Path, slope: str, verdict: str) -> None:
    found, failures = judged(tmp_path, WIDE.format(slope=slope))
    assert not failures
    assert found["Codec"].verdict == verdict
    assert "pixels" in (found["Codec"].inferred or "")


@pytest.mark.parametrize(
    ("change", "given"),
    [
        ("w -= pas * slope(w)", {"slope"}),
        ("w = w - pas * slope(w)", {"slope"}),
        ("g = slope(w)\n    v = 0.9 * v + 0.1 * g\n    w -= pas * v", {"slope"}),
        ("w -= pas * (slope(w) - x) * x", set()),  # of a slope something new is computed
        ("w = w + slope(w)", set()),
        ("move(w, slope(w))", {"slope"}),
    ],
)
def test_what_parameters_move_by_is_given(change: str, given: set[str]) -> None:
    text = f"""
def slope(w):
    return 2 * w

def move(w, by, pas=0.1):
    w -= pas * by

def train(w, x, v, pas=0.1):
    {change}
"""
    assert givers.givers(source.parse(text)) == given


COURSE = """
    def forward(netz, x):
        h = np.tanh(x @ netz["A"] + netz["a"])
        g = np.tanh(h @ netz["B"])
        return h, g, g @ netz["C"]


    def verlust(netz, X, y):
        return 0.5 * np.mean((forward(netz, X)[-1][:, 0] - y) ** 2)


    def backward(netz, X, y):
        h, g, out = forward(netz, X)
        d = (out - y[:, None]) / len(y)
        dg = d @ netz["C"].T * (1 - g**2)
        dh = dg @ netz["B"]{t} * (1 - h**2)
        return {{"A": X.T @ dh, "a": dh.sum(axis=0), "B": h.T @ dg, "C": g.T @ d}}


    rng = np.random.default_rng(0)
    netz = {{"A": rng.normal(size=(3, 5)), "a": np.zeros(5)}}
    netz["B"], netz["C"] = rng.normal(size=(5, 5)), rng.normal(size=(5, 1))
    X, y = rng.normal(size=(12, 3)), rng.normal(size=12)
    for _ in range(3):
        slopes = backward(netz, X, y)
        for k in netz:
            netz[k] -= 0.1 * slopes[k]
"""


@pytest.mark.parametrize(("t", "wrong"), [(".T", set()), ("", {'netz["A"]', 'netz["a"]'})])
def test_a_dict_has_the_shapes_of_the_files_own_calls(
    tmp_path: Path, t: str, wrong: set[str]
) -> None:
    found, failures = judged(tmp_path, COURSE.format(t=t))
    assert not failures
    each = found["backward"].gradients
    assert {g.of for g in each if g.of and g.verdict not in ("correct",)} == wrong
