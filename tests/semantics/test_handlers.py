"""Handlers: each valid result, and the step that results."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pcheck import Action, Id, Set, Step, action, broadcast, either, group, send, show
from pcheck.semantics.network import Letter
from pcheck.semantics.results import Way
from tests.semantics.counter import A1, B1, Counter, Ping, Pong, actions, handlers, reaction


def test_a_step_is_the_next_state_and_the_messages_in_order() -> None:
    class Answers(Counter):
        def receive(self, msg: object, src: Id) -> Step:
            return self.but(n=1), send(src, Pong()), broadcast(group("a", 1), Ping(2))

    after = Answers(n=1)
    assert reaction(Answers) == (Way("", after, (send(B1, Pong()), send(A1, Ping(2)))),)


@pytest.mark.parametrize("result", ["None", "the state", "an equal state", "a tuple of the state"])
def test_none_and_an_equal_state_without_sends_change_nothing(result: str) -> None:
    class Ignores(Counter):
        def receive(self, msg: object, src: Id) -> Step:
            if result == "None":
                return None
            return (self,) if result == "a tuple of the state" else self.but(n=0 * len(result))

    assert reaction(Ignores) == (Way("", None, ()),)


def test_an_equal_state_with_a_send_is_a_step() -> None:
    class Answers(Counter):
        def receive(self, msg: object, src: Id) -> Step:
            return self, send(src, Pong())

    assert reaction(Answers) == (Way("", Answers(), (send(B1, Pong()),)),)


def test_a_choice_has_each_alternative_with_its_label() -> None:
    class Chooses(Counter):
        def receive(self, msg: object, src: Id) -> Step:
            more = self.but(n=2), send(src, Pong())
            return either(("picks 1", self.but(n=1)), ("picks 2", more), ("waits", None))

    assert reaction(Chooses) == (
        Way("picks 1", Chooses(n=1), ()),
        Way("picks 2", Chooses(n=2), (send(B1, Pong()),)),
        Way("waits", None, ()),
    )


def test_actions_keep_their_order_and_their_labels() -> None:
    class Acts(Counter):
        def actions(self) -> Iterator[Action]:
            yield action("waits", None)
            yield action("starts", self.but(n=1), send(B1, Ping()))
            yield action("rolls", either(("one", self.but(n=1)), ("two", self.but(n=2))))

    assert actions(Acts) == (
        ("waits", (Way("", None, ()),)),
        ("starts", (Way("", Acts(n=1), (send(B1, Ping()),)),)),
        ("rolls", (Way("one", Acts(n=1), ()), Way("two", Acts(n=2), ()))),
    )


def test_equal_states_in_results_are_one_object() -> None:
    class Counts(Counter):
        def receive(self, msg: object, src: Id) -> Step:
            return self.but(n=Set([1, 2]) if msg == Ping() else Set([2, 1]))

    node = handlers(Counts)
    (one,), (other,) = (node.reaction(node.begin, Letter(B1, Ping(n))) for n in (1, 2))
    assert one.actor is other.actor
    assert one.actor is not None
    assert node.reaction(one.actor, Letter(B1, Ping())) == (Way("", None, ()),)


def test_states_that_are_equal_only_in_python_are_different() -> None:
    class Counts(Counter):
        def receive(self, msg: object, src: Id) -> Step:
            return self.but(n=False)

    assert [show(way.actor) for way in reaction(Counts)] == ["Counts(n=False, recent=0)"]


def test_a_crash_resets_volatile_fields_to_their_initial_values() -> None:
    node = handlers(Counter, n=3, recent=7)
    assert node.after_crash(Counter(me=A1, n=4, recent=9)) == Counter(n=4, recent=7)
    assert node.after_crash(node.begin) is node.begin


def test_a_handler_is_called_twice_with_the_same_arguments() -> None:
    calls: list[object] = []

    class Counts(Counter):
        def receive(self, msg: object, src: Id) -> Step:
            calls.append((msg, src))
            return self.but(n=1)

    reaction(Counts)
    assert calls == [(Ping(), B1), (Ping(), B1)]
