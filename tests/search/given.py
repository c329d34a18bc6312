"""Random given starts of random protocols, as lines, and as states of an explorer of its own."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import replace
from random import Random
from typing import Any, NamedTuple

from pcheck.language.actor import VOLATILE, Actor
from pcheck.language.cluster import Cluster
from pcheck.language.decorators import spec
from pcheck.language.names import Id, Value
from pcheck.language.printing import brief, show
from pcheck.language.values import Set
from pcheck.loading.setup import Setup, prepare
from tests.attack import protocols
from tests.attack.drawn import Drawn
from tests.attack.drawn import protocols as drawn_protocols
from tests.attack.explorer import NETWORKS, Explorer, State
from tests.attack.messages import A, B, C, Page, packed

FIELDS = ("at", "count", "held", "heard")
MESSAGES = A, B, C, Page  # the names of these classes are known where the builder is


@spec
def random_protocol(number: int = 0) -> Cluster:
    """Return the cluster with this number."""
    return protocols.random_protocol(number)


class Given(NamedTuple):
    """A given start: changed fields, nodes that are down, and messages."""

    fields: dict[tuple[Id, str], Any]
    down: frozenset[Id]
    in_flight: tuple[tuple[Id, object, Id], ...]  # sender, message, receiver
    sent: tuple[tuple[Id, object], ...]

    def lines(self, random: Random) -> list[str]:
        """Return the lines of the start, with each value in full or in brief."""
        lines = [f"{me}.{name} = {written(v, random)}" for (me, name), v in self.fields.items()]
        lines += [f"{me} is down" for me in sorted(self.down)]
        for src, message, to in self.in_flight:
            lines.append(f"in flight: {to} <- {src}: {written(message, random)}")
        lines += [f"{src} sent {written(message, random)}" for src, message in self.sent]
        return lines


def written(value: object, random: Random) -> str:
    """Return the text of a value. The only empty collections here are sets."""
    return random.choice((show, brief))(value).replace("{}", "Set()")


def draw(drawn: Drawn, random: Random) -> Given:
    """Draw a start from parts of values that executions meet, mixed at will."""
    cluster, explorer = drawn.explorer.cluster, drawn.explorer
    assert drawn.answer.widths  # the explorer has met all actors and messages
    names = list(cluster.actors)
    held = [(me, a) for me, numbers in zip(names, explorer.actors) for a in numbers.values]
    fields: dict[tuple[Id, str], Any] = {}
    for me in names:
        for name in FIELDS:
            if random.random() < 0.3:
                donors = [actor for _, actor in held if type(actor) is type(cluster.actors[me])]
                fields[me, name] = getattr(random.choice(donors), name)
        if random.random() < 0.1:
            fields[me, "heard"] = Set(random.sample(names, random.randint(0, len(names))))
    messages = [*explorer.messages.values, packed(random.randrange(3), names[0], Value("v1"))]
    down = frozenset(me for me in names if random.random() < 0.15)
    for me, name in [*fields]:
        if me in down and name in _volatile(cluster.actors[me]):
            del fields[me, name]  # a crash has reset it
    return Given(
        fields,
        down,
        tuple(
            (random.choice(names), random.choice(messages), random.choice(names))
            for _ in range(random.randint(0, 3))
        ),
        tuple(dict.fromkeys((random.choice(names), random.choice(messages)) for _ in range(1))),
    )


def _volatile(actor: Actor) -> set[str]:
    return {each.name for each in dataclasses.fields(actor) if VOLATILE in each.metadata}


def setup_of(drawn: Drawn, start: list[str], crashes: int | None = None) -> Setup:
    """Return the setup of a protocol that begins as the lines say."""
    case = drawn.case
    crashes = case.crashes if crashes is None else crashes
    nodes = case.crash_nodes if crashes else None
    return prepare(
        random_protocol,
        case.options,
        network=case.network,
        crashes=crashes,
        crash_nodes=nodes,
        start=start,
    )


class BegunExplorer(Explorer):
    """The explorer of the attack, which begins at a given start."""

    given: Given
    network: str

    def initial(self) -> State:
        begin, nodes = super().initial(), []
        for me, numbers in zip(self.names, self.actors):
            changes = {name: v for (node, name), v in self.given.fields.items() if node == me}
            actor = replace(self.cluster.actors[me], **changes)
            nodes.append((numbers.of(actor), me not in self.given.down))
        network, observed = begin.network, set()
        for src, message, to in self.given.in_flight:
            copy = self.index[src], self.index[to], self.messages.of(message)
            network = NETWORKS[self.network].put(network, copy)
        every = [*self.given.sent, *((src, message) for src, message, _ in self.given.in_flight)]
        for src, message in every:
            if isinstance(message, self._kinds):
                observed.add((self.index[src], self.messages.of(message)))
        return State(tuple(nodes), network, 0, frozenset(observed))


def explorer_of(drawn: Drawn, given: Given) -> BegunExplorer:
    """Return an explorer of a protocol that begins as the start says."""
    case = drawn.case
    cluster = case.builder(**case.options)
    found = BegunExplorer(cluster, case.network, case.crashes, case.crash_nodes)
    found.given, found.network = given, case.network
    return found


def starts(first: int, how_many: int) -> Iterator[tuple[Drawn, Given, list[str]]]:
    """Yield random protocols, each with a random start and its lines."""
    for drawn in drawn_protocols(first, how_many):
        random = Random(f"start {drawn.number}")
        given = draw(drawn, random)
        yield drawn, given, given.lines(random)
