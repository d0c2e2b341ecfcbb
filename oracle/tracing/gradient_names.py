"""Names of gradients, and of what they are gradients of: ``dW1``, ``grad_b``, ``nabla_w[0]``."""

import re

_PREFIX = re.compile(
    r"^(?:d_?(?:l|loss|cost|j|e|c|err|error|out)?_?d_?|d_(?:l|loss|cost|j)_|"
    r"grad(?:ient)?s?_?(?:of_?|wrt_?)?|nabla_?|delta_?|partial_?|g_|d_?)(?=[a-z])"
)
_SUFFIX = re.compile(r"_?(?:grad(?:ient)?s?|delta|deriv|derivative|d|g)$")
_LIKE = re.compile(
    r"^(?:d_?[a-z]+_?\d*$|d_?(?:l|loss|cost|j|e|c|err|error)_?d_?[a-z]|grad|nabla|delta|err(?:or)?s?(?:_|\d|$)|.*_(?:grad|delta|error|gradient)s?)"
)
_KEYED = re.compile(r"(?:.*\.)?(d|dparams|grads?|gradients?)\.(\w+)$")


def plain(text: str) -> str:
    """A name without its object, its case and its brackets: ``self.W1``, ``params['W1']``: w1."""
    return _dotted(text).split(".")[-1].replace("_", "").lower()


def of_name(text: str) -> list[str]:
    """The parameter in the name of a gradient, if there is one: ``w1`` of ``dW1``."""
    lower = _dotted(text).split(".")[-1].lower()
    found = []
    for pattern in (_PREFIX, _SUFFIX):
        rest = pattern.sub("", lower)
        if rest != lower and rest:
            found.append(rest.replace("_", ""))
    keyed = _KEYED.match(_dotted(text).lower())
    if keyed:
        found.append(keyed.group(2).replace("_", ""))
    return found


def is_like_gradient(text: str) -> bool:
    return bool(_LIKE.match(_dotted(text).split(".")[-1].lower())) or "grad" in text.lower()


def _dotted(text: str) -> str:
    """``params['W1']`` as ``params.W1``, ``nabla_w[0]`` as ``nabla_w0``."""
    return re.sub(r"\[(-?\d+)\]", r"\1", re.sub(r"""\[['"](\w+)['"]\]""", r".\1", text))
