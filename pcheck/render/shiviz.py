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
from pcheck.semantics.node import Does
from pcheck.text import printable
from pcheck.traces.finding import Shown
from pcheck.traces.timeline import Moment, Story

EVENT = r"(?<step>\d+)\. (?<event>.*)\n(?<host>\S+) (?<clock>\{.*\})"
NETWORK = "network"
Clock = dict[str, int]


def shiviz(shown: Shown) -> str:
    told = shown.story
    lines = [EVENT, ""]
    for moment, host, clock in _events(told, of_nodes=shown.question.network is not None):
        lines += [
            f"{moment.number}. {printable(moment.label)}",
            f"{host} {json.dumps(clock, sort_keys=True)}",
        ]
    return "\n".join(lines) + "\n"


def _events(story: Story, *, of_nodes: bool) -> Iterator[tuple[Moment, str, Clock]]:
    lanes = dict.fromkeys((*story.lanes, *(each.node for each in story.moments)))
    *hosts, network = apart([*lanes, NETWORK], _word)
    host_of = dict(zip(lanes, hosts))
    sent = {at: each.sent for each in story.flights for at in (*each.delivered, each.lost)}
    clocks: dict[int, Clock] = {}
    latest: dict[str, int] = {}  # which event of a host was its last
    for moment in story.moments:
        host = network if moment.does is Does.LOSE else host_of[moment.node]
        causes = [latest.get(host), sent.get(moment.number) if of_nodes else moment.number - 1]
        clock = _merged([clocks[each] for each in causes if each])
        clock[host] = clock.get(host, 0) + 1
        clocks[moment.number], latest[host] = clock, moment.number
        yield moment, host, clock


def _merged(clocks: list[Clock]) -> Clock:
    hosts = {host for clock in clocks for host in clock}
    return {host: max(clock.get(host, 0) for clock in clocks) for host in hosts}


def _word(name: str) -> str:
    return "_".join(printable(name).split()) or "_"
