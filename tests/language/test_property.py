"""Properties and milestones: their declaration, their results, and the errors about them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import pytest

from pcheck import UP, Seen, always, milestone, sometimes
from pcheck.blame import place_of
from pcheck.errors import SpecError
from pcheck.language.property import Kind
from tests.errors import place
from tests.language.speech import A1, OBSERVATION, Loose, Said

pytestmark = pytest.mark.usefixtures("at_the_top")


# Declarations


def test_an_always_has_the_name_and_the_summary_of_its_function() -> None:
    @always(sees=[Said, "time"])
    def silence(seen: Seen) -> None:
        """No node speaks.

        This line is not part of the summary.
        """

    made = (silence.name, silence.kind, silence.sees, silence.summary, silence.is_step_property)
    assert made == ("silence", Kind.ALWAYS, (Said, "time"), "No node speaks.", False)


def test_a_sometimes_may_have_another_name_and_no_docstring() -> None:
    @sometimes(sees=[], name="noise_at_last")
    def noise(seen: Seen) -> bool:
        return True

    made = (noise.name, noise.kind, noise.sees, noise.summary, noise.is_step_property)
    assert made == ("noise_at_last", Kind.SOMETIMES, (), "", False)


def test_an_always_with_two_parameters_is_a_step_property() -> None:
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
    ("mark", "test", "count"),
    [
        (always, none, "no parameters"),
        (always, three, "3 parameters"),
        (sometimes, two, "2 parameters"),
    ],
)
def test_a_property_with_another_number_of_parameters_is_refused(
    mark: Callable[..., Any], test: Callable[..., Any], count: str
) -> None:
    with pytest.raises(SpecError) as caught:
        mark(sees=[Said])(test)
    assert str(caught.value) == (
        f"{place(test)}{test.__name__} must have the parameter (seen) or, for an @always about "
        f"steps, the parameters (before, after), got {count}"
    )


@pytest.mark.parametrize(
    ("what", "text"),
    [
        (int, "<class 'int'>"),
        (Fraction, "<class 'fractions.Fraction'>"),
        (3, "3"),
        (None, "None"),
        (one, None),
    ],
)
@pytest.mark.parametrize("mark", [always, sometimes, milestone])
def test_a_footprint_must_hold_message_classes_and_names_of_fields(
    mark: Callable[..., Any], what: Any, text: str | None
) -> None:
    with pytest.raises(SpecError) as caught:
        mark(sees=[Said, what])(one)
    assert str(caught.value) == (
        f"{place(one)}one: sees must hold message classes (frozen dataclasses), names of fields "
        f"(strings) and UP, got {text or repr(what)}"
    )


@pytest.mark.parametrize("mark", [always, sometimes, milestone])
def test_a_message_class_in_a_footprint_must_be_frozen(mark: Callable[..., Any]) -> None:
    with pytest.raises(SpecError) as caught:
        mark(sees=[Said, Loose])(one)
    assert str(caught.value) == (
        f"{place_of(Loose)}one sees Loose, which is not a frozen dataclass; write "
        "@dataclass(frozen=True) above class Loose, or for a hosted program sees=[frozen(Loose)]"
    )


@pytest.mark.parametrize(("what", "text"), [("time", "'time'"), (Said, "Said"), (UP, "UP")])
def test_a_footprint_must_be_a_list(what: Any, text: str) -> None:
    with pytest.raises(SpecError) as caught:
        always(sees=what)(one)
    line = f"one: sees must be a list, got {text}; write sees=[{text}]"
    assert str(caught.value) == f"{place(one)}{line}"


# Results


@pytest.mark.parametrize("result", [True, False, "", 0, ["no"]])
def test_an_always_must_return_a_message_or_none(result: Any) -> None:
    @always(sees=[Said])
    def silence(seen: Seen) -> Any:
        return result

    with pytest.raises(SpecError) as caught:
        silence.why_false(OBSERVATION)
    assert str(caught.value) == (
        f"{place(silence.test)}the @always silence must return None if it holds, or a non-empty "
        f"message if not, got {result!r}"
    )


@pytest.mark.parametrize("result", [None, "", "yes", 1, [Said("x")]])
def test_a_sometimes_must_return_true_or_false(result: Any) -> None:
    @sometimes(sees=[Said])
    def noise(seen: Seen) -> Any:
        return result

    with pytest.raises(SpecError) as caught:
        noise.is_reached(OBSERVATION)
    assert str(caught.value) == (
        f"{place(noise.test)}the @sometimes noise must return True or False, got {result!r}"
    )


def test_a_sometimes_is_reached_or_not() -> None:
    @sometimes(sees=[Said])
    def two_speak(seen: Seen) -> bool:
        return len({node for node, _ in seen.sent(Said)}) >= 2

    assert (two_speak.is_reached(OBSERVATION), two_speak.is_reached(Seen([], {}))) == (True, False)


def test_the_error_about_a_property_that_raises_names_its_line() -> None:
    @always(sees=["time"])
    def late(seen: Seen) -> None:
        (_, time), _ = seen.field("time")
        time.tomorrow()

    with pytest.raises(SpecError) as caught:
        late.why_false(OBSERVATION)
    error = "AttributeError: 'int' object has no attribute 'tomorrow'"
    assert str(caught.value) == f"{place(late.test, 3)}the property late raised {error}"


def test_a_property_cannot_end_the_program() -> None:
    @always(sees=["time"])
    def ends(seen: Seen) -> None:
        raise SystemExit(0)

    with pytest.raises(SpecError) as caught:
        ends.why_false(OBSERVATION)
    assert str(caught.value) == f"{place(ends.test, 2)}the property ends raised SystemExit: 0"


# Milestones


def test_a_milestone_maps_events_to_lines() -> None:
    @milestone(sees=[Said])
    def said(seen: Seen) -> Mapping[object, str]:
        return {message.word: f"{message.word} was said" for _, message in seen.sent(Said)}

    assert said.lines(OBSERVATION) == {"x": "x was said", "z": "z was said"}
    assert said.lines(Seen([], {})) == {}


def test_a_milestone_can_read_only_its_footprint() -> None:
    @milestone(sees=["time"])
    def said(seen: Seen) -> Mapping[Any, str]:
        return {message: "said" for _, message in seen.sent(Said)}

    with pytest.raises(SpecError) as caught:
        said.lines(OBSERVATION)
    assert str(caught.value) == (
        f"{place(said.test, 2)}the milestone said raised "
        "LookupError: said reads Said; add Said to its sees=[...]"
    )


def test_the_error_about_a_milestone_that_raises_names_its_line() -> None:
    @milestone(sees=[Said])
    def said(seen: Seen) -> Mapping[Any, str]:
        return {seen.sent(Said)[9]: "said"}

    with pytest.raises(SpecError) as caught:
        said.lines(OBSERVATION)
    error = "IndexError: list index out of range"
    assert str(caught.value) == f"{place(said.test, 2)}the milestone said raised {error}"
