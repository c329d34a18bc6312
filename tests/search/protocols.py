"""Random protocols: small tables of state changes and messages sent, and matching properties.

The protocols have no purpose. Their state spaces are small, and yet everything that a protocol can
do happens in some of them: choices, actions, steps that send nothing or change nothing, the same
message twice, messages to oneself and to nobody, and payloads that are equal in Python but not
exactly the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from pcheck import (
    UP,
    Action,
    Actor,
    Cluster,
    Group,
    Id,
    Property,
    Seen,
    Send,
    Step,
    action,
    always,
    broadcast,
    fixed,
    group,
    show,
    sometimes,
    volatile,
)
from pcheck.language.actor import either
from pcheck.language.values import exact
from pcheck.search.limits import Limits
from pcheck.semantics.network import NETWORKS
from tests import draws as st
from tests.search.alike import Case

PAYLOADS = (1, True, 1.0, 0, -0.0, 0.0, None, "n1", Id("n1"), (1,), (True,))
HEARD, SENDER, OWN = "what was heard", "who sent it", "its own number"


@dataclass(frozen=True)
class Ping:
    n: object


@dataclass(frozen=True)
class Loud(Ping):
    """A subclass of Ping: a property that sees Ping sees Loud, too."""


@dataclass(frozen=True)
class Pong:
    n: object


KINDS: tuple[type[Any], ...] = (Ping, Loud, Pong)


@dataclass(frozen=True)
class Out:
    """A message to send, once or twice, to a node or to a word of `Mealy.receivers`."""

    kind: type[Any]
    payload: object
    to: str
    times: int = 1


@dataclass(frozen=True)
class Way:
    """The changes of a reaction; with `ignores`, the message is ignored."""

    ignores: bool = False
    state: int = 0
    keeps: bool = False  # the payload
    notes: object = None
    outs: tuple[Out, ...] = ()


@dataclass(frozen=True)
class Rule:
    """A rule: in a state (-1: any), on a type and payload (None: any), one of the ways is taken."""

    state: int
    kind: type[Any]
    payload: tuple[object] | None
    ways: tuple[Way, ...]

    def fits(self, state: int, msg: Any) -> bool:
        right_payload = self.payload is None or exact(self.payload[0]) == exact(msg.n)
        return self.state in (-1, state) and self.kind is type(msg) and right_payload


@dataclass(frozen=True)
class Task:
    """An action: in a state, one of the ways is taken."""

    state: int
    ways: tuple[Way, ...]


@dataclass(frozen=True)
class Mealy(Actor):
    """An actor that follows a table. `left` is how many more of its steps may send messages."""

    rules: ClassVar[tuple[Rule, ...]] = ()
    tasks: ClassVar[tuple[Task, ...]] = ()

    everybody: Group = fixed()
    state: int = 0
    left: int = 2
    last: object = None
    note: object = volatile(None)

    def actions(self) -> Iterator[Action]:
        for number, task in enumerate(self.tasks):
            if task.state == self.state:
                yield action(f"does {number}", self.goes(task.ways, None, self.me))

    def receive(self, msg: Any, src: Id) -> Step:
        for rule in self.rules:
            if rule.fits(self.state, msg):
                return self.goes(rule.ways, msg.n, src)
        return None

    def goes(self, ways: tuple[Way, ...], heard: object, src: Id) -> Step:
        if len(ways) == 1:
            return self.becomes(ways[0], heard, src)
        named = enumerate(ways)
        return either(*((f"way {i}", self.becomes(way, heard, src)) for i, way in named))

    def becomes(self, way: Way, heard: object, src: Id) -> Step:
        if way.ignores or (way.outs and not self.left):
            return None
        after = self.but(
            state=way.state,
            left=self.left - bool(way.outs),
            last=heard if way.keeps else self.last,
            note=way.notes,
        )
        sends = [each for out in way.outs for each in self.sends(out, heard, src)]
        return (after, *sends) if sends else after

    def sends(self, out: Out, heard: object, src: Id) -> list[Send]:
        words = {HEARD: heard, SENDER: src, OWN: self.state}
        payload = words[out.payload] if out.payload in (HEARD, SENDER, OWN) else out.payload
        to = broadcast(self.receivers(out.to, src), out.kind(payload))
        return [to] * out.times

    def receivers(self, to: str, src: Id) -> tuple[Id, ...]:
        words = {
            "all": self.everybody.ids,
            "others": self.everybody.without(self.me).ids,
            "self": (self.me,),
            "sender": (src,),
            "nobody": (),
        }
        return words[to] if to in words else (Id(to),)


# Properties

Test = Callable[[Seen], bool]


@dataclass(frozen=True)
class Predicate:
    """A condition on an observation."""

    text: str
    sees: tuple[Any, ...]
    test: Test


def sent_at_least(kind: type[Any], count: int) -> Predicate:
    text = f"{count} {kind.__name__} sent"
    return Predicate(text, (kind,), lambda seen: len(seen.sent(kind)) >= count)


def sent_with(kind: type[Any], payload: object) -> Predicate:
    def test(seen: Seen) -> bool:
        return any(exact(message.n) == exact(payload) for _, message in seen.sent(kind))

    return Predicate(f"{kind.__name__}({payload!r}) sent", (kind,), test)


def some_node_holds(name: str, value: object) -> Predicate:
    def test(seen: Seen) -> bool:
        return any(exact(held) == exact(value) for _, held in seen.field(name))

    return Predicate(f"some {name} is {value!r}", (name,), test)


def every_node_is_past(state: int) -> Predicate:
    def test(seen: Seen) -> bool:
        return all(now >= state for _, now in seen.field("state"))

    return Predicate(f"every state is {state} or more", ("state",), test)


def two_nodes_heard_differently() -> Predicate:
    def test(seen: Seen) -> bool:
        return len({exact(held) for _, held in seen.field("last") if held is not None}) > 1

    return Predicate("two last differ", ("last",), test)


def nodes(seen: Seen) -> list[Id]:
    """Return every node; a cluster has the group n, and some clusters the group m."""
    return [node for name in ("n", "m") if name in seen._groups for node in seen.group(name)]


def down_at_least(count: int) -> Predicate:
    def test(seen: Seen) -> bool:
        return sum(not seen.up(node) for node in nodes(seen)) >= count

    return Predicate(f"{count} down", (UP,), test)


def the_first_is(up: bool) -> Predicate:
    return Predicate(f"n1 is {'up' if up else 'down'}", (UP,), lambda seen: seen.up(Id("n1")) is up)


def a_sender_is_down(kind: type[Any]) -> Predicate:
    def test(seen: Seen) -> bool:
        return any(not seen.up(src) for src, _ in seen.sent(kind))

    return Predicate(f"a sender of {kind.__name__} is down", (kind, UP), test)


def both(a: Predicate, b: Predicate) -> Predicate:
    sees = tuple(dict.fromkeys((*a.sees, *b.sees)))
    text = f"({a.text} and {b.text})"
    return Predicate(text, sees, lambda seen: a.test(seen) and b.test(seen))


class Described(Cluster):
    """A cluster whose `repr` describes a failing random example."""

    def __repr__(self) -> str:
        actors = self.actors.items()
        nodes = [f"\n  {node} = {type(a).__name__}(left={a.left})" for node, a in actors]  # type: ignore[attr-defined]
        kinds = dict.fromkeys(type(actor) for _, actor in actors)
        roles = [
            f"\n  {kind.__name__}\n    rules={kind.rules}\n    tasks={kind.tasks}"  # type: ignore[attr-defined]
            for kind in kinds
        ]
        asks = [f"\n  {prop.name}: {prop.summary}" for prop in self.properties]
        return "".join([*nodes, *roles, *asks])


def never(name: str, bad: Predicate) -> Property:
    def test(seen: Seen) -> str | None:
        return observation(seen, bad.sees) if bad.test(seen) else None

    return with_summary(always(sees=bad.sees, name=name)(test), f"never {bad.text}")


def once(name: str, good: Predicate) -> Property:
    return with_summary(sometimes(sees=good.sees, name=name)(good.test), f"sometimes {good.text}")


def never_from_to(name: str, old: Predicate, new: Predicate) -> Property:
    sees = tuple(dict.fromkeys((*old.sees, *new.sees)))

    def test(before: Seen, after: Seen) -> str | None:
        bad = old.test(before) and new.test(after)
        return f"{observation(before, sees)} -> {observation(after, sees)}" if bad else None

    prop = always(sees=sees, name=name)(test)
    return with_summary(prop, f"never a step from {old.text} to {new.text}")


def never_unseen(name: str, where: Predicate) -> Property:
    """Return a property that is false of steps that change nothing that is seen."""

    def test(before: Seen, after: Seen) -> str | None:
        if not where.test(before):  # first, because it is fast
            return None
        old = observation(before, where.sees)
        return old if old == observation(after, where.sees) else None

    prop = always(sees=where.sees, name=name)(test)
    return with_summary(prop, f"never a step that cannot be seen, from {where.text}")


def never_seen(name: str, where: Predicate) -> Property:
    """Return a property that is false of steps that change something that is seen."""

    def test(before: Seen, after: Seen) -> str | None:
        if not where.test(after):  # first, because it is fast
            return None
        old, new = observation(before, where.sees), observation(after, where.sees)
        return f"{old} -> {new}" if old != new else None

    prop = always(sees=where.sees, name=name)(test)
    return with_summary(prop, f"never a step that can be seen, to {where.text}")


def with_summary(prop: Property, text: str) -> Property:
    return replace(prop, summary=text)


def observation(seen: Seen, sees: tuple[Any, ...]) -> str:
    """Return the observation as text; distinct observations have distinct texts."""
    return show(tuple(tuple(part(seen, what)) for what in sees))


def part(seen: Seen, what: Any) -> list[tuple[Id, Any]]:
    if what is UP:
        return [(node, seen.up(node)) for node in nodes(seen)]
    return seen.field(what) if type(what) is str else seen.sent(what)


# Strategies


def crash_nodes(cluster: Cluster) -> st.Strategy[tuple[Id, ...] | None]:
    """Draw the nodes that may crash; in half of the cases every node may crash."""
    return st.none() | st.subsets(list(cluster.actors)).map(tuple)


payloads = st.sampled_from(PAYLOADS)


def outs(nodes: list[str], pool: Sequence[object], *, reacts: bool) -> st.Strategy[Out]:
    own = [OWN, HEARD, SENDER] if reacts else [OWN]
    to = ["all", "all", "others", "others", "self", "nobody", *nodes] + ["sender"] * 3 * reacts
    return st.builds(
        Out,
        kind=st.sampled_from(KINDS),
        payload=st.sampled_from([*pool, *own]),
        to=st.sampled_from(to),
        times=st.sampled_from([1, 1, 1, 2]),
    )


def some_ways(
    states: int, nodes: list[str], pool: Sequence[object], *, reacts: bool, sends: int = 0
) -> st.Strategy[tuple[Way, ...]]:
    """Draw one way in most cases; each way sends at least `sends` messages."""
    max_sends = max(1, sends) if len(nodes) > 2 else 2
    way = st.builds(
        Way,
        ignores=st.sampled_from([False] * 5 + [True]) if not sends else st.just(False),
        state=st.integers(0, states - 1),
        keeps=st.booleans(),
        notes=st.sampled_from([None, None, 1, True]),
        outs=st.lists(outs(nodes, pool, reacts=reacts), min_size=sends, max_size=max_sends).map(
            tuple
        ),
    )
    single, several = st.tuples(way), st.lists(way, min_size=2, max_size=3).map(tuple)
    return st.one_of(single, single, single, several)


@st.composite
def roles(draw: st.DrawFn, name: str, nodes: list[str]) -> type[Mealy]:
    states = draw(st.integers(1, 3))
    pool = draw(st.lists(payloads, min_size=1, max_size=3))
    rule = st.builds(
        Rule,
        state=st.sampled_from([-1, *range(-1, states)]),
        kind=st.sampled_from(KINDS),
        payload=st.none() | st.none() | st.tuples(st.sampled_from(pool)),
        ways=some_ways(states, nodes, pool, reacts=True),
    )
    own = some_ways(states, nodes, pool, reacts=False)
    task = st.builds(Task, state=st.integers(0, states - 1), ways=own)
    begin = st.builds(
        Task, state=st.just(0), ways=some_ways(states, nodes, pool, reacts=False, sends=1)
    )
    rules = tuple(draw(st.lists(rule, min_size=2, max_size=5)))
    tasks = (draw(begin), *draw(st.lists(task, max_size=2)))
    return type(name, (Mealy,), {"rules": rules, "tasks": tasks, "__module__": __name__})


atoms = st.one_of(
    st.builds(sent_at_least, st.sampled_from(KINDS), st.integers(1, 5)),
    st.builds(sent_with, st.sampled_from(KINDS), payloads),
    st.builds(some_node_holds, st.just("last"), payloads),
    st.builds(some_node_holds, st.just("note"), st.sampled_from([1, True])),
    st.builds(some_node_holds, st.just("state"), st.integers(1, 2)),
    st.builds(some_node_holds, st.just("left"), st.integers(0, 1)),
    st.builds(every_node_is_past, st.integers(1, 2)),
    st.builds(two_nodes_heard_differently),
)
up_atoms = st.one_of(
    st.builds(down_at_least, st.integers(1, 2)),
    st.builds(the_first_is, st.booleans()),
    st.builds(a_sender_is_down, st.sampled_from(KINDS)),
)


def properties(number: int, *, sees_up: bool) -> st.Strategy[Property]:
    """Draw a property; if it `sees_up`, it may ask which nodes are up."""
    name, some = st.just(f"p{number}"), st.one_of(up_atoms, atoms) if sees_up else atoms
    pairs = st.builds(both, some, some)
    predicates = st.one_of(some, pairs, st.builds(both, some, pairs))
    return st.one_of(
        st.builds(never, name, predicates),
        st.builds(once, name, predicates),
        st.builds(never_from_to, name, predicates, predicates),
        st.builds(never_unseen, name, pairs),
        st.builds(never_seen, name, pairs),
    )


@st.composite
def clusters(draw: st.DrawFn) -> Cluster:
    first = draw(st.integers(1, 2))
    groups = [group("n", first), group("m", draw(st.integers(0, min(2, 3 - first))))]
    everybody = Group("all", tuple(node for each in groups for node in each))
    nodes = list(map(str, everybody))
    make = [draw(roles(f"Role{i}", nodes)) for i, each in enumerate(groups) if each]
    energy = draw(st.sampled_from([1, 1, 1, 2] if len(nodes) > 2 else [1, 2, 2, 3]))
    parts = {
        each: lambda i, role=role: role(everybody=everybody, left=energy)
        for each, role in zip(groups, make, strict=False)
    }
    sees_up = draw(st.sampled_from([False, False, True]))
    several = [draw(properties(n, sees_up=sees_up)) for n in range(draw(st.integers(1, 4)))]
    return Described(parts, properties=several)


@st.composite
def cases(draw: st.DrawFn, max_states: int = 3000) -> Case:
    """Draw a random cluster with random options; the limit of states is sometimes very low."""
    cluster = draw(clusters())
    names = [prop.name for prop in cluster.properties]
    crashes = draw(st.sampled_from([0, 1, 1, 2]))
    return Case(
        cluster,
        network=draw(st.sampled_from(list(NETWORKS))),
        crashes=crashes,
        limits=Limits(states=draw(st.one_of(*[st.just(max_states)] * 3, st.integers(1, 200)))),
        all_properties=draw(st.booleans()),
        only=tuple(draw(st.sampled_from([[], [], names[:1], names[1:]]))),
        crash_nodes=draw(crash_nodes(cluster)) if crashes else None,
    )
