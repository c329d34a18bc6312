"""Clusters: nodes, groups and the observation, and the errors about invalid clusters."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

import pytest

from pcheck import (
    Action,
    Actor,
    Cluster,
    Group,
    Id,
    Property,
    Seen,
    Set,
    always,
    fixed,
    group,
    sometimes,
    volatile,
)
from pcheck.blame import place_of
from pcheck.errors import SpecError
from tests.errors import fault

A, B = group("a", 2), group("b", 1)
A1, A2, B1 = Id("a1"), Id("a2"), Id("b1")


@dataclass(frozen=True)
class Tick:
    n: int = 0


@dataclass(frozen=True)
class Tock:
    n: int = 0


@dataclass(frozen=True)
class Clock(Actor):
    start: Any = fixed(0)
    time: Any = 0
    shown: int = volatile(0)


@dataclass(frozen=True)
class Lamp(Actor):
    lit: bool = False


def watching(name: str, *sees: Any) -> Property:
    """Return a property that always holds, with this footprint."""

    def test(seen: Seen) -> None:
        pass

    return always(sees=sees, name=name)(test)


TICKS = watching("ticks", Tick)


def cluster(**fields: Any) -> Cluster:
    """Return a cluster of two clocks with these fields."""
    return Cluster({A: lambda i: Clock(**fields)}, properties=[TICKS])


# Clusters


def test_nodes_are_named_and_numbered_from_1_in_the_order_of_the_groups() -> None:
    made = Cluster({B: lambda i: Lamp(), A: lambda i: Clock(start=i)}, properties=[TICKS])
    nodes = [(node, type(actor), actor.me) for node, actor in made.actors.items()]
    assert nodes == [(B1, Lamp, B1), (A1, Clock, A1), (A2, Clock, A2)]
    starts = [each.start for each in made.actors.values() if isinstance(each, Clock)]
    assert (starts, made.groups) == ([1, 2], {"b": B, "a": A})


def test_a_group_may_be_empty_if_another_group_is_not() -> None:
    none = group("c", 0)
    made = Cluster({A: lambda i: Clock(), none: lambda i: Lamp()}, properties=[TICKS])
    assert (list(made.actors), made.groups) == ([A1, A2], {"a": A, "c": none})


def test_the_observation_is_the_union_of_the_footprints() -> None:
    properties = [
        watching("one", Tick, "time"),
        watching("two", "Clock.time", Tock),
        watching("three", Tock, "time"),
    ]
    made = Cluster({A: lambda i: Clock()}, properties=properties)
    assert (made.watched_kinds, made.watched_fields) == ((Tick, Tock), ("time", "Clock.time"))


def test_a_field_may_be_named_with_its_role_or_a_base_class_of_its_role() -> None:
    class Alarm(Clock):
        pass

    made = Cluster({A: lambda i: Alarm(), B: lambda i: Lamp()}, properties=[TICKS])
    names = ["time", "Clock.time", "Alarm.time", "Lamp.time", "start", "lit", "Lamp.lit"]
    has = {name: [made.has_field(node, name) for node in (A1, B1)] for name in names}
    assert has == {
        "time": [True, False],
        "Clock.time": [True, False],
        "Alarm.time": [True, False],
        "Lamp.time": [False, False],
        "start": [True, False],
        "lit": [False, True],
        "Lamp.lit": [False, True],
    }


def test_a_bug_replaces_exactly_its_role_and_keeps_the_fields() -> None:
    class Late(Clock):
        pass

    class Alarm(Clock):
        pass

    made = Cluster(
        {A: lambda i: Clock(start=7, time=i, shown=3), B: lambda i: Alarm()}, properties=[TICKS]
    )
    made.replace(Clock, Late)
    assert made.actors == {
        A1: Late(me=A1, start=7, time=1, shown=3),
        A2: Late(me=A2, start=7, time=2, shown=3),
        B1: Alarm(),
    }
    assert [actor.me for actor in made.actors.values()] == [A1, A2, B1]


# Invalid nodes


def test_a_cluster_must_have_nodes() -> None:
    text = "the cluster has no nodes; give at least one group a size above 0"
    assert fault(lambda: Cluster({}, properties=[TICKS])) == text
    assert fault(lambda: Cluster({group("a", 0): lambda i: Clock()}, properties=[TICKS])) == text


def test_a_node_must_be_in_only_one_group() -> None:
    both = {A: lambda i: Clock(), Group("c", (A2,)): lambda i: Clock()}
    assert fault(lambda: Cluster(both, properties=[TICKS])) == (
        "two groups contain a2; list each node in one group only"
    )


def test_groups_must_have_different_names() -> None:
    both = {A: lambda i: Clock(), group("a", 1): lambda i: Clock()}
    assert fault(lambda: Cluster(both, properties=[TICKS])) == (
        "two groups are named a; give each its own name"
    )


def test_the_keys_of_a_cluster_must_be_groups() -> None:
    nodes: Any = {"a": lambda i: Clock()}
    assert fault(lambda: Cluster(nodes, properties=[TICKS])) == (
        "a cluster must be a map from groups, got the key 'a'; write group(\"a\", 3)"
    )


@pytest.mark.parametrize(("made", "kind"), [(None, "a NoneType"), (3, "an int"), (Clock, "a type")])
def test_a_node_must_be_an_actor(made: Any, kind: str) -> None:
    assert fault(lambda: Cluster({A: lambda i: made}, properties=[TICKS])) == (
        f"a1 must be an Actor, got {kind}"
    )


def test_a_subclass_that_adds_a_field_must_be_a_dataclass() -> None:
    class Alarm(Clock):
        rings: int = 0

    class Loud(Alarm):
        pass

    text = "adds the field rings but is not a dataclass; write @dataclass(frozen=True) above class"
    text = f"Alarm {text} Alarm"
    for role, place in ((Alarm, place_of(Alarm)), (Loud, place_of(Loud))):
        assert fault(lambda role=role: Cluster({A: lambda i: role()}, [TICKS])) == place + text  # type: ignore[misc]


def test_an_actor_holds_nothing_but_its_fields() -> None:
    class Alarm(Clock):
        def __init__(self, **fields: Any) -> None:
            super().__init__(**fields)
            self.rings = 0

    @dataclass(frozen=True)
    class Loud(Clock):
        def __post_init__(self) -> None:
            object.__setattr__(self, "rings", 0)

    assert fault(lambda: Cluster({A: lambda i: Alarm()}, [TICKS])) == (
        f"{place_of(Alarm)}Alarm adds __init__ but is not a dataclass; "
        "write @dataclass(frozen=True) above class Alarm"
    )
    assert fault(lambda: Cluster({A: lambda i: Loud()}, [TICKS])) == (
        "a1 begins as a Loud with the attribute rings, which is not a field; "
        "declare rings as a field of class Loud"
    )


def test_a_subclass_may_add_methods_and_constants() -> None:
    class Alarm(Clock):
        LIMIT: ClassVar[int] = 3

        def late(self) -> bool:
            return bool(self.time > self.LIMIT)

    assert Cluster({B: lambda i: Alarm()}, properties=[TICKS]).actors == {B1: Alarm()}


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ([1], "time is a list; use a tuple"),
        ({1}, "time is a set; use Set"),
        ({1: 1}, "time is a dict; use Map"),
        (Tick([1]), "time.n is a list; use a tuple"),  # type: ignore[arg-type]
        (float("nan"), "time is NaN, which does not equal itself; use None"),
    ],
)
def test_an_initial_state_with_an_unsupported_value_is_refused(value: object, why: str) -> None:
    text = f"a1 begins with an unsupported value: {why}"
    assert fault(lambda: cluster(time=value)) == text


def test_the_error_about_an_unsupported_value_names_a_fixed_field() -> None:
    text = "a1 begins with an unsupported value: start is a list; use a tuple"
    assert fault(lambda: cluster(start=[1])) == text


# Invalid properties


def test_properties_must_have_different_names() -> None:
    twice = [watching("ticks", Tick), TICKS]
    assert fault(lambda: Cluster({A: lambda i: Clock()}, properties=twice)) == (
        "two properties are named ticks; give each its own name"
    )


def plain(seen: Seen) -> None:
    pass


@pytest.mark.parametrize(("what", "name"), [(plain, "plain"), (3, "3"), (None, "None")])
def test_a_property_must_be_decorated(what: Any, name: str) -> None:
    assert fault(lambda: Cluster({A: lambda i: Clock()}, properties=[what])) == (
        f"{name} is not a property; "
        "write @always(sees=[...]) or @sometimes(sees=[...]) above the function"
    )


@pytest.mark.parametrize(
    ("field", "hint"),
    [
        ("tme", "; did you mean 'time'?"),
        ("Clock.strat", "; did you mean 'start'?"),
        ("Lamp.lit", "; the fields are start, time, shown"),
        ("colour", "; the fields are start, time, shown"),
    ],
)
@pytest.mark.parametrize("mark", [always, sometimes])
def test_a_field_in_a_footprint_must_be_a_field_of_a_node(
    mark: Callable[..., Any], field: str, hint: str
) -> None:
    prop = mark(sees=[Tick, "time", field], name="watching")(plain)
    assert fault(lambda: Cluster({A: lambda i: Clock()}, properties=[prop])) == (
        f"watching sees the field {field!r}, which no node has{hint}"
    )


def test_interchangeable_nodes_must_not_be_plain_text() -> None:
    block: Any = ("a1", "a2")
    assert fault(lambda: Cluster({A: lambda i: Clock()}, [TICKS], interchangeable=[block])) == (
        "interchangeable=[...] contains 'a1', which is not a node of the cluster; "
        "write groups of nodes or tuples of values"
    )


def test_interchangeable_needs_the_group_and_not_its_name() -> None:
    text: Any = "a"
    for given in (text, [text]):
        build = partial(Cluster, {A: lambda i: Clock()}, [TICKS], interchangeable=given)
        assert fault(build) == (
            "interchangeable=[...] has the text 'a'; write the group itself, without quotes"
        )


def test_a_field_may_hold_a_set() -> None:
    assert cluster(time=Set([A1]), start=Set([1])).actors[A1] == Clock(time=Set([A1]))


def test_an_actor_with_the_old_method_offers_is_refused() -> None:
    class Old(Lamp):
        def offers(self) -> Iterator[Action]:
            yield from ()

    with pytest.raises(SpecError) as caught:
        Cluster({group("a", 1): lambda _: Old()}, [])
    assert str(caught.value).endswith(
        ": Old has a method offers, which pcheck does not call; "
        "rename offers to actions, Act to Action and act to action"
    )
