"""How noisy right code is, and how loud a mistake: the figures that the verdict's limits rest on.

    python -m benchmarks.noise [CASES]

Prints, by regime, the largest difference of right float64 code from the truth over CASES random
cases (100,000 unless told), in units of measured noise: of reference/ itself and of the same
derivations written otherwise. Then how few units the quietest known mistake makes.
"""

from benchmarks import timing  # isort: skip, it sets the threads

import sys
import time
import warnings
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace

from oracle import cases
from oracle.discovery.text import places
from oracle.truth import twins
from oracle.verify import checking, derivations
from oracle.verify.derivations import Derivation
from tests import rewritten_derivations as otherwise
from tests import wrong_derivations as wrong

KNOWN = derivations.in_reference()
Job = tuple[str, str, str, int, str]  # shelf, name, regime, cases, dtype


def subject(shelf: str, name: str) -> tuple[Derivation, str]:
    """A derivation of reference/, or a function of a shelf in its place."""
    if shelf == "reference":
        return KNOWN[name], name
    entries = otherwise.ALL if shelf == "otherwise" else wrong.ALL
    entry = next(entry for entry in entries if entry.function.__name__ == name)
    function = entry.function
    return replace(KNOWN[entry.of], function=function, place=places.place(function)), entry.of


def largest(job: Job) -> tuple[Job, float, int, str]:
    """The largest difference in a run, the cases in it, and the verdict."""
    shelf, name, regime, count, dtype = job
    derivation, of = subject(shelf, name)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        run = checking.check(
            derivation,
            twins.twin(derivation.module, of),
            cases.plan(KNOWN[of], dtype, regime, count, seed=11),
        )
    worst = max(gradient.error_units for gradient in run.gradients)
    return job, worst, run.cases, "/".join(sorted({g.verdict for g in run.gradients}))


def main() -> None:
    """Print the table; exit status 1 if right code is above 10 units, or a mistake below 1,000."""
    total = int(sys.argv[1]) if sys.argv[1:] else 100_000
    right: list[tuple[str, str, tuple[str, ...]]] = [
        ("reference", name, cases.regimes(derivation)) for name, derivation in KNOWN.items()
    ]
    right += [
        (
            "otherwise",
            e.function.__name__,
            tuple(r for r in e.regimes if r in cases.regimes(KNOWN[e.of])),
        )
        for e in otherwise.ALL
    ]
    began = time.perf_counter()
    failed = False
    with ProcessPoolExecutor(initializer=timing.torch.set_num_threads, initargs=(1,)) as pool:
        print(f"{'regime':10} {'cases':>8} {'reference/':>11} {'otherwise':>10}  accused")
        for regime in cases.REGIMES:
            subjects = [(shelf, name) for shelf, name, regimes in right if regime in regimes]
            each = -(-total // len(subjects))
            jobs: list[Job] = [(shelf, name, regime, each, "float64") for shelf, name in subjects]
            found = list(pool.map(largest, jobs))
            tops = [
                max(worst for (shelf, *_), worst, *_ in found if shelf == wanted)
                for wanted in ("reference", "otherwise")
            ]
            accused = [
                job[1]
                for job, _, _, verdict in found
                if verdict not in ("correct", "undecidable", "correct/undecidable")
            ]
            print(
                f"{regime:10} {sum(n for *_, n, _ in found):8,} {tops[0]:11.1f} {tops[1]:10.1f}"
                f"  {', '.join(accused) or 'none'}",
                flush=True,
            )
            failed |= tops[0] >= 10 or bool(accused)
        jobs = [
            (
                "wrong",
                e.function.__name__,
                e.regimes[0],
                200,  # as many as `oracle verify` draws
                "float32" if e.finding == "wrong-dtype" else "float64",
            )
            for e in wrong.ALL
        ]
        quiet = sorted((worst, job[1]) for job, worst, *_ in pool.map(largest, jobs))
    print(f"\n{len(quiet)} known mistakes; the quietest:")
    for units, name in quiet[:5]:
        print(f"  {name:40} {units:10.2e} units")
    print(f"{time.perf_counter() - began:.0f} s")
    sys.exit(failed or quiet[0][0] < 1000)


if __name__ == "__main__":
    main()
