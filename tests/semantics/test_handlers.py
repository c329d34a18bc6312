"""Handlers: each answer that a spec may give, and the step that the answer becomes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pcheck import Action, Id, Set, Step, action, broadcast, either, group, send, show
from pcheck.semantics.handlers import Way
from pcheck.semantics.network import Letter
from tests.semantics.counter import A1, B1, Counter, Ping, Pong, actions, handlers, reaction


def test_a_step_is_the_next_state_and_what_is_sent_in_order() -> None:
    class Answers(Counter):
        def receive(self, msg: object, src: Id) -> Step:
            return self.but(n=1), send(src, Pong()), broadcast(group("a", 1), Ping(2))

    after = Answers(n=1)
    assert reaction(Answers) == (Way("", after, (send(B1, Pong()), send(A1, Ping(2)))),)


@pytest.mark.parametrize("answer", ["none", "itself", "itself made anew", "a tuple of itself"])
def test_none_and_its_own_state_and_no_sends_both_ignore(answer: str) -> None:
    class Ignores(Counter):
        def receive(self, msg: object, src: Id) -> Step:
            if answer == "none":
                return None
            return (self,) if answer == "a tuple of itself" else self.but(n=0 * len(answer))

    assert reaction(Ignores) == (Way("", None, ()),)


def test_its_own_state_and_a_send_is_a_step() -> None:
    class Answers(Counter):
        def receive(self, msg: object, src: Id) -> Step:
            return self, send(src, Pong())

    assert reaction(Answers) == (Way("", Answers(), (send(B1, Pong()),)),)


def test_a_choice_has_a_way_for_each_alternative() -> None:
    class Chooses(Counter):
        def receive(self, msg: object, src: Id) -> Step:
            more = self.but(n=2), send(src, Pong())
            return either(("picks 1", self.but(n=1)), ("picks 2", more), ("waits", None))

    assert reaction(Chooses) == (
        Way("picks 1", Chooses(n=1), ()),
        Way("picks 2", Chooses(n=2), (send(B1, Pong()),)),
        Way("waits", None, ()),
    )


def test_offers_come_in_their_own_order_with_their_labels() -> None:
    class Offers(Counter):
        def actions(self) -> Iterator[Action]:
            yield action("waits", None)
            yield action("starts", self.but(n=1), send(B1, Ping()))
            yield action("rolls", either(("one", self.but(n=1)), ("two", self.but(n=2))))

    assert actions(Offers) == (
        ("waits", (Way("", None, ()),)),
        ("starts", (Way("", Offers(n=1), (send(B1, Ping()),)),)),
        ("rolls", (Way("one", Offers(n=1), ()), Way("two", Offers(n=2), ()))),
    )


def test_equal_states_come_back_as_one_object() -> None:
    class Counts(Counter):
        def receive(self, msg: object, src: Id) -> Step:
            return self.but(n=Set([1, 2]) if msg == Ping() else Set([2, 1]))

    asked = handlers(Counts)
    (one,), (other,) = (asked.reaction(asked.begin, Letter(B1, Ping(n))) for n in (1, 2))
    assert one.actor is other.actor
    assert one.actor is not None
    assert asked.reaction(one.actor, Letter(B1, Ping())) == (Way("", None, ()),)


def test_states_that_only_python_calls_equal_are_two() -> None:
    class Counts(Counter):
        def receive(self, msg: object, src: Id) -> Step:
            return self.but(n=False)

    assert [show(way.actor) for way in reaction(Counts)] == ["Counts(n=False, recent=0)"]


def test_a_crash_sets_volatile_fields_back_to_what_they_were_in_the_beginning() -> None:
    asked = handlers(Counter, n=3, recent=7)
    assert asked.after_crash(Counter(me=A1, n=4, recent=9)) == Counter(n=4, recent=7)
    assert asked.after_crash(asked.begin) is asked.begin


def test_a_handler_is_called_twice_to_see_that_it_answers_the_same() -> None:
    calls: list[object] = []

    class Counts(Counter):
        def receive(self, msg: object, src: Id) -> Step:
            calls.append((msg, src))
            return self.but(n=1)

    reaction(Counts)
    assert calls == [(Ping(), B1), (Ping(), B1)]
