"""Random protocols that treat their nodes alike: tables as in `protocols`, but made of words.

A word denotes a name by its relation to a node: the sender, the friend, the name in the message.
No table contains the name of an interchangeable node or value, and names are compared only for
equality. So every renaming is an automorphism, by construction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from pcheck import (
    UP,
    Action,
    Actor,
    Cluster,
    Group,
    Id,
    Map,
    Property,
    Seen,
    Send,
    Set,
    Step,
    Value,
    action,
    always,
    broadcast,
    fixed,
    group,
    sometimes,
    volatile,
)
from pcheck.language.actor import either
from pcheck.language.values import exact
from pcheck.semantics.network import NETWORKS
from tests import draws as st
from tests.search.alike import Case
from tests.search.protocols import crash_nodes

VALUES = (Value("v1"), Value("v2"))


@dataclass(frozen=True)
class Ping:
    about: object


@dataclass(frozen=True)
class Pong:
    about: object


KINDS: tuple[type[Any], ...] = (Ping, Pong)
NAMES = ("me", "sender", "friend", "heard", "chosen")
THINGS = (*NAMES, "known", "counts", "a pair", "nothing", "one", "true")
TO = ("all", "all", "others", "sender", "sender", "friend", "heard", "chosen", "known", "nobody")
TESTS = ("any", "any", "any", "about me", "from a friend", "about a friend", "known", "unknown")


@dataclass(frozen=True)
class Out:
    """A message to send: its type, and words for its contents and receivers."""

    kind: type[Any]
    about: str
    to: str


@dataclass(frozen=True)
class Way:
    """The changes of a reaction, as a word for each field; '' keeps the field."""

    state: int
    friend: str = ""
    knows: str = ""
    counts: str = ""
    last: str = ""
    outs: tuple[Out, ...] = ()


@dataclass(frozen=True)
class Rule:
    """A rule: on a message type, in a state, under a test, one of the ways is taken.

    The type None makes the rule an action, and the state -1 stands for any state. `chooses` offers
    a choice among all "peers" or "values", which the word "chosen" denotes.
    """

    state: int
    kind: type[Any] | None
    test: str
    chooses: str
    ways: tuple[Way, ...]


@dataclass(frozen=True)
class Peer(Actor):
    """An actor that follows a table of rules. `left` is how many more steps may send messages."""

    rules: ClassVar[tuple[Rule, ...]] = ()

    everybody: Group = fixed()
    peers: tuple[Id, ...] = fixed()
    state: int = 0
    left: int = 1
    friend: Id | None = None
    known: Set[Id] = Set()
    counted: Map[Id, int] = Map()
    last: object = volatile(None)

    def actions(self) -> Iterator[Action]:
        for number, rule in enumerate(self.rules):
            if rule.kind is None and rule.state in (-1, self.state):
                yield action(f"does {number}", self.goes(rule, {"heard": self.last}))

    def receive(self, msg: Any, src: Id) -> Step:
        words = {"heard": msg.about, "sender": src}
        for rule in self.rules:
            fits = rule.kind is type(msg) and rule.state in (-1, self.state)
            if fits and self.holds(rule.test, words):
                return self.goes(rule, words)
        return None

    def holds(self, test: str, words: dict[str, object]) -> bool:
        heard, src = words["heard"], words["sender"]
        return {
            "any": True,
            "about me": exact(heard) == exact(self.me),
            "from a friend": src == self.friend,
            "about a friend": heard is not None and exact(heard) == exact(self.friend),
            "known": src in self.known,
            "unknown": src not in self.known,
        }[test]

    def goes(self, rule: Rule, words: dict[str, object]) -> Step:
        several: dict[str, tuple[object, ...]] = {"peers": self.peers, "values": VALUES}
        chosen = several.get(rule.chooses, (None,))
        steps = [
            (f"way {number} {each}", self.becomes(way, words | {"chosen": each}))
            for each in chosen
            for number, way in enumerate(rule.ways)
        ]
        return either(*steps) if len(steps) > 1 else steps[0][1]

    def becomes(self, way: Way, words: dict[str, object]) -> Step:
        if way.outs and not self.left:
            return None
        friend, knows, counts = (
            self.id(word, words) for word in (way.friend, way.knows, way.counts)
        )
        after = self.but(
            state=way.state,
            left=self.left - bool(way.outs),
            friend=friend if way.friend else self.friend,
            known=self.known if knows is None else Set([*self.known, knows]),
            counted=self.counted if counts is None else self.counted.but(counts, 1),
            last=self.thing(way.last, words) if way.last else self.last,
        )
        sends = [self.sends(out, words) for out in way.outs]
        return (after, *sends) if sends else after

    def id(self, word: str, words: dict[str, object]) -> Id | None:
        found = self.thing(word, words)
        return found if isinstance(found, Id) else None

    def thing(self, word: str, words: dict[str, object]) -> object:
        own = {
            "me": self.me,
            "friend": self.friend,
            "known": self.known,
            "counts": self.counted,
            "a pair": (self.me, self.friend),
            "one": 1,
            "true": True,
        }
        return (own | words).get(word)

    def sends(self, out: Out, words: dict[str, object]) -> Send:
        several: dict[str, tuple[Id, ...]] = {
            "all": self.everybody.ids,
            "others": self.everybody.without(self.me).ids,
            "known": tuple(self.known),
        }
        receiver = self.id(out.to, words)
        to = several.get(out.to, () if receiver is None else (receiver,))
        return broadcast(to, out.kind(self.thing(out.about, words)))


# Properties

Test = Callable[[Seen], bool]


def sent_at_least(kind: type[Any], count: int) -> tuple[str, tuple[Any, ...], Test]:
    return f"{count} {kind.__name__}", (kind,), lambda seen: len(seen.sent(kind)) >= count


def sent_by_two(kind: type[Any]) -> tuple[str, tuple[Any, ...], Test]:
    def test(seen: Seen) -> bool:
        return len({src for src, _ in seen.sent(kind)}) > 1

    return f"two sent {kind.__name__}", (kind,), test


def sent_about_itself(kind: type[Any]) -> tuple[str, tuple[Any, ...], Test]:
    def test(seen: Seen) -> bool:
        return any(exact(src) == exact(message.about) for src, message in seen.sent(kind))

    return f"{kind.__name__} about its sender", (kind,), test


def differ(name: str) -> tuple[str, tuple[Any, ...], Test]:
    def test(seen: Seen) -> bool:
        return len({exact(held) for _, held in seen.field(name)}) > 1

    return f"two {name} differ", (name,), test


def holds_itself(name: str) -> tuple[str, tuple[Any, ...], Test]:
    def test(seen: Seen) -> bool:
        return any(exact(held) == exact(node) for node, held in seen.field(name))

    return f"a {name} is its own", (name,), test


def two_are_friends() -> tuple[str, tuple[Any, ...], Test]:
    def test(seen: Seen) -> bool:
        of = dict(seen.field("friend"))
        return any(node != other and of.get(other) == node for node, other in of.items())

    return "two are friends", ("friend",), test


def all_at(state: int) -> tuple[str, tuple[Any, ...], Test]:
    def test(seen: Seen) -> bool:
        return all(held == state for _, held in seen.field("state"))

    return f"all at {state}", ("state",), test


def sizes_at_least(name: str, size: int) -> tuple[str, tuple[Any, ...], Test]:
    def test(seen: Seen) -> bool:
        return sum(len(held) for _, held in seen.field(name)) >= size

    return f"{size} {name}", (name,), test


def down_at_least(count: int) -> tuple[str, tuple[Any, ...], Test]:
    def test(seen: Seen) -> bool:
        nodes = [*seen.group("n"), *seen.group("m")]
        return sum(not seen.up(node) for node in nodes) >= count

    return f"{count} down", (UP,), test


def a_sender_is_down(kind: type[Any]) -> tuple[str, tuple[Any, ...], Test]:
    def test(seen: Seen) -> bool:
        return any(not seen.up(src) for src, _ in seen.sent(kind))

    return f"a sender of {kind.__name__} is down", (kind, UP), test


def a_friend_is_down() -> tuple[str, tuple[Any, ...], Test]:
    def test(seen: Seen) -> bool:
        return any(held is not None and not seen.up(held) for _, held in seen.field("friend"))

    return "a friend is down", ("friend", UP), test


atoms = st.one_of(
    st.builds(sent_at_least, st.sampled_from(KINDS), st.integers(1, 4)),
    st.builds(sent_by_two, st.sampled_from(KINDS)),
    st.builds(sent_about_itself, st.sampled_from(KINDS)),
    st.builds(differ, st.sampled_from(["last", "friend", "known", "state"])),
    st.builds(holds_itself, st.sampled_from(["last", "friend"])),
    st.builds(two_are_friends),
    st.builds(all_at, st.integers(1, 2)),
    st.builds(sizes_at_least, st.sampled_from(["known", "counted"]), st.integers(1, 3)),
)


up_atoms = st.one_of(
    st.builds(down_at_least, st.integers(1, 2)),
    st.builds(a_sender_is_down, st.sampled_from(KINDS)),
    st.builds(a_friend_is_down),
)


@st.composite
def properties(draw: st.DrawFn, number: int, *, sees_up: bool) -> Property:
    """Draw a property; if it `sees_up`, it may ask which nodes are up."""
    some = st.one_of(up_atoms, atoms) if sees_up else atoms
    several = draw(st.lists(some, min_size=1, max_size=2))
    sees = tuple(dict.fromkeys(what for _, each, _ in several for what in each))
    text = " and ".join(text for text, _, _ in several)

    def holds(seen: Seen) -> bool:
        return all(test(seen) for _, _, test in several)

    def never(seen: Seen) -> str | None:
        return f"this is so: {text}" if holds(seen) else None

    if draw(st.booleans()):
        return replace(always(sees=sees, name=f"p{number}")(never), summary=f"never {text}")
    return replace(sometimes(sees=sees, name=f"p{number}")(holds), summary=f"once {text}")


# Strategies

outs = st.builds(
    Out, kind=st.sampled_from(KINDS), about=st.sampled_from(THINGS), to=st.sampled_from(TO)
)
names = st.sampled_from(["", "", "", *NAMES])


def ways(states: int, *, sends: int) -> st.Strategy[tuple[Way, ...]]:
    way = st.builds(
        Way,
        state=st.integers(0, states - 1),
        friend=names,
        knows=names,
        counts=names,
        last=st.sampled_from(["", "", "", *THINGS]),
        outs=st.lists(outs, min_size=sends, max_size=max(1, sends)).map(tuple),
    )
    return st.one_of(*[st.tuples(way)] * 4, st.tuples(way, way))


@st.composite
def roles(draw: st.DrawFn, name: str) -> type[Peer]:
    states = draw(st.integers(1, 3))
    reacts = st.builds(
        Rule,
        state=st.integers(-1, states - 1),
        kind=st.sampled_from(KINDS),
        test=st.sampled_from(TESTS),
        chooses=st.sampled_from(["", "", "", "", "peers", "values"]),
        ways=ways(states, sends=0),
    )
    begins = st.builds(
        Rule,
        state=st.just(0),
        kind=st.none(),
        test=st.just("any"),
        chooses=st.sampled_from(["", "peers", "values"]),
        ways=ways(states, sends=1),
    )
    goes_on = st.builds(
        Rule,
        state=st.integers(0, states - 1),
        kind=st.none(),
        test=st.just("any"),
        chooses=st.just(""),
        ways=ways(states, sends=0),
    )
    rules = (
        draw(begins),
        *draw(st.lists(goes_on, max_size=1)),
        *draw(st.lists(reacts, min_size=1, max_size=4)),
    )
    return type(name, (Peer,), {"rules": rules, "__module__": __name__})


class Described(Cluster):
    """A cluster whose `repr` describes a failing random example."""

    def __repr__(self) -> str:
        roles = dict.fromkeys(type(actor) for actor in self.actors.values())
        lines = [f"  {node} = {actor!r}" for node, actor in self.actors.items()]
        lines += [f"  {kind.__name__}: {rule}" for kind in roles for rule in kind.rules]  # type: ignore[attr-defined]
        lines += [f"  {prop.name}: {prop.summary}" for prop in self.properties]
        return "\n".join(["", *lines, f"  interchangeable={self.interchangeable}"])


@st.composite
def symmetric_clusters(draw: st.DrawFn) -> Cluster:
    n, m = group("n", draw(st.sampled_from([2, 2, 3]))), group("m", draw(st.integers(0, 2)))
    everybody = Group("all", (*n, *m))
    first, second = draw(roles("First")), draw(roles("Second"))
    peers = draw(st.sampled_from([n.ids, n.ids, everybody.ids]))
    energy = draw(st.sampled_from([1, 1, 2] if len(everybody) == 2 else [1]))
    twins = draw(st.booleans())
    own = [0, 0] if twins else [0, 1]
    parts: dict[Group, Callable[[int], Actor]] = {
        n: lambda i: first(everybody=everybody, peers=peers, left=energy),
        m: lambda i: second(everybody=everybody, peers=peers, left=own[i - 1]),
    }
    sees_up = draw(st.sampled_from([False, False, True]))
    several = [draw(properties(n, sees_up=sees_up)) for n in range(draw(st.integers(1, 3)))]
    blocks: list[Group | tuple[Value, ...]] = [n]
    if twins and len(m) == 2:
        blocks.append(m)
    if draw(st.booleans()):
        blocks.append(VALUES)
    return Described(parts, properties=several, interchangeable=blocks)


@st.composite
def symmetric_cases(draw: st.DrawFn) -> Case:
    cluster, crashes = draw(symmetric_clusters()), draw(st.sampled_from([0, 0, 1, 2]))
    return Case(
        cluster,
        network=draw(st.sampled_from(list(NETWORKS))),
        crashes=crashes,
        crash_nodes=draw(crash_nodes(cluster)) if crashes else None,
    )
