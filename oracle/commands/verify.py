"""``oracle verify``: every derivation of reference/ against its torch twin.

The work is cut into runs of one derivation, dtype and regime, and spread over processes, each with
torch on one thread. The process that prints never imports torch.
"""

import contextlib
import gc
import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from dataclasses import dataclass

from oracle import cases
from oracle.commands import processes
from oracle.discovery.text import places
from oracle.results import Failure, Report
from oracle.truth import twins
from oracle.verify import derivations
from oracle.verify.names import NETWORK, OPTIMIZERS, RULES
from oracle.verify.runs import Run, merged

ALONE = 12  # runs: fewer are not worth another process, which has torch to import


Outcome = list[Run] | Failure


@dataclass(frozen=True)
class Task:
    """One run of a derivation, and what is to be drawn for it."""

    name: str
    dtype: str
    regime: str
    count: int
    seed: int
    max_dim: int
    case: str = ""  # only this one, as a failure printed it


def tasks(
    names: Sequence[str],
    dtypes: Sequence[str] = cases.DTYPES,
    count: int = 200,
    seed: int = 0,
    max_dim: int = cases.MAX_DIM,
) -> list[Task]:
    """All runs of the derivations named: so many ordinary cases each, and so many extreme ones.

    The extreme ones are shared among the ways in which values can be extreme.
    """
    known = derivations.in_reference()
    found = []
    for name in _grouped(names):
        if name in (NETWORK, OPTIMIZERS, *RULES):
            found += [Task(name, dtype, "ordinary", count, seed, max_dim) for dtype in dtypes]
            continue
        regimes = cases.regimes(known[name])
        share = -(-count // (len(regimes) - 1))
        found += [
            Task(name, dtype, regime, count if regime == "ordinary" else share, seed, max_dim)
            for dtype in dtypes
            for regime in regimes
        ]
    return found


def _grouped(names: Sequence[str]) -> list[str]:
    """The names, with all update rules as one task where all of them are named."""
    if not set(names).issuperset(RULES):
        return list(names)
    return [*(name for name in names if name not in RULES), OPTIMIZERS]


def one(name: str, case: str, seed: int = 0) -> Task:
    """The task of judging one case, as a failure printed it.

    Raises:
        ValueError: the text is no case of this derivation.
    """
    if name == NETWORK:
        from oracle.verify import networks

        return Task(name, networks.parse(case).dtype, "ordinary", 1, seed, cases.MAX_DIM, case)
    parsed = cases.parse(case, derivations.in_reference()[name])
    return Task(name, parsed.dtype, parsed.regime, 1, seed, cases.MAX_DIM, case)


def verify(
    todo: Sequence[Task],
    seed: int,
    jobs: int = 0,
    progress: Callable[[str], None] = lambda _: None,
) -> Report:
    """Do the tasks, and report on each target among them.

    Ctrl-C ends the work early; what is known by then is reported. A derivation without a twin is an
    error of its own and does not keep the others from being judged.
    """
    began = time.perf_counter()
    report = Report(seed)
    outcomes: dict[Task, Outcome] = {}
    try:
        for task, outcome in _done(todo, jobs):
            progress(task.name)
            outcomes[task] = outcome
    except KeyboardInterrupt:
        report.interrupted = True
    runs: dict[str, list[Run]] = {}
    for task in todo:  # in this order, whatever the order in which they were done
        outcome = outcomes.get(task, [])
        if isinstance(outcome, Failure):
            report.errors += [outcome] * (outcome not in report.errors)
        else:
            for run in outcome:
                runs.setdefault(run.target, []).append(run)
    report.results = [merged(found) for found in runs.values()]
    report.seconds = time.perf_counter() - began
    return report


def _done(todo: Sequence[Task], jobs: int) -> Iterator[tuple[Task, Outcome]]:
    """Each task with what came of it, in the order in which they are done."""
    jobs = processes.workers(jobs, todo)
    if jobs == 1 or len(todo) < ALONE:
        for task in todo:
            yield task, do(task)
        return
    context = processes.context("oracle.verify.checking")
    with ProcessPoolExecutor(jobs, mp_context=context, initializer=_quiet) as pool:
        longest_first = sorted(todo, key=lambda task: task.name not in (NETWORK, OPTIMIZERS))
        futures: dict[Future[Outcome], Task] = {pool.submit(do, t): t for t in longest_first}
        try:
            for future in as_completed(futures):
                yield futures[future], future.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _quiet() -> None:
    """In a worker: Ctrl-C is the parent's affair, and torch's modules are no garbage.

    Nor is what a check leaves behind, which reference counts see to: garbage is seldom looked for.
    """
    gc.freeze()
    gc.set_threshold(100_000)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(OSError):
        os.nice(1)


def do(task: Task) -> Outcome:
    """One task, in this process: what was found of each target."""
    import torch

    torch.set_num_threads(1)
    if task.name == NETWORK:
        from oracle.verify import networks

        one = [networks.parse(task.case)] if task.case else None
        return networks.check(one or networks.cases(task.dtype, task.count, task.seed))
    if task.name == OPTIMIZERS or task.name in RULES:
        from oracle.verify import stepping

        rules = [rule for rule in stepping.RULES if task.name in (OPTIMIZERS, rule.name)]
        return [stepping.check(rule, task.dtype, task.seed) for rule in rules]
    from oracle.verify import checking

    derivation = derivations.in_reference()[task.name]
    try:
        twin = twins.twin(derivation.module, derivation.name)
    except LookupError as error:
        file = places.spoken(derivation.place.file)
        return Failure(file, derivation.place.line, f"{derivation.name}: {error}")
    if task.case:
        chosen = iter([cases.parse(task.case, derivation)])
    else:
        drawn = task.dtype, task.regime, task.count, task.seed, task.max_dim
        chosen = cases.plan(derivation, *drawn)
    return [checking.check(derivation, twin, chosen)]
