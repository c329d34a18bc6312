"""The milestones of a trace are those of every observation, though few observations are made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from pcheck import (
    UP,
    Action,
    Actor,
    Cluster,
    Id,
    Seen,
    Step,
    action,
    broadcast,
    fixed,
    group,
    milestone,
    volatile,
)
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.semantics.network import NETWORKS, Letter
from pcheck.semantics.trace import Trace, follow
from pcheck.traces import observations
from pcheck.traces.timeline import timeline_of
from tests.search.parts import nothing

N, Q = group("n", 2), group("q", 1)


@dataclass(frozen=True)
class Word:
    n: int


@dataclass(frozen=True)
class Cry:
    pass


@dataclass(frozen=True)
class Teller(Actor):
    """Says words to the listener; the number of words is volatile."""

    size: int = fixed(3)
    said: int = volatile(0)

    def actions(self) -> Iterator[Action]:
        if self.said < self.size:
            yield action("says", self.but(said=self.said + 1), broadcast(Q, Word(self.said)))
        yield action("cries", self.but(said=self.size), broadcast((), Cry()))


@dataclass(frozen=True)
class Listener(Actor):
    heard: int = 0

    def receive(self, msg: object, src: Id) -> Step:
        return self.but(heard=self.heard + 1) if isinstance(msg, Word) else None


@milestone(sees=[UP])
def down(seen: Seen) -> dict[Any, str]:
    return {node: f"{node} is down" for node in seen.group("n") if not seen.up(node)}


@milestone(sees=[Word])
def words(seen: Seen) -> dict[Any, str]:
    count = len(seen.sent(Word))
    return {count: f"{count} words"} if count else {}


@milestone(sees=["said", Cry, UP])
def mixed(seen: Seen) -> dict[Any, str]:
    key = str(seen.field("said")), len(seen.sent(Cry)), seen.up(Id("n1"))
    return {key: f"mixed {key}"}


@milestone(sees=["Listener.heard", "size"])
def heard(seen: Seen) -> dict[Any, str]:
    return {each: f"heard {each}" for each in seen.field("Listener.heard")}


LABELS = (
    *("n1 says", "q1 <- n1: Word(n=0)", "n1 crashes", "n1 restarts", "n1 says", "n2 cries"),
    *("q1 crashes", "n2 crashes", "q1 restarts", "q1 <- n1: Word(n=0)", "n1 cries"),
)


def every_line(model: ClusterModel, trace: Trace[Any]) -> list[list[str]]:
    """Return the new lines of each step, from an observation of each state."""
    sent: set[Letter] = set()
    reached: set[Any] = set()
    found = []
    for at, state in enumerate(trace.states):
        if at:
            _, row = model.row_of(trace.states[at - 1], trace.labels[at - 1])
            sent |= {letter for letter, _ in row.bundle.sends}
        seen = model.history(state, sorted(sent, key=lambda letter: letter.order))
        lines = [
            ((nth, key), line)
            for nth, each in enumerate(model.milestones)
            for key, line in each.lines(seen).items()
        ]
        found.append([line for key, line in lines if key not in reached])
        reached.update(key for key, _ in lines)
    return found[1:]


@pytest.mark.parametrize("max_kept", [1, 2, 1_000])
@pytest.mark.parametrize("network", ["set", "once"])
def test_milestones_are_found_at_the_steps_that_reach_them(
    network: str, max_kept: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(observations, "MAX_KEPT", max_kept)
    milestones = [down, words, mixed, heard]
    parts = {N: lambda _: Teller(), Q: lambda _: Listener()}
    cluster = Cluster(parts, [nothing()], milestones=milestones)
    model = ClusterModel(cluster, NETWORKS[network], 3)
    trace = follow(model, LABELS)
    timeline = timeline_of(model, trace)
    expected = every_line(model, trace)
    assert [list(event.milestones) for event in timeline.events] == expected
    assert ["n1 is down" in " ".join(lines) for lines in expected].index(True) == 2
    assert len([lines for lines in expected if lines]) >= 7
    words_sent = [len(seen.sent(Word)) for seen in reversed(timeline.observations)]
    assert words_sent[:2] == [1, 1]
