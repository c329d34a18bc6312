"""What a handler may answer, and what is said of every answer that is none."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from pcheck import (
    Act,
    Actor,
    Group,
    Id,
    Map,
    Set,
    Step,
    act,
    broadcast,
    either,
    fixed,
    group,
    send,
    show,
    volatile,
)
from pcheck.errors import SpecError
from pcheck.semantics.handlers import Handlers, Way
from pcheck.semantics.network import Letter

A1, B1 = Id("a1"), Id("b1")
RETURN = "return the next state, (state, send(...), ...), either(...), or None to ignore"


@dataclass(frozen=True)
class Ping:
    n: Any = 1


@dataclass(frozen=True)
class Pong:
    n: Any = 1


@dataclass
class Loose:
    n: int = 1


class Tuple(NamedTuple):
    n: int = 1


@dataclass(frozen=True)
class Counter(Actor):
    peers: Any = fixed(())
    n: Any = 0
    recent: int = volatile(0)


@pytest.fixture(autouse=True)
def _at_the_top(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(Path(__file__).resolve().parent.parent.parent)


def handlers(role: type[Counter], **fields: Any) -> Handlers:
    """Those of the node a1; beside it there is b1."""
    return Handlers(role(me=A1, **fields), frozenset({A1, B1}))


def reaction(role: type[Counter], message: object = None) -> tuple[Way, ...]:
    """What a new node of this role does with a Ping from b1."""
    asked = handlers(role)
    return asked.reaction(asked.begin, Letter(B1, message or Ping()))


def offers(role: type[Counter]) -> tuple[tuple[str, tuple[Way, ...]], ...]:
    asked = handlers(role)
    return asked.offers(asked.begin)


def fault(ask: Callable[[], object]) -> str:
    with pytest.raises(SpecError) as caught:
        ask()
    return str(caught.value)


def check_reaction(role: type[Counter], text: str, below: int = 0) -> None:
    """This is said of its answer to a Ping, at its line or so many below."""
    where = f"tests/semantics/test_handlers.py:{role.receive.__code__.co_firstlineno + below}: "
    on = f"[on Ping(n=1) from b1, in state {role.__name__}(n=0, recent=0)]"
    assert fault(lambda: reaction(role)) == f"{where}a1 {text} {on}"


def check_offers(role: type[Counter], text: str, below: int = 0) -> None:
    """This is said of what it offers."""
    where = f"tests/semantics/test_handlers.py:{role.offers.__code__.co_firstlineno + below}: "
    on = f"[on its offers, in state {role.__name__}(n=0, recent=0)]"
    assert fault(lambda: offers(role)) == f"{where}a1 {text} {on}"


# Answers


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
        def offers(self) -> Iterator[Act]:
            yield act("waits", None)
            yield act("starts", self.but(n=1), send(B1, Ping()))
            yield act("rolls", either(("one", self.but(n=1)), ("two", self.but(n=2))))

    assert offers(Offers) == (
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


# A handler that fails


def test_a_handler_that_raises() -> None:
    class Raises(Counter):
        def receive(self, msg: object, src: Id) -> Step:
            return self.but(n=Map({A1: 0})[src])

    check_reaction(Raises, "raised KeyError: Id('b1')", below=1)


def test_a_handler_that_raises_in_a_method_that_it_calls() -> None:
    class Raises(Counter):
        def receive(self, msg: object, src: Id) -> Step:
            return self.but(n=self.half())

        def half(self) -> int:
            return int(self.n // 0)

    check_reaction(Raises, "raised ZeroDivisionError: integer division or modulo by zero", below=4)


def test_an_assignment_to_a_field_gets_the_advice_to_write_but() -> None:
    class Assigns(Counter):
        def receive(self, msg: object, src: Id) -> Step:
            self.n = 1  # type: ignore[misc]
            return self

    text = (
        "raised FrozenInstanceError: cannot assign to field 'n' "
        "(a state is never changed: return self.but(...))"
    )
    check_reaction(Assigns, text, below=1)


def test_a_handler_cannot_end_the_program() -> None:
    class Exits(Counter):
        def receive(self, msg: object, src: Id) -> Step:
            raise SystemExit(0)

    check_reaction(Exits, "raised SystemExit: 0", below=1)


def test_a_misspelt_field_is_shown_where_the_user_wrote_it() -> None:
    class Misspells(Counter):
        def receive(self, msg: object, src: Id) -> Step:
            return self.but(m=1)

    text = "raised TypeError: Counter.__init__() got an unexpected keyword argument 'm'"
    check_reaction(Misspells, text, below=1)


def test_a_handler_that_is_not_a_function_of_its_arguments() -> None:
    count = itertools.count(5)

    class Counts(Counter):
        def receive(self, msg: object, src: Id) -> Step:
            return self.but(n=next(count)), send(src, Pong())

    said = fault(lambda: reaction(Counts))
    assert "a1 is not deterministic: called twice, it answered " in said
    first, second = said.partition("answered ")[2].split(" and then ")
    assert ("Counts(n=5, recent=0)" in first, "Pong(n=1) to b1" in first) == (True, True)
    assert second.startswith(first.replace("5", "6"))
    assert second.endswith(
        "; a choice is written either((label, step), ...) "
        "[on Ping(n=1) from b1, in state Counts(n=0, recent=0)]"
    )


@pytest.mark.parametrize("what", ["message", "receiver", "number of sends", "whether"])
def test_any_difference_between_two_answers_is_noticed(what: str) -> None:
    turn = itertools.count()

    class Differs(Counter):
        def receive(self, msg: object, src: Id) -> Step:
            odd = bool(next(turn) % 2)
            if what == "whether":
                return None if odd else self.but(n=1)
            if what == "message":
                return self.but(n=1), send(src, Ping(odd or 1))
            if what == "receiver":
                return self.but(n=1), send(src if odd else self.me, Ping())
            return (self.but(n=1), *[send(src, Ping())] * odd)

    assert "a1 is not deterministic: called twice, it answered " in fault(lambda: reaction(Differs))


def test_offers_that_differ_from_call_to_call() -> None:
    count = itertools.count(5)

    class Counts(Counter):
        def offers(self) -> Iterator[Act]:
            yield act(f"starts {next(count)}", self.but(n=1))

    said = fault(lambda: offers(Counts))
    assert "a1 is not deterministic: called twice, it answered " in said
    assert "'starts 5'" in said.partition(" and then ")[0]
    assert "'starts 6'" in said.partition(" and then ")[2]


def test_two_answers_that_differ_in_a_label_are_told_apart() -> None:
    count = itertools.count(5)

    class Counts(Counter):
        def receive(self, msg: object, src: Id) -> Step:
            return either((f"picks {next(count)}", self.but(n=1)))

    said = fault(lambda: reaction(Counts))
    assert ("picks 5" in said, "picks 6" in said) == (True, True)


MUTATES = "changes its own state or the message in place: return self.but(...)"


def test_a_handler_that_changes_the_message() -> None:
    class Mutates(Counter):
        def receive(self, msg: object, src: Id) -> Step:
            object.__setattr__(msg, "n", 2)
            return self.but(n=1)

    assert f"a1 {MUTATES} [on Ping(" in fault(lambda: reaction(Mutates))


def test_a_handler_that_changes_a_fixed_field_in_place() -> None:
    class Mutates(Counter):
        def receive(self, msg: object, src: Id) -> Step:
            object.__setattr__(self, "peers", (1,))
            return None

    check_reaction(Mutates, MUTATES)


def test_a_handler_that_changes_its_state_in_place_is_told_with_the_state_it_was_in() -> None:
    class Mutates(Counter):
        def receive(self, msg: object, src: Id) -> Step:
            object.__setattr__(self, "n", self.n + 1)
            return None

    check_reaction(Mutates, MUTATES)


@pytest.mark.parametrize("what", ["state", "message", "state, and raises"])
def test_a_handler_that_puts_a_raw_list_in_place_is_a_fault_of_the_spec(what: str) -> None:
    class Mutates(Counter):
        def receive(self, msg: object, src: Id) -> Step:
            object.__setattr__(msg if what == "message" else self, "n", [1])
            if "raises" in what:
                raise KeyError(1)
            return None

    with pytest.raises(SpecError, match="a1 "):
        reaction(Mutates)


# A state that cannot be kept


UNFIT: list[tuple[object, str]] = [
    ([1], "n is a list: use a tuple"),
    ({1}, "n is a set: use Set"),
    (frozenset({1}), "n is a frozenset: use Set"),
    ({1: 1}, "n is a dict: use Map"),
    (bytearray(b"1"), "n is a bytearray: use bytes"),
    (float("nan"), "n is NaN, which is not even equal to itself: use None"),
    (1j, "n is a complex: use a frozen dataclass, a tuple, a Set or a Map"),
    (Loose(), "n is a Loose, which can change: write @dataclass(frozen=True)"),
    (Pong(Ping({1})), "n.n.n is a set: use Set"),
]


@pytest.mark.parametrize(("value", "why"), UNFIT)
def test_a_state_that_holds_what_cannot_be_compared(value: object, why: str) -> None:
    class Keeps(Counter):
        def receive(self, msg: object, src: Id) -> Step:
            return self.but(n=value)

    check_reaction(Keeps, f"becomes a state that cannot be kept: {why}")


def test_an_offer_that_leads_to_such_a_state() -> None:
    class Keeps(Counter):
        def offers(self) -> Iterator[Act]:
            yield act("starts", self.but(n={B1}))

    check_offers(Keeps, "becomes a state that cannot be kept: n is a set: use Set")


def test_a_set_of_what_cannot_be_compared_is_refused_where_it_is_made() -> None:
    class Keeps(Counter):
        def receive(self, msg: object, src: Id) -> Step:
            return self.but(n=Set([[1]]))

    check_reaction(Keeps, "raised Unfit: a list: use a tuple", below=1)


def test_an_actor_keeps_its_class() -> None:
    class Other(Counter):
        pass

    class Becomes(Counter):
        def receive(self, msg: object, src: Id) -> Step:
            return Other(me=self.me, n=1)

    check_reaction(Becomes, "became an Other: an actor keeps its class")


@pytest.mark.parametrize("change", [{"peers": (1,)}, {"me": B1}, {"peers": (1,), "n": 1}])
def test_a_fixed_field_does_not_change(change: dict[str, Any]) -> None:
    class Changes(Counter):
        def receive(self, msg: object, src: Id) -> Step:
            return self.but(**change)

    name = "me" if "me" in change else "peers"
    text = f"changed {name}: a field that changes is declared without fixed()"
    check_reaction(Changes, text)


def test_a_fixed_field_that_becomes_a_raw_list_is_named() -> None:
    class Changes(Counter):
        def receive(self, msg: object, src: Id) -> Step:
            return self.but(peers=[])

    text = "changed peers: a field that changes is declared without fixed()"
    check_reaction(Changes, text)


# What is sent


@pytest.mark.parametrize(
    ("message", "text"),
    [
        (Loose(), "Loose(n=1), a Loose"),
        (Tuple(), "Tuple(n=1), a Tuple"),
        ("ping", "'ping', a str"),
        ((1, B1), "(1, b1), a tuple"),
        (None, "None, a NoneType"),
    ],
)
def test_a_message_is_a_frozen_dataclass(message: object, text: str) -> None:
    class Sends(Counter):
        def receive(self, msg: object, src: Id) -> Step:
            return self.but(n=1), send(src, message)

    check_reaction(Sends, f"sends {text}: a message is a class with @dataclass(frozen=True)")


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ([1], "n is a list: use a tuple"),
        (float("nan"), "n is NaN, which is not even equal to itself: use None"),
        (Pong(Pong({})), "n.n.n is a dict: use Map"),
    ],
)
def test_a_message_that_holds_what_cannot_be_compared(value: object, why: str) -> None:
    class Sends(Counter):
        def receive(self, msg: object, src: Id) -> Step:
            return self.but(n=1), send(src, Pong(value))

    check_reaction(Sends, f"sends a Pong that cannot be kept: {why}")


@pytest.mark.parametrize(
    ("receiver", "text"),
    [
        (Id("c1"), "c1, which is no node"),
        ("b1", "'b1', which is no node: write Id(\"b1\")"),
        (None, "None, which is no node"),
        (group("b", 2), "[b1, b2], which is no node"),
    ],
)
def test_a_message_goes_to_nodes_of_the_cluster(receiver: Any, text: str) -> None:
    class Sends(Counter):
        def receive(self, msg: object, src: Id) -> Step:
            return self.but(n=1), send(receiver, Pong())

    check_reaction(Sends, f"sends Pong(n=1) to {text}")


def test_a_broadcast_goes_to_nodes_of_the_cluster() -> None:
    class Sends(Counter):
        def receive(self, msg: object, src: Id) -> Step:
            return self.but(n=1), broadcast(group("b", 2), Pong())

    check_reaction(Sends, "sends Pong(n=1) to b2, which is no node")


def test_a_broadcast_to_nobody_is_a_send() -> None:
    class Sends(Counter):
        def receive(self, msg: object, src: Id) -> Step:
            return self, broadcast(Group("c", ()), Pong())

    (way,) = reaction(Sends)
    assert (way.actor, [sent.message for sent in way.sends]) == (Sends(), [Pong()])


# Answers that are no steps


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
        def offers(self) -> Iterator[Act]:
            yield offered

    text = f"offers {told or 'Pong(n=1) to b1'}: yield act(label, step, ...)"
    check_offers(Offers, text)


def test_offers_are_many() -> None:
    class Offers(Counter):
        def offers(self) -> Iterator[Act]:
            return None  # type: ignore[return-value]

    check_offers(Offers, "offers None: yield act(label, step, ...)")


def test_what_is_sent_stands_beside_a_state_or_in_the_step() -> None:
    class Offers(Counter):
        def offers(self) -> Iterator[Act]:
            yield act("starts", (self, send(B1, Pong())), send(B1, Ping()))

    text = (
        "raised TypeError: act(label, step, *sends): what is sent goes beside a state, "
        "or into the step"
    )
    check_offers(Offers, text, below=1)


@pytest.mark.parametrize("label", ["", "two\nlines", "a\ttab", "\x1b[31m", None, 1, ("a",)])
def test_a_label_is_one_line_of_text(label: Any) -> None:
    class Offers(Counter):
        def offers(self) -> Iterator[Act]:
            yield act(label, self.but(n=1))

    class Chooses(Counter):
        def receive(self, msg: object, src: Id) -> Step:
            return either(("goes", self.but(n=1)), (label, None))

    text = f"has a step labelled {label!r}: a label is one line of text"
    check_offers(Offers, text)
    check_reaction(Chooses, text)
