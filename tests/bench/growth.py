"""How a search grows: `python -m tests.bench.growth [--max-seconds N] [SERIES...]`.

Each series changes one thing: the acceptors, the proposers, the rounds, or the threads. Each search
has a process of its own, which loads the machine code before. A series ends at the first search
that is not over in time. The lines are those of README's table. pytest does not collect this file.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, NamedTuple

from tests.bench.table import measured

NONE = "--reduce none"
DEFAULT_SECONDS = 120
MANY = 1_000_000  # states; the memory of fewer is mostly room for more


class Series(NamedTuple):
    """A series of clusters: what changes, its values, and the command for a value."""

    text: str
    values: list[int]
    command: Callable[[int], str]


def paxos(acceptors: int, proposers: int, rounds: int) -> str:
    return f"--acceptors {acceptors} --proposers {proposers} --rounds {rounds} --crashes 0"


SERIES = {
    "acceptors": Series("2 proposers, 1 round", [*range(3, 9)], lambda n: paxos(n, 2, 1)),
    "proposers": Series("3 acceptors, 1 round", [*range(2, 6)], lambda n: paxos(3, n, 1)),
    "rounds": Series("3 acceptors, 2 proposers", [*range(1, 5)], lambda n: paxos(3, 2, n)),
}
THREADS = [1, 2, 4, 8]
LARGE = "--acceptors 3 --proposers 2 --reduce none"  # two rounds, one crash


def cell(found: dict[str, Any]) -> str:
    """Return the states, the seconds, and the bytes for each of many states."""
    report = found["report"]
    parts = [f"{found['seconds']:.1f} s"]
    if report["states"] > MANY:
        parts.append(f"{report['run']['bytes_per_state']:.0f} B")
    return f"{report['states']:,} ({', '.join(parts)})"


def cells(series: Series, seconds: float, *options: str) -> str:
    """Return the cells of all values, up to the first search that is not over in time."""
    found = list[str]()
    for value in series.values:
        run = measured(series.command(value), *options, "--max-seconds", f"{seconds:g}")
        if run["report"]["verdict"] != "holds":
            break
        found.append(f"{value}: {cell(run)}")
        print("  ", series.text, value, *options, found[-1], file=sys.stderr, flush=True)
    return "; ".join(found)


def threads() -> str:
    """Return the seconds of one large search for each number of threads, the best of three."""
    runs = [[measured(LARGE, "--threads", str(n)) for n in THREADS] for _ in range(3)]
    best = [min(each["seconds"] for each in column) for column in zip(*runs, strict=True)]
    return "; ".join(f"{n}: {seconds:.1f} s" for n, seconds in zip(THREADS, best, strict=True))


def main() -> None:
    given, seconds = sys.argv[1:], float(DEFAULT_SECONDS)
    if given[:1] == ["--max-seconds"]:
        seconds, given = float(given[1]), given[2:]
    print("| grows | `--reduce none`: states (seconds, bytes for each of many) | by default |")
    print("|---|---|---|")
    for name in given or [*SERIES, "threads"]:
        if name == "threads":
            print(f"| threads (`pcheck explore {LARGE}`) | {threads()} | |", flush=True)
            continue
        series = SERIES[name]
        plain, reduced = cells(series, seconds, *NONE.split()), cells(series, seconds)
        print(f"| {name} ({series.text}) | {plain} | {reduced} |", flush=True)


if __name__ == "__main__":
    main()
