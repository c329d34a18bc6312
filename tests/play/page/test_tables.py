"""The tables of a page: diagrams, reactions up to a depth, answers, and the correct protocol."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from random import Random

import pytest

from pcheck import (
    Action,
    Actor,
    Cluster,
    Group,
    Id,
    Seen,
    Step,
    action,
    always,
    broadcast,
    fixed,
    group,
)
from pcheck.errors import SpecError
from pcheck.language.values import exact
from pcheck.loading.setup import prepare
from pcheck.loading.spec import find
from pcheck.play.page import recorder
from pcheck.play.page.closing import Reactions, reactions_of
from pcheck.play.page.correct import Correct
from pcheck.play.page.diagrams import Diagrams
from pcheck.play.page.node_parts import fields_of_local
from pcheck.play.page.recorder import Answers
from pcheck.play.page.recording import record
from pcheck.search.clock import no_tick
from pcheck.semantics.cluster_model import ClusterModel, State
from pcheck.semantics.network import NETWORKS

P = group("p", 2)


@dataclass(frozen=True)
class Tick:
    n: int


@dataclass(frozen=True)
class Clock(Actor):
    """A clock without end: it ticks, and follows later clocks."""

    peers: Group = fixed()
    time: int = 0

    def actions(self) -> Iterator[Action]:
        yield action("ticks", self.but(time=self.time + 1), broadcast(self.peers, Tick(self.time)))

    def receive(self, msg: object, src: Id) -> Step:
        return self.but(time=msg.n) if isinstance(msg, Tick) and msg.n > self.time else None


def clocks(network: str = "set") -> ClusterModel:
    return ClusterModel(Cluster({P: lambda i: Clock(peers=P)}), NETWORKS[network], 1)


def states_by_depth(model: ClusterModel, depth: int) -> list[list[State]]:
    """Return the states on each level, from the reference semantics."""
    levels, known = [[model.initial()]], {model.initial()}
    for _ in range(depth):
        after = dict.fromkeys(s for each in levels[-1] for _, s in model.steps(each))
        levels.append([state for state in after if state not in known])
        known.update(after)
    return levels


def evaluated(diagrams: Diagrams, root: int, numbers: tuple[int, ...]) -> object:
    """Return the answer of a diagram, or "missing"."""
    node = root
    for number in numbers:
        children = [child for child, *leading in diagrams.nodes[node] if number in leading]
        if not children:
            return "missing"
        node = children[0]
    return diagrams.answers[~node]


def test_a_diagram_gives_the_answers_of_its_function() -> None:
    random, diagrams = Random("diagrams"), Diagrams()
    functions = []
    for size in range(1, 5):
        keys = list(product(range(4), repeat=size))
        answers: dict[tuple[int, ...], object] = {
            key: random.choice([None, True, False, 1, "text"])
            for key in random.sample(keys, len(keys) // 2 + 1)
        }
        functions.append((keys, answers, diagrams.add(answers)))
    for keys, answers, root in functions:
        assert root is not None
        for key in keys:
            found = evaluated(diagrams, root, key)
            assert (type(found), found) == (
                type(answers.get(key, "missing")),
                answers.get(key, "missing"),
            )


def test_equal_parts_of_diagrams_are_one() -> None:
    diagrams = Diagrams()
    both: dict[tuple[int, ...], bool] = {(a, b): b == 1 for a in range(3) for b in range(2)}
    root = diagrams.add(both)
    assert root is not None
    assert diagrams.nodes == [[[~0, 0], [~1, 1]], [[0, 0, 1, 2]]]
    assert (diagrams.add(both), diagrams.answers) == (root, [False, True])


def test_maps_have_a_diagram_for_each_key() -> None:
    diagrams = Diagrams()
    roots = diagrams.add_maps({(0,): {}, (1,): {"a": "one"}, (2,): {"b": "two", "a": "one"}})
    answers = [[evaluated(diagrams, root, (n,)) for n in range(4)] for root in roots]
    assert answers == [[None, "one", "one", "missing"], [None, None, "two", "missing"]]


@pytest.mark.parametrize("limit", [10, 50, 200, 500])
def test_reactions_without_end_serve_all_executions_up_to_their_depth(limit: int) -> None:
    model = clocks()
    found = reactions_of(model, no_tick, limit)
    assert found.depth is not None
    assert found.depth > 0
    for level in states_by_depth(model, found.depth - 1):
        for state in level:
            for i, config in enumerate(state.nodes):
                local = model.nodes[i].config(config.actor, config.up, ())
                assert local in found.locals[i]
                for letter in (None, *config.inbox) if config.up else ():
                    assert (i, local, letter) in found.answers


@dataclass(frozen=True)
class Counter(Actor):
    """A node that rings its peers once, and counts each time that it is rung."""

    peers: Group = fixed()
    has_rung: bool = False
    count: int = 0

    def actions(self) -> Iterator[Action]:
        if not self.has_rung:
            yield action("rings", self.but(has_rung=True), broadcast(self.peers, Tick(0)))

    def receive(self, msg: object, src: Id) -> Step:
        return self.but(count=self.count + 1)


def test_a_search_that_ends_gives_the_reactions_if_nodes_could_do_ever_more() -> None:
    cluster = Cluster({P: lambda i: Counter(peers=P)})
    model = ClusterModel(cluster, NETWORKS["once"], 1)
    found = reactions_of(model, no_tick, 1_000)
    assert (found.depth, found.serves_all_networks) == (None, False)
    counts = {local.actor.count for known in found.locals for local in known}  # type: ignore[attr-defined]
    assert counts == {0, 1, 2}
    on_set = reactions_of(ClusterModel(cluster, NETWORKS["set"], 1), no_tick, 1_000)
    assert (on_set.depth is None, on_set.serves_all_networks) == (False, True)


def answer_of(model: ClusterModel, found: Answers, state: State) -> object:
    """Return the recorded answer for a state, by the parts of its nodes."""
    numbers = []
    for i, node in enumerate(model.nodes):
        kinds = tuple(what for what in found.asked.sees if isinstance(what, type))
        sent = frozenset(
            exact(each.message)
            for each in state.observed
            if each.src == node.me and isinstance(each.message, kinds)
        )
        fields = fields_of_local(model, i, state.nodes[i], found.asked.sees)
        numbers.append(found.parts[i][sent, fields])
    return found.by_parts[tuple(numbers)]


@pytest.mark.parametrize("bug", [None, "ignores-votes", "votes-in-any-ballot"])
def test_answers_are_those_of_the_properties_in_every_state(bug: str | None) -> None:
    spec = find("paxos")
    known = spec.bug(bug) if bug is not None else None
    setup = prepare(spec, {"acceptors": 2, "rounds": 1}, bug=known, crashes=1)
    model = setup.model
    assert isinstance(model, ClusterModel)
    found = [each for each in record(model, model.properties) if each.asked in model.properties]
    compared = 0
    for level in states_by_depth(model, 9):
        for state in level:
            for each in found:
                assert each.limit is None
                expected = each.asked.answer(model.observe(state))  # type: ignore[union-attr]
                assert answer_of(model, each, state) == expected
                compared += 1
    assert compared > 1_000


def test_a_search_that_is_cut_off_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    model = prepare(find("paxos"), {}).model
    assert isinstance(model, ClusterModel)
    assert {each.limit for each in record(model, model.properties, max_states=100)} == {
        "100 states"
    }
    monkeypatch.setattr(recorder, "MAX_OBSERVATIONS", 5)
    assert {each.limit for each in record(model, model.properties)} == {"5 observations"}


def test_the_correct_protocol_is_asked_in_the_states_of_the_bug() -> None:
    spec = find("paxos")
    setup = prepare(spec, {"acceptors": 1}, bug=spec.bug("votes-in-any-ballot"))
    model = setup.model
    assert isinstance(model, ClusterModel)
    correct, notes = Correct(setup, model), set()
    found = reactions_of(model, no_tick)
    for (i, local, letter), moves in found.answers.items():
        assert not isinstance(moves, Exception)
        for move in moves:
            if move.actor is not None:
                notes.add(correct.after_move(i, local.actor, letter, move))
    notes.discard("")
    assert (
        "correct paxos ignores this message: `self.may_vote(vote.ballot)` is false; promised = 2"
        in notes
    )
    assert all("this message: `self.may_vote(" in each for each in notes)
    plain = prepare(spec, {"acceptors": 1})
    assert isinstance(plain.model, ClusterModel)
    silent = Correct(plain, plain.model)
    asked = Reactions.none_of(plain.model)
    first = plain.model.nodes[0].first
    asked.ask((0, first, None))
    (move,) = asked.answers[0, first, None]  # type: ignore[misc]
    assert silent.after_move(0, first.actor, None, move) == ""


@dataclass(frozen=True)
class Reader(Actor):
    """A node that fails if it receives a number again, or a lower one: on fifo it never does."""

    top: int = 0

    def receive(self, msg: object, src: Id) -> Step:
        assert isinstance(msg, Tick)
        if msg.n <= self.top:
            raise ValueError("an old number")
        return self.but(top=msg.n)


@dataclass(frozen=True)
class Writer(Actor):
    reader: Group = fixed()
    sent: int = 0

    def actions(self) -> Iterator[Action]:
        if self.sent < 2:
            n = self.sent + 1
            yield action("writes", self.but(sent=n), broadcast(self.reader, Tick(n)))

    def receive(self, msg: object, src: Id) -> Step:
        return None


@always(sees=["top"])
def it_is_small(seen: Seen) -> str | None:
    """The number is at most 2."""
    return None if all(top <= 2 for top in seen.values_of("top")) else "it is large"


def test_a_protocol_that_fails_only_on_another_network_has_answers() -> None:
    reader, writer = group("r", 1), group("w", 1)
    cluster = Cluster(
        {reader: lambda i: Reader(), writer: lambda i: Writer(reader=reader)}, [it_is_small]
    )
    model = ClusterModel(cluster, NETWORKS["fifo"], 0)
    (found,) = record(model, model.properties)
    assert (found.limit, set(found.by_parts.values()), len(found.by_parts)) == (None, {None}, 3)
    with pytest.raises(SpecError, match="an old number"):
        record(ClusterModel(cluster, NETWORKS["set"], 0), model.properties)


def test_a_property_of_steps_may_fail_on_steps_that_do_not_exist() -> None:
    cluster = Cluster({P: lambda i: Once()}, [it_jumps_once])
    model = ClusterModel(cluster, NETWORKS["set"], 0)
    (found,) = record(model, model.properties)
    assert (found.limit, sorted(map(str, found.by_parts.values()))) == (None, ["None"] * 4)


@dataclass(frozen=True)
class Once(Actor):
    done: bool = False

    def actions(self) -> Iterator[Action]:
        if not self.done:
            yield action("acts", self.but(done=True))


@always(sees=["done"])
def it_jumps_once(before: Seen, after: Seen) -> str | None:
    """Each step changes one node."""
    (change,) = after.changes_since(before, "done")
    return None if change.new else "it is undone"


@always(sees=["done"])
def it_fails(seen: Seen) -> str | None:
    """Fail as soon as a node has acted."""
    if any(seen.values_of("done")):
        raise ValueError("no answer")
    return None


def test_a_property_that_fails_is_an_error_in_its_own_words() -> None:
    cluster = Cluster({P: lambda i: Once()}, [it_fails, it_jumps_once])
    model = ClusterModel(cluster, NETWORKS["set"], 0)
    with pytest.raises(SpecError) as found:
        record(model, model.properties)
    assert str(found.value).endswith("the property it_fails raised ValueError: no answer")
    assert str(found.value).count("the property") == 1
