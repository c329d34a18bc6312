"""Handlers that raise, answer differently when called twice, or change their arguments."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest

from pcheck import Action, Id, Map, Step, action, either, send
from pcheck.errors import SpecError
from tests.errors import fault
from tests.semantics.counter import A1, Counter, Ping, Pong, actions, check_reaction, reaction

pytestmark = pytest.mark.usefixtures("at_the_top")


# A handler that raises


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


# A handler that is not a function of its arguments


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
        def actions(self) -> Iterator[Action]:
            yield action(f"starts {next(count)}", self.but(n=1))

    said = fault(lambda: actions(Counts))
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


# A handler that changes its arguments


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
