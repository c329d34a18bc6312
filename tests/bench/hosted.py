"""The number of handler calls of a hosted object that pcheck makes in a second.

    .venv/bin/python tests/bench/hosted.py

The object is an acceptor of the package composable-paxos, which gets a Prepare again and again. A
call makes the acceptor and the message from their frozen copies, calls the program, and freezes the
acceptor, what is on its disk, and the answer.
"""

from __future__ import annotations

import time
from typing import Any

from pcheck import Cluster, Id
from pcheck.language.actor import Send
from pcheck.loading.spec import find

CALLS, RUNS = 10_000, 5


def calls_per_second() -> float:
    """Return the median of some runs."""
    spec = find("composable_paxos_pypi")
    cluster = spec.build(spec.options({}))
    assert isinstance(cluster, Cluster)
    proposer, acceptor = cluster.actors[Id("p1")], cluster.actors[Id("a1")]
    step: Any = next(iter(proposer.actions())).step
    prepare: Send = step[1]
    promised = acceptor.receive(prepare.message, Id("p1"))
    assert isinstance(promised, tuple)
    found = []
    for _ in range(RUNS):
        began = time.perf_counter()
        for _ in range(CALLS):
            promised[0].receive(prepare.message, Id("p1"))
        found.append(CALLS / (time.perf_counter() - began))
    return sorted(found)[RUNS // 2]


if __name__ == "__main__":
    print(f"{calls_per_second():,.0f} handler calls a second")
