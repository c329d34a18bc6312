"""Composed steps, receptions and images are those of the automata, on random protocols."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import Any

import pytest

from pcheck.errors import SpecError
from pcheck.search.clock import Clock
from pcheck.search.compiled.composing import Composer, NotComposed
from pcheck.search.compiled.inboxes import COPIES_BITS, Inboxes
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
from tests.attack.drawn import protocols
from tests.attack.scripts import trap
from tests.search.parts import tickers

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


def composed_steps(composer: Composer, config: Config) -> list[Any]:
    inboxes = composer.inboxes
    steps = composer.steps(inboxes.packed(config))
    return [(step.length, inboxes.unpacked(step.next), *step[2:]) for step in steps]


def compare(case: Case, subset: tuple[str, ...], random: Random) -> Counter[str]:
    """Compare what the composers and the automata of a search say of what the search met."""
    model = model_of(case)
    reduced, limits = reduce_cluster(model, subset), Limits(states=400)
    walk = Walk(model, limits, reduced, True, Clock(limits, None))
    found = Counter[str]()
    try:
        walk.run()
    except (SpecError, MetUnknown, ForbidsUnseenSteps):
        found["ended"] += 1
    symmetry, machines = walk.tables.orbits.symmetry, walk.tables.machines
    for i, composer in enumerate(machines.composers):
        if composer is None:
            found["no composer"] += 1
            continue
        automaton, configs = machines.nodes[i], list(composer.configs)
        for config in random.sample(configs, min(len(configs), MAX_CONFIGS)):
            assert composer.inboxes.unpacked(composer.inboxes.packed(config)) is config
            try:
                steps = composed_steps(composer, config)
            except NotComposed:
                found["not composed"] += 1
            else:
                assert steps == steps_of(automaton, model, i, config)
                found["steps"] += len(steps)
            for effects in random.sample(walk.tables.bundles.all, min(8, len(walk.tables.bundles))):
                received = composer.receive(composer.inboxes.packed(config), effects.bundle)
                after = automaton.receive(config, effects.bundle)
                assert composer.inboxes.unpacked(received) is after
                found["received"] += after is not config
            for swap in range(len(symmetry.swaps)) if symmetry is not None else ():
                assert symmetry is not None
                target = symmetry.targets[swap][i]
                other = machines.composers[target]
                assert other is not None
                image = composer.image(swap, composer.inboxes.packed(config), other, symmetry)
                expected = machines.nodes[target].normal(symmetry.config(swap, i, config))
                assert other.inboxes.unpacked(image) is expected
                found["images"] += expected is not config
    return found


def compare_many(first: int, how_many: int) -> Counter[str]:
    found = Counter[str]()
    for protocol in protocols(first=first, how_many=how_many):
        random = Random(protocol.number)
        for subset in random.sample(SUBSETS, 4):
            try:
                found += compare(protocol.case, subset, random)
            except AssertionError as error:
                error.add_note(f"protocol {protocol.number} under {subset}")
                raise
            except SpecError as error:
                if "declared interchangeable" not in str(error):
                    raise
    return found


def test_composed_steps_are_those_of_the_automata() -> None:
    found = compare_many(300_000, 20)
    assert min(found[each] for each in ("steps", "received", "images", "no composer")) > 50


@pytest.mark.slow
@pytest.mark.parametrize("part", range(4))
def test_composed_steps_are_those_of_the_automata_of_many_protocols(part: int) -> None:
    found = compare_many(310_000 + 1_000 * part, 100)
    assert min(found[each] for each in ("steps", "received", "images")) > 50


@pytest.mark.parametrize("network", ["set", "once", "lossy"])
@pytest.mark.parametrize("subset", [(), ("fuse",), ("prune",), ("fuse", "prune"), ("minimise",)])
def test_a_handler_that_fails_ends_a_chain_or_is_reported(
    network: str, subset: tuple[str, ...]
) -> None:
    """On B, the node fails in its second state. On `lossy` without tables nothing is composed."""
    case = trap(network, {"n": "00 A 10; 10 B !", "m": "00 p 10 A>n1 B>n1"})
    found = compare(case, subset, Random(1))
    assert found["ended"] == 1
    assert (found["not composed"] > 0) is (network != "lossy")


# Inboxes


def test_an_inbox_of_more_than_64_letters_and_of_more_copies_than_a_field_holds() -> None:
    model = ClusterModel(tickers(2, 1), NETWORKS["once"], 0)
    inboxes = Inboxes(model.nodes[0])
    letters = [model.letter(model.nodes[1].me, (number,)) for number in range(100)]
    assert [inboxes.field(letter).bit_length() for letter in letters] == [*range(16, 1_601, 16)]
    inbox = 0
    for number, letter in enumerate(letters):
        for _ in range(number % 3):
            inbox = inboxes.put(inbox, letter)
    expected = [number for number in range(100) for _ in range(number % 3)]
    assert inboxes.copies(inbox) == expected
    taken = inboxes.taken(inbox, inboxes.field(letters[98]))
    assert Counter(expected) - Counter(inboxes.copies(taken)) == {98: 1}
    full = inboxes.field(letters[0])
    assert inboxes.copies(full) == [0] * ((1 << COPIES_BITS) - 1)
    with pytest.raises(TooManyNumbers, match="at most 65,535 copies of a message"):
        inboxes.put(full, letters[0])


def test_a_set_holds_one_copy_of_each_of_100_letters() -> None:
    model = ClusterModel(tickers(2, 1), NETWORKS["set"], 0)
    inboxes = Inboxes(model.nodes[0])
    letters = [model.letter(model.nodes[1].me, (number,)) for number in range(100)]
    inbox = 0
    for letter in letters[::-2] * 2:
        inbox = inboxes.put(inbox, letter)
    assert inboxes.copies(inbox) == list(range(50))
    assert list(inboxes.inside(inbox)) == letters[1::2]
    assert inboxes.taken(inbox, inboxes.field(letters[1])) == inbox
