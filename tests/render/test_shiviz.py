"""The log for ShiViz: its clocks say exactly what happened before what."""

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
from tests.render.every_run import RUNS, bare, each_of, hostile, kept, small, the_run

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
every = each_of(RUNS)


@dataclass(frozen=True)
class Event:
    step: int
    text: str
    host: str
    clock: dict[str, int]


def events(log: str) -> list[Event]:
    """As ShiViz reads it: the form of an event stands in the first line."""
    form, executions, rest = log.split("\n", 2)
    assert executions == ""
    found = re.finditer(form.replace("(?<", "(?P<"), rest.strip())
    return [Event(int(e["step"]), e["event"], e["host"], json.loads(e["clock"])) for e in found]


Copy = tuple[str, str, str]  # from whom, to whom, what


def known(shown: Finding) -> set[tuple[int, int]]:
    """Which step each step knows of: by the labels, and by the states between them."""
    knows: dict[int, set[int]] = {}
    latest: dict[str, int] = {}
    for number, (label, cause) in enumerate(zip(shown.saved.steps, causes(shown)), start=1):
        who = host(label, shown)
        near = {each for each in (latest.get(who), cause) if each}
        knows[number] = near.union(*(knows[each] for each in near))
        latest[who] = number
    return {(one, two) for two, ones in knows.items() for one in ones}


def host(label: str, shown: Finding) -> str:
    if label.startswith("lost: "):
        return "the network"
    return max(
        (lane for lane in shown.timeline.after(len(shown.trace)) if label.startswith(f"{lane} ")),
        key=len,
    )


def causes(shown: Finding) -> Iterator[int | None]:
    """For each step, the one that sent what it takes: since then it was in the inbox."""
    model, path = shown.setup.model, shown.trace
    if not isinstance(model, ClusterModel):
        yield from range(len(path))  # each the one before it
        return
    came: defaultdict[Copy, deque[int]] = defaultdict(deque)
    for number, (label, after) in enumerate(zip(path.labels, path.states[1:]), start=1):
        taken = max((each for each in came if takes(label, *each)), key=by_text, default=None)
        yield came[taken][0] if taken is not None else None
        if taken is not None and shown.setup.network != "set":
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


def test_nobody_learns_of_a_loss_and_a_delivery_tells_what_its_sender_knew_then() -> None:
    assert shiviz(small("lossy", *(each.text for each in events(LOST)))) == LOST


@every
def test_the_clocks_say_what_happened_before_what(name: str) -> None:
    shown = the_run(name)
    found = {each.step: each for each in events(shiviz(shown))}
    said = {
        (one, two)
        for one, two in permutations(found, 2)
        if found[one].clock[found[one].host] <= found[two].clock.get(found[one].host, 0)
    }
    assert said == known(shown)


@every
def test_every_step_is_an_event_in_words_of_one_line_that_its_host_counts(name: str) -> None:
    shown = the_run(name)
    found = [(each.step, each.text, each.clock[each.host]) for each in events(shiviz(shown))]
    often, steps = Counter[str](), []
    for number, label in enumerate(shown.saved.steps, start=1):
        often[host(label, shown)] += 1
        steps.append((number, printable(label), often[host(label, shown)]))
    assert found == steps


def test_no_two_hosts_are_written_alike_and_none_with_blanks() -> None:
    hosts = {each.host for each in events(shiviz(hostile("fifo")))}
    assert {"a_b", "x;_y", "network", "network_"} <= hosts
    assert {"".join(each.split()) for each in hosts} == hosts


def test_without_nodes_each_step_follows_the_last() -> None:
    found = events(shiviz(bare()))
    assert [sum(each.clock.values()) for each in found] == [1, 2, 3, 4, 5, 6]


def test_who_has_not_heard_of_each_other_is_concurrent() -> None:
    """Both p1 and p2 ask for votes; only those who are asked have heard of both."""
    clock = {each.step: each.clock for each in events(shiviz(kept("skips-phase-one")))}
    assert (clock[1], clock[4], clock[6]) == ({"p1": 1}, {"p2": 1}, {"a2": 2, "p1": 1, "p2": 1})
