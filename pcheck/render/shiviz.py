"""A trace as a log for ShiViz, which draws the happened-before order of its events.

Each step is an event of the node that takes the step. The event happens after all earlier events of
that node. A delivery also happens after the step that sent the message. If equal messages were sent
that the network does not distinguish, the first of these steps counts. The log orders no other
events, so ShiViz draws them as concurrent.

A loss is an event of an extra host, the network. The loss happens after the step that sent the
message and after earlier losses. No event of a node happens after a loss.

A bare Model has one state, which every step may read. Each of its steps happens after the step
before.

The first line of the log is the regular expression of an event. The second line is the delimiter
between executions. It is empty, unless the trace has a given start. Then the log has one execution,
whose name says that it is not a run of the protocol. The clocks count the events of each host from
1.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from pcheck.render.spelling import distinct_spellings
from pcheck.semantics.node import StepKind
from pcheck.semantics.start import GIVEN_START
from pcheck.text import printable
from pcheck.traces.finding import Finding
from pcheck.traces.timeline import Event, Timeline

EVENT_PATTERN = r"(?<step>\d+)\. (?<event>.*)\n(?<host>\S+) (?<clock>\{.*\})"
DELIMITER = "=== (?<trace>.*) ==="  # ShiViz shows the name of each execution
NETWORK_HOST = "network"
VectorClock = dict[str, int]


def shiviz(finding: Finding) -> str:
    """Return the log of the trace of a finding."""
    lines = [EVENT_PATTERN, ""]
    if finding.setup.start:
        lines = [EVENT_PATTERN, DELIMITER, f"=== {GIVEN_START} ==="]
    is_cluster = finding.setup.network is not None
    for event, host, clock in _clocked_events(finding.timeline, is_cluster=is_cluster):
        lines += [
            f"{event.number}. {printable(event.label)}",
            f"{host} {json.dumps(clock, sort_keys=True)}",
        ]
    return "\n".join(lines) + "\n"


def _clocked_events(
    timeline: Timeline, *, is_cluster: bool
) -> Iterator[tuple[Event, str, VectorClock]]:
    """Yield each event with its host and its vector clock."""
    lanes = dict.fromkeys((*timeline.lanes, *(event.node for event in timeline.events)))
    *hosts, network = distinct_spellings([*lanes, NETWORK_HOST], _host_name)
    host_of = dict(zip(lanes, hosts))
    sent_in = {
        number: flight.sent
        for flight in timeline.flights
        for number in (*flight.delivered, flight.lost)
    }
    clocks: dict[int, VectorClock] = {}
    latest: dict[str, int] = {}  # the number of the last event of each host
    for event in timeline.events:
        timeline.tick()
        host = network if event.kind is StepKind.LOSE else host_of[event.node]
        cause = sent_in.get(event.number) if is_cluster else event.number - 1
        clock = _merged([clocks[number] for number in (latest.get(host), cause) if number])
        clock[host] = clock.get(host, 0) + 1
        clocks[event.number], latest[host] = clock, event.number
        yield event, host, clock


def _merged(clocks: list[VectorClock]) -> VectorClock:
    """Return the least clock that is not before any of these clocks."""
    hosts = {host for clock in clocks for host in clock}
    return {host: max(clock.get(host, 0) for clock in clocks) for host in hosts}


def _host_name(name: str) -> str:
    """Return a name in which underscores replace blanks."""
    return "_".join(printable(name).split()) or "_"
