"""The reason for which a node ignores a message: never a condition that made no difference."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from copy import copy
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any

import pytest

from pcheck import Action, Actor, Id, Set, Step, action, either, fixed, volatile
from pcheck.traces.ignoring import conditions_against, ignores

N1, N2 = Id("n1"), Id("n2")


@dataclass(frozen=True)
class Ask:
    number: int


@dataclass(frozen=True)
class Tell:
    number: int


@dataclass(frozen=True)
class Quiet(Actor):
    pass


@dataclass(frozen=True)
class Base(Actor):
    others: Set[Id] = fixed(Set((N1, N2)))
    highest: int = 3
    asked: int | None = volatile(None)
    is_closed: bool = False

    def is_new(self, msg: Ask) -> bool:
        return msg.number > self.highest

    def takes(self, msg: Ask) -> Step:
        return self.but(highest=msg.number)


class Guarded(Base):
    def receive(self, msg: object, src: Id) -> Step:
        match msg:
            case Tell():
                return self.but(highest=9)
            case Ask() if src in self.others and self.is_new(msg):
                return self.takes(msg)
        return None


class Early(Base):
    def receive(self, msg: object, src: Id) -> Step:
        if self.is_closed:
            return None
        return self.answer(msg) if isinstance(msg, Ask) else None

    def answer(self, msg: Ask) -> Step:
        irrelevant = self.asked
        if irrelevant == 12:
            irrelevant = 13
        if not self.is_new(msg):
            return None
        return self.takes(msg)


class Compared(Base):
    def receive(self, msg: object, src: Id) -> Step:
        match msg:
            case Ask(self.asked):
                return self.but(highest=0)
        return None


class Nested(Base):
    def receive(self, msg: object, src: Id) -> Step:
        match msg:
            case Ask(number) if not self.is_closed:
                if number > 100 and self.asked is None:
                    return self.but(asked=number)
        return None


class Unset(Base):
    def receive(self, msg: object, src: Id) -> Step:
        match msg:
            case Ask(number) if self.asked is not None and self.asked + 1 == number:
                return self.but(asked=number)
        return None


class Same(Base):
    def receive(self, msg: object, src: Id) -> Step:
        return self.but(highest=3)


class Known(Base):
    def receive(self, msg: object, src: Id) -> Step:
        match msg:
            case Ask(number) if number != self.highest:
                return self.but(highest=number)
        return None


class Child(Guarded):
    def receive(self, msg: object, src: Id) -> Step:
        if isinstance(msg, Tell):
            return None
        return super().receive(msg, src)


class Choosing(Base):
    def receive(self, msg: object, src: Id) -> Step:
        if self.is_closed:
            return either(("stays", None), ("waits", self))
        return either(("takes", self.but(highest=7)), ("stays", None))


class Delegating(Base):
    """The step comes from a call whose conditions are not recorded."""

    def receive(self, msg: object, src: Id) -> Step:
        match msg:
            case Tell():
                return None
        steps = [self.later(msg)]
        return steps[0]

    def later(self, msg: object) -> Step:
        return self.but(highest=8) if self.asked else None


class Failing(Base):
    def receive(self, msg: object, src: Id) -> Step:
        raise ValueError("no step")


class Spinning(Base):
    def receive(self, msg: object, src: Id) -> Step:
        waits = False
        if self.is_closed:
            waits = True
        while waits:
            pass
        return None


class Endless(Base):
    def receive(self, msg: object, src: Id) -> Step:
        number = 0
        while True:
            if number == self.highest:
                return None
            number += 1


def decorated(handler: Callable[..., Step]) -> Callable[..., Step]:
    @wraps(handler)
    def outer(self: Base, msg: object, src: Id) -> Step:
        return handler(self, msg, src)

    return outer


class Decorated(Base):
    @decorated
    def receive(self, msg: object, src: Id) -> Step:
        match msg:
            case Ask() if self.is_new(msg):
                return self.takes(msg)
        return None


class Mangled(Base):
    """Python changes the private name inside the class, so that the source has other bytecode."""

    def receive(self, msg: object, src: Id) -> Step:
        return None if self.__closed() else self.but(highest=1)

    def __closed(self) -> bool:
        return not self.is_closed


class Changing(Base):
    def receive(self, msg: object, src: Id) -> Step:
        match (self.is_closed, msg):
            case (True, Ask()):
                return self.but(highest=5)
        return None


NOT_NEW = "`self.is_new(msg)` is false; highest = 3"
SAID: list[tuple[Actor, object, str]] = [
    (Quiet(), Ask(1), "has no case for Ask"),
    (Guarded(), Ask(1), f"ignores Ask(1): {NOT_NEW}"),
    (Guarded(others=Set()), Ask(9), "ignores Ask(9): `src in self.others` is false; others = {}"),
    (Guarded(), "text", "has no case for str"),
    (Early(), Ask(2), "ignores Ask(2): `not self.is_new(msg)` is true; highest = 3"),
    (Early(), Tell(2), "has no case for Tell"),
    (Early(is_closed=True), Ask(9), "ignores Ask(9): `self.is_closed` is true; is_closed = True"),
    (Compared(asked=4), Ask(3), "ignores Ask(3): `case Ask(self.asked)` does not match; asked = 4"),
    (Compared(), Tell(3), "has no case for Tell"),
    (
        Nested(is_closed=True),
        Ask(101),
        "ignores Ask(101): `not self.is_closed` is false; is_closed = True",
    ),
    (Nested(), Ask(1), "ignores Ask(1): `number > 100` is false"),
    (
        Nested(is_closed=True, asked=1),
        Ask(101),
        "ignores Ask(101): `not self.is_closed` is false; is_closed = True",
    ),
    (Unset(), Ask(1), "ignores Ask(1): `self.asked is not None` is false; asked = None"),
    (Same(), Ask(1), "ignores Ask(1): its next state would be the same"),
    (Known(), Ask(3), "ignores Ask(3): `number != self.highest` is false; highest = 3"),
    (Child(), Ask(1), f"ignores Ask(1): {NOT_NEW}"),
    (Child(), Tell(1), "ignores Tell(1)"),
    (
        Choosing(is_closed=True),
        Ask(1),
        "ignores Ask(1): `self.is_closed` is true; is_closed = True",
    ),
    (Delegating(), Ask(1), "ignores Ask(1)"),
    (Failing(), Ask(1), "ignores Ask(1)"),
    (Endless(), Ask(1), "ignores Ask(1)"),
    (Spinning(), Ask(1), "ignores Ask(1)"),
    (Decorated(), Ask(1), f"ignores Ask(1): {NOT_NEW}"),
    (Mangled(), Ask(1), "ignores Ask(1)"),
    (Changing(), Ask(1), "ignores Ask(1)"),
]


@pytest.mark.parametrize(("actor", "message", "expected"), SAID)
def test_the_condition_that_decided_is_named(actor: Actor, message: object, expected: str) -> None:
    assert ignores(actor, message, N1) == expected


def test_a_node_that_reacts_gets_no_reason() -> None:
    assert ignores(Guarded(), Ask(4), N1) == "ignores Ask(4)"


def test_a_handler_without_its_source_gets_no_reason() -> None:
    made: dict[str, Any] = {"Base": Base}
    exec(EDITED, made)
    assert ignores(made["Edited"](), Ask(1), N1) == "ignores Ask(1)"


EDITED = """class Edited(Base):
    def receive(self, msg, src):
        return None if self.highest == 3 else self.but(highest=1)
"""


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (EDITED, "ignores Ask(1): `self.highest == 3` is true; highest = 3"),
        (EDITED.replace("==", ">="), "ignores Ask(1)"),
        (EDITED.replace("3", "4"), "ignores Ask(1)"),
        (EDITED.replace("src):", "src: ("), "ignores Ask(1)"),
    ],
)
def test_the_source_counts_only_if_it_is_that_of_the_handler(
    written: str, expected: str, tmp_path: Path
) -> None:
    """A user may edit the file while the program that loaded it still works."""
    file, made = tmp_path / "edited.py", dict[str, Any](Base=Base)
    exec(compile(EDITED, str(file), "exec"), made)
    file.write_text(written)
    assert ignores(made["Edited"](), Ask(1), N1) == expected


def test_asking_leaves_no_trace() -> None:
    """The class, the actor and the tracing of Python are as before."""
    actor = copy(Guarded())  # Python keeps the names of the slots in a class that it copies
    before = {**vars(Guarded)}
    ignores(actor, Ask(1), N1)
    assert (dict(vars(Guarded)), actor, sys.gettrace()) == (before, Guarded(), None)


class Acting(Base):
    def actions(self) -> Iterator[Action]:
        if self.asked is None:
            yield action("asks", self.but(asked=self.highest))
        for number in range(self.highest):
            if number != 2 and not self.is_closed:
                yield action(f"takes {number}", self.but(highest=number))
        yield from self.ends()

    def ends(self) -> Iterator[Action]:
        if self.is_closed:
            yield action("ends", either(("at once", self.but(is_closed=False)), ("never", None)))


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("asks", "`self.asked is None` is false; asked = 1"),
        ("takes 2", "`number != 2` is false"),
        ("takes 7", None),
        ("ends", "`self.is_closed` is false; is_closed = False"),
        ("takes 1", None),
    ],
)
def test_the_condition_against_an_action_is_named(label: str, expected: str | None) -> None:
    def offered(actions: list[Action]) -> bool:
        return label in [each.label for each in actions]

    assert conditions_against(Acting(asked=1), offered) == expected
