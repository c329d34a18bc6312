"""Observations: what is seen of a state, what a property may look at, and their history."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pcheck import History, Id, Property, Seen, always, group, sometimes
from pcheck.errors import SpecError
from tests.errors import place
from tests.language.speech import A1, A2, A10, SIGHT, Loose, Said, Shouted, Sung

pytestmark = pytest.mark.usefixtures("at_the_top")


# What is seen


def test_messages_of_a_kind_come_with_their_senders_and_in_order() -> None:
    assert SIGHT.sent(Said) == [
        (A1, Said("z")),
        (A2, Said("x")),
        (A2, Shouted("x")),
        (A10, Said("x")),
    ]
    assert (SIGHT.sent(Shouted), SIGHT.sent(Loose)) == ([(A2, Shouted("x"))], [])


def test_fields_and_groups_are_seen_by_name() -> None:
    assert (SIGHT.field("time"), SIGHT.field("place")) == ([(A1, 3), (A2, 4)], [(A1, None)])
    assert list(SIGHT.group("a")) == [A1, A2]


def test_sights_are_the_same_whatever_the_order_of_the_messages() -> None:
    forth = Seen([(A1, Said(1)), (A2, Said(2))], {}, {"time": ((A1, 3),)})
    back = Seen([(A2, Said(2)), (A1, Said(1))], {"a": group("a", 2)}, {"time": ((A1, 3),)})
    assert (forth, hash(forth)) == (back, hash(back))


@pytest.mark.parametrize(
    "other",
    [
        Seen([(A1, Said(True))], {}, {"time": ((A1, 3),)}),
        Seen([(A1, Shouted(1))], {}, {"time": ((A1, 3),)}),
        Seen([(A2, Said(1))], {}, {"time": ((A1, 3),)}),
        Seen([(A1, Said(1))], {}, {"time": ((A1, 3.0),)}),
        Seen([(A1, Said(1))], {}, {"time": ((A2, 3),)}),
        Seen([(A1, Said(1))], {}),
        Seen([], {}, {"time": ((A1, 3),)}),
    ],
)
def test_sights_differ_as_values_do(other: Seen) -> None:
    assert Seen([(A1, Said(1))], {}, {"time": ((A1, 3),)}) != other


# What a property may look at


def test_a_property_gets_what_it_declared() -> None:
    @always(sees=[Shouted, "time"])
    def told(seen: Seen) -> str:
        return f"{seen.sent(Shouted)[0][1].word} at {seen.field('time')[1][1]} in {seen.group('a')}"

    assert told.why_false(SIGHT) == f"x at 4 in {group('a', 2)}"


LOOKS: list[tuple[Callable[[Seen], object], str]] = [
    (lambda seen: seen.sent(Sung), "looks looks at Sung: add it to its sees=[...]"),
    (lambda seen: seen.sent(Said), "looks looks at Said: add it to its sees=[...]"),
    (lambda seen: seen.field("place"), "looks looks at 'place': add it to its sees=[...]"),
    (
        lambda seen: seen.field("Clock.time"),
        "looks looks at 'Clock.time': add it to its sees=[...]",
    ),
]


@pytest.mark.parametrize(("look", "text"), LOOKS)
@pytest.mark.parametrize("mark", [always, sometimes])
def test_what_a_property_did_not_declare_it_cannot_see(
    mark: Callable[..., Any], look: Callable[[Seen], object], text: str
) -> None:
    def looks(seen: Seen) -> None:
        look(seen)

    prop: Property = mark(sees=[Shouted, "time"])(looks)
    asked = prop.why_false if mark is always else prop.reached
    with pytest.raises(SpecError) as caught:
        asked(SIGHT)
    error = f"the property looks raised LookupError: {text}"
    assert str(caught.value) == f"{place(look)}{error}"


def test_a_step_property_sees_no_more_before_than_after() -> None:
    @always(sees=[Said])
    def looks(before: Seen, after: Seen) -> None:
        before.sent(Sung)

    with pytest.raises(SpecError, match="looks looks at Sung: add it to its sees"):
        looks.why_false(SIGHT, SIGHT)


def test_a_group_that_is_none_gets_a_hint() -> None:
    @always(sees=[Said])
    def looks(seen: Seen) -> None:
        Seen([], {"acceptors": group("a", 2)}).group("aceptors")

    with pytest.raises(SpecError) as caught:
        looks.why_false(SIGHT)
    assert str(caught.value) == (
        f"{place(looks.test, 2)}the property looks raised KeyError: "
        "\"no group 'aceptors' in this cluster; did you mean 'acceptors'?\""
    )


# What a history knows


def heard(*numbers: int) -> Seen:
    return Seen([(Id("s1"), Said(number)) for number in numbers], {})


def test_a_history_ends_with_what_is_seen_last_and_knows_since_when() -> None:
    told = History([heard(), heard(), heard(1), heard(1, 2)])
    since = [
        told.since(lambda seen: True),
        told.since(lambda seen: Said(1) in dict(seen.sent(Said)).values()),
        told.since(lambda seen: len(seen.sent(Said)) == 2),
    ]
    assert (since, told.seen) == ([0, 2, 3], heard(1, 2))
