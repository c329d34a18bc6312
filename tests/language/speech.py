"""Messages of several classes, and one observation of them."""

from __future__ import annotations

from dataclasses import dataclass

from pcheck import UP, Id, Seen, group

A1, A2, A10 = Id("a1"), Id("a2"), Id("a10")


@dataclass(frozen=True)
class Said:
    word: object


@dataclass(frozen=True)
class Shouted(Said):
    pass


@dataclass(frozen=True)
class Sung:
    word: object


@dataclass
class Loose:
    word: object


WITH_UP = Seen([(A1, Said("x"))], {"a": group("a", 2)}, {UP: ((A1, True), (A2, False))})
OBSERVATION = Seen(
    [(A10, Said("x")), (A2, Sung("y")), (A2, Said("x")), (A2, Shouted("x")), (A1, Said("z"))],
    {"a": group("a", 2)},
    {"time": ((A1, 3), (A2, 4)), "place": ((A1, None),)},
)
