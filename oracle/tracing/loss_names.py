"""Names of losses, in several languages: those that are sure, and those of mere figures too."""

import re
from collections.abc import Iterable

from oracle.tracing.recorded import Stored

_NAMES = re.compile(
    r"(^|[^a-z])(loss(es)?|costs?|j|l|e|err|error|errors|objective|mse|rmse|sse|nll|bce|ce|xent|"
    r"cross_?entropy|energy|e_?total|total_?error|total_?loss|criterion|verlust|kosten|perdida|coste|costo|custo|"
    r"perte|cout|perdita|ecm)\d*($|[^a-z])"
)
_SURE = re.compile(r"(^|[^a-z])(loss|cost|objective|verlust|kosten|perdida|custo|perte|perdita)")

_SCORE = re.compile(
    r"likelihood|(^|[^a-z])(log_?lik|loglik|ll|elbo|rewards?|returns?|utility|score)"
)


def is_score_name(text: str) -> bool:
    """True for names of what is to be made large: its gradient is added."""
    words = _words(text)
    return _SCORE.search(words) is not None and "neg" not in words and not is_loss_name(text)


def is_loss_name(text: str) -> bool:
    return _NAMES.search(_words(text)) is not None


def is_sure_name(text: str) -> bool:
    """True for names that nobody gives to a mere figure: gradients are meant to be those of it."""
    return _SURE.search(_words(text)) is not None


def names_it(stored: Iterable[Stored], loss: str) -> bool:
    """True if gradients say that they are of this loss: ``dL_dz``, ``dE_dW``."""
    return any(one.text.startswith((f"d{loss}_d", f"d{loss}d")) for one in stored)


def _words(text: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", text).lower()
