"""One thread a worker: pytest-xdist already uses every core."""

import numpy as np
import pytest
import torch

torch.set_num_threads(1)

# Users' files, some of which are tests of their own.
collect_ignore_glob = ["user_files/*", "unseen/*"]


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)
