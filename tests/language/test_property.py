"""Properties: what they may look at, what they may answer, and what is said when they fail."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pcheck import Id, Property, Seen, always, group, milestone, sometimes
from pcheck.errors import SpecError
from pcheck.language.property import Kind

A1, A2, A10 = Id("a1"), Id("a2"), Id("a10")


@dataclass(frozen=True)
class Said:
    word: object


@dataclass(frozen=True)
class Shouted(Said):
    pass


@dataclass(frozen=True)
class Sung:
    word: object


@dataclass
class Loose:
    word: object


SIGHT = Seen(
    [(A10, Said("x")), (A2, Sung("y")), (A2, Said("x")), (A2, Shouted("x")), (A1, Said("z"))],
    {"a": group("a", 2)},
    {"time": ((A1, 3), (A2, 4)), "place": ((A1, None),)},
)


@pytest.fixture(autouse=True)
def _at_the_top(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(Path(__file__).resolve().parent.parent.parent)


def place(test: Callable[..., Any], below: int = 0) -> str:
    """The line of a property, from its first decorator on, as a message tells it."""
    return f"tests/language/test_property.py:{test.__code__.co_firstlineno + below}: "


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


# What a decorator makes


def test_an_always_has_the_name_and_the_first_line_of_its_function() -> None:
    @always(sees=[Said, "time"])
    def silence(seen: Seen) -> None:
        """Nobody speaks.

        Ever.
        """

    made = (silence.name, silence.kind, silence.sees, silence.summary, silence.of_steps)
    assert made == ("silence", Kind.ALWAYS, (Said, "time"), "Nobody speaks.", False)


def test_a_sometimes_may_be_given_a_name_and_need_not_be_explained() -> None:
    @sometimes(sees=[], name="noise_at_last")
    def noise(seen: Seen) -> bool:
        return True

    made = (noise.name, noise.kind, noise.sees, noise.summary, noise.of_steps)
    assert made == ("noise_at_last", Kind.SOMETIMES, (), "", False)


def test_an_always_of_two_parameters_is_about_a_step() -> None:
    @always(sees=["time"])
    def time_goes_on(before: Seen, after: Seen) -> str | None:
        went = [(b, a) for (_, b), (_, a) in zip(before.field("time"), after.field("time"))]
        return next((f"{b} became {a}" for b, a in went if a < b), None)

    early, late = (Seen([], {}, {"time": ((A1, time),)}) for time in (3, 4))
    assert time_goes_on.of_steps
    assert time_goes_on.why_false(early, late) is None
    assert time_goes_on.why_false(late, early) == "4 became 3"


def none() -> None:
    pass


def one(seen: Seen) -> None:
    pass


def two(before: Seen, after: Seen) -> None:
    pass


def three(a: Seen, b: Seen, c: Seen) -> None:
    pass


@pytest.mark.parametrize(
    ("mark", "test", "count"), [(always, none, 0), (always, three, 3), (sometimes, two, 2)]
)
def test_a_property_of_another_number_of_parameters_is_refused(
    mark: Callable[..., Any], test: Callable[..., Any], count: int
) -> None:
    with pytest.raises(SpecError) as caught:
        mark(sees=[Said])(test)
    assert str(caught.value) == (
        f"{place(test)}{test.__name__} takes {count} parameters: write (seen), "
        "or for an @always about a step (before, after)"
    )


@pytest.mark.parametrize(
    ("what", "text"),
    [(Loose, repr(Loose)), (int, "<class 'int'>"), (3, "3"), (None, "None"), (one, None)],
)
@pytest.mark.parametrize("mark", [always, sometimes, milestone])
def test_only_a_frozen_message_or_the_name_of_a_field_can_be_seen(
    mark: Callable[..., Any], what: Any, text: str | None
) -> None:
    with pytest.raises(SpecError) as caught:
        mark(sees=[Said, what])(one)
    assert str(caught.value) == (
        f"{place(one)}one sees {text or repr(what)}: name a kind of message (a frozen dataclass) "
        'or, as a string, a field: "learned"'
    )


def test_a_field_without_its_brackets_is_not_read_letter_by_letter() -> None:
    try:
        seen: object = always(sees="time")(one).sees
    except SpecError as error:
        seen = str(error)
    assert seen != ("t", "i", "m", "e")


# What they may look at


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


# What they may answer


@pytest.mark.parametrize("answer", [True, False, "", 0, ["no"]])
def test_an_always_answers_with_a_message_or_none(answer: Any) -> None:
    @always(sees=[Said])
    def silence(seen: Seen) -> Any:
        return answer

    with pytest.raises(SpecError) as caught:
        silence.why_false(SIGHT)
    assert str(caught.value) == (
        f"{place(silence.test)}silence answered {answer!r}: an @always answers "
        "None where it is true, a message where it is false"
    )


@pytest.mark.parametrize("answer", [None, "", "yes", 1, [Said("x")]])
def test_a_sometimes_answers_true_or_false(answer: Any) -> None:
    @sometimes(sees=[Said])
    def noise(seen: Seen) -> Any:
        return answer

    with pytest.raises(SpecError) as caught:
        noise.reached(SIGHT)
    assert str(caught.value) == (
        f"{place(noise.test)}noise answered {answer!r}: an @sometimes answers True or False"
    )


def test_a_sometimes_is_reached_or_not() -> None:
    @sometimes(sees=[Said])
    def two_speak(seen: Seen) -> bool:
        return len({who for who, _ in seen.sent(Said)}) >= 2

    assert (two_speak.reached(SIGHT), two_speak.reached(Seen([], {}))) == (True, False)


def test_a_property_that_raises_is_shown_with_the_line_that_did() -> None:
    @always(sees=["time"])
    def late(seen: Seen) -> None:
        (_, time), _ = seen.field("time")
        time.tomorrow()

    with pytest.raises(SpecError) as caught:
        late.why_false(SIGHT)
    error = "AttributeError: 'int' object has no attribute 'tomorrow'"
    assert str(caught.value) == f"{place(late.test, 3)}the property late raised {error}"


def test_a_property_cannot_end_the_program() -> None:
    @always(sees=["time"])
    def ends(seen: Seen) -> None:
        raise SystemExit(0)

    with pytest.raises(SpecError) as caught:
        ends.why_false(SIGHT)
    assert str(caught.value) == f"{place(ends.test, 2)}the property ends raised SystemExit: 0"


# Milestones


def test_a_milestone_is_a_map_from_what_happened_to_its_line() -> None:
    @milestone(sees=[Said])
    def said(seen: Seen) -> Mapping[object, str]:
        return {message.word: f"{message.word} was said" for _, message in seen.sent(Said)}

    assert said.reached(SIGHT) == {"x": "x was said", "z": "z was said"}
    assert said.reached(Seen([], {})) == {}


def test_a_milestone_sees_what_it_declared() -> None:
    @milestone(sees=["time"])
    def said(seen: Seen) -> Mapping[Any, str]:
        return {message: "said" for _, message in seen.sent(Said)}

    with pytest.raises(SpecError) as caught:
        said.reached(SIGHT)
    assert str(caught.value) == (
        f"{place(said.test, 2)}the milestone said raised "
        "LookupError: said looks at Said: add it to its sees=[...]"
    )


def test_a_milestone_that_raises_is_shown_with_the_line_that_did() -> None:
    @milestone(sees=[Said])
    def said(seen: Seen) -> Mapping[Any, str]:
        return {seen.sent(Said)[9]: "said"}

    with pytest.raises(SpecError) as caught:
        said.reached(SIGHT)
    error = "IndexError: list index out of range"
    assert str(caught.value) == f"{place(said.test, 2)}the milestone said raised {error}"
