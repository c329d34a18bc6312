"""The log for ShiViz: its clocks are exactly the happened-before order."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import permutations

from pcheck.language.printing import show
from pcheck.render.shiviz import shiviz
from pcheck.semantics.cluster_model import ClusterModel, State
from pcheck.text import printable
from pcheck.traces.finding import Finding
from tests.render.findings import (
    FINDINGS,
    bare_witness,
    each_of,
    finding_named,
    hostile_finding,
    saved_finding,
    small_finding,
)

LOST = """\
(?<step>\\d+)\\. (?<event>.*)\\n(?<host>\\S+) (?<clock>\\{.*\\})

1. p1 starts ballot 1
p1 {"p1": 1}
2. a1 <- p1: Prepare(ballot=1)
a1 {"a1": 1, "p1": 1}
3. p1 starts ballot 2
p1 {"p1": 2}
4. lost: p1 -> a2: Prepare(ballot=1)
network {"network": 1, "p1": 1}
5. a2 <- p1: Prepare(ballot=2)
a2 {"a2": 1, "p1": 2}
6. lost: a1 -> p1: Promise(ballot=1, last=None)
network {"a1": 1, "network": 2, "p1": 1}
7. p1 <- a2: Promise(ballot=2, last=None)
p1 {"a2": 1, "p1": 3}
"""
every_finding = each_of(FINDINGS)


@dataclass(frozen=True)
class Event:
    step: int
    text: str
    host: str
    clock: dict[str, int]


def events(log: str) -> list[Event]:
    """Return the events of a log, read with the regular expression in its first line."""
    form, executions, rest = log.split("\n", 2)
    assert executions == ""
    found = re.finditer(form.replace("(?<", "(?P<"), rest.strip())
    return [Event(int(e["step"]), e["event"], e["host"], json.loads(e["clock"])) for e in found]


Copy = tuple[str, str, str]  # sender, receiver, message


def known(finding: Finding) -> set[tuple[int, int]]:
    """Return the pairs of steps that are ordered, computed from labels and states."""
    knows: dict[int, set[int]] = {}
    latest: dict[str, int] = {}
    for number, (label, cause) in enumerate(zip(finding.saved.steps, causes(finding)), start=1):
        who = host(label, finding)
        near = {each for each in (latest.get(who), cause) if each}
        knows[number] = near.union(*(knows[each] for each in near))
        latest[who] = number
    return {(one, two) for two, ones in knows.items() for one in ones}


def host(label: str, finding: Finding) -> str:
    if label.startswith("lost: "):
        return "the network"
    return max(
        (
            lane
            for lane in finding.timeline.after(len(finding.trace))
            if label.startswith(f"{lane} ")
        ),
        key=len,
    )


def causes(finding: Finding) -> Iterator[int | None]:
    """Yield for each step the step that sent the taken message, found in the inboxes."""
    model, path = finding.setup.model, finding.trace
    if not isinstance(model, ClusterModel):
        yield from range(len(path))  # the step before each step
        return
    came: defaultdict[Copy, deque[int]] = defaultdict(deque)
    for number, (label, after) in enumerate(zip(path.labels, path.states[1:]), start=1):
        taken = max((each for each in came if takes(label, *each)), key=by_text, default=None)
        yield came[taken][0] if taken is not None else None
        if taken is not None and finding.setup.network != "set":
            came[taken].popleft()
        for each, count in copies(model, after).items():
            came[each] += [number] * (count - len(came[each]))


def takes(label: str, src: str, dst: str, text: str) -> bool:
    delivers = f"{dst} <- {src}: {text}"
    return label in (delivers, f"lost: {src} -> {dst}: {text}") or label.startswith(f"{delivers}, ")


def by_text(each: Copy) -> int:
    return len(each[2])


def copies(model: ClusterModel, state: State) -> Counter[Copy]:
    return Counter(
        (str(letter.src), str(node), show(letter.message))
        for node, config in zip(model.index, state.nodes, strict=True)
        for letter in config.inbox
    )


def test_deliveries_follow_their_sending_steps_and_nothing_follows_a_loss() -> None:
    assert shiviz(small_finding("lossy", *(each.text for each in events(LOST)))) == LOST


@every_finding
def test_the_clocks_are_the_happened_before_order(name: str) -> None:
    finding = finding_named(name)
    found = {each.step: each for each in events(shiviz(finding))}
    said = {
        (one, two)
        for one, two in permutations(found, 2)
        if found[one].clock[found[one].host] <= found[two].clock.get(found[one].host, 0)
    }
    assert said == known(finding)


@every_finding
def test_every_step_is_one_event_and_hosts_count_their_events(name: str) -> None:
    finding = finding_named(name)
    found = [(each.step, each.text, each.clock[each.host]) for each in events(shiviz(finding))]
    often, steps = Counter[str](), []
    for number, label in enumerate(finding.saved.steps, start=1):
        often[host(label, finding)] += 1
        steps.append((number, printable(label), often[host(label, finding)]))
    assert found == steps


def test_hosts_have_distinct_names_without_blanks() -> None:
    hosts = {each.host for each in events(shiviz(hostile_finding("fifo")))}
    assert {"a_b", "x;_y", "network", "network_"} <= hosts
    assert {"".join(each.split()) for each in hosts} == hosts


def test_the_steps_of_a_bare_model_are_totally_ordered() -> None:
    found = events(shiviz(bare_witness()))
    assert [sum(each.clock.values()) for each in found] == [1, 2, 3, 4, 5, 6]


def test_independent_steps_are_concurrent() -> None:
    """Both p1 and p2 ask for votes; only the acceptors have heard of both."""
    clock = {each.step: each.clock for each in events(shiviz(saved_finding("skips-phase-one")))}
    assert (clock[1], clock[4], clock[6]) == ({"p1": 1}, {"p2": 1}, {"a2": 2, "p1": 1, "p2": 1})
