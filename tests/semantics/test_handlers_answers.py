"""Handlers: answers that are not steps, and what the error says of each."""

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
    check_offers,
    check_reaction,
    reaction,
)

pytestmark = pytest.mark.usefixtures("at_the_top")
RETURN = "return the next state, (state, send(...), ...), either(...), or None to ignore"


@pytest.mark.parametrize(
    ("answer", "told"),
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
def test_an_answer_that_is_no_step(answer: Any, told: str) -> None:
    class Answers(Counter):
        def receive(self, msg: object, src: Id) -> Step:
            return answer  # type: ignore[no-any-return]

    check_reaction(Answers, f"returned {told}: {RETURN}")


@pytest.mark.parametrize(
    ("extra", "told"), [(None, "None"), (Pong(), "Pong(n=1)"), ((send(B1, Pong()),), None)]
)
def test_what_stands_after_the_state_is_sent(extra: Any, told: str | None) -> None:
    class Answers(Counter):
        def receive(self, msg: object, src: Id) -> Step:
            return self.but(n=1), extra

    text = f"returned {told or '(Pong(n=1) to b1)'} after the state: {RETURN}"
    check_reaction(Answers, text)


def test_a_way_of_a_choice_that_is_no_step() -> None:
    class Answers(Counter):
        def receive(self, msg: object, src: Id) -> Step:
            return either(("goes", self.but(n=1)), ("stays", True))  # type: ignore[arg-type]

    check_reaction(Answers, f"returned True: {RETURN}")


def test_a_generator_is_told_without_its_address() -> None:
    class Yields(Counter):
        def receive(self, msg: object, src: Id) -> Step:  # type: ignore[misc]
            yield self.but(n=1)

    said = fault(lambda: reaction(Yields))
    assert (f": {RETURN} [on " in said, " at 0x" in said) == (True, False)


@pytest.mark.parametrize(
    ("offered", "told"), [(None, "None"), ("starts", "'starts'"), (send(B1, Pong()), None)]
)
def test_an_offer_is_an_act(offered: Any, told: str | None) -> None:
    class Offers(Counter):
        def actions(self) -> Iterator[Action]:
            yield offered

    text = f"offers {told or 'Pong(n=1) to b1'}: yield action(label, step, ...)"
    check_offers(Offers, text)


def test_offers_are_many() -> None:
    class Offers(Counter):
        def actions(self) -> Iterator[Action]:
            return None  # type: ignore[return-value]

    check_offers(Offers, "offers None: yield action(label, step, ...)")


def test_what_is_sent_stands_beside_a_state_or_in_the_step() -> None:
    class Offers(Counter):
        def actions(self) -> Iterator[Action]:
            yield action("starts", (self, send(B1, Pong())), send(B1, Ping()))

    text = (
        "raised TypeError: action(label, step, *sends): what is sent goes beside a state, "
        "or into the step"
    )
    check_offers(Offers, text, below=1)


@pytest.mark.parametrize("label", ["", "two\nlines", "a\ttab", "\x1b[31m", None, 1, ("a",)])
def test_a_label_is_one_line_of_text(label: Any) -> None:
    class Offers(Counter):
        def actions(self) -> Iterator[Action]:
            yield action(label, self.but(n=1))

    class Chooses(Counter):
        def receive(self, msg: object, src: Id) -> Step:
            return either(("goes", self.but(n=1)), (label, None))

    text = f"has a step labelled {label!r}: a label is one line of text"
    check_offers(Offers, text)
    check_reaction(Chooses, text)
