"""What a builder returns, and what is said of a cluster that is none."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
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


def looking_at(name: str, *sees: Any) -> Property:
    def test(seen: Seen) -> None:
        pass

    return always(sees=sees, name=name)(test)


TICKS = looking_at("ticks", Tick)


def cluster(**fields: Any) -> Cluster:
    return Cluster({A: lambda i: Clock(**fields)}, properties=[TICKS])


# A cluster


def test_nodes_are_numbered_from_1_named_and_in_the_order_of_the_groups() -> None:
    made = Cluster({B: lambda i: Lamp(), A: lambda i: Clock(start=i)}, properties=[TICKS])
    nodes = [(node, type(actor), actor.me) for node, actor in made.actors.items()]
    assert nodes == [(B1, Lamp, B1), (A1, Clock, A1), (A2, Clock, A2)]
    starts = [each.start for each in made.actors.values() if isinstance(each, Clock)]
    assert (starts, made.groups) == ([1, 2], {"b": B, "a": A})


def test_an_empty_group_is_a_group() -> None:
    none = group("c", 0)
    made = Cluster({A: lambda i: Clock(), none: lambda i: Lamp()}, properties=[TICKS])
    assert (list(made.actors), made.groups) == ([A1, A2], {"a": A, "c": none})


def test_the_observation_is_of_all_that_any_property_sees_each_once() -> None:
    properties = [
        looking_at("one", Tick, "time"),
        looking_at("two", "Clock.time", Tock),
        looking_at("three", Tock, "time"),
    ]
    made = Cluster({A: lambda i: Clock()}, properties=properties)
    assert (made.watched_kinds, made.watched_fields) == ((Tick, Tock), ("time", "Clock.time"))


def test_a_field_may_be_named_with_its_role_or_a_role_above_it() -> None:
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


def test_a_bug_takes_the_place_of_exactly_its_role_and_keeps_the_fields() -> None:
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


# Nodes that are none


def test_a_cluster_has_nodes() -> None:
    text = "the cluster has no nodes: give at least one group a size above 0"
    assert fault(lambda: Cluster({}, properties=[TICKS])) == text
    assert fault(lambda: Cluster({group("a", 0): lambda i: Clock()}, properties=[TICKS])) == text


def test_a_node_is_in_one_group() -> None:
    both = {A: lambda i: Clock(), Group("c", (A2,)): lambda i: Clock()}
    assert fault(lambda: Cluster(both, properties=[TICKS])) == (
        "two groups of the cluster hold the node a2"
    )


def test_two_groups_have_two_names() -> None:
    both = {A: lambda i: Clock(), group("a", 1): lambda i: Clock()}
    assert fault(lambda: Cluster(both, properties=[TICKS])) == (
        "two groups of the cluster are both named a"
    )


def test_what_holds_nodes_is_a_group() -> None:
    nodes: Any = {"a": lambda i: Clock()}
    assert fault(lambda: Cluster(nodes, properties=[TICKS])) == (
        "a cluster is a map from groups, and 'a' is none: write group(\"a\", 3)"
    )


@pytest.mark.parametrize(("made", "kind"), [(None, "NoneType"), (3, "int"), (Clock, "type")])
def test_a_node_is_an_actor(made: Any, kind: str) -> None:
    assert fault(lambda: Cluster({A: lambda i: made}, properties=[TICKS])) == (
        f"a1 is a {kind}, which is no Actor"
    )


def test_a_subclass_that_adds_a_field_says_that_it_is_a_dataclass() -> None:
    class Alarm(Clock):
        rings: int = 0

    class Loud(Alarm):
        pass

    text = (
        "Alarm adds the field rings, which is no part of its state: "
        "write @dataclass(frozen=True) above class Alarm"
    )
    for role in (Alarm, Loud):
        assert fault(lambda role=role: Cluster({A: lambda i: role()}, [TICKS])) == text  # type: ignore[misc]


def test_a_subclass_may_add_methods_and_constants() -> None:
    class Alarm(Clock):
        LIMIT: ClassVar[int] = 3

        def late(self) -> bool:
            return bool(self.time > self.LIMIT)

    assert Cluster({B: lambda i: Alarm()}, properties=[TICKS]).actors == {B1: Alarm()}


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ([1], "time is a list: use a tuple"),
        ({1}, "time is a set: use Set"),
        ({1: 1}, "time is a dict: use Map"),
        (Tick([1]), "time.n is a list: use a tuple"),  # type: ignore[arg-type]
        (float("nan"), "time is NaN, which is not even equal to itself: use None"),
    ],
)
def test_a_node_begins_with_what_can_be_compared(value: object, why: str) -> None:
    text = f"a1 begins with a field that cannot be kept: {why}"
    assert fault(lambda: cluster(time=value)) == text


# DEFECT (cluster._named): which field it is is not told: "a1 begins with a field that cannot be
# kept: a list: use a tuple".
def test_a_fixed_field_that_cannot_be_compared_is_named() -> None:
    text = "a1 begins with a field that cannot be kept: start is a list: use a tuple"
    assert fault(lambda: cluster(start=[1])) == text


# Properties that are none


def test_two_properties_have_two_names() -> None:
    twice = [looking_at("ticks", Tick), TICKS]
    assert fault(lambda: Cluster({A: lambda i: Clock()}, properties=twice)) == (
        "two properties are both named ticks"
    )


def plain(seen: Seen) -> None:
    pass


@pytest.mark.parametrize(("what", "name"), [(plain, "plain"), (3, "3"), (None, "None")])
def test_a_property_is_decorated(what: Any, name: str) -> None:
    assert fault(lambda: Cluster({A: lambda i: Clock()}, properties=[what])) == (
        f"{name} is no property: write @always(sees=[...]) or @sometimes(sees=[...]) above it"
    )


@pytest.mark.parametrize(
    ("field", "hint"),
    [
        ("tme", "; did you mean 'time'?"),
        ("Clock.strat", "; did you mean 'start'?"),
        ("Lamp.lit", ""),
        ("colour", ""),
    ],
)
@pytest.mark.parametrize("mark", [always, sometimes])
def test_a_field_that_is_seen_is_one_that_some_node_has(
    mark: Callable[..., Any], field: str, hint: str
) -> None:
    watching = mark(sees=[Tick, "time", field], name="watching")(plain)
    assert fault(lambda: Cluster({A: lambda i: Clock()}, properties=[watching])) == (
        f"watching sees the field {field!r}, which no node has{hint}"
    )


def test_a_set_in_a_field_is_fine() -> None:
    assert cluster(time=Set([A1]), start=Set([1])).actors[A1] == Clock(time=Set([A1]))


def test_an_actor_of_the_old_language_is_refused() -> None:
    class Old(Lamp):
        def offers(self) -> Iterator[Action]:
            yield from ()

    with pytest.raises(SpecError) as caught:
        Cluster({group("a", 1): lambda _: Old()}, [])
    assert str(caught.value).endswith(
        ": Old has a method offers, which pcheck does not call: "
        "rename offers to actions, Act to Action and act to action"
    )
