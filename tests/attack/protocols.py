"""Random protocols, each drawn from its number alone, whatever the machine and the hash seed."""

from __future__ import annotations

from functools import lru_cache
from random import Random
from typing import NamedTuple

from pcheck.language.cluster import Cluster
from pcheck.language.decorators import spec
from pcheck.language.names import Group, Value, group
from tests.attack.machines import (
    MAX_ACTIONS,
    VALUES,
    Forgetful,
    Machine,
    Restarting,
    Rule,
    Sending,
    Table,
    Way,
)
from tests.attack.messages import KINDS
from tests.attack.properties import PLAIN_EVENT, PLAIN_STEP, draw_properties

NETWORKS = ("set", "once", "lossy", "fifo")
NAMES = ("src", "name", "held", "me")
RECEIVERS = ("all0", "all0", "all1", "all1", "others", "src", "src", "me", "held", "name", "nobody")
CONDITIONS = (
    *("src is me", "src is held", "name is me", "name is src", "held is name", "src is in mine"),
    *("src was heard", "src is not heard", "name is not heard", "2 were heard", "1 were heard"),
    *("count is 0", "count is 1"),
)
LOST = {  # conditions that become true again in a crash
    Forgetful: ("src is not heard", "name is not heard", "held is nothing"),
    Restarting: ("count is 1", "count is 1", "held is nothing"),
    Machine: (),
}
CHANGES = (
    *("hold src", "hold name", "hold me", "hold nothing"),
    *("hear src", "hear name", "hear nobody", "count", "count"),
)


class Scope(NamedTuple):
    """The network of a protocol, the crash budget, and the nodes or groups that may crash."""

    network: str
    crashes: int
    crash_nodes: tuple[str, ...] | None


def scope_of(number: int) -> Scope:
    """Return the scope in which the protocol with this number is checked."""
    random = Random(f"scope {number}")
    crashes = random.choice((0, 0, 1, 1, 2))
    nodes = random.choice((None, None, None, ("a",), ("a1",))) if crashes else None
    return Scope(NETWORKS[number % 4], crashes, nodes)


@spec
def random_protocol(number: int = 0) -> Cluster:
    """Return the cluster with this number."""
    return _drawn(number)


@lru_cache(maxsize=2)
def _drawn(number: int) -> Cluster:
    """Return a cluster, drawn once for the explorer and for the many searches that follow."""
    return _Drawing(number).cluster()


def is_declared_wrongly(number: int) -> bool:
    """Return whether a rule or a property distinguishes nodes that are declared interchangeable."""
    drawing = _Drawing(number)
    cluster = drawing.cluster()
    distinguished = [drawing.groups[each] for each in drawing.plain]
    if any(prop.name in (PLAIN_EVENT, PLAIN_STEP) for prop in cluster.properties):
        distinguished.append(drawing.groups[0])
    return any(nodes.ids in cluster.interchangeable for nodes in distinguished)


class _Drawing:
    """The drawing of one protocol."""

    def __init__(self, number: int) -> None:
        self.random = random = Random(f"protocol {number}")
        self.resends = scope_of(number).network == "set" and random.random() < 0.3
        self.states = random.choice((3, 4, 5, 6, 7))
        self.kinds = random.sample(range(len(KINDS)), random.choice((1, 2, 3, 3)))
        self.density = random.choice((0.4, 0.7, 1))
        self.always = random.choice((0.4, 0.7, 1))
        self.groups = group("a", random.choice((1, 2, 2, 3))), group("b", random.choice((0, 1, 2)))
        self.plain = [number for number in range(2) if random.random() < 0.15]
        self.plain_values = random.random() < 0.3

    def cluster(self) -> Cluster:
        """Return the cluster."""
        parts = {}
        for number, nodes in enumerate(self.groups):
            role = self.random.choice((*LOST,))
            table = self._table(LOST[role])
            machine = role(table=table, mine=nodes, groups=self.groups)
            late = number in self.plain and self.random.random() < 0.3
            parts[nodes] = lambda i, m=machine, late=late: m.but(at=int(late and i > 1))
        kinds = [KINDS[number] for number in self.kinds]
        properties = draw_properties(self.random, self.states, self.groups, kinds)
        return Cluster(parts, properties=properties, interchangeable=self._blocks())

    def _blocks(self) -> list[Group | tuple[Value, ...]]:
        """Return the interchangeable blocks; few of them are declared wrongly."""
        wrong = self.random.random() < 0.2
        blocks: list[Group | tuple[Value, ...]] = [
            nodes
            for number, nodes in enumerate(self.groups)
            if (number not in self.plain or wrong) and self.random.random() < 0.8
        ]
        if not self.plain_values and self.random.random() < 0.7:
            blocks.append(VALUES)
        return blocks

    def _table(self, lost: tuple[str, ...]) -> Table:
        return tuple(
            tuple(
                self._rule(at, lost) if self._is_drawn(at, number) else None
                for number in range(len(KINDS) + MAX_ACTIONS)
            )
            for at in range(self.states)
        )

    def _is_drawn(self, at: int, number: int) -> bool:
        """Return whether the state `at` has a rule on a kind of message, or for an action."""
        if number < len(KINDS):
            return number in self.kinds and self.random.random() < self.density
        first = number == len(KINDS) and at == 0
        return self.random.random() < (0.8 if first else self.density / 3)

    def _rule(self, at: int, lost: tuple[str, ...]) -> Rule:
        random = self.random
        ways = tuple(self._way(at) for _ in range(random.choice((1, 1, 1, 2))))
        conditions = [*CONDITIONS, *lost, *lost]
        conditions += ["value is the first"] if self.plain_values else []
        return Rule("always" if random.random() < self.always else random.choice(conditions), ways)

    def _way(self, at: int) -> Way:
        """Return a way; away from `set`, a way that sends never returns to an earlier state."""
        random = self.random
        if random.random() < 0.05:
            return Way(None)
        rank, last = at // 2, (self.states - 1) // 2
        changes = tuple(random.sample(CHANGES, random.choice((0, 0, 0, 1, 1, 2))))
        may_send = self.resends or rank < last
        count = random.choice((0, 1, 1, 2)) if may_send else 0
        sends = tuple(self._sending(rank) for _ in range(count))
        first = 0 if self.resends else 2 * rank + 2 if sends else 2 * rank
        values = ["none", "none", "its", "first" if self.plain_values else "any"]
        value = random.choice(values) if sends else "none"
        return Way(random.randrange(first, self.states), changes, sends, value)

    def _sending(self, rank: int) -> Sending:
        """Return what a state of this rank sends: later kinds are sent only by later states."""
        random = self.random
        firsts = [f"first{number}" for number in self.plain]
        to = random.choice((*RECEIVERS, *firsts))
        name = random.choice(("nothing", "nothing", *NAMES, *firsts))
        return Sending(to, random.choice(self.kinds[: 1 + rank]), name)
