"""What a check costs: checks a second, growth with the number of cases, memory, whole commands."""

from benchmarks.timing import medians  # isort: skip, it sets the threads

import os
import subprocess
import sys
import time
from collections.abc import Iterator

import torch

from oracle import cases
from oracle.truth import twins
from oracle.verify import checking, derivations

KNOWN = derivations.in_reference()


def one_shape(
    name: str, sizes: dict[str, int | tuple[int, ...]], count: int
) -> Iterator[cases.Case]:
    """So many ordinary float64 cases of one shape."""
    options = {option.name: option.default for option in KNOWN[name].options}
    return (cases.Case("float64", "ordinary", sizes, options, seed) for seed in range(count))


def seconds(name: str, plan: Iterator[cases.Case]) -> float:
    """The time of a run over the plan."""
    twin = twins.twin(KNOWN[name].module, name)
    began = time.perf_counter()
    checking.check(KNOWN[name], twin, plan)
    return time.perf_counter() - began


def torch_alone() -> None:
    """What no check of affine 4x3x5 can do without: torch's own forward and backward."""
    X, W, b = (
        torch.ones(*s, dtype=torch.float64, requires_grad=True) for s in ((4, 3), (3, 5), (5,))
    )
    torch.autograd.grad(torch.addmm(b, X, W), (X, W, b), torch.ones(4, 5, dtype=torch.float64))


def command(*arguments: str) -> float:
    """The time of a whole process, imports included."""
    began = time.perf_counter()
    subprocess.run([sys.executable, "-m", "oracle", *arguments], check=True, capture_output=True)
    return time.perf_counter() - began


def memory(count: int) -> float:
    """The peak memory in MiB of a process that does so many checks."""
    program = (
        "from benchmarks import checks\n"
        f"checks.seconds('softmax', checks.one_shape('softmax', {{'*shape': (4, 5)}}, {count}))\n"
    )
    child = os.fork()
    if not child:
        os.execv(sys.executable, [sys.executable, "-c", program])
    _, status, usage = os.wait4(child, 0)
    assert status == 0
    return usage.ru_maxrss / 1024


def main() -> None:
    """Print every figure beside its limit."""
    affine = {"N": 4, "D": 3, "M": 5}
    softmax: dict[str, int | tuple[int, ...]] = {"*shape": (4, 5)}
    seconds("affine", one_shape("affine", dict(affine), 200))
    for name, sizes in (("affine", dict(affine)), ("softmax", softmax)):
        best = min(seconds(name, one_shape(name, sizes, 1000)) for _ in range(5))
        print(f"{name} {sizes}: {1000 / best:.0f} checks a second (limit 1,500)")
    (alone,) = medians([torch_alone])
    print(f"torch's forward and backward of affine alone: {1 / alone:.0f} a second")
    costs = [seconds("affine", one_shape("affine", dict(affine), n)) / n for n in (500, 2000, 8000)]
    print("cost of a check among 500, 2,000, 8,000:", *(f"{c * 1e6:.0f} µs" for c in costs))
    print(f"peak memory of 100 and of 100,000 checks: {memory(100):.0f}, {memory(100_000):.0f} MiB")
    print(f"oracle --help: {min(command('--help') for _ in range(5)):.2f} s (limit 0.3)")
    print(f"oracle verify: {command('verify'):.1f} s (limit 20)")


if __name__ == "__main__":
    main()
