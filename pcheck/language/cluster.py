"""A cluster: named nodes with their initial actors, and the properties to check.

A builder returns a cluster. The network and the number of crashes are not part of the cluster: the
user chooses them for each check, and `semantics.cluster_model` combines them with the cluster.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Iterable, Mapping
from copy import copy
from dataclasses import fields
from typing import Any, TypeVar

from pcheck.blame import place_of
from pcheck.errors import SpecError
from pcheck.language.actor import Actor, hint_at_field
from pcheck.language.kinds import FACTS, undecorated
from pcheck.language.names import Group, Id, Value
from pcheck.language.printing import show
from pcheck.language.property import Milestone, Property
from pcheck.language.reading import is_readable, without_role
from pcheck.language.seen import UP, Sees
from pcheck.language.values import UnsupportedValue, check_supported, exact
from pcheck.text import an

A = TypeVar("A", bound=Actor)


class Cluster:
    """The nodes of a protocol: `Cluster({g: lambda i: Clock(start=i)}, properties=[...])`.

    The function of a group creates the actor of the ith node of the group, for i from 1.
    """

    def __init__(
        self,
        nodes: Mapping[Group, Callable[[int], Actor]],
        properties: Iterable[Property] = (),
        milestones: Iterable[Milestone] = (),
        interchangeable: Iterable[Group | tuple[Value, ...]] = (),
    ) -> None:
        """Create a cluster; the spec treats the names in each `interchangeable` block alike."""
        declared = _distinct(properties)
        self.milestones = _milestones(milestones)
        self.groups = _groups(nodes)
        self.actors: dict[Id, Actor] = {}
        for group, make in nodes.items():
            _check_function(group, make)
            for number, node in enumerate(group, start=1):
                if node in self.actors:
                    raise SpecError(f"two groups contain {node}; list each node in one group only")
                self.actors[node] = _named(node, make(number))
        if not self.actors:
            raise SpecError("the cluster has no nodes; give at least one group a size above 0")
        self._declare(_distinct(dict.fromkeys((*declared, *self.brought_along))))
        for prop in (*self.properties, *self.questions):
            self._check_footprint(prop)
        for each in self.milestones:
            self._check_footprint(each)
        self.interchangeable = _blocks(interchangeable, self.actors)

    def add(self, prop: Property) -> None:
        """Add a property, or raise SpecError if it does not fit."""
        self._declare(_distinct((*self.properties, *self.questions, prop)))
        self._check_footprint(prop)

    def _declare(self, properties: tuple[Property, ...]) -> None:
        """Declare these properties; those that ask about the future are observed only if asked."""
        self.properties = tuple(prop for prop in properties if not prop.is_question)
        self.questions = tuple(prop for prop in properties if prop.is_question)

    def asking(self, questions: Iterable[Property]) -> Cluster:
        """Return the cluster with these questions about the future instead of its properties."""
        other = copy(self)
        other.properties, other.questions = tuple(questions), ()
        return other

    def replace(self, old: type[Actor], new: type[Actor]) -> None:
        """Replace each actor of exactly the class `old` by a `new` with the same fields."""
        for node, actor in self.actors.items():
            if type(actor) is old:
                same = {f.name: getattr(actor, f.name) for f in fields(actor)}
                self.actors[node] = _named(node, new(**same))

    @property
    def brought_along(self) -> tuple[Property, ...]:
        """The properties that the classes of the nodes add to those of the author."""
        own = (prop for actor in self.actors.values() for prop in actor.own_properties)
        return tuple(dict.fromkeys(own))

    @property
    def watched_kinds(self) -> tuple[type, ...]:
        """The message classes that are part of the observation, because some property sees them."""
        return tuple(what for what in self._footprint() if isinstance(what, type))

    @property
    def watched_fields(self) -> tuple[str, ...]:
        """The names of the fields that are part of the observation."""
        return tuple(what for what in self._footprint() if isinstance(what, str))

    @property
    def watches_up(self) -> bool:
        """True if the observation has whether each node is up, because some property sees UP."""
        return UP in self._footprint()

    def has_field(self, node: Id, name: str) -> bool:
        """Return whether the node has the field `name`, such as `time` or `Clock.time`."""
        role, dot, _ = name.partition(".")
        actor = self.actors[node]
        roles = [kind.__name__ for kind in type(actor).__mro__]
        return (not dot or role in roles) and is_readable(actor, without_role(name))

    def _footprint(self) -> dict[Sees, None]:
        return dict.fromkeys(what for prop in self.properties for what in prop.sees)

    def _check_footprint(self, prop: Property | Milestone) -> None:
        for what in prop.sees:
            if isinstance(what, str) and not any(self.has_field(n, what) for n in self.actors):
                roles = dict.fromkeys(map(type, self.actors.values()))
                hint = hint_at_field(roles, without_role(what))
                if what in ("up", "UP"):
                    hint = "; for seen.up write UP without quotes"
                raise SpecError(f"{prop.name} sees the field {what!r}, which no node has{hint}")


def _check_function(group: Group, make: object) -> None:
    """Raise SpecError unless a group has a function that creates its node of a given number."""
    is_class = isinstance(make, type) and issubclass(make, Actor)
    if is_class or not callable(make):
        kind = make if isinstance(make, type) else type(make)
        what = f"the class {kind.__name__}" if is_class else an(kind.__name__)
        raise SpecError(
            f"group {group.name} has {what} instead of a function that creates each node; "
            f"write lambda i: {kind.__name__}(...)"
        )
    try:
        inspect.signature(make).bind(1)
    except TypeError:
        text = f"the function of group {group.name} does not take the number of a node"
        raise SpecError(f"{text}; write lambda i: ...") from None
    except ValueError:  # a callable of which Python does not know the parameters
        return


def _listed(items: Any, name: str, one: type) -> list[Any]:
    """Return the items of a parameter of a cluster, or raise SpecError for one item alone."""
    if isinstance(items, (one, str)) or not isinstance(items, Iterable):
        text = getattr(items, "name", items if isinstance(items, str) else type(items).__name__)
        raise SpecError(f"{name}=... must be a list, got {text}; write {name}=[{text}]")
    return list(items)


def _distinct(properties: Iterable[Property]) -> tuple[Property, ...]:
    """Return the properties, or raise SpecError for a wrong type or a repeated name."""
    found: dict[str, Property] = {}
    for prop in _listed(properties, "properties", Property):
        if isinstance(prop, Milestone):
            raise SpecError(f"{prop.name} is a milestone; write milestones=[{prop.name}]")
        if isinstance(prop, str):
            raise SpecError(f"properties=[...] has the text {prop!r}; write {prop} without quotes")
        if not isinstance(prop, Property):
            raise SpecError(
                f"{getattr(prop, '__name__', show(prop))!s} is not a property; "
                "write @always(sees=[...]) or @sometimes(sees=[...]) above the function"
            )
        if prop.name in found:
            raise SpecError(f"two properties are named {prop.name}; give each its own name")
        found[prop.name] = prop
    return tuple(found.values())


def _milestones(milestones: Iterable[Milestone]) -> tuple[Milestone, ...]:
    found = tuple(_listed(milestones, "milestones", Milestone))
    for each in found:
        if isinstance(each, Property):
            raise SpecError(f"{each.name} is a property; write properties=[{each.name}]")
        if not isinstance(each, Milestone):
            name = getattr(each, "__name__", repr(each))
            raise SpecError(
                f"{name} is not a milestone; write @milestone(sees=[...]) above the function"
            )
    return found


def _blocks(
    interchangeable: Iterable[Group | tuple[Value, ...]], nodes: Collection[Id]
) -> tuple[tuple[Id | Value, ...], ...]:
    """Return the tuples of interchangeable names, or raise SpecError."""
    is_text = isinstance(interchangeable, str)
    given: list[Any] = (
        [interchangeable] if is_text else _listed(interchangeable, "interchangeable", Group)
    )
    text = next((each for each in given if type(each) is str), None)
    if text is not None:
        raise SpecError(
            f"interchangeable=[...] has the text {text!r}; write the group itself, without quotes"
        )
    blocks: tuple[tuple[Id | Value, ...], ...] = tuple(
        tuple(_listed(block, "interchangeable", Id)) for block in given
    )
    for block in blocks:
        for name in block:
            if type(name) is not Value and (type(name) is not Id or name not in nodes):
                raise SpecError(
                    f"interchangeable=[...] contains {name!r}, which is not a node of the "
                    "cluster; write groups of nodes or tuples of values"
                )
        if len({type(name) for name in block}) > 1:
            raise SpecError(
                "interchangeable=[...] mixes nodes and values in one tuple; write a tuple for each"
            )
    names = [name for block in blocks for name in block]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise SpecError(f"interchangeable=[...] contains {twice} twice; write each name once")
    return blocks


def _groups(nodes: Mapping[Group, Callable[[int], Actor]]) -> dict[str, Group]:
    groups: dict[str, Group] = {}
    if not isinstance(nodes, Mapping):
        text = f"a cluster must be a map from groups, got {an(type(nodes).__name__)}"
        raise SpecError(f"{text}; write {{group: lambda i: ...}}")
    for group in nodes:
        if not isinstance(group, Group):
            raise SpecError(
                f'a cluster must be a map from groups, got the key {group!r}; write group("a", 3)'
            )
        if group.name in groups:
            raise SpecError(f"two groups are named {group.name}; give each its own name")
        groups[group.name] = group
    return groups


def _named(node: Id, actor: Actor) -> Actor:
    """Return the actor with its name, or raise SpecError if a node cannot begin as this actor."""
    if not isinstance(actor, Actor):
        raise SpecError(f"{node} must be an Actor, got {an(type(actor).__name__)}")
    _check_class(type(actor))
    try:
        for f in fields(actor):
            name = f.name
            exact(getattr(actor, name))
    except UnsupportedValue as error:
        raise SpecError(f"{node} begins with an unsupported value: {error.inside(name)}") from None
    named = actor.but(me=node)
    try:
        check_supported(named, FACTS[type(named)])
    except UnsupportedValue as error:
        raise SpecError(f"{node} begins as {error}") from None
    return named


def _check_class(role: type[Actor]) -> None:
    """Raise SpecError for a class whose fields or actions pcheck would silently ignore."""
    for kind in role.__mro__[: role.__mro__.index(Actor)]:
        if "offers" in kind.__dict__:
            raise SpecError(
                f"{place_of(kind)}{kind.__name__} has a method offers, which pcheck does not call; "
                "rename offers to actions, Act to Action and act to action"
            )
    if (error := undecorated(role)) is not None:
        raise SpecError(f"{place_of(role)}{error}")
