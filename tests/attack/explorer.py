"""An explorer that shares nothing with the searches: it imports the language and nothing else.

It follows the description of the semantics sentence by sentence, and is meant to be obviously
right, not fast. A global state is a tuple: the local state of each node, the network, the number of
crashes, and the observed messages. Actors and messages have numbers, by which they are compared.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, NamedTuple

from pcheck.language.actor import VOLATILE, Actor, Either
from pcheck.language.cluster import Cluster
from pcheck.language.names import Id
from pcheck.language.printing import show
from pcheck.language.property import Kind, Property
from pcheck.language.seen import UP, FieldValues, Seen
from pcheck.language.values import Map, Set

Copy = tuple[int, int, int]  # the number of the sender, of the receiver, and of the message
Network = Any  # a set, a multiset or queues of copies, as a hashable value
Sends = tuple[tuple[int, tuple[int, ...]], ...]  # messages, and the receivers of each
Reaction = tuple[str, int | None, Sends]  # the label, and the actor after it; None if it ignores


class TooLarge(Exception):
    """Raised when a cluster has more states than the caller wants."""


class State(NamedTuple):
    """A global state."""

    nodes: tuple[tuple[int, bool], ...]  # for each node the number of its actor; True if it is up
    network: Network
    crashes: int
    observed: frozenset[tuple[int, int]]  # senders and messages


class Answer(NamedTuple):
    """The answer about all properties, and the counts of a whole search."""

    lengths: dict[str, int | None]  # the steps to where a property is decided; None if nowhere
    widths: tuple[int, ...]  # for each depth, the new states
    transitions: tuple[int, ...]  # for each depth, the steps out of its states
    terminal: int  # states without a step


class Numbers:
    """A numbering of values; two values have one number if their types and parts agree."""

    def __init__(self) -> None:
        self.values: list[Any] = []
        self._numbers: dict[Hashable, int] = {}

    def of(self, value: Any) -> int:
        """Return the number of a value."""
        number = self._numbers.setdefault(key(value), len(self.values))
        if number == len(self.values):
            self.values.append(value)
        return number


class Explorer:
    """All executions of a cluster on a network, with at most `max_crashes` crashes.

    Only the nodes and groups in `crash_nodes` may crash, or every node if None.
    """

    def __init__(
        self,
        cluster: Cluster,
        network: str,
        max_crashes: int,
        crash_nodes: Iterable[str] | None = None,
    ) -> None:
        self.cluster, self.max_crashes = cluster, max_crashes
        self.loses, self.queues = network in ("lossy", "fifo"), network == "fifo"
        self._empty, self._put, self._next, self._taken = NETWORKS[network]
        self.names = tuple(cluster.actors)
        self.index = {name: i for i, name in enumerate(self.names)}
        self.actors = [Numbers() for _ in self.names]
        self.messages = Numbers()
        named = cluster.groups if crash_nodes is None else crash_nodes
        groups = {name: {*map(str, nodes)} for name, nodes in cluster.groups.items()}
        self.may_crash = [any(str(i) in groups.get(n, {n}) for n in named) for i in self.names]
        self._kinds, self._fields = cluster.watched_kinds, cluster.watched_fields
        self._sees_up = cluster.watches_up
        self._reactions: dict[tuple[int, int, Copy | None], list[Reaction]] = {}
        self._seen: dict[Hashable, Seen] = {}
        self._counts: dict[tuple[str, int], int] = {}

    def initial(self) -> State:
        """Return the state in which every execution begins."""
        nodes = (
            (numbers.of(actor), True)
            for numbers, actor in zip(self.actors, self.cluster.actors.values(), strict=True)
        )
        return State(tuple(nodes), self._empty, 0, frozenset())

    def steps(self, state: State) -> dict[str, State]:
        """Return the enabled steps: the label and the next state of each."""
        found: dict[str, State] = {}
        for label, after in self._all_steps(state):
            if label in found:
                raise ValueError(f"two steps are labelled {label}")
            found[label] = after
        return {label: after for label, after in found.items() if after != state}

    def _all_steps(self, state: State) -> Iterator[tuple[str, State]]:
        for i, (number, up) in enumerate(state.nodes):
            if not up:
                yield f"{self.names[i]} restarts", self._moved(state, i, number, up=True)
                continue
            for label, after, sends in self._reacting(i, number, None):
                if after is not None:
                    yield label, self._moved(state, i, after, sends)
            if self.may_crash[i] and state.crashes < self.max_crashes:
                down = self._moved(state, i, self._after_crash(i, number), up=False)
                yield f"{self.names[i]} crashes", down._replace(crashes=state.crashes + 1)
        for copy in self._next(state.network):
            src, i, message = copy
            number, up = state.nodes[i]
            left = state._replace(network=self._taken(state.network, copy))
            for label, after, sends in self._reacting(i, number, copy) if up else ():
                if after is not None:
                    yield label, self._moved(left, i, after, sends)
                elif self.queues:
                    yield label, left
            if self.loses:
                text = show(self.messages.values[message])
                yield f"lost: {self.names[src]} -> {self.names[i]}: {text}", left

    def _reacting(self, i: int, number: int, copy: Copy | None) -> list[Reaction]:
        """Return the reactions of an actor of node i to a copy, or without a copy its actions."""
        known = i, number, copy
        if known not in self._reactions:
            actor: Actor = self.actors[i].values[number]
            if copy is None:
                steps = [(f"{self.names[i]} {each.label}", each.step) for each in actor.actions()]
            else:
                src, message = self.names[copy[0]], self.messages.values[copy[2]]
                label = f"{self.names[i]} <- {src}: {show(message)}"
                steps = [(label, actor.receive(message, src))]
            self._reactions[known] = [
                self._reaction(i, number, f"{label}, {choice}" if choice else label, each)
                for label, step in steps
                for choice, each in (step.ways if isinstance(step, Either) else (("", step),))
            ]
        return self._reactions[known]

    def _reaction(self, i: int, number: int, label: str, step: Any) -> Reaction:
        after, *sends = step if isinstance(step, tuple) else (step,)
        new = None if after is None else self.actors[i].of(after)
        numbered = (
            (self.messages.of(each.message), tuple(map(self.index.__getitem__, each.receivers)))
            for each in sends
        )
        return label, None if new == number and not sends else new, tuple(numbered)

    def _after_crash(self, i: int, number: int) -> int:
        first, actor = self.actors[i].values[0], self.actors[i].values[number]
        lost = [field.name for field in fields(actor) if VOLATILE in field.metadata]
        return self.actors[i].of(actor.but(**{name: getattr(first, name) for name in lost}))

    def _moved(
        self, state: State, i: int, number: int, sends: Sends = (), *, up: bool = True
    ) -> State:
        """Return the state after node i has become another actor and has sent messages."""
        nodes, network, crashes, observed = state
        for message, receivers in sends:
            if isinstance(self.messages.values[message], self._kinds):
                observed |= {(i, message)}
            for receiver in receivers:
                network = self._put(network, (i, receiver, message))
        return State((*nodes[:i], (number, up), *nodes[i + 1 :]), network, crashes, observed)

    # -- properties ----------------------------------------------------------------------------

    def seen(self, state: State) -> Seen:
        """Return the observation of a state."""
        part = state.observed, state.nodes if self._fields or self._sees_up else None
        if part not in self._seen:
            actors = [each.values[n] for each, (n, _) in zip(self.actors, state.nodes, strict=True)]
            held: dict[Any, FieldValues] = {
                name: tuple(
                    (node, getattr(actor, name.rpartition(".")[2]))
                    for node, actor in zip(self.names, actors, strict=True)
                    if self.cluster.has_field(node, name)
                )
                for name in self._fields
            }
            if self._sees_up:
                ups = (up for _, up in state.nodes)
                held[UP] = tuple(zip(self.names, ups, strict=True))
            sent = [(self.names[src], self.messages.values[m]) for src, m in state.observed]
            self._seen[part] = Seen(sent, self.cluster.groups, held)
        return self._seen[part]

    def decides(self, prop: Property, before: State | None, state: State) -> bool:
        """Return whether a property is false, or a `sometimes` true, in a state or after a step."""
        seen = self.seen(state)
        if prop.kind is Kind.SOMETIMES:
            return prop.is_reached(seen)
        if not prop.is_step_property:
            return prop.why_false(seen) is not None
        return before is not None and prop.why_false(self.seen(before), seen) is not None

    def explore(self, max_states: int) -> Answer:
        """Explore every reachable state, depth by depth."""
        properties = self.cluster.properties
        lengths: dict[str, int | None] = {prop.name: None for prop in properties}
        of_states = [prop for prop in properties if not prop.is_step_property]
        of_steps = [prop for prop in properties if prop.is_step_property]
        judged: set[int | tuple[int, int]] = set()  # ids of observations; `seen` keeps them alive
        frontier, known = [self.initial()], {self.initial()}
        widths, transitions, terminal = [], [], 0
        self._judge(lengths, of_states, None, frontier[0], 0)
        while frontier:
            widths.append(len(frontier))
            transitions.append(0)
            new = []
            for state in frontier:
                seen, steps = id(self.seen(state)), self.steps(state)
                terminal += not steps
                for after in steps.values():
                    transitions[-1] += 1
                    now = id(self.seen(after))
                    if now not in judged:
                        judged.add(now)
                        self._judge(lengths, of_states, None, after, len(widths))
                    if of_steps and (seen, now) not in judged:
                        judged.add((seen, now))
                        self._judge(lengths, of_steps, state, after, len(widths))
                    if after not in known:
                        known.add(after)
                        new.append(after)
                if len(known) > max_states:
                    raise TooLarge
            frontier = new
        return Answer(lengths, tuple(widths), tuple(transitions), terminal)

    def _judge(
        self,
        lengths: dict[str, int | None],
        properties: Iterable[Property],
        before: State | None,
        state: State,
        length: int,
    ) -> None:
        """Note the properties that a step to a state decides for the first time."""
        for prop in properties:
            if lengths[prop.name] is None and self.decides(prop, before, state):
                lengths[prop.name] = length

    def shortest_traces(self, prop: Property, length: int) -> int:
        """Return the number of traces of this length, the least one, that decide a property."""
        if (prop.name, length) not in self._counts:
            traces, known = {self.initial(): 1}, {self.initial()}
            for _ in range(length):
                longer: Counter[State] = Counter()
                for state, count in traces.items():
                    for after in self.steps(state).values():
                        longer[after] += count if after not in known else 0
                known |= longer.keys()
                traces = longer
            ends = (n for state, n in traces.items() if n and self.decides(prop, None, state))
            self._counts[prop.name, length] = sum(ends)
        return self._counts[prop.name, length]

    def follow(self, labels: Iterable[str]) -> list[State]:
        """Return the states of a trace, or raise KeyError if a label is not enabled."""
        states = [self.initial()]
        for label in labels:
            states.append(self.steps(states[-1])[label])
        return states


# -- networks ----------------------------------------------------------------------------------


def _put_into_set(network: frozenset[Copy], copy: Copy) -> frozenset[Copy]:
    return network | {copy}


def _every(network: Iterable[Copy]) -> Iterable[Copy]:
    return set(network)


def _still_there(network: frozenset[Copy], copy: Copy) -> frozenset[Copy]:
    return network


def _put_into_multiset(network: tuple[Copy, ...], copy: Copy) -> tuple[Copy, ...]:
    return tuple(sorted((*network, copy)))


def _put_into_queues(network: tuple[Copy, ...], copy: Copy) -> tuple[Copy, ...]:
    return tuple(sorted((*network, copy), key=lambda each: each[:2]))


def _heads(network: tuple[Copy, ...]) -> Iterable[Copy]:
    return {copy[:2]: copy for copy in reversed(network)}.values()


def _without_first(network: tuple[Copy, ...], copy: Copy) -> tuple[Copy, ...]:
    left = list(network)
    left.remove(copy)
    return tuple(left)


class Rules(NamedTuple):
    """A network: an empty one, how a copy is sent, what may arrive next, and what is left then."""

    empty: Network
    put: Callable[[Any, Copy], Network]
    next: Callable[[Any], Iterable[Copy]]
    taken: Callable[[Any, Copy], Network]


NETWORKS = {
    "set": Rules(frozenset(), _put_into_set, _every, _still_there),
    "once": Rules((), _put_into_multiset, _every, _without_first),
    "lossy": Rules((), _put_into_multiset, _every, _without_first),
    "fifo": Rules((), _put_into_queues, _heads, _without_first),
}


def key(value: Any) -> Hashable:
    """Return a hashable key; the keys of two values are equal if all types and parts agree."""
    kind = type(value)
    if kind is Id:
        return kind, str(value)
    if is_dataclass(kind):
        return kind, *(key(getattr(value, name)) for name in compared(kind))
    if isinstance(value, tuple):
        return kind, *map(key, value)
    if isinstance(value, Map):
        return kind, frozenset((key(each), key(held)) for each, held in value.items())
    if isinstance(value, Set):
        return kind, frozenset(map(key, value))
    return kind, value


@cache
def compared(kind: type[Any]) -> tuple[str, ...]:
    """Return the names of the fields that distinguish the values of a dataclass."""
    return tuple(each.name for each in fields(kind) if each.compare)
