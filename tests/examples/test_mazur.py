from examples import mazur, update_order
from tests.examples._figures import check

FIGURES = {
    "net_h": [0.3775, 0.3925],
    "out_h": [0.593269992107, 0.596884378260],
    "net_o": [1.105905967060, 1.224921404096],
    "out_o": [0.751365069552, 0.772928465321],
    "E_o1, E_o2": [0.274811083176, 0.023560025584],
    "E_total": 0.2983711087600027,
    "∂E/∂out_o": [0.741365069552, -0.217071534679],
    "out_o(1 − out_o)": [0.186815601809, 0.175510052817],
    "δ_o = ∂E/∂net_o": [0.138498561629, -0.038098236517],
    "∂E/∂w5 … w8": [0.082167040564, 0.082667627848, -0.022602540477, -0.022740242216],
    "∂E/∂out_h": [0.036350306393, 0.041370322649],
    "out_h(1 − out_h)": [0.241300708572, 0.240613417249],
    "δ_h = ∂E/∂net_h": [0.008771354689, 0.009954254705],
    "∂E/∂w1 … w4": [0.000438567734, 0.000877135469, 0.000497712735, 0.000995425471],
    "∂E/∂b1, ∂E/∂b2, shared": [0.018725609395, 0.100400325112],
    "w5⁺ … w8⁺": [0.358916479718, 0.408666186076, 0.511301270239, 0.561370121108],
    "w1⁺ … w4⁺": [0.149780716133, 0.199561432266, 0.249751143632, 0.299502287265],
    "out_o after one step": [0.742088111191, 0.775284968294],
    "E after one step": 0.29102777369359933,
    "sequential": 0.29102792390544197,
    "sequential w1⁺ … w4⁺": [0.149817638561, 0.199635277122, 0.249788185198, 0.299576370396],
    "out_o after 10,000 steps": [0.015913620444, 0.984064273515],
    "E after 10,000 steps": 3.510187782978859e-05,
    "after 9,999": 3.510854812251261e-05,
    "W1, final": [0.378509988350, 0.657019976700, 0.477300705685, 0.754601411370],
    "W2, final": [-3.892977198866, -3.868416687704, 2.861810948620, 2.925688966772],
}


def test_every_figure_of_the_article_has_its_update_order() -> None:
    # The figures are written with twelve decimals; small ones have fewer digits.
    rows = mazur.run(quick=True) + update_order.run(quick=True)
    found = check(rows, FIGURES, rtol=2e-9)
    assert found["E after one step"].wrong
    assert abs(found["sequential"].ours - 0.291027924) < 1e-9
    *_, last = (row for row in rows if row.what.strip() == "sequential")
    assert abs(last.ours / 3.5084786e-05 - 1) < 1e-7
    outputs = [row for row in rows if row.what.strip() == "sequential"][1]
    assert abs(outputs.numbers - [0.015912196326, 0.984065734486]).max() < 1e-11
