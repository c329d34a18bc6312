"""A run as a log for ShiViz, which draws what happened before what, and what is concurrent.

Each step is an event of its node, and knows all that the node knew; a delivery knows as well what
was known where the message was sent (the first time, if the same was sent again and is the same to
the network). That is all: two steps of which neither is known to the other may have happened in any
order. A loss is an event of a host of its own, the network, and nobody learns of it: it follows the
sending, and only later losses follow it.

A bare Model has one state, which any step may look at, so that there each step follows the last.

ShiViz reads the first line as the form of an event and the second one as what stands between
executions. Its clocks count the events of each host from 1.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from pcheck.render.spelling import apart
from pcheck.semantics.node import StepKind
from pcheck.text import printable
from pcheck.traces.finding import Finding
from pcheck.traces.timeline import Event, Timeline

EVENT = r"(?<step>\d+)\. (?<event>.*)\n(?<host>\S+) (?<clock>\{.*\})"
NETWORK = "network"
Clock = dict[str, int]


def shiviz(shown: Finding) -> str:
    told = shown.timeline
    lines = [EVENT, ""]
    for event, host, clock in _events(told, of_nodes=shown.setup.network is not None):
        lines += [
            f"{event.number}. {printable(event.label)}",
            f"{host} {json.dumps(clock, sort_keys=True)}",
        ]
    return "\n".join(lines) + "\n"


def _events(timeline: Timeline, *, of_nodes: bool) -> Iterator[tuple[Event, str, Clock]]:
    lanes = dict.fromkeys((*timeline.lanes, *(each.node for each in timeline.events)))
    *hosts, network = apart([*lanes, NETWORK], _word)
    host_of = dict(zip(lanes, hosts))
    sent = {at: each.sent for each in timeline.flights for at in (*each.delivered, each.lost)}
    clocks: dict[int, Clock] = {}
    latest: dict[str, int] = {}  # which event of a host was its last
    for event in timeline.events:
        host = network if event.kind is StepKind.LOSE else host_of[event.node]
        causes = [latest.get(host), sent.get(event.number) if of_nodes else event.number - 1]
        clock = _merged([clocks[each] for each in causes if each])
        clock[host] = clock.get(host, 0) + 1
        clocks[event.number], latest[host] = clock, event.number
        yield event, host, clock


def _merged(clocks: list[Clock]) -> Clock:
    hosts = {host for clock in clocks for host in clock}
    return {host: max(clock.get(host, 0) for clock in clocks) for host in hosts}


def _word(name: str) -> str:
    return "_".join(printable(name).split()) or "_"
