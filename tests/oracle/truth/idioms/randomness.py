import random

import numpy as np

generator = np.random.default_rng(7)


def dropout_global(X):
    np.random.seed(3)
    mask = np.random.rand(*X.shape) < 0.5
    return X * mask / 0.5


def dropout_binomial(X):
    np.random.seed(3)
    return X * np.random.binomial(1, 0.7, size=X.shape) / 0.7


def global_stream_continues(X):
    return X * np.random.randn(3, 4) + np.random.uniform(-1, 1, (3, 4)) + np.random.normal()


def own_generator(X):
    rng = np.random.default_rng(0)
    return X + rng.normal(size=X.shape) * X + rng.standard_normal(X.shape[1])


def module_generator(X):
    return X * generator.random((3, 4))


def generator_argument(X, rng):
    assert isinstance(rng, np.random.Generator)
    return X * (rng.random(X.shape) > 0.3)


def random_state(X):
    rng = np.random.RandomState(4)
    return X * rng.rand(3, 4) + rng.randn(4)


def minibatch_choice(X):
    np.random.seed(1)
    return X[np.random.choice(3, 2, replace=False)] ** 2


def permutation_of_rows(X):
    rng = np.random.default_rng(5)
    return X[rng.permutation(len(X))] * np.arange(12).reshape(3, 4)


def shuffled_indices(X):
    rng = np.random.default_rng(5)
    order = np.arange(3)
    rng.shuffle(order)
    return X[order] * np.arange(12).reshape(3, 4)


def shuffle_in_place(X):
    rng = np.random.default_rng(5)
    Z = X.copy()
    rng.shuffle(Z)
    return Z * np.arange(12).reshape(3, 4) + rng.random()


def shuffle_global(v):
    np.random.seed(2)
    Z = v.copy()
    np.random.shuffle(Z)
    return Z * np.arange(4) + np.random.rand()


def permute_values(v):
    rng = np.random.default_rng(5)
    return rng.permutation(v) * np.arange(4)


def reparametrised(X, P):
    rng = np.random.default_rng(5)
    return X + np.sqrt(P) * rng.standard_normal(X.shape)


def normal_with_tracked_mean(X):
    rng = np.random.default_rng(5)
    return rng.normal(X, 1.0)


def python_random(X):
    random.seed(3)
    return X * random.random() + random.gauss(0, 1)


def integers_as_labels(X):
    rng = np.random.default_rng(5)
    return X[np.arange(3), rng.integers(0, 4, 3)] ** 2


def weights_made_inside(X):
    np.random.seed(0)
    W = np.random.randn(4, 2) * 0.01
    return np.tanh(X @ W)


ENDS = {
    "normal_with_tracked_mean": "not replayable",
}
