"""All shortest violating runs, beside what comes out of looking at each of them."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice, pairwise
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings

from pcheck import Act, Actor, Cluster, Group, Property, Seen, act, always, broadcast, fixed, group
from pcheck.language.property import Kind
from pcheck.language.values import exact
from pcheck.search.layers import Layers, plain
from pcheck.search.limits import Limits
from pcheck.semantics.cluster_model import Runs, State
from pcheck.semantics.network import NETWORKS
from pcheck.semantics.node import Row
from pcheck.traces.readable import most_readable
from pcheck.traces.shortest import Shortest, shortest
from tests.search.alike import Asked
from tests.search.peers import symmetric_questions
from tests.search.protocols import questions
from tests.search.reductions.symmetric import Names, all_renamings, key_of_state, with_names
from tests.search.test_random import COMMON
from tests.specs.test_paxos import ROOT, cluster

MOST_STATES, MOST_RUNS, MOST_LOOKED_AT = 1_000, 1_000, 20_000


class Step(NamedTuple):
    label: str
    node: int
    row: Row
    before: State
    after: State


Run = tuple[Step, ...]


class Told(NamedTuple):
    """What there is to say of all shortest runs."""

    runs: int
    up_to_renaming: int | None
    labels: tuple[str, ...]


def told(found: Shortest | None) -> Told | None:
    if found is None:
        return None
    return Told(found.count, found.up_to_renaming, most_readable(found).labels)


# By looking at every run


def depth_of(model: Runs, prop: Property) -> int | None:
    """How long a shortest violating run is; None: there is none, or too many states."""
    known, level, depth = {model.initial()}, [model.initial()], 0
    while level and len(known) < MOST_STATES:
        if any(prop.why_false(model.observe(state)) is not None for state in level):
            return depth
        after = {state for before in level for _, state in model.steps(before)} - known
        known, level, depth = known | after, list(after), depth + 1
    return None


def steps(model: Runs, state: State) -> list[Step]:
    taken = ((node, row, model.after(state, node, row)) for node, row in model.rows(state))
    return [Step(row.label, node, row, state, s) for node, row, s in taken if s != state]


def runs(model: Runs, state: State, length: int) -> Iterator[Run | None]:
    """Every run of this length, as they come; None where one had to be given up."""
    if length == 0:
        yield ()
        return
    yield None
    for step in steps(model, state):
        for rest in runs(model, step.after, length - 1):
            yield (step, *rest) if rest is not None else None


def violating(model: Runs, prop: Property, length: int) -> list[Run] | None:
    """All shortest runs, one by one; None: they are too many to look at."""
    every = list(islice(runs(model, model.initial(), length), MOST_LOOKED_AT))
    found = [run for run in every if run is not None and _ends_false(model, prop, run)]
    return found if len(every) < MOST_LOOKED_AT and len(found) <= MOST_RUNS else None


def _ends_false(model: Runs, prop: Property, run: Run) -> bool:
    end = run[-1].after if run else model.initial()
    return prop.why_false(model.observe(end)) is not None


def labels(run: Run) -> tuple[str, ...]:
    return tuple(step.label for step in run)


def cost(model: Runs, run: Run) -> tuple[int, int, tuple[str, ...]]:
    """By the rule: changes of the centre, changes of the kind of step, labels."""
    kinds = [(s.row.does, s.row.letter and type(s.row.letter.message).__name__) for s in run]
    centres = [{model.nodes[s.node].me, *([s.row.letter.src] if s.row.letter else [])} for s in run]
    changes: dict[Any, int] = dict.fromkeys(centres[0] if run else [None], 0)
    for each in centres[1:]:
        changes = {c: min(n + (c != d) for d, n in changes.items()) for c in each}
    return min(changes.values()), sum(a != b for a, b in pairwise(kinds)), labels(run)


def key(model: Runs, step: Step) -> Hashable:
    letter = step.row.letter
    heard = (exact(letter.src), letter.exact) if letter is not None else None
    me = exact(model.nodes[step.node].me)
    sent = frozenset(
        (each.exact, frozenset(map(exact, receivers))) for each, receivers in step.row.bundle.sends
    )
    return me, step.row.does.value, heard, sent, key_of_state(model, step.after)


def key_of_run(model: Runs, run: Run) -> Hashable:
    """By objects: of steps that differ in words alone, the first, the second, ..."""
    keys = []
    for step in run:
        its = key(model, step)
        alike = [s.label for s in steps(model, step.before) if key(model, s) == its]
        keys.append((its, sorted(alike).index(step.label)))
    return tuple(keys)


def orbits(model: Runs, every: Sequence[Run], renamings: Sequence[Names]) -> int:
    known: set[Hashable] = set()
    count = 0
    for run in every:
        its = key_of_run(model, run)
        if its not in known:
            count += 1
            known |= {with_names(its, names) for names in renamings}
    return count


def check(asked: Asked) -> set[str]:
    """What each way finds out about a random protocol is what looking at every run does."""
    model = asked.runs()
    seen = set()
    for prop in model.properties:
        if prop.kind is not Kind.ALWAYS or prop.of_steps:
            continue
        depth = depth_of(model, prop)
        every = violating(model, prop, depth) if depth is not None else None
        if depth is None or every is None:
            continue
        renamings = all_renamings(asked)
        best = labels(min(every, key=lambda run: cost(model, run)))
        expected = Told(len(every), orbits(model, every, renamings), best)
        for engine in ("reference", "compiled"):
            assert told(shortest(model, prop, depth, engine=engine)) == expected, engine
        seen |= features(asked, every, expected)
    return seen


def features(asked: Asked, every: list[Run], expected: Told) -> set[str]:
    said = {
        "several runs": len(every) > 1,
        "some differ by names": expected.up_to_renaming not in (None, len(every)),
        "the least is not the most readable": min(map(labels, every)) != expected.labels,
        "a choice": ", way" in "".join(expected.labels),
    }
    names = {name for name, true in said.items() if true}
    return names | {asked.network, f"crashes {asked.crashes}", f"a run of {len(every[0])}"}


COMES_UP = [*NETWORKS, "crashes 0", "crashes 1", "crashes 2", "a run of 1", "a run of 3"]
COMES_UP += ["several runs", "some differ by names", "a choice"]
COMES_UP += ["the least is not the most readable"]


def looked_at(examples: int) -> Counter[str]:
    """What came up in so many random protocols of each sort."""
    seen: Counter[str] = Counter()

    def compare(asked: Asked) -> None:
        seen.update(check(asked))

    for strategy in (questions(), symmetric_questions()):
        settings(max_examples=examples, **COMMON)(given(strategy)(compare))()
    return seen


def test_random_protocols_are_told_as_by_looking_at_every_run() -> None:
    assert looked_at(60)["several runs"] > 5


@pytest.mark.slow
def test_a_thousand_random_protocols_are_told_as_by_looking_at_every_run() -> None:
    seen = looked_at(500)
    assert [name for name in COMES_UP if not seen[name]] == []


# By counting on one's fingers


@dataclass(frozen=True)
class Ping:
    pass


@dataclass(frozen=True)
class Ringer(Actor):
    """Rings the bell, again and again."""

    bell: Group = fixed()

    def offers(self) -> Iterator[Act]:
        yield act("rings", self, broadcast(self.bell, Ping()))


@dataclass(frozen=True)
class Bell(Actor):
    heard: tuple[Any, ...] = ()

    def receive(self, msg: object, src: Any) -> Bell:
        return self.but(heard=(*self.heard, src))


def ringing(
    ringers: int, times: int, role: type[Ringer] = Ringer, *, alike: bool = True
) -> Shortest:
    """All runs in which the bell has heard so many rings."""

    @always(sees=["heard"])
    def quiet(seen: Seen) -> str | None:
        return "too loud" if any(len(held) == times for _, held in seen.field("heard")) else None

    r, b = group("r", ringers), group("b", 1)
    parts: Any = {r: lambda _: role(bell=b), b: lambda _: Bell()}
    cluster = Cluster(parts, [quiet], interchangeable=[r] if alike else [])
    found = shortest(Runs(cluster, NETWORKS["fifo"], 0), quiet, 2 * times, engine="reference")
    assert found is not None
    return found


def test_a_run_is_one_of_many_that_differ_by_names() -> None:
    """Two rings by r of five nodes, r**2 ways, and the second before or after the first is heard:
    where both rang, and both wait, either is heard first. Up to names one or two ring."""
    found = ringing(5, 2)
    both, one = 5 * 4, 5
    assert (found.count, found.up_to_renaming) == (both * 3 + one * 2, 3 + 2)
    assert most_readable(found).labels == (
        "r1 rings", "r1 rings", "b1 <- r1: Ping()", "b1 <- r1: Ping()",
    )  # fmt: skip


def test_without_interchangeable_names_each_run_is_one_of_its_own() -> None:
    found = ringing(5, 2, alike=False)
    assert (found.count, found.up_to_renaming) == (70, 70)


def test_runs_are_not_counted_up_to_the_names_of_too_many_nodes() -> None:
    assert ringing(21, 1).up_to_renaming == 1
    assert ringing(22, 1).up_to_renaming is None


@dataclass(frozen=True)
class Favourite(Ringer):
    """Only r1 rings."""

    def offers(self) -> Iterator[Act]:
        return super().offers() if str(self.me) == "r1" else iter(())


def test_names_that_are_not_treated_alike_are_not_taken_for_each_other() -> None:
    found = ringing(3, 1, Favourite)
    assert (found.count, found.up_to_renaming) == (1, None)


def test_layers_that_hold_more_than_the_shortest_runs_would_be_told() -> None:
    """Were all states of a level kept, runs would be counted that end where all is well."""
    found = ringing(2, 2)
    model, prop = found.model, found.prop
    layers = plain(model, prop, 4, 1_000)
    assert layers is not None
    assert Shortest(model, prop, layers).count == found.count == 2 * 3 + 2 * 2
    after = {s for before in found.states[-2] for _, s in model.steps(before)}
    more = Layers([*layers.keys[:-1], frozenset(after)], layers.key)
    assert Shortest(model, prop, more).count > found.count


# Exact numbers


def paxos(bug: str, length: int, **options: int) -> Shortest:
    model = Runs(cluster(bug, **options), NETWORKS["set"], 0)
    prop = next(each for each in model.properties if each.name == "agreement")
    found = shortest(model, prop, length, engine="compiled")
    assert found is not None
    return found


def test_a_bug_with_one_round_has_millions_of_shortest_runs() -> None:
    found = paxos("14", 14, acceptors=3, proposers=2, rounds=1)
    assert (sum(map(len, found.states)), found.count) == (898, 15_972_192)
    assert found.up_to_renaming == 15_972_192 // 6  # each of them moves all three acceptors


def test_a_bug_with_two_rounds_has_hundreds_of_millions() -> None:
    found = paxos("1", 20, acceptors=3, proposers=2, rounds=2)
    assert (sum(map(len, found.states)), found.count) == (2_131, 613_988_424)
    assert found.up_to_renaming == 613_988_424 // 6


# What is not told


def test_what_is_too_large_or_about_steps_is_not_told() -> None:
    found = ringing(2, 2)
    model, prop = found.model, found.prop
    for engine in ("reference", "compiled"):
        assert told(shortest(model, prop, 4, engine=engine)) == told(found)
        assert shortest(model, prop, 4, engine=engine, limits=Limits(10)) is None
    assert shortest(model, replace(prop, of_steps=True), 4, engine="reference") is None


def test_a_small_search_loads_no_machine_code() -> None:
    code = """
import sys
from pcheck.semantics.network import Network
from pcheck.semantics.cluster_model import Runs
from pcheck.traces.readable import most_readable
from pcheck.traces.shortest import shortest
from pcheck.loading.spec import find
spec = find("paxos")
model = Runs(spec.build(spec.options({"rounds": 1}), bug=spec.bug("14")), Network(), 0)
agreement = next(each for each in model.properties if each.name == "agreement")
print(shortest(model, agreement, 14, engine="reference").count, "numba" in sys.modules)
"""
    command = [sys.executable, "-c", code]
    said = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    assert said == "15972192 False\n"
