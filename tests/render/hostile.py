"""A spec whose names and texts contain the syntax of the formats."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any, NamedTuple

from pcheck import (
    Action,
    Actor,
    Cluster,
    Group,
    Id,
    Map,
    Seen,
    Set,
    Step,
    Value,
    action,
    broadcast,
    either,
    fixed,
    sometimes,
    spec,
)

NAMES = ("a b", "end", 'q"<b>', "network", "messages", "n1", "tag", "as", "%%x", "x; y")
TEXTS = (
    "end",
    "wrap: one",
    "nowrap: two",
    "%%{init: {'theme': 'dark'}}%% three",
    "$$x^2$$ four",
    "style a:#f00; five",
    "classDef a:#35; six",
    "<script>alert(7)</script>",
    "&lt;b&gt; &amp; #35; #quot; eight",
    'nine: "{a} [b] (c)" -->> n2: {"a1": 1}',
    "ten\\n<br/>\\ten",
    "\ufb02\u00b0\u00b035\u00b6\u00df eleven",
    "Note over n1: twelve ::: title x",
)
TWO_LINES = Value("one line\nparticipant n9 as two\u2028three\rfour")


class Colour(Enum):
    RED = "red"


class Pair(NamedTuple):
    left: int
    right: object


@dataclass(frozen=True)
class Tagged:
    """A message whose fields make a record resemble a variant."""

    tag: int
    value: object


@dataclass(frozen=True)
class Nothing:
    """A message without fields."""


@dataclass(frozen=True)
class Odd(Actor):
    """A node whose names, fields and messages contain syntax."""

    near: Group = fixed()  # with the node itself
    nth: int = fixed()
    up: int = 0
    tag: Value = Value("")
    _own: tuple[object, ...] = ()
    heard: Set[str] = Set()
    held: Map[Any, Any] = Map()

    def actions(self) -> Iterator[Action]:
        if self.up < 2:
            text = TEXTS[(2 * self.nth + self.up) % len(TEXTS)]
            more = self.but(up=self.up + 1, tag=Value(text), _own=(*self._own, 1.5, b"\0", None))
            said = [broadcast(self.near, each) for each in self.says(text)]
            yield action(f"says {text}", more, *said)

    def says(self, text: str) -> tuple[object, ...]:
        """Return the messages to send: two are equal, and one is sent by other nodes too."""
        return Tagged(self.up, text), Nothing(), Nothing(), Tagged(-1, TWO_LINES)

    def receive(self, msg: object, src: Id) -> Step:
        match msg:
            case Tagged(0, str(text)):
                pair = Pair(self.nth, Set([Nothing(), 2, "x"]))
                wide: Map[Any, Any] = Map({(src, Colour.RED): pair})
                return either(
                    ("keeps it; #1", self.but(heard=self.heard.plus(text))),
                    ("holds <it>", self.but(held=wide)),
                )
            case Tagged(-1, value) if value != self.tag:
                return self.but(tag=TWO_LINES), broadcast((), Tagged(-1, 2**70))
            case Nothing() if self.up:
                return self.but(up=0), broadcast(self.near, Nothing())
        return None


@sometimes(sees=[Tagged])
def something_is_said(seen: Seen) -> bool:
    return len(seen.sent(Tagged)) > 5


@spec
def hostile(nodes: int = 10) -> Cluster:
    """Says #; <everything> \"twice\"."""
    ids = tuple(map(Id, NAMES[:nodes]))
    near = [Group("near", tuple(dict.fromkeys((ids[i], ids[i - 1])))) for i in range(nodes)]
    return Cluster(
        {Group("odd", ids): lambda i: Odd(near=near[i - 1], nth=i)}, properties=[something_is_said]
    )
