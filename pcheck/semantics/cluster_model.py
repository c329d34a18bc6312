"""The reference semantics: a cluster, on a network, with so many crashes, as a Model.

A global state is a tuple of configurations, one for each node, how many crashes have happened, and
the observation: every (sender, message) ever sent of the kinds that a property sees. A step is a
row of one node, and then each receiver of its bundle receives it. Nothing here is numbered, packed
or left out: this is what any faster way must agree with.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from pcheck.language.cluster import Cluster
from pcheck.language.model import Model
from pcheck.language.names import Id
from pcheck.language.printing import show
from pcheck.language.seen import Seen
from pcheck.language.values import state_fields
from pcheck.semantics.network import Letter, Network
from pcheck.semantics.node import Bundle, Config, Interner, Node, Row, StepKind
from pcheck.semantics.observer import Observation, Observer


class State(NamedTuple):
    nodes: tuple[Config, ...]
    crashes: int
    observed: frozenset[Letter]


class ClusterModel(Model[State]):
    """All runs of a cluster on a network in which at most `crashes` nodes crash."""

    checked = True  # `handler` looks at what the user wrote

    def __init__(self, cluster: Cluster, network: Network, crashes: int) -> None:
        self.cluster, self.network, self.crashes = cluster, network, crashes
        self.properties, self.milestones = cluster.properties, cluster.milestones
        self._interner = Interner(cluster.actors)
        self.nodes = tuple(
            Node(actor, network, crashes > 0, self._interner) for actor in cluster.actors.values()
        )
        self.index = {node.me: i for i, node in enumerate(self.nodes)}
        self.observer = Observer(cluster)
        self._hypothetical: set[Letter] = set()

    def initial(self) -> State:
        return State(tuple(node.first for node in self.nodes), 0, frozenset())

    def steps(self, state: State) -> Iterator[tuple[str, State]]:
        for i, row in self.rows(state):
            successor = self.after(state, i, row)
            if successor != state:
                yield row.label, successor

    def rows(self, state: State) -> Iterator[tuple[int, Row]]:
        """What each node can do, by its index: a crash only while the budget lasts."""
        for i, config in enumerate(state.nodes):
            for row in self.nodes[i].rows(config):
                if row.kind is not StepKind.CRASH or state.crashes < self.crashes:
                    yield i, row

    def steps_of(self, state: State, i: int) -> Iterator[tuple[str, State]]:
        """The steps of one node."""
        for row in self.nodes[i].rows(state.nodes[i]):
            if row.kind is not StepKind.CRASH or state.crashes < self.crashes:
                after = self.after(state, i, row)
                if after != state:
                    yield row.label, after

    def after(self, state: State, i: int, row: Row) -> State:
        """One node moves; whoever is sent something receives it; the outsider watches."""
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
        return self.observer.observation(state.observed, state.nodes)

    def history(self, state: State, letters: frozenset[Letter]) -> Seen:
        """As `observe`, with every letter of one run, of whatever kind: for milestones."""
        return self.observer.history(letters, state.nodes)

    def columns(self, state: State) -> Mapping[str, Mapping[str, str]]:
        nodes = zip(self.nodes, state.nodes, strict=True)
        return {str(node.me): _shown(config) for node, config in nodes}

    def messages(self) -> Iterator[object]:
        """Every message that was sent in any run looked at so far."""
        return (letter.message for letter in self.letters() if letter not in self._hypothetical)

    def letter(self, src: Id, message: object) -> Letter:
        return self._interner.letter(src, message)

    def nothing(self, i: int) -> Bundle:
        """What a step of a node sends that sends nothing."""
        return self._interner.bundle(self.nodes[i].me, ())

    def letters(self) -> Iterator[Letter]:
        """Every letter that any handler was seen to send, in a run or not."""
        return self._interner.letters()

    def add_hypothetical(self, letters: Iterable[Letter]) -> None:
        """These were sent where no run may lead."""
        self._hypothetical.update(letters)

    def mark_sent(self, bundle: Bundle) -> None:
        """This was sent in a run."""
        self._hypothetical.difference_update(letter for letter, _ in bundle.sends)

    def taken(self, state: State, label: str) -> tuple[Id, Row]:
        """The node and the row behind a label that is enabled in a state."""
        return next((self.nodes[i].me, row) for i, row in self.rows(state) if row.label == label)


def _shown(config: Config) -> dict[str, str]:
    down = {} if config.up else {"": "down"}
    actor = config.actor
    return down | {name: show(getattr(actor, name)) for name in state_fields(type(actor))}
