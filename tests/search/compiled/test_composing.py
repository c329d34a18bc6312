"""Composed steps, receptions and images are those of the automata, on random protocols."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, make_dataclass
from itertools import pairwise
from operator import itemgetter
from random import Random
from typing import Any

import numpy as np
import pytest

from pcheck import Action, Actor, action, fixed, send
from pcheck.errors import SpecError
from pcheck.search.clock import Clock
from pcheck.search.compiled import kernel
from pcheck.search.compiled.configs import Pool
from pcheck.search.compiled.parts import Parts
from pcheck.search.compiled.tables import Tables
from pcheck.search.compiled.walk import Walk
from pcheck.search.limits import Limits
from pcheck.search.outcome import TooManyNumbers
from pcheck.search.reductions.automaton import Automaton
from pcheck.search.reductions.met import MetUnknown
from pcheck.search.reductions.reduce import reduce_cluster
from pcheck.search.reductions.unseen_steps import ForbidsUnseenSteps
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.semantics.network import NETWORKS
from pcheck.semantics.node import Config
from tests.attack.attack import SUBSETS, Case
from tests.attack.drawn import comparing, protocols
from tests.attack.scripts import trap
from tests.search.parts import M1, N1, Ball, Idle, M, N, Player, cluster, tickers

MAX_CONFIGS = 60  # of each node that are compared


def model_of(case: Case) -> ClusterModel:
    cluster, crash_nodes = case.builder(**case.options), None
    if case.crash_nodes is not None:
        names = {str(node): node for node in cluster.actors}
        crash_nodes = [names[each] for each in case.crash_nodes if each in names]
    return ClusterModel(cluster, NETWORKS[case.network], case.crashes, crash_nodes)


def steps_of(automaton: Automaton, model: ClusterModel, i: int, config: Config) -> list[Any]:
    """Return the steps of the automaton, or the error."""
    try:
        return [
            (
                len(step.labels),
                step.next,
                step.bundle,
                step.crashes,
                model.observer.changes(i, config, step.next),
            )
            for step in automaton.steps(config)
        ]
    except SpecError as error:
        return [str(error)]


def missed(machine: int, number: int, third: int = 0) -> Any:
    """Return a cursor that says which entry is missing."""
    cursor = np.zeros(kernel.CURSOR_SIZE, np.int64)
    cursor[kernel.MISSED], cursor[kernel.MISSED_AT] = machine, number
    cursor[kernel.MISSED_BUNDLE] = third
    return cursor


def composed_steps(tables: Tables, i: int, number: int) -> list[Any] | None:
    """Return the rows that the kernel composes, or None if it needs the automaton."""
    if not tables.compose(kernel.ROWS, missed(i, number)):
        return None
    found = []
    span, configs = tables.row_span[i, number], tables.machines.configs[i].all
    for cost, (begin, end) in enumerate(pairwise(span.tolist()), 1):
        for row in range(begin, end):
            effects = tables.effects.all[tables.rows.bundle[row]]
            assert effects.node == i
            after = configs[int(tables.rows.next[row])]
            found.append((cost, after, effects.bundle, effects.crashes, effects.changes))
    return found


def received(tables: Tables, i: int, number: int, bundle: int) -> Config:
    """Return what the kernel composes when a bundle reaches a node."""
    assert tables.compose(kernel.RECEPTION, missed(i, number, bundle))
    table, key = tables.receptions.table, np.uint64(kernel._key(i, number, bundle))
    place = kernel._find_place(table, key)
    assert int(table[place, 0]) == int(key)
    return tables.machines.configs[i].all[int(table[place, 1]) - 3]


def compare_renamed(tables: Tables, i: int, number: int, config: Config) -> int:
    """Compare images and views; return how many images differ from their configurations."""
    symmetry, orbits, differing = tables.orbits.symmetry, tables.orbits, 0
    assert symmetry is not None
    assert tables.compose(kernel.VIEWS, missed(i, number))
    views = orbits.views[orbits.first_row[i] + number].tolist()
    assert min(views) > 0
    for swap, names in enumerate(symmetry.swaps):
        target = symmetry.targets[swap][i]
        assert tables.compose(kernel.IMAGE, missed(i, number, swap))
        image = int(orbits.images[orbits.first_row[i] + number, swap])
        expected = tables.machines.nodes[target].normal(symmetry.config(swap, i, config))
        assert tables.machines.configs[target].all[image] is expected
        assert tables.compose(kernel.VIEWS, missed(target, image))
        of_image = orbits.views[orbits.first_row[target] + image].tolist()
        one, other = map(symmetry.names.index, names)
        of_image[one], of_image[other] = of_image[other], of_image[one]
        assert of_image == views
        differing += expected is not config
    return differing


def compare(case: Case, subset: tuple[str, ...], random: Random) -> Counter[str]:
    """Compare what the kernel composes with what the automata say, of what the search met."""
    model = model_of(case)
    reduced, limits = reduce_cluster(model, subset), Limits(states=400)
    walk = Walk(model, limits, reduced, True, Clock(limits, None))
    found = Counter[str]()
    try:
        walk.run()
    except (SpecError, MetUnknown, ForbidsUnseenSteps):
        found["ended"] += 1
    tables, machines = walk.tables, walk.tables.machines
    for i, automaton in enumerate(machines.nodes):
        assert tables.composition.is_composed[i]
        configs = list(machines.configs[i].all)
        for number in random.sample(range(len(configs)), min(len(configs), MAX_CONFIGS)):
            config = configs[number]
            assert machines.config_number(i, config) == number
            steps = composed_steps(tables, i, number)
            if steps is None:
                found["not composed"] += 1
            else:
                expected = steps_of(automaton, model, i, config)
                assert steps == sorted(expected, key=itemgetter(0))
                found["steps"] += len(steps)
            for bundle in bundles_to(tables, i, random):
                effects = tables.effects.all[bundle]
                after = automaton.receive(config, effects.bundle)
                assert received(tables, i, number, bundle) is after
                found["received"] += after is not config
            if tables.orbits.symmetry is not None:
                found["images"] += compare_renamed(tables, i, number, config)
    return found


def bundles_to(tables: Tables, i: int, random: Random) -> list[int]:
    """Return the numbers of at most eight bundles that reach node i."""
    begins, counts, receivers, _ = tables.effects.arrays
    found = [
        number
        for number in range(len(tables.effects))
        if i in receivers[begins[number] : begins[number] + counts[number]]
    ]
    return random.sample(found, min(8, len(found)))


def compare_many(first: int, how_many: int) -> Counter[str]:
    found = Counter[str]()
    for protocol in protocols(first=first, how_many=how_many):
        random = Random(protocol.number)
        for subset in random.sample(SUBSETS, 4):
            with comparing(f"protocol {protocol.number} under {subset}"):
                found += compare(protocol.case, subset, random)
    return found


def test_composed_steps_are_those_of_the_automata() -> None:
    found = compare_many(300_000, 20)
    assert min(found[each] for each in ("steps", "received", "images")) > 50


@pytest.mark.slow
@pytest.mark.parametrize("part", range(4))
def test_composed_steps_are_those_of_the_automata_of_many_protocols(part: int) -> None:
    found = compare_many(310_000 + 1_000 * part, 100)
    assert min(found[each] for each in ("steps", "received", "images")) > 50


@pytest.mark.parametrize("network", ["set", "once", "lossy", "fifo"])
@pytest.mark.parametrize("subset", [(), ("fuse",), ("prune",), ("fuse", "prune"), ("minimise",)])
def test_a_handler_that_fails_ends_a_chain_or_is_reported(
    network: str, subset: tuple[str, ...]
) -> None:
    """On B, the node fails in its second state."""
    case = trap(network, {"n": "00 A 10; 10 B !", "m": "00 p 10 A>n1 B>n1"})
    found = compare(case, subset, Random(1))
    assert found["ended"] == 1
    assert found["not composed"] > 0


# Configurations


def pool_of(network: str, senders: int = 2) -> tuple[Pool, ClusterModel]:
    model = ClusterModel(tickers(senders, 1), NETWORKS[network], 0)
    return Pool(model.nodes, Parts([node.me for node in model.nodes], 0, 0)), model


def test_an_inbox_of_more_than_64_letters_and_many_copies() -> None:
    pool, model = pool_of("once")
    node, other = model.nodes[0], model.nodes[1].me
    letters = [model.letter(other, (number,)) for number in range(100)]
    actor, random = model.initial().nodes[0].actor, Random(1)
    inboxes = [
        tuple(letter for letter in letters for _ in range(random.choice([0, 0, 1, 40])))
        for _ in range(30)
    ]
    configs = [node.config(actor, True, inbox) for inbox in inboxes]
    assert [pool.number(0, config) for config in configs * 2] == [*range(30), *range(30)]
    assert [pool.config(0, number) for number in range(30)] == configs
    full = node.config(actor, True, tuple(letters[:1]) * kernel.MAX_COPIES)
    assert pool.config(0, pool.number(0, full)) is full
    more = node.config(actor, True, (*full.inbox, *full.inbox[:1]))
    with pytest.raises(TooManyNumbers, match="at most 65,535 copies of a message"):
        pool.number(0, more)


def test_queues_of_more_letters_than_the_first_arrays_have_room_for() -> None:
    pool, model = pool_of("fifo", senders=3)
    node, (*_, one, other) = model.nodes[0], model.nodes
    actor, random = model.initial().nodes[0].actor, Random(1)
    configs = []
    for length in [3, 9, 70, 200] * 5:
        queues = [[model.letter(it.me, (random.randrange(9),)) for _ in range(length)]
                  for it in (one, other)]  # fmt: skip
        configs.append(node.config(actor, True, (*queues[0], *queues[1])))
    assert [pool.number(0, config) for config in configs * 2] == [*range(20), *range(20)]
    assert [pool.config(0, number) for number in range(20)] == configs
    heads = [(config.inbox[0], config.inbox[len(config.inbox) // 2]) for config in configs]
    assert [pool.deliverable_at(0, place) for place in range(20)] == heads


@dataclass(frozen=True)
class Caller(Actor):
    """Sends a message to each node of the other group, as often as `calls` says."""

    calls: int = fixed(2)
    messages: tuple[object, ...] = fixed((Ball(1),))
    called: int = 0

    def actions(self) -> Iterator[Action]:
        if self.called < self.calls:
            sends = [send(M1, message) for message in self.messages]
            yield action("calls", self.but(called=self.called + 1), *sends)


@pytest.mark.parametrize("calls", [3, 8, 9, 40])
def test_a_search_in_which_queues_grow(calls: int) -> None:
    """The receiver ignores all. A queue of k is left by deliveries and losses: k + 1 states."""
    callers = cluster({N: lambda i: Caller(calls=calls), M: lambda i: Idle()})
    model = ClusterModel(callers, NETWORKS["fifo"], 0)
    for subset in ((), ("minimise", "prune")):
        walk = Walk(model, Limits(), reduce_cluster(model, subset), True, Clock(Limits(), None))
        search = walk.run()
        assert walk.tables.composition.is_composed == [True, True]
        states, steps = (calls + 1) * (calls + 2) // 2, calls * (calls + 1)
        transitions = calls * (calls + 1) // 2 + steps
        assert (search.states, search.transitions, search.depth) == (states, transitions, 2 * calls)


def test_two_losses_with_equal_labels_at_a_node_that_is_down() -> None:
    """The automaton is asked for the steps, and reports the labels."""
    kinds = [make_dataclass("Ask", [], frozen=True, namespace={"__module__": at}) for at in "xy"]
    pair = tuple(kind() for kind in kinds)
    callers = cluster({N: lambda i: Caller(messages=pair), M: lambda i: Idle()})
    model = ClusterModel(callers, NETWORKS["lossy"], 1)
    tables = Walk(
        model, Limits(), reduce_cluster(model, ()), True, Clock(Limits(), None)
    ).tables  # fmt: skip
    node, letters = model.nodes[1], [model.letter(N1, message) for message in pair]
    for inbox, is_composed in (letters[:1], True), (letters, False):
        down = node.config(node.first.actor, False, tuple(inbox))
        steps = composed_steps(tables, 1, tables.machines.config_number(1, down))
        assert (steps is not None) is is_composed
    with pytest.raises(SpecError, match="labelled two steps 'lost: n1 -> m1"):
        tables.machines.nodes[1].steps(down)


def test_a_delivery_beyond_the_most_copies() -> None:
    players = cluster({M: lambda i: Player(hits=3), N: lambda i: Player(serves_to=M1, hits=3)})
    model = ClusterModel(players, NETWORKS["once"], 0)
    walk = Walk(model, Limits(), reduce_cluster(model, ()), True, Clock(Limits(), None))
    walk.run()
    tables = walk.tables
    bundle = bundles_to(tables, 0, Random(1))[0]
    (letter,) = tables.effects.all[bundle].bundle.to(model.nodes[0].me)
    before = model.initial().nodes[0]
    copies = [kernel.MAX_COPIES - 1, kernel.MAX_COPIES]
    fuller, full = (model.nodes[0].config(before.actor, True, (letter,) * each) for each in copies)
    assert received(tables, 0, tables.machines.config_number(0, fuller), bundle) is full
    number = tables.machines.config_number(0, full)
    with pytest.raises(TooManyNumbers, match="at most 65,535 copies of a message"):
        tables.compose(kernel.RECEPTION, missed(0, number, bundle))


@pytest.mark.slow
def test_more_configurations_than_16_bits_can_number() -> None:
    pool, model = pool_of("set")
    node, other = model.nodes[0], model.nodes[1].me
    letters = [model.letter(other, (number,)) for number in range(17)]
    actor = model.initial().nodes[0].actor
    configs = [
        node.config(actor, True, tuple(each for nth, each in enumerate(letters) if bits >> nth & 1))
        for bits in range(70_000)
    ]
    assert [pool.number(0, config) for config in configs] == [*range(70_000)]
    assert pool.number(0, configs[66_666]) == 66_666
    assert pool.config(0, 66_666) is configs[66_666]
