"""Hand-derived backpropagation in matrix form: NumPy only, every gradient proved against PyTorch.

Each derivation is one function that returns its value and its pullback:

    Z, pullback = affine(X, W, b)
    dX, dW, db = pullback(dZ)

The pullback takes the gradient of some scalar with respect to the value and gives its gradient with
respect to each argument, in their order, with the same shapes and dtype; None for integers and for
data. Nothing is kept between calls, no argument is changed, and nothing that comes out shares
memory with what went in. (The pullback may use the value: do not write to it in between.)

    X  input            Z  pre-activation     P  probabilities     N  batch
    W  weights          A  activation         T  targets           D  in
    b  bias             L  loss, ℓ per sample y  integer labels    M  out, C classes

and dQ is the gradient of L with respect to Q. Samples are rows. ∘ multiplies entry by entry.

Read in this order:

    types         shapes and meanings of the arrays
    affine        Z = XW + b, with a bias column, with samples as columns; embedding
    activations   identity sigmoid tanh relu leaky_relu softplus softmax log_softmax
    losses        squared error, BCE and CE on probabilities and on logits, L2; reduction, weights
    network       Z = A_prev·W + b and A = f(Z), layer after layer, and back: all is kept
    jacobian      the same gradients as one explicit product; Jacobians, and what they cost
    convolution   a window slides over an image: convolution, the largest and the mean of a window
    fuzzy         rules that see the input in axes of their own, and what they say together
    cost_matrix   what a mistake costs: expected cost, four ways to train by it, decisions, figures
    rprop         update rules: RProp in matrix form, and its four variants
    optimizers    update rules: gradient descent, momentum in three conventions
"""

from reference.activations import (
    identity,
    leaky_relu,
    log_softmax,
    relu,
    sigmoid,
    softmax,
    softplus,
    tanh,
)
from reference.affine import affine, affine_bias_column, affine_columns, embedding, unbroadcast
from reference.convolution import average_pooling, convolution, max_pooling
from reference.cost_matrix import (
    confusion_matrix,
    cost_factors,
    cost_vector,
    cost_weighted_cross_entropy,
    decision_costs,
    expected_cost,
    mean_cost,
    minimum_cost_decisions,
    misclassification_costs,
    rate_factors,
    rescaled_probabilities,
    softmax_expected_cost,
    total_cost,
    weighted_squared_error,
)
from reference.fuzzy import fuzzy, log_firing
from reference.jacobian import (
    activation_jacobians,
    affine_columns_weight_jacobian,
    affine_input_jacobian,
    affine_jacobian_cost,
    affine_weight_jacobian,
    jacobian_factors,
    jacobian_vector_product,
    network_jacobian,
    outer_products,
    vector_jacobian_product,
    weight_gradient,
)
from reference.losses import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    class_weights,
    cross_entropy,
    cross_entropy_with_labels,
    l2_penalty,
    reduce,
    softmax_cross_entropy,
    softmax_cross_entropy_with_labels,
    squared_error,
    weighted_reduce,
)
from reference.network import Layer, backpropagate, backward_sweep, forward_sweep
from reference.optimizers import (
    gradient_descent,
    momentum_damped,
    momentum_haykin,
    momentum_torch,
)
from reference.rprop import RpropState, rprop_matrix_form, rprop_state, rprop_step

__all__ = [
    "Layer",
    "RpropState",
    "activation_jacobians",
    "affine",
    "affine_bias_column",
    "affine_columns",
    "affine_columns_weight_jacobian",
    "affine_input_jacobian",
    "affine_jacobian_cost",
    "affine_weight_jacobian",
    "average_pooling",
    "backpropagate",
    "backward_sweep",
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "class_weights",
    "confusion_matrix",
    "convolution",
    "cost_factors",
    "cost_vector",
    "cost_weighted_cross_entropy",
    "cross_entropy",
    "cross_entropy_with_labels",
    "decision_costs",
    "embedding",
    "expected_cost",
    "forward_sweep",
    "fuzzy",
    "gradient_descent",
    "identity",
    "jacobian_factors",
    "jacobian_vector_product",
    "l2_penalty",
    "leaky_relu",
    "log_firing",
    "log_softmax",
    "max_pooling",
    "mean_cost",
    "minimum_cost_decisions",
    "misclassification_costs",
    "momentum_damped",
    "momentum_haykin",
    "momentum_torch",
    "network_jacobian",
    "outer_products",
    "rate_factors",
    "reduce",
    "relu",
    "rescaled_probabilities",
    "rprop_matrix_form",
    "rprop_state",
    "rprop_step",
    "sigmoid",
    "softmax",
    "softmax_cross_entropy",
    "softmax_cross_entropy_with_labels",
    "softmax_expected_cost",
    "softplus",
    "squared_error",
    "tanh",
    "total_cost",
    "unbroadcast",
    "vector_jacobian_product",
    "weight_gradient",
    "weighted_reduce",
    "weighted_squared_error",
]
