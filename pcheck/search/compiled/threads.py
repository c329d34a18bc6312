"""The threads of a search. Only machine code runs in several threads at once."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from itertools import pairwise
from typing import TypeVar

T = TypeVar("T")


def available_cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def shares(start: int, stop: int, count: int) -> Iterator[tuple[int, int]]:
    """Yield some ranges of about equal lengths that make up a whole one."""
    ends = [start + (stop - start) * nth // count for nth in range(count + 1)]
    yield from pairwise(ends)


class Threads:
    """Some threads that run tasks side by side."""

    def __init__(self, count: int) -> None:
        self.count = count
        self._pool, self._whole = ThreadPoolExecutor(count), ThreadPoolExecutor(1)

    def run(self, tasks: Iterable[Callable[[], T]]) -> list[T]:
        """Run some tasks side by side; return their results when all of them ended."""
        tasks = list(tasks)
        if len(tasks) == 1:
            return [task() for task in tasks]
        futures = [self._pool.submit(task) for task in tasks]
        try:
            return [future.result() for future in futures]
        finally:
            wait(futures)

    def run_whole(self, task: Callable[[], T]) -> T:
        """Run a task in a thread that no interrupt reaches; interrupts are raised after it.

        A task that is part of another one runs at once.
        """
        if threading.current_thread() is not threading.main_thread():
            return task()
        ended: list[Future[T]] = []

        def run_once() -> None:
            if not ended:
                future: Future[T] = Future()
                try:
                    future.set_result(task())
                except BaseException as error:
                    future.set_exception(error)
                ended.append(future)

        interrupt = None
        while True:
            try:
                self._whole.submit(run_once).result()  # after an interrupt, waits for the first one
                break
            except KeyboardInterrupt as error:
                interrupt = error
        if interrupt is not None:
            raise interrupt
        return ended[0].result()
