"""``oracle verify``: every derivation of reference/ against its torch twin.

The work is cut into runs of one derivation, dtype and regime, and spread over processes, each with
torch on one thread. The process that prints never imports torch.
"""

import contextlib
import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

import reference
from oracle import cases, derivations, twins
from oracle.derivations import Derivation
from oracle.results import Failure, Report, Result
from oracle.runs import Run, merged

ROOT = Path(reference.__file__).parent.parent
ALONE = 12  # runs: fewer are not worth another process, which has torch to import


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
    for name in names:
        regimes = cases.regimes(known[name])
        share = -(-count // (len(regimes) - 1))
        found += [
            Task(name, dtype, regime, count if regime == "ordinary" else share, seed, max_dim)
            for dtype in dtypes
            for regime in regimes
        ]
    return found


def verify(
    todo: Sequence[Task],
    seed: int,
    jobs: int = 0,
    progress: Callable[[Task], None] = lambda _: None,
) -> Report:
    """Do the tasks, and report on each derivation among them.

    Ctrl-C ends the work early; what is known by then is reported. A derivation without a twin is an
    error of its own and does not keep the others from being judged.
    """
    began = time.perf_counter()
    known = derivations.in_reference()
    report = Report(seed)
    runs: dict[str, list[tuple[int, Run]]] = {}
    try:
        for task, outcome in _done(todo, jobs):
            progress(task)
            if isinstance(outcome, Failure):
                if outcome not in report.errors:
                    report.errors.append(outcome)
            else:
                runs.setdefault(task.name, []).append((todo.index(task), outcome))
    except KeyboardInterrupt:
        report.interrupted = True
    for name, found in runs.items():
        found.sort(key=lambda pair: pair[0])
        mine = [task for task in todo if task.name == name]
        report.results.append(_result(known[name], mine, [run for _, run in found]))
    report.results.sort(key=lambda result: list(known).index(result.target))
    report.seconds = time.perf_counter() - began
    return report


def _done(todo: Sequence[Task], jobs: int) -> Iterator[tuple[Task, Run | Failure]]:
    """Each task with what came of it, in the order in which they are done."""
    jobs = jobs or min(len(os.sched_getaffinity(0)), 8)
    if jobs == 1 or len(todo) < ALONE:
        for task in todo:
            yield task, run(task)
        return
    server = "forkserver" in multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("forkserver" if server else "spawn")
    if server:
        context.set_forkserver_preload(["oracle.checking"])  # torch is imported once, for all
    with ProcessPoolExecutor(jobs, mp_context=context, initializer=_quiet) as pool:
        futures: dict[Future[Run | Failure], Task] = {pool.submit(run, t): t for t in todo}
        try:
            for future in as_completed(futures):
                yield futures[future], future.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _quiet() -> None:
    """In a worker: Ctrl-C is the parent's affair."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(OSError):
        os.nice(1)


def run(task: Task) -> Run | Failure:
    """One task, in this process."""
    import torch

    from oracle import checking

    torch.set_num_threads(1)
    derivation = derivations.in_reference()[task.name]
    try:
        twin = twins.twin(derivation.module, derivation.name)
    except LookupError as error:
        return Failure(path(derivation), derivation.place.line, f"{derivation.name}: {error}")
    if task.case:
        chosen = iter([cases.parse(task.case, derivation)])
    else:
        drawn = task.dtype, task.regime, task.count, task.seed, task.max_dim
        chosen = cases.plan(derivation, *drawn)
    return checking.check(derivation, twin, chosen)


def path(derivation: Derivation) -> str:
    """The derivation's file as it is spoken of: ``reference/affine.py``."""
    return str(Path(derivation.place.file).relative_to(ROOT))


def _result(derivation: Derivation, todo: list[Task], runs: list[Run]) -> Result:
    total = merged(derivation, runs)
    return Result(
        file=path(derivation),
        target=derivation.name,
        line=derivation.place.line,
        twin=twins.title(derivation.module, derivation.name),
        gradients=total.gradients,
        cases=total.cases,
        shapes=len(total.shapes),
        dtypes=list(dict.fromkeys(task.dtype for task in todo)),
        regimes=list(dict.fromkeys(task.regime for task in todo)),
        witnesses=["torch twin"] + ["central difference"] * bool(total.witnessed),
        not_checked=[f"gradient of {a.name}: it is data" for a in derivation.arguments if a.fixed],
    )
