"""A spec that counts, and arguments for small searches."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

Ends = Callable[..., tuple[int, str, str]]

COUNTING = '''\
from collections.abc import Iterator
from dataclasses import dataclass

from pcheck import Id, Model, Seen, always, sometimes, spec


@dataclass(frozen=True)
class At:
    number: int


@always(sees=[At])
def small(seen: Seen) -> str | None:
    """The number never is 3."""
    return "it is 3" if any(at.number == 3 for _, at in seen.sent(At)) else None


@sometimes(sees=[At])
def far(seen: Seen) -> bool:
    """The number is 7 in some execution."""
    return any(at.number == 7 for _, at in seen.sent(At))


class Counter(Model[int]):
    properties = (small, far)

    def __init__(self, end: int) -> None:
        self.end = end

    def initial(self) -> int:
        return 0

    def steps(self, state: int) -> Iterator[tuple[str, int]]:
        if state < self.end:
            yield f"counts to {state + 1}", state + 1

    def observe(self, state: int) -> Seen:
        return Seen([(Id("n"), At(state))], {})


@spec
def counting(end: int = 9) -> Counter:
    """A counter that stops at `end`."""
    return Counter(end)
'''
PLAIN = "--rounds", "1", "--engine", "reference"  # without reductions
TWO_BY_TWO = "--acceptors", "2", "--crashes", "0", *PLAIN
ONE_ACCEPTOR = "--bug", "votes-in-any-ballot", "--acceptors", "1"
DRAWN = set("┃╎│─┨┠╂╮╭┬╰╯├┤►◄●○╳…═")
BIG = "--acceptors", "4", "--proposers", "3"


def answered(text: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the object of `--json` without its part that depends on the machine, and that part."""
    found = json.loads(text)
    machine = found.pop("run")
    return found, machine
