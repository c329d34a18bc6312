"""A small spec without a fault, changes that break the spec, and checks of the errors.

In an expected error, `fault.py:[text]:` is the first line of the changed file that has the text.
"""

from __future__ import annotations

import re
from collections.abc import Callable

Ends = Callable[..., tuple[int, str, str]]
Fault = tuple[dict[str, str], str]  # the changes of the spec, and the error
Vague = tuple[dict[str, str], str, tuple[str, ...]]  # changes, place, parts of the error

ASKING = '''\
"""A caller asks servers, and each server answers."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Literal, NamedTuple

from pcheck import UP, Action, Actor, Cluster, Group, Id, Map, Model, Option, Seen, Set, Step
from pcheck import action, always, broadcast, bug, either, fixed, group, milestone, send
from pcheck import sometimes, spec


@dataclass(frozen=True)
class Ask:
    number: int


@dataclass(frozen=True)
class Answer:
    number: int


@dataclass(frozen=True)
class Other:
    number: int


class Pair(NamedTuple):
    number: int


@dataclass
class Draft:
    number: int


@dataclass(frozen=True)
class Caller(Actor):
    servers: Group = fixed()
    asked: int = 0

    def actions(self) -> Iterator[Action]:
        if self.asked < 1:
            yield action("asks", self.but(asked=1), broadcast(self.servers, Ask(1)))


@dataclass(frozen=True)
class Server(Actor):
    given: int = 0

    def receive(self, msg: object, src: Id) -> Step:
        match msg:
            case Ask(number) if number > self.given:
                return self.but(given=number), send(src, Answer(number))
        return None


@always(sees=[Answer])
def truth(seen: Seen) -> str | None:
    """Every answer is 1."""
    return None if all(answer.number == 1 for _, answer in seen.sent(Answer)) else "a lie"


@sometimes(sees=[Answer])
def somebody_answers(seen: Seen) -> bool:
    """A server answers in some execution."""
    return len(seen.sent(Answer)) > 0


@spec
def asking(servers: int = 2) -> Cluster:
    """A caller and servers."""
    c, s = group("c", 1), group("s", servers)
    return Cluster(
        {c: lambda i: Caller(servers=s), s: lambda i: Server()},
        properties=[truth, somebody_answers],
        milestones=[],
    )
'''

TOP = "class Pair(NamedTuple)"
ACTION = 'yield action("asks", self.but(asked=1), broadcast(self.servers, Ask(1)))'
CASE = "case Ask(number) if number > self.given:"
STEP = "return self.but(given=number), send(src, Answer(number))"
STATE = "self.but(given=number)"
SENDS = "send(src, Answer(number))"
JUDGE = 'return None if all(answer.number == 1 for _, answer in seen.sent(Answer)) else "a lie"'
JUDGED = "@always(sees=[Answer])"
REACHED = "return len(seen.sent(Answer)) > 0"
OPTION = "servers: int = 2"
GROUPS = 'c, s = group("c", 1), group("s", servers)'
BUILT = "@spec\n"

ON_ASK = "[on Ask(number=1) from c1, in state Server(given=0)]"
ON_ACTIONS = "[in state Caller(asked=0)]"
A_STEP = (
    "a step must be the next state, (state, send(...), ...), either(...), or None for no change"
)
UNSUPPORTED = "fault.py:[def receive]: receive() of s1 leads to a state with an unsupported value:"
NOT_FROZEN = "whose class is not a frozen dataclass; write @dataclass(frozen=True) above class"
WIRE = "a message must be an instance of a class with @dataclass(frozen=True)"


def changed(changes: dict[str, str], source: str = ASKING) -> str:
    for old, new in changes.items():
        assert old in source
        source = source.replace(old, new, 1)
    return source


def placed(line: str, source: str) -> str:
    """Return the text with line numbers in place of `[...]`, as in `fault.py:[def receive]:`."""

    def number(found: re.Match[str]) -> str:
        lines = source.splitlines()
        return f"fault.py:{next(at for at, each in enumerate(lines, 1) if found[1] in each)}:"

    return re.sub(r"fault\.py:\[(.*?)\]:", number, line)


def complaint(line: str, source: str) -> tuple[int, str, str]:
    return 2, "", f"pcheck: {placed(line, source)}\n"


def says(ended: tuple[int, str, str], line: str, parts: tuple[str, ...]) -> None:
    """Check that the error is one line with this start and these parts, without internal names."""
    status, out, err = ended
    found = [part for part in parts if part.lower() in err.lower()]
    assert (status, out, found) == (2, "", list(parts))
    assert err.startswith(f"pcheck: {line}")
    assert err.endswith("\n")
    assert err.count("\n") == 1
    assert "_pcheck_" not in err


def check_place(explored: Ends, source: str, place: str, parts: tuple[str, ...]) -> None:
    """Check that the error names this place and has these parts."""
    status, _, err = explored(source)  # standard output has the trace to the fault
    says((status, "", err), placed(place, source), parts)
