"""Handlers that raise, that are not deterministic, or that change their arguments."""

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


def test_the_error_about_a_handler_that_raises_names_its_line() -> None:
    class Raises(Counter):
        def receive(self, msg: object, src: Id) -> Step:
            return self.but(n=Map({A1: 0})[src])

    check_reaction(
        Raises,
        "raised KeyError: b1; the Map has no such key; write .get(key) or .get(key, default)",
        below=1,
    )


def test_the_error_about_a_called_method_that_raises_names_its_line() -> None:
    class Raises(Counter):
        def receive(self, msg: object, src: Id) -> Step:
            return self.but(n=self.half())

        def half(self) -> int:
            return int(self.n // 0)

    check_reaction(Raises, "raised ZeroDivisionError: integer division or modulo by zero", below=4)


def test_the_error_about_an_assignment_to_a_field_advises_but() -> None:
    class Assigns(Counter):
        def receive(self, msg: object, src: Id) -> Step:
            self.n = 1  # type: ignore[misc]
            return self

    text = (
        "raised FrozenInstanceError: cannot assign to field 'n'; "
        "return self.but(...) instead of assigning to a field"
    )
    check_reaction(Assigns, text, below=1)


def test_a_handler_cannot_end_the_program() -> None:
    class Exits(Counter):
        def receive(self, msg: object, src: Id) -> Step:
            raise SystemExit(0)

    check_reaction(Exits, "raised SystemExit: 0", below=1)


def test_the_error_about_a_misspelt_field_names_its_line() -> None:
    class Misspells(Counter):
        def receive(self, msg: object, src: Id) -> Step:
            return self.but(m=1)

    text = "raised TypeError: Misspells has no field 'm'; the fields are peers, n, recent"
    check_reaction(Misspells, text, below=1)


# A handler that is not deterministic


def test_the_error_about_a_handler_that_is_not_deterministic_shows_both_results() -> None:
    count = itertools.count(5)

    class Counts(Counter):
        def receive(self, msg: object, src: Id) -> Step:
            return self.but(n=next(count)), send(src, Pong())

    text = fault(lambda: reaction(Counts))
    assert "receive() of a1 is not deterministic: two calls returned " in text
    first, second = text.partition("returned ")[2].split(" and then ")
    assert first == "(Counts(n=5, recent=0), Pong(n=1) to b1)"
    assert second.startswith(first.replace("5", "6"))
    assert second.endswith(
        "; write a choice as either((label, step), ...) "
        "[on Ping(n=1) from b1, in state Counts(n=0, recent=0)]"
    )


@pytest.mark.parametrize("what", ["message", "receiver", "number of sends", "whether"])
def test_any_difference_between_two_results_is_noticed(what: str) -> None:
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

    text = fault(lambda: reaction(Differs))
    assert "receive() of a1 is not deterministic: two calls returned " in text


def test_actions_that_differ_from_call_to_call_are_noticed() -> None:
    count = itertools.count(5)

    class Counts(Counter):
        def actions(self) -> Iterator[Action]:
            yield action(f"starts {next(count)}", self.but(n=1))

    text = fault(lambda: actions(Counts))
    assert "actions() of a1 is not deterministic: two calls returned " in text
    assert "'starts 5'" in text.partition(" and then ")[0]
    assert "'starts 6'" in text.partition(" and then ")[2]


def test_results_that_differ_only_in_a_label_are_noticed() -> None:
    count = itertools.count(5)

    class Counts(Counter):
        def receive(self, msg: object, src: Id) -> Step:
            return either((f"picks {next(count)}", self.but(n=1)))

    text = fault(lambda: reaction(Counts))
    assert ("picks 5" in text, "picks 6" in text) == (True, True)


# A handler that changes its arguments


MUTATES = "changed the state or the message in place; return self.but(...) instead"


def test_a_handler_must_not_change_the_message() -> None:
    class Mutates(Counter):
        def receive(self, msg: object, src: Id) -> Step:
            object.__setattr__(msg, "n", 2)
            return self.but(n=1)

    assert f"receive() of a1 {MUTATES} [on Ping(" in fault(lambda: reaction(Mutates))


def test_a_handler_must_not_change_a_fixed_field_in_place() -> None:
    class Mutates(Counter):
        def receive(self, msg: object, src: Id) -> Step:
            object.__setattr__(self, "peers", (1,))
            return None

    check_reaction(Mutates, MUTATES)


def test_the_error_about_a_state_changed_in_place_shows_the_old_state() -> None:
    class Mutates(Counter):
        def receive(self, msg: object, src: Id) -> Step:
            object.__setattr__(self, "n", self.n + 1)
            return None

    check_reaction(Mutates, MUTATES)


@pytest.mark.parametrize("what", ["state", "message", "state, and raises"])
def test_a_handler_must_not_put_a_list_in_place(what: str) -> None:
    class Mutates(Counter):
        def receive(self, msg: object, src: Id) -> Step:
            object.__setattr__(msg if what == "message" else self, "n", [1])
            if "raises" in what:
                raise KeyError(1)
            return None

    with pytest.raises(SpecError, match="receive\\(\\) of a1 "):
        reaction(Mutates)
