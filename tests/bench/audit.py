"""The seconds and the memory that the audit of a million events takes: a walk of 50 nodes.

python tests/bench/audit.py [EVENTS]
"""

from __future__ import annotations

import json
import random
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pcheck import (
    Action,
    Actor,
    Cluster,
    Group,
    Id,
    Seen,
    Step,
    action,
    always,
    fixed,
    group,
    send,
    spec,
)
from pcheck.audit.auditing import Auditor
from pcheck.audit.logs import read_log
from pcheck.loading.setup import prepare
from pcheck.loading.spec import of_builder
from pcheck.semantics.cluster_model import ClusterModel
from tests.audit.logged import event_of

NODES, HOURS = 50, 12


@dataclass(frozen=True)
class Clock:
    """The time of a node."""

    hour: int


@dataclass(frozen=True)
class Watch(Actor):
    """A node that knows the hour, and the hour of the node before it."""

    others: Group = fixed()
    hour: int = 0
    heard: int = 0

    def actions(self) -> Iterator[Action]:
        hour = (self.hour + 1) % HOURS
        yield action("ticks", (self.but(hour=hour), send(self._next, Clock(hour))))

    def receive(self, msg: object, src: Id) -> Step:
        return self.but(heard=msg.hour) if isinstance(msg, Clock) else None

    @property
    def _next(self) -> Id:
        return self.others[int(self.me[1:]) % len(self.others)]


@always(sees=[Clock])
def hours_exist(seen: Seen) -> str | None:
    """No node says an hour that does not exist."""
    return next((f"hour {m.hour}" for _, m in seen.sent(Clock) if m.hour >= HOURS), None)


@spec
def watches(nodes: int = NODES) -> Cluster:
    """Nodes in a ring that tell each other the time."""
    n = group("n", nodes)
    return Cluster({n: lambda i: Watch(others=n)}, properties=[hours_exist])


def main() -> None:
    """Write a log, audit it, and print the figures."""
    events = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    setup = prepare(of_builder(watches), {}, crashes=0)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "log.ndjson")
        write(setup.model, events, file)
        before, start = peak(), time.perf_counter()
        log = read_log([str(file)])
        read = time.perf_counter() - start
        (run,) = Auditor(setup, log).audit().runs
        seconds = time.perf_counter() - start
    print(f"{run.answer.value}: {run.events:,} events in {seconds:.1f} s (reading {read:.1f} s)")
    print(f"peak memory {peak():,} MB ({before:,} MB before the audit)")


def write(model: object, events: int, file: Path) -> None:
    """Write the log of a random walk, with a time on each line."""
    assert isinstance(model, ClusterModel)
    rng, state, texts = random.Random(1), model.initial(), dict[object, str]()
    with file.open("w", encoding="utf-8") as out:
        for number in range(events):
            i = rng.randrange(len(model.nodes))
            row = rng.choice(model.nodes[i].rows(state.nodes[i]))
            state = model.after(state, i, row)
            if (i, row) not in texts:
                texts[i, row] = json.dumps({"node": str(model.nodes[i].me), **event_of(row)})
            out.write(f'{texts[i, row][:-1]}, "ts": {number}}}\n')


def peak() -> int:
    """Return the peak memory of this process in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    main()
