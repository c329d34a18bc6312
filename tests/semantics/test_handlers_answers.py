"""Handlers: results that are not steps, and the error about each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from pcheck import Action, Id, Step, action, broadcast, either, send
from tests.errors import fault
from tests.semantics.counter import (
    B1,
    Counter,
    Ping,
    Pong,
    check_actions,
    check_reaction,
    reaction,
)

pytestmark = pytest.mark.usefixtures("at_the_top")
A_STEP = (
    "a step must be the next state, (state, send(...), ...), either(...), or None for no change"
)


@pytest.mark.parametrize(
    ("result", "text"),
    [
        (True, "True"),
        (1, "1"),
        ("state", "'state'"),
        ((), "()"),
        ((None, send(B1, Pong())), "(None, Pong(n=1) to b1)"),
        (send(B1, Pong()), "Pong(n=1) to b1"),
        (broadcast((), Pong()), "Pong(n=1) to nobody"),
        (Pong(), "Pong(n=1)"),
        ([Pong()], "[Pong(n=1)]"),
    ],
)
def test_a_result_that_is_not_a_step(result: Any, text: str) -> None:
    class Answers(Counter):
        def receive(self, msg: object, src: Id) -> Step:
            return result  # type: ignore[no-any-return]

    check_reaction(Answers, f"gave {text} as a step; {A_STEP}")


@pytest.mark.parametrize(
    ("extra", "text"), [(None, "None"), (Pong(), "Pong(n=1)"), ((send(B1, Pong()),), None)]
)
def test_only_sends_may_follow_the_state(extra: Any, text: str | None) -> None:
    class Answers(Counter):
        def receive(self, msg: object, src: Id) -> Step:
            return self.but(n=1), extra

    text = text or "(Pong(n=1) to b1)"
    check_reaction(Answers, f"put {text} after the state; {A_STEP}")


def test_an_alternative_of_a_choice_must_be_a_step() -> None:
    class Answers(Counter):
        def receive(self, msg: object, src: Id) -> Step:
            return either(("goes", self.but(n=1)), ("stays", True))  # type: ignore[arg-type]

    check_reaction(Answers, f"gave True as a step; {A_STEP}")


def test_the_error_about_a_generator_does_not_contain_its_address() -> None:
    class Yields(Counter):
        def receive(self, msg: object, src: Id) -> Step:  # type: ignore[misc]
            yield self.but(n=1)

    text = fault(lambda: reaction(Yields))
    assert (f"; {A_STEP} [on " in text, " at 0x" in text) == (True, False)


@pytest.mark.parametrize(
    ("yielded", "text"), [(None, "None"), ("starts", "'starts'"), (send(B1, Pong()), None)]
)
def test_actions_must_yield_actions(yielded: Any, text: str | None) -> None:
    class Acts(Counter):
        def actions(self) -> Iterator[Action]:
            yield yielded

    text = f"yielded {text or 'Pong(n=1) to b1'}; write yield action(label, step, ...)"
    check_actions(Acts, text)


def test_actions_must_return_an_iterable() -> None:
    class Acts(Counter):
        def actions(self) -> Iterator[Action]:
            return None  # type: ignore[return-value]

    check_actions(Acts, "returned None; write yield action(label, step, ...)")


def test_an_action_with_sends_must_have_a_state_as_its_step() -> None:
    class Acts(Counter):
        def actions(self) -> Iterator[Action]:
            yield action("starts", (self, send(B1, Pong())), send(B1, Ping()))

    text = (
        "raised TypeError: action(label, step, *sends): with sends, the step must be the next "
        "state, got a tuple; put the sends into the step"
    )
    check_actions(Acts, text, below=1)


@pytest.mark.parametrize("label", ["", "two\nlines", "a\ttab", "\x1b[31m", None, 1, ("a",)])
def test_a_label_must_be_one_printable_line_of_text(label: Any) -> None:
    class Acts(Counter):
        def actions(self) -> Iterator[Action]:
            yield action(label, self.but(n=1))

    class Chooses(Counter):
        def receive(self, msg: object, src: Id) -> Step:
            return either(("goes", self.but(n=1)), (label, None))

    text = f"labelled a step {label!r}; a label must be one printable line of text"
    check_actions(Acts, text)
    check_reaction(Chooses, text)
