import numpy as np
import pytest

from examples import chaos, stairs
from examples._r_random import R
from tests.examples._figures import check


def test_r_draws_what_r_draws() -> None:
    # set.seed(1); runif(16), with sixteen digits
    np.testing.assert_allclose(
        R(1).runif(16),
        [
            0.2655086631421, 0.37212389963679016, 0.5728533633518964, 0.9082077899947762,
            0.2016819310374558, 0.8983896849676967, 0.9446752686053514, 0.6607977924868464,
            0.6291140438988805, 0.06178627046756446, 0.20597457489930093, 0.17655675252899528,
            0.6870228466577828, 0.384103718213737, 0.7698414199985564, 0.49769924208521843,
        ],
        rtol=5e-16,
    )  # fmt: skip


def test_sampling_without_replacement_takes_each_once() -> None:
    assert sorted(R(3).sample(50, 50).tolist()) == list(range(50))
    few = R(3).sample(50, 5)
    np.testing.assert_array_equal(few, R(3).sample(50, 50)[:5])


def test_the_pictures_are_his() -> None:
    (X, y), (X_test, y_test) = stairs.pictures()
    assert X.shape == (400, 4)
    assert X_test.shape == (100, 4)
    assert ((y == 0).sum(), (y_test == 0).sum()) == (203, 47)
    first = [
        [252, 4, 155, 175], [175, 10, 186, 200], [82, 131, 230, 100],
        [115, 138, 80, 88], [27, 60, 194, 238], [254, 165, 45, 15],
    ]  # fmt: skip
    np.testing.assert_array_equal(X[:6], first)
    np.testing.assert_array_equal(y[:6], [0, 0, 1, 1, 1, 1])


def test_the_weights_begin_as_his() -> None:
    W1, W2 = (layer.W for layer in stairs.first_weights())
    expected1 = [
        [-0.0046898267, -0.0025575220, 0.0014570673, 0.0081641558, -0.0059663614],
        [0.0079677937, 0.0088935054, 0.0032159558, 0.0025822809, -0.0087642746],
    ]
    expected2 = [
        [-0.0058805085, -0.0064688649, 0.0037404569],
        [-0.0023179256, 0.0053968284, -0.0000460152],
    ]
    np.testing.assert_allclose(W1.T, expected1, atol=6e-11)
    np.testing.assert_allclose(W2.T, expected2, atol=6e-11)


def test_the_figures_of_the_article(monkeypatch: pytest.MonkeyPatch) -> None:
    found = check(
        stairs.run(quick=True) + chaos.run(quick=True),
        {"first loss": 0.693498469938662, "first accuracy": 0.4925},
        rtol=1e-14,
    )
    for name, figures in {
        "Ŷ of the first picture": [0.4986497877, 0.5013502123],
        "∂CE/∂W2, stairs": [-0.0094889051, -0.0156423678, 0.0370330450],
        "∂CE/∂W1, unit 1": [0.0000560713, -0.0072250355, -0.0176999326, 0.0616700679, 0.0631735046],
        "∂CE/∂W1, unit 2": [
            -0.0000447823, -0.0018621247, 0.0004157154, -0.0231490394, -0.0208770425
        ],
    }.items():  # fmt: skip
        np.testing.assert_allclose(found[name].numbers, figures, atol=6e-11, err_msg=name)
    sequential = [-0.0020255116, 0.0087154730, 0.0027603893, 0.0032557012]
    np.testing.assert_allclose(found["sequential"].numbers[:4], sequential, atol=6e-11)
    right = found["W1 after one step"]
    assert right.wrong
    assert abs(right.numbers[0] + 0.0018350185) < 6e-11
