"""The picture of each program that has one: ``draw_NAME(figure)``, from the program's own figures.

They are here and not in the programs, which are about equations.
"""

from pathlib import Path
from typing import Any

import numpy as np

from examples import (
    chaos,
    convolution,
    costs,
    dermatology,
    gradient_check,
    hours_studied,
    jacobian_measured,
    looney,
    mini_batch,
    race,
    ridge,
    stuck,
    update_order,
)
from examples.fuzzy import RULES
from examples.joshi import MATRICES
from examples.rprop import VARIANTS, trace
from reference import cost_vector, fuzzy, mean_cost


def draw_update_order(figure: Any) -> None:
    _, errors = update_order.both_orders(10_000)
    steps, axes = np.arange(1, len(errors) + 1), figure.subplots()
    axes.loglog(steps, errors[:, 0], label="simultaneous update")
    axes.loglog(steps, errors[:, 1], "--", label="sequential update, a mistake")
    axes.loglog(steps[1:], np.abs(np.diff(errors)[1:, 0]), ":", label="how far they are apart")
    axes.set(xlabel="step", ylabel="error E = ½Σ(t − o)²")
    axes.set_title("Mazur's network learns its sample in either order")
    axes.legend()


def draw_hours_studied(figure: Any) -> None:
    _, losses = hours_studied.training()
    axes = figure.subplots()
    axes.loglog(np.arange(1, len(losses) + 1), losses, label="mean of (y − o)², as printed")
    axes.set(xlabel="step", ylabel="mean squared error of a mark, (100 marks)²")
    axes.set_title("Hours studied: three marks are learnt in 1,000 steps")
    axes.legend()


def draw_chaos(figure: Any) -> None:
    _, course = chaos.training()
    upper, lower = figure.subplots(2, 1, sharex=True)
    upper.plot(course[:, 0], lw=0.8, label="cross-entropy")
    upper.set(ylabel="nats a picture", ylim=(0, None))
    upper.set_title("Stairs, 400 pictures to train on: raw pixels make the loss jump")
    lower.plot(100 * course[:, 1], lw=0.8, color="C1", label="read rightly")
    lower.set(xlabel="epoch", ylabel="% of the pictures", ylim=(0, 100))
    upper.legend()
    lower.legend(loc="lower right")


def draw_mini_batch(figure: Any) -> None:
    sizes, axes = [1, 2, 5, 10, 20, 50, 100, 200], figure.subplots()
    for way, style, label in (
        (mini_batch.by_loop, "o-", "loop over the samples"),
        (mini_batch.by_matrix, "s--", "one matrix"),
    ):
        axes.loglog(sizes, [mini_batch.seconds(way, N) * 1e3 for N in sizes], style, label=label)
    axes.set_xticks(sizes, [str(size) for size in sizes], minor=False)
    axes.set(xlabel="samples in the mini-batch", ylabel="time of all gradients, ms")
    axes.set_title("64-30-10 network: the sum over the samples as a product")
    axes.legend()


def draw_jacobian_measured(figure: Any) -> None:
    sizes, panels = jacobian_measured.SIZES, figure.subplots(1, 2)
    for way, style, label in (
        (jacobian_measured.dense, "o-", "Jacobian, written out"),
        (jacobian_measured.matrix_form, "s--", "matrix form, xᵀ·∂L/∂y"),
    ):
        seconds, peaks = np.array([jacobian_measured.measure(way, size) for size in sizes]).T
        panels[0].loglog(sizes, seconds * 1e3, style, label=label)
        panels[1].loglog(sizes, peaks / 2**20, style, label=label)
    for axes, ylabel in zip(panels, ("time, ms", "peak memory, MiB")):
        axes.set_xticks(sizes, [str(size) for size in sizes])
        axes.minorticks_off()
        axes.set(xlabel="inputs, and as many outputs", ylabel=ylabel)
        axes.legend()
    figure.suptitle("∂L/∂W of one layer, 4 samples: the Jacobian that nobody needs")


def draw_gradient_check(figure: Any) -> None:
    g, eps = gradient_check.cost(gradient_check.WEIGHTS)[1], gradient_check.EPSILONS
    found = [gradient_check.relative(gradient_check.numerical(e), g) for e in eps]
    axes = figure.subplots()
    axes.loglog(eps, found, "o-", label="of right gradients, measured")
    axes.axhline(1e-9, ls="--", color="black", lw=1, label="the course's limit, 1e-9")
    axes.set(xlabel="ε of the central difference", ylabel="‖num − g‖ / ‖num + g‖")
    axes.set_title("Gradient check: rounding to the left, truncation to the right")
    axes.legend(loc="upper center")


def draw_baseline(figure: Any) -> None:
    axes, epochs = figure.subplots(), np.arange(looney.EPOCHS)
    jumps = looney.training((), 1.0, 0)[1]
    axes.plot(epochs[::2], jumps[::2], "-.", color="C1", label="linear, rate 1: even epochs")
    axes.plot(epochs[1::2], jumps[1::2], ":", color="C1", label="linear, rate 1: odd epochs")
    axes.plot(looney.training((), 0.1, 0)[1], "--", color="C0", label="linear, rate 0.1")
    axes.plot(looney.training((8, 3), 1.0, 0)[1], "-", color="C2", label="[8, 3], rate 1")
    axes.set(xlabel="epoch", ylabel="binary cross-entropy of a point, nats", ylim=(0, 2))
    axes.set_title("What a linear boundary can do, and how it was missed")
    axes.legend(loc="center right", bbox_to_anchor=(1, 0.45))


def draw_race(figure: Any) -> None:
    left, right = figure.subplots(1, 2, width_ratios=(2, 3))
    w1, w2 = np.meshgrid(np.linspace(-0.5, 1.1, 60), np.linspace(-0.3, 0.2, 60))
    left.contour(w1, w2, (w1**2 + 4 * w2**2) / 2, 8, colors="gray", linewidths=0.5)
    for variant, line, mark in zip(VARIANTS, ("-", "--", "-.", ":"), "osD^"):
        path = trace(variant)
        left.plot(*path.T, line + mark, ms=4, label=variant)
        right.semilogy(race.race(variant, 500)[0], line, label=variant)
    left.set(xlabel="w1", ylabel="w2", title="f = ½(w1² + 4w2²), 7 steps")
    right.semilogy(race.descent(500), color="gray", lw=0.7, label="gradient descent")
    ticks = (0.03, 0.1, 0.3, 0.7)
    right.set_yticks(ticks, [str(tick) for tick in ticks])
    right.minorticks_off()
    right.set(xlabel="epoch", ylabel="cross-entropy of a picture, nats")
    right.set_title("Stairs, pixels not scaled")
    right.legend(loc="center right", bbox_to_anchor=(1, 0.42))


def draw_costs(figure: Any) -> None:
    axes = figure.subplots()
    for n, (kind, C) in enumerate(MATRICES.items()):
        E = cost_vector(C, costs.COUNTS)
        hatch = "//" if n else ""
        axes.bar(np.arange(1, 7) + 0.4 * n - 0.2, E, 0.4, hatch=hatch, label=f"{kind} costs")
    axes.set(xlabel="true class, 1 to 6", ylabel="mean cost of a mistake on it, E")
    axes.set_title("Dermatology: what a mistake costs, by the class that it is made on")
    axes.set_ylim(0, 1.3)
    axes.legend(loc="upper left", ncols=2)


def draw_dermatology(figure: Any, data: Path) -> None:
    axes = figure.subplots()
    for n, (kind, C) in enumerate(MATRICES.items()):
        found = dermatology.cross_validate(*dermatology.load(data), C, 10, 40)
        mean = [100 * mean_cost(confusion, C) for confusion in found.values()]
        hatch = "//" if n else ""
        axes.barh(np.arange(len(mean)) + 0.4 * n, mean, 0.4, hatch=hatch, label=f"{kind} costs")
        axes.set_yticks(np.arange(len(mean)) + 0.2, [name.strip() for name in found])
    axes.invert_yaxis()
    axes.set(xlabel="cost of 100 samples, 10-fold cross-validation", ylabel="way of training")
    axes.set_title("Dermatology: what the mistakes of each way cost")
    axes.legend()


def draw_convolution(figure: Any) -> None:
    """A kernel without symmetry, and where δ = 1 of the middle goes, rightly and wrongly."""
    kernel, delta = np.arange(1.0, 10).reshape(1, 1, 3, 3), np.zeros((1, 1, 3, 3))
    delta[0, 0, 1, 1] = 1
    right = convolution.convolve(delta, kernel, full=True)
    wrong = convolution.convolve(delta, convolution.turned(kernel), full=True)
    for axes, array, title in zip(
        figure.subplots(1, 3, width_ratios=(3, 5, 5)),
        (kernel, right, wrong),
        ("kernel w", "∂E/∂o = δ ∗ w, right:\nw as it is", "δ ∗ rot180 w, wrong:\nw turned"),
    ):
        picture = axes.imshow(array[0, 0], cmap="cividis", vmin=0, vmax=9)
        for (i, j), number in np.ndenumerate(array[0, 0]):
            color = "black" if number > 5 else "white"
            axes.text(j, i, f"{number:.0f}", ha="center", va="center", color=color)
        axes.grid(False)
        axes.set_xticks(range(array.shape[3]))
        axes.set_yticks(range(array.shape[2]))
        axes.set(xlabel="column, pixels", ylabel="row, pixels", title=title)
    figure.colorbar(picture, ax=figure.axes, label="gradient, or weight", shrink=0.6)
    figure.set_size_inches(8, 3.6)
    figure.suptitle("A kernel of 3×3 on an image of 5×5, δ = 1 in the middle of z")


def draw_ridge(figure: Any) -> None:
    left, right = figure.subplots(1, 2)
    s = np.linspace(-1.4, 1.4, 201)
    across = np.stack([s, -s], axis=1) / np.sqrt(2)
    right.plot(s, ridge.ridge(across), color="black", lw=4, alpha=0.3, label="target")
    for correlated, line, label in ((True, "-", "full Γ"), (False, "--", "diagonal Γ")):
        errors, _, layer = ridge.train(400, correlated)
        left.semilogy(errors, line, label=label)
        right.plot(s, fuzzy(across, *layer)[0], line, label=label)
    left.set(xlabel="epoch", ylabel="root mean squared error, units of y")
    left.set_title(f"{RULES} rules, RProp, 200 points")
    right.set(xlabel="way along x = (s, −s)/√2, units of x", ylabel="y, units of y")
    right.set_title("What they have learnt, across the ridge")
    left.legend()
    right.legend()


def draw_stuck(figure: Any) -> None:
    epochs, axes = np.arange(1, 10_001), figure.subplots()
    label = "rate 1/epoch, gradients m times too large"
    axes.loglog(epochs, stuck.training(True, 10_000)[:, 10], label=label)
    axes.loglog(epochs, stuck.training(False, 10_000)[:, 10], "--", label="rate 1, mended")
    axes.set(xlabel="epoch", ylabel="binary cross-entropy of a sample, nats")
    axes.set_title("XOR, the same first weights: with the rate that falls, and without")
    axes.legend()
