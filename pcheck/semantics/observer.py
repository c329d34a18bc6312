"""The observer of a cluster: it sees the watched messages sent so far and the watched fields.

If a property sees UP, the observer sees which nodes are up as well, as a field of each node. A
crash and a restart then change the observation.

The observer watches the union of the footprints of all declared properties, even if only some of
the properties are checked.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Sequence
from itertools import chain
from typing import Any, NamedTuple

from pcheck.language.cluster import Cluster
from pcheck.language.names import Id
from pcheck.language.reading import is_fixed, value_of, without_role
from pcheck.language.seen import UP, Common, FieldValues, Seen, Sees, Up
from pcheck.language.values import exact, order
from pcheck.semantics.network import Letter
from pcheck.semantics.node import Bundle, Config

Watched = str | Up  # the name of a field, or UP


class Observation(NamedTuple):
    """The observation of one state as a comparable value, possibly restricted to some nodes."""

    sent: frozenset[Letter]
    values: tuple[Hashable, ...]  # the exact key of each place; None: a place of another node


class ShownPart(NamedTuple):
    """A part of one node as properties read it: sorted messages, and the value of each field."""

    part: Observation
    sent: tuple[tuple[Id, object], ...]
    fields: dict[Watched, tuple[Id, Any]]


class Reader:
    """The parts that a property reads of observations, which are given by numbers of parts."""

    def __init__(self, observer: Observer, sees: Collection[Sees]) -> None:
        """Begin without any part."""
        self._observer, self._groups = observer, observer.groups
        fields = {name: owners for name, owners in observer.fields.items() if name in sees}
        constant = observer.constant_fields
        self._constant = {name: constant[name] for name in fields if name in constant}
        # for each field that changes, its nodes, and for each node the value in each part
        self._cells: dict[Watched, tuple[tuple[int, ...], list[list[tuple[Id, Any]]]]] = {
            name: (owners, [[] for _ in owners])
            for name, owners in fields.items()
            if name not in constant
        }
        messages = any(isinstance(what, type) for what in sees)
        self._senders = observer.nodes_by_name if messages else ()
        self._sent: list[list[tuple[tuple[Id, object], ...]]] = [[] for _ in self._senders]

    def add(self, node: int, part: Observation) -> None:
        """Add a part of a node; its number is that of the parts of this node before it."""
        shown = self._observer.shown_part(node, part)
        for name, (owners, cells) in self._cells.items():
            if node in owners:
                cells[owners.index(node)].append(shown.fields[name])
        if self._senders:
            self._sent[self._senders.index(node)].append(shown.sent)

    def seen(self, numbers: tuple[int, ...], key: Hashable) -> Seen:
        """Return what can be read of the observation whose parts have these numbers."""
        fields = dict(self._constant)
        for name, (owners, cells) in self._cells.items():
            fields[name] = tuple([each[numbers[i]] for i, each in zip(owners, cells)])
        sent = [each[numbers[i]] for i, each in zip(self._senders, self._sent)]
        common = self._observer.common
        return Seen(chain.from_iterable(sent), self._groups, fields, key=key, common=common)


class Observer:
    """The observer of one cluster. A *place* is a watched field of one node that is not fixed.

    With UP, each node has one more place, which holds whether the node is up.
    """

    def __init__(self, cluster: Cluster) -> None:
        self.groups, self._kinds = cluster.groups, cluster.watched_kinds
        self.sees_up = cluster.watches_up
        watched = cluster.watched_fields
        extra = {what for each in cluster.milestones for what in each.sees if isinstance(what, str)}
        self.fields = _owners(cluster, (*watched, UP) if self.sees_up else watched)
        self._all_fields = _owners(cluster, (*sorted(extra | {*watched}), UP))
        self._actors = tuple(cluster.actors.values())
        self._places = {
            (name, i): at
            for at, (name, i) in enumerate(
                (name, i)
                for name, owners in self.fields.items()
                for i in owners
                if not isinstance(name, str) or not is_fixed(self._actors[i], name)
            )
        }
        self._meaning: dict[Hashable, Any] = {}  # the value of each exact key
        self._keys: dict[tuple[Watched, Config], Hashable] = {}
        self._watched: dict[Bundle, frozenset[Letter]] = {}
        self._seen: dict[Observation, Seen] = {}
        names = [actor.me for actor in self._actors]
        self.nodes_by_name = sorted(range(len(names)), key=lambda i: order(names[i]))
        self._shown: list[dict[int, ShownPart]] = [{} for _ in names]
        fixed = set(self.fields) - {name for name, _ in self._places}
        nothing = Observation(frozenset(), ())
        self.constant_fields = {name: self._row(name, nothing) for name in fixed}
        self.common = Common(self.constant_fields)

    def watched(self, bundle: Bundle) -> frozenset[Letter]:
        """Return the letters of a bundle that the observer watches."""
        if bundle not in self._watched:
            seen = (letter for letter, _ in bundle.sends if isinstance(letter.message, self._kinds))
            self._watched[bundle] = frozenset(seen)
        return self._watched[bundle]

    def watch(self, sent: frozenset[Letter], bundle: Bundle) -> frozenset[Letter]:
        """Return the letters `sent` and the watched letters of a bundle."""
        watched = self.watched(bundle)
        return sent if watched <= sent else sent | watched

    def observation(self, sent: frozenset[Letter], nodes: Sequence[Config]) -> Observation:
        """Return the observation of a state from its watched letters and its configurations."""
        known = self._keys.get
        keys = [known((name, nodes[i])) or self._key(name, nodes[i]) for name, i in self._places]
        return Observation(sent, tuple(keys))

    def keys_of(self, i: int, config: Config) -> tuple[Hashable, ...]:
        """Return the exact keys in the places of node i in a configuration."""
        return tuple(self._key(name, config) for name, owner in self._places if owner == i)

    def part(self, observation: Observation, nodes: Collection[int]) -> Observation:
        """Return the part of an observation that concerns only these nodes."""
        names = {self._actors[i].me for i in nodes}
        values = zip(self._places, observation.values, strict=True)
        return Observation(
            frozenset(letter for letter in observation.sent if letter.src in names),
            tuple(value if i in nodes else None for (_, i), value in values),
        )

    def footprint(self, part: Observation, sees: Collection[Sees]) -> Hashable:
        """Return all that a property with the footprint `sees` can see of a part."""
        kinds = tuple(each for each in sees if isinstance(each, type))
        return (
            frozenset(letter for letter in part.sent if isinstance(letter.message, kinds)),
            tuple(value for (name, _), value in zip(self._places, part.values) if name in sees),
        )

    def values_seen(
        self, i: int, part: Observation, sees: Collection[Sees]
    ) -> tuple[tuple[Watched, Hashable], ...]:
        """Return the exact key of each field of node i that a footprint contains."""
        places = zip(self._places, part.values, strict=True)
        return tuple(
            (name, value) for (name, owner), value in places if owner == i and name in sees
        )

    def renamed_keys(
        self, values: Sequence[Hashable], targets: Sequence[int], rename: Callable[[Any], Any]
    ) -> tuple[Hashable, ...]:
        """Return the keys after node i became node `targets[i]` and `rename` changed each value."""
        after: list[Hashable] = [None] * len(values)
        for (name, i), value in zip(self._places, values, strict=True):
            if value is not None:
                held = rename(self._meaning[value])
                key = exact(held)
                self._meaning.setdefault(key, held)
                after[self._places[name, targets[i]]] = key
        return tuple(after)

    def values_of(self, i: int, values: Sequence[Hashable]) -> list[tuple[Hashable, Any]]:
        """Return the exact key and the value in each place of node i."""
        places = zip(self._places, values, strict=True)
        return [(value, self._meaning[value]) for (_, owner), value in places if owner == i]

    def joined(self, parts: Sequence[Observation]) -> Observation:
        """Return the observation that consists of these parts."""
        if len(parts) == 1:
            return parts[0]
        values = zip(*(part.values for part in parts), strict=True)
        return Observation(
            frozenset().union(*(part.sent for part in parts)),
            tuple(next(value for value in each if value is not None) for each in values),
        )

    def changes(self, i: int, before: Config, after: Config) -> tuple[tuple[int, Hashable], ...]:
        """Return the places of node i that a step changes, each with its new exact key."""
        return tuple(
            (at, self._key(name, after))
            for (name, owner), at in self._places.items()
            if owner == i and self._key(name, before) != self._key(name, after)
        )

    def seen(self, observation: Observation) -> Seen:
        """Return the observation as properties read it; equal observations give one object."""
        if observation not in self._seen:
            self._seen[observation] = self._show(observation)
        return self._seen[observation]

    def seen_of_parts(self, parts: Sequence[Observation], key: Hashable) -> Seen:
        """Return the observation that consists of these parts, as properties read it.

        `key` must be an exact key of the whole observation.
        """
        shown = [self.shown_part(i, part) for i, part in enumerate(parts)]
        fields = {
            name: self.constant_fields[name]
            if name in self.constant_fields
            else tuple([shown[i].fields[name] for i in owners])
            for name, owners in self.fields.items()
        }
        sent = chain.from_iterable([shown[i].sent for i in self.nodes_by_name])
        return Seen(sent, self.groups, fields, key=key, common=self.common)

    def shown_part(self, i: int, part: Observation) -> ShownPart:
        """Return the part of node i as properties read it.

        The cache keeps a reference to the part. Otherwise another part could get the same `id`.
        """
        found = self._shown[i].get(id(part))
        if found is None:
            letters = sorted(part.sent, key=lambda letter: letter.order)
            sent = tuple((each.src, each.message) for each in letters)
            me = self._actors[i].me
            fields = {
                name: (me, self._held(name, i, part))
                for name, owners in self.fields.items()
                if i in owners
            }
            found = self._shown[i][id(part)] = ShownPart(part, sent, fields)
        return found

    def owners(self, name: str) -> tuple[int, ...]:
        """Return the indices of the nodes with a field that a property or a milestone sees."""
        return self._all_fields.get(name, ())

    def history(self, letters: Iterable[Letter], nodes: Sequence[Config]) -> Seen:
        """Return the observation for milestones: all letters, all fields that are seen, and UP.

        The letters are in their order, without duplicates.
        """
        fields = {
            name: tuple((nodes[i].actor.me, _value(name, nodes[i])) for i in owners)
            for name, owners in self._all_fields.items()
        }
        sent = ((each.src, each.message) for each in letters)
        return Seen(sent, self.groups, fields, is_sorted=True)

    def _show(self, observation: Observation) -> Seen:
        fields = {name: self._row(name, observation) for name in self.fields}
        letters = sorted(observation.sent, key=lambda letter: letter.order)
        sent = ((letter.src, letter.message) for letter in letters)
        return Seen(sent, self.groups, fields, key=observation)

    def _row(self, name: Watched, observation: Observation) -> FieldValues:
        """Return the value of a field in each node that has the field."""
        rows = ((self._actors[i].me, self._held(name, i, observation)) for i in self.fields[name])
        return tuple(rows)

    def _held(self, name: Watched, i: int, observation: Observation) -> Any:
        at = self._places.get((name, i))
        if at is None:  # a fixed field
            return getattr(self._actors[i], without_role(str(name)))
        return self._meaning[observation.values[at]]

    def _key(self, name: Watched, config: Config) -> Hashable:
        """Return the exact key of a field, and remember its value."""
        place = name, config
        if place not in self._keys:
            value = _value(name, config)
            key = self._keys[place] = exact(value)
            self._meaning.setdefault(key, value)
        return self._keys[place]


def _owners(cluster: Cluster, names: Iterable[Watched]) -> dict[Watched, tuple[int, ...]]:
    """Return for each field name the indices of the nodes that have the field; all have UP."""
    return {
        name: tuple(
            i
            for i, node in enumerate(cluster.actors)
            if not isinstance(name, str) or cluster.has_field(node, name)
        )
        for name in names
    }


def _value(name: Watched, config: Config) -> Any:
    """Return the value of a field of a node, or for UP whether the node is up."""
    return value_of(config.actor, without_role(name)) if isinstance(name, str) else config.up
