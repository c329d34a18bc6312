"""Properties: what they are made from, what they may answer, and what is said when they fail."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from pcheck import Seen, always, milestone, sometimes
from pcheck.errors import SpecError
from pcheck.language.property import Kind
from tests.errors import place
from tests.language.speech import A1, SIGHT, Loose, Said

pytestmark = pytest.mark.usefixtures("at_the_top")


# What a decorator makes


def test_an_always_has_the_name_and_the_first_line_of_its_function() -> None:
    @always(sees=[Said, "time"])
    def silence(seen: Seen) -> None:
        """Nobody speaks.

        Ever.
        """

    made = (silence.name, silence.kind, silence.sees, silence.summary, silence.is_step_property)
    assert made == ("silence", Kind.ALWAYS, (Said, "time"), "Nobody speaks.", False)


def test_a_sometimes_may_be_given_a_name_and_need_not_be_explained() -> None:
    @sometimes(sees=[], name="noise_at_last")
    def noise(seen: Seen) -> bool:
        return True

    made = (noise.name, noise.kind, noise.sees, noise.summary, noise.is_step_property)
    assert made == ("noise_at_last", Kind.SOMETIMES, (), "", False)


def test_an_always_of_two_parameters_is_about_a_step() -> None:
    @always(sees=["time"])
    def time_goes_on(before: Seen, after: Seen) -> str | None:
        went = [(b, a) for (_, b), (_, a) in zip(before.field("time"), after.field("time"))]
        return next((f"{b} became {a}" for b, a in went if a < b), None)

    early, late = (Seen([], {}, {"time": ((A1, time),)}) for time in (3, 4))
    assert time_goes_on.is_step_property
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
