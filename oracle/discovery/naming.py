"""Names and what they mean: backwards and their forwards, gradients, targets, caches.

A file says what things mean by their names alone. All tables of names are here.
"""

import functools
import re
from collections.abc import Iterable, Sequence


def words(text: str) -> frozenset[str]:
    """The words of a table."""
    return frozenset(text.split())


FORWARD = words(
    "forward fwd fw fprop forwardprop forwardpass feedforward forwards forwardpropagation"
)
BACKWARD = words(
    "backward bwd bw bprop backprop back backwardprop backwardpass backwards backpropagation "
    "backpropagate vjp"
)
GRADIENT = words("grad gradient gradients grads jac")
DERIVATIVE = words("prime derivative deriv der derivate derivation d dx diff")
FILLER = words("prop pass propagation propagate propogation step")
LOSS = words("loss cost objective error energy criterion")
SAYS_NOTHING = words("function fn func fun compute calculate calc get and the of")
NOT_A_DERIVATION = words("test check checking numerical numeric numerically clip zero plot print")

USES_DERIVATIONS = words(
    "train training fit main update updates step epoch epochs optimize optimise optimizer "
    "optimiser minimize minimise run solve sgd descent learn evaluate eval demo predict"
)
LOSS_NAMES = words("J L E l nll mse bce ce kl err obj fx f total data_loss total_loss elbo")

CACHES = re.compile(
    r"(\w*_)?(cache[sd]?|ctx|context|saved|memory|memo|store|stored|tape|intermediates?|residuals?"
    r"|state|aux|tmp|trace|history)\d*_?$",
    re.IGNORECASE,
)
UPSTREAM = re.compile(
    r"(dout|d_?out(put)?s?|grad_?out(put)?s?|grads?|gradients?|upstream(_\w+)?|g|gy|delta|error"
    r"|dvalues?|d[A-Z]\w*|d[a-z]\d?|d_\w+|grad_\w+|g_\w+|dl_?d\w+|\w+_grad|\w+_bar|ct|cotangent"
    r"|accum_grad|output_gradient|output_error|eps_out|d(scores?|loss|logits|probs?|next|hidden))$",
    re.IGNORECASE,
)
FLAGS = words("training train is_training train_flg train_mode")
NUMBERS = {
    "reg": 0.1,
    "reg_strength": 0.1,
    "regularization": 0.1,
    "lambda_": 0.1,
    "lambd": 0.1,
    "lam": 0.1,
    "lmbda": 0.1,
    "lamda": 0.1,
    "Lambda": 0.1,
    "l2": 0.1,
    "weight_decay": 0.1,
    "eps": 1e-5,
    "epsilon": 1e-5,
    "alpha": 0.3,
    "lr": 0.1,
    "learning_rate": 0.1,
    "eta": 0.1,
    "p": 0.5,
    "rate": 0.5,
    "keep_prob": 0.5,
    "dropout": 0.5,
    "dropout_p": 0.5,
    "dropout_prob": 0.5,
    "dropout_rate": 0.5,
    "drop_prob": 0.5,
    "p_drop": 0.5,
    "momentum": 0.9,
    "temperature": 1.5,
    "tau": 1.5,
    "scale": 1.5,
    "margin": 1.0,
    "delta": 1.0,
    "C_reg": 0.1,
    "negative_slope": 0.1,
    "slope": 0.1,
}

SAME = (  # names that people use for one and the same thing
    words("x X input inputs inp input_data data x_in"),
    words("w W weight weights kernel filters filter"),
    words("b bias biases"),
    words("params parameters param model weights_dict"),
    words("y Y target targets t T labels label y_true ytrue"),
    words("yhat y_hat Yhat Y_hat y_pred ypred AL A2 A3 pred preds predictions prediction"),
    words("h_prev hprev h_previous prev_h h0 h_0"),
    words("c_prev cprev prev_c c0 c_0"),
    words("A_prev a_prev Aprev prev_a"),
)
TARGETS = words(
    "y_true ytrue y_target target targets label labels t T truth ground_truth y_actual "
    "expected actual gt true targ y_real desired ytrain y_train"
)
PERHAPS_TARGETS = words("y Y")
DATA = words("X x data inputs input X_train x_train features images")
PARAMETERS = re.compile(
    r"(w|W|weights?|theta|Theta|thetas|params?|parameters?|beta|coefs?|initial_theta|nn_params"
    r"|b|bias(es)?|[wWb]\d+|[wWb]_?\w{1,3}|gamma|\w*(?:[pP]arams|[tT]hetas?|[wW]eights))$"
)


def tokens(name: str) -> tuple[str, ...]:
    """The words of a name: ``conv_forward_naive``, ``sigmoidPrime``."""
    found = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[A-Z]|\d+", name)
    return tuple(word.lower() for word in found)


def stem(name: str, roles: Iterable[str], filler: bool = False) -> tuple[str, ...]:
    """A name's words without those of a role, and without those that often go with them."""
    roles = frozenset(roles)
    own = tokens(name)
    if not roles & set(own):
        return own
    return tuple(word for word in own if word not in roles and (filler or word not in FILLER))


def has(name: str, table: frozenset[str]) -> bool:
    """True if one of the words is in a name."""
    return bool(table & set(tokens(name)))


def is_cache(name: str) -> bool:
    return bool(CACHES.match(name))


OUTPUTS = words(
    "out output outputs y a z h s p probs prob result o res yhat y_hat y_pred ypred pred preds "
    "prediction predictions softmax_out softmax_output activation activated sig t value fx ans "
    "scores logits al output_activations activations act final_output probabilities"
)


def is_output(name: str) -> bool:
    """True if a parameter has a name that people give to a forward's output."""
    return name.strip("_").lower() in OUTPUTS


def is_upstream(name: str, outputs: Sequence[str] = ()) -> bool:
    """True if a parameter has a name that people give to upstream gradients."""
    return bool(UPSTREAM.match(name)) or any(out and is_gradient_of(name, out) for out in outputs)


# Names of upstreams and of hardly anything else, so that they are upstreams even with a default.
SURELY_UPSTREAM = re.compile(
    r"(d_?out(put)?s?|grad_?out(put)?s?|grads?|gradients?|upstream(_\w+)?|g|gy|d[yzlj]|d_?(loss|cost)"
    r"|dvalues?|ct|cotangent|accum_grad|output_gradient|output_error|grad_(loss|y|z))$",
    re.IGNORECASE,
)


def is_upstream_by_default(name: str, default: object, outputs: Sequence[str] = ()) -> bool:
    """True if a parameter with a default is the upstream: ``dout=1``, ``g=None``.

    A step ``dt=0.01`` or a threshold ``delta=1.0`` has such a name but is none.
    """
    is_one = isinstance(default, int | float) and not isinstance(default, bool) and default == 1
    if not is_one and default is not None:
        return False
    surely = bool(SURELY_UPSTREAM.match(name))
    return surely or any(out and name == f"d{out}" for out in outputs)


AFTER = re.compile(r"(_grads?|_gradients?|_bar|_delta|_g|_?[gG]radient|Grad|_d|_derivative)$")


@functools.cache
def stems_of_gradient(name: str) -> list[str]:
    """The names that a gradient may belong to, the likeliest first: ``W_grad``, ``dL_dW``."""
    found = []
    after = AFTER.search(name)
    if after and after.start():
        found.append(name[: after.start()])
    for pattern in (
        r"d[LJCEl]_?d_?",
        r"d\w*_d_?",
        r"d_?(?:[lL]oss|[cC]ost|[eE]rr(?:or)?)_?d?_?",
        r"d[LJCE]_",
        r"d_",
        r"grads?_?(?:wrt_|of_)?",
        r"gradients?_?",
        r"nabla_?",
        r"delta_?",
        r"del_?",
        r"partial_",
        r"[∂ḡλδ]_?",
        r"d",
        r"g_?",
        r"D_?",
    ):
        start = re.match(pattern, name)
        if start and start.end() < len(name):
            found.append(name[start.end() :])
    return list(dict.fromkeys(found))


def is_gradient_of(name: str, thing: str) -> bool:
    return thing in stems_of_gradient(name)


def looks_like_gradient(name: str) -> bool:
    """True if a name is one that people give to gradients."""
    if has(name, GRADIENT) or re.match(r"(nabla|delta|grad)", name):
        return True
    return bool(
        re.match(r"d(_|[A-Z]|[a-z]\d?$|[a-z]{1,2}_|theta|beta|gamma|weights|bias|w|b)", name)
    )


@functools.cache
def same(one: str, other: str) -> bool:
    """True if two names are used for the same thing."""
    one, other = one.strip("_"), other.strip("_")
    if one.lower() == other.lower():
        return True
    return any(one in group and other in group for group in SAME)


def targets(names: Sequence[str]) -> set[str]:
    """The arguments of a loss that are targets, by their names."""
    found = {name for name in names if name in TARGETS or name.startswith("y_true")}
    if len(names) > 1 and not found:
        found = {name for name in names if name in PERHAPS_TARGETS}
    return found if len(found) < len(names) else set()


def is_prediction(name: str, names: Sequence[str]) -> bool:
    """True if ``p`` is a prediction: beside targets it is no dropout rate."""
    return name == "p" and any(other in TARGETS | PERHAPS_TARGETS for other in names)


def gradient_targets(names: Sequence[str], wanted: int) -> list[str]:
    """The inputs that a number of gradients belong to, by the inputs' names; [] if unclear."""
    if wanted == len(names):
        return list(names)
    compared = targets(names)
    rest = [name for name in names if name not in compared]
    if len(rest) == wanted:
        return rest
    parameters = [name for name in rest if PARAMETERS.match(name)]
    if len(parameters) == wanted:
        return parameters
    return []


def assign(given: Sequence[str], things: Sequence[str]) -> dict[int, int]:
    """The thing that each gradient belongs to, by name: exact matches first, then similar ones."""
    found: dict[int, int] = {}

    def match(test: object) -> None:
        for i, name in enumerate(given):
            for j, thing in enumerate(things):
                if i in found or j in found.values() or not name:
                    continue
                if test(name, thing):  # type: ignore[operator]
                    found[i] = j

    match(lambda name, thing: thing in stems_of_gradient(name))
    match(lambda name, thing: name == thing)
    match(lambda name, thing: thing.lower() in [s.lower() for s in stems_of_gradient(name)])
    match(lambda name, thing: any(same(s, thing) for s in stems_of_gradient(name)))
    return found
