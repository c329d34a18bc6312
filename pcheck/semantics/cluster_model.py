"""The reference semantics: a cluster on a network, with a bounded number of crashes, as a Model.

A global state holds the configuration of each node, the number of crashes so far, and all letters
sent so far whose message a property sees. A step is a row of one node, followed by the reception of
its bundle by each receiver. This module numbers, packs and reduces nothing: every faster search
must agree with it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from copy import copy
from typing import NamedTuple

from pcheck.language.cluster import Cluster
from pcheck.language.model import Model
from pcheck.language.names import Id, Value
from pcheck.language.printing import show
from pcheck.language.reading import shown_fields
from pcheck.language.seen import Seen
from pcheck.semantics.network import Letter, Network
from pcheck.semantics.node import Asked, Bundle, Config, Interner, Node, Row, StepKind
from pcheck.semantics.observer import Observation, Observer


class State(NamedTuple):
    """A global state of a cluster; `observed` holds the watched letters sent so far."""

    nodes: tuple[Config, ...]
    crashes: int
    observed: frozenset[Letter]


class ClusterModel(Model[State]):
    """All executions of a cluster on a network with at most `crashes` crashes of `crash_nodes`."""

    checked = True  # `Handlers` validates the results of the user's code

    def __init__(
        self,
        cluster: Cluster,
        network: Network,
        crashes: int,
        crash_nodes: Collection[Id] | None = None,
        stops: int = 0,
        stop_nodes: Collection[Id] | None = None,
    ) -> None:
        """Create the model; only `crash_nodes` may crash, or every node if None.

        For questions about the future, at most `stops` nodes stop for ever, only of `stop_nodes`
        unless None. A stop is not a step: a node that takes no more steps has stopped.
        """
        self.cluster, self.network, self.crashes = cluster, network, crashes
        named = cluster.actors if crash_nodes is None else crash_nodes
        self.crash_nodes = tuple(node for node in cluster.actors if node in named)
        may_stop = cluster.actors if stop_nodes is None else stop_nodes
        self.stops = stops
        self.stop_nodes = tuple(node for node in cluster.actors if node in may_stop)
        self.properties, self.milestones = cluster.properties, cluster.milestones
        self._interner = Interner(cluster.actors)
        self.nodes = tuple(
            Node(actor, network, crashes > 0 and node in self.crash_nodes, self._interner)
            for node, actor in cluster.actors.items()
        )
        self.index = {node.me: i for i, node in enumerate(self.nodes)}
        self.observer = Observer(cluster)
        self._begin = State(tuple(node.first for node in self.nodes), 0, frozenset())
        self.begins_elsewhere = False
        self.begin_again: Callable[[ClusterModel], ClusterModel] | None = None  # a given start
        self.sent_before: tuple[Letter, ...] = ()  # messages that a given start says were sent
        self._hypothetical: set[Letter] = set()  # sent only in states not known to be reachable

    @property
    def interchangeable(self) -> tuple[tuple[Id | Value, ...], ...]:
        """The blocks of two or more names that a renaming may permute.

        A renaming must not exchange a node that may crash with one that may not. So a declared
        block is split into these two parts.
        """
        may_crash = {node.me for node in self.nodes if node.may_crash}
        parts = (
            tuple(name for name in block if (name in may_crash) is crashing)
            for block in self.cluster.interchangeable
            for crashing in (True, False)
        )
        return tuple(part for part in parts if len(part) > 1)

    def initial(self) -> State:
        return self._begin

    def beginning_at(self, state: State) -> ClusterModel:
        """Return this cluster with another state as its initial state.

        Nodes that began alike need not be alike there, so no names are interchangeable.
        """
        other = copy(self)
        other._begin, other.cluster = state, copy(self.cluster)
        other.begins_elsewhere = True
        other.cluster.interchangeable = ()
        return other

    def anew(self, cluster: Cluster | None = None, network: Network | None = None) -> ClusterModel:
        """Return a model of the same executions that has asked no handler yet.

        It has another cluster or another network, if they are given.
        """
        other = ClusterModel(
            cluster or self.cluster, network or self.network, self.crashes, self.crash_nodes
        )
        return other if self.begin_again is None else self.begin_again(other)

    def steps(self, state: State) -> Iterator[tuple[str, State]]:
        for i, row in self.rows(state):
            successor = self.after(state, i, row)
            if successor != state:
                yield row.label, successor

    def rows(self, state: State) -> Iterator[tuple[int, Row]]:
        """Yield the rows of all nodes, each with the index of its node, within the crash budget."""
        for i, config in enumerate(state.nodes):
            for row in self.nodes[i].rows(config):
                if row.kind is not StepKind.CRASH or state.crashes < self.crashes:
                    yield i, row

    def step_of(self, state: State, i: int, label: str) -> State | None:
        """Return the state after the step of node i with this label, or None without the step."""
        for row in self.nodes[i].rows(state.nodes[i]):
            if row.label == label:
                if row.kind is StepKind.CRASH and state.crashes >= self.crashes:
                    return None
                after = self.after(state, i, row)
                return after if after != state else None
        return None

    def after(self, state: State, i: int, row: Row) -> State:
        """Return the state after a row of node i and the receptions of its bundle."""
        nodes = list(state.nodes)
        nodes[i] = row.next
        for receiver in row.bundle.receivers:
            j = self.index[receiver]
            nodes[j] = self.nodes[j].receive(nodes[j], row.bundle)
        crashes = state.crashes + (row.kind is StepKind.CRASH)
        return State(tuple(nodes), crashes, self.observer.watch(state.observed, row.bundle))

    def observe(self, state: State) -> Seen:
        return self.observer.seen(self.observation(state))

    def observation(self, state: State) -> Observation:
        """Return the observation of a state as a comparable value."""
        return self.observer.observation(state.observed, state.nodes)

    def parts_of(self, state: State) -> list[Observation]:
        """Return for each node the part of a state's observation that concerns the node."""
        whole = self.observation(state)
        return [self.observer.part(whole, (i,)) for i in range(len(self.nodes))]

    def history(self, state: State, letters: Iterable[Letter]) -> Seen:
        """Return the observation for milestones, which see all letters sent in one trace.

        The letters are in their order, without duplicates.
        """
        return self.observer.history(letters, state.nodes)

    def columns(self, state: State) -> Mapping[str, Mapping[str, str]]:
        nodes = zip(self.nodes, state.nodes, strict=True)
        return {str(node.me): fields_of(config) for node, config in nodes}

    def messages(self) -> Iterator[object]:
        """Yield every message that was sent in an execution explored so far."""
        return (letter.message for letter in self.letters() if letter not in self._hypothetical)

    @property
    def asked(self) -> Sequence[Asked]:
        """Every call of a handler whose answer is remembered, in the order of the calls."""
        return self._interner.asked

    def forget_asked(self, first: int) -> None:
        """Forget the answers of all calls of handlers from the call with this number on."""
        asked = self._interner.asked
        for node, actor, letter in asked[first:]:
            node.forget(actor, letter)
        del asked[first:]

    def letter(self, src: Id, message: object) -> Letter:
        """Return the letter with this message from this sender."""
        return self._interner.letter(src, message)

    def empty_bundle(self, i: int) -> Bundle:
        """Return the bundle of a step of node i that sends nothing."""
        return self._interner.bundle(self.nodes[i].me, ())

    def letters(self) -> Iterator[Letter]:
        """Return every letter that a handler has sent, also in unreachable states."""
        return self._interner.letters()

    def add_hypothetical(self, letters: Iterable[Letter]) -> None:
        """Record letters that were sent only in states that may be unreachable."""
        self._hypothetical.update(letters)

    def mark_sent(self, bundle: Bundle) -> None:
        """Record that the letters of a bundle were sent in an execution."""
        self._hypothetical.difference_update(letter for letter, _ in bundle.sends)

    @property
    def handler_calls(self) -> int:
        """The number of calls of the user's handlers so far."""
        return sum(node.handlers.calls for node in self.nodes)

    def row_of(self, state: State, label: str) -> tuple[Id, Row]:
        """Return the node and the row of a label that is enabled in a state."""
        return next((self.nodes[i].me, row) for i, row in self.rows(state) if row.label == label)


def fields_of(config: Config) -> dict[str, str]:
    """Return the text of each field of the state of a node, after `down` if the node is down."""
    down = {} if config.up else {"": "down"}
    return down | {name: show(value) for name, value in shown_fields(config.actor).items()}
