"""Random executions are sound, and altered logs get the answer of a search of all executions."""

from __future__ import annotations

import random

import pytest

from pcheck.audit.result import Answer
from pcheck.errors import UsageError
from pcheck.loading.setup import Setup, prepare
from pcheck.loading.spec import find, shipped_names
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.semantics.network import NETWORKS
from tests.audit.logged import altered, audited, label_of, labels_by_node, sparser, walk
from tests.audit.oracle import has_run

MODELS = "lamport", "simplified_paxos", "simplified_fast_paxos"  # without nodes
CLUSTERS = [name for name in shipped_names() if name not in MODELS]
FAST_WALKS, SLOW_WALKS = 4, 250  # of each spec on each network; together 1,000 of each spec


def check_walks(name: str, network: str, walks: int) -> None:
    """Assert that full logs are sound, and sparse ones sound or undecided.

    The reference semantics takes the steps that were found, which are those of the log.
    """
    setup = prepare(find(name), {}, network=network, crashes=2)
    rng = random.Random(f"{name} on {network}")
    for _ in range(walks):
        events = walk(setup, rng.randrange(1, 36), rng)
        if not events:
            continue
        found = audited(setup, events, keeps=True)
        assert (found.answer, found.events) == (Answer.SOUND, len(events)), found
        assert found.violations == ()
        assert found.execution is not None
        assert labels_by_node(found.execution) == labels_by_node(map(label_of, events))
        sparse = audited(setup, sparser(events, rng), rng.randrange(2), keeps=True)
        assert sparse.answer in (Answer.SOUND, Answer.UNDECIDED), sparse


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("name", CLUSTERS)
def test_executions_are_sound(name: str, network: str) -> None:
    check_walks(name, network, FAST_WALKS)


@pytest.mark.slow
@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("name", CLUSTERS)
def test_a_thousand_executions_are_sound(name: str, network: str) -> None:
    check_walks(name, network, SLOW_WALKS)


def small(rng: random.Random) -> Setup:
    """Return a cluster of which all executions can be searched."""
    sizes = {"acceptors": 2, "proposers": rng.choice([1, 2]), "rounds": 1}
    return prepare(find("paxos"), sizes, network=rng.choice(list(NETWORKS)), crashes=1)


def check_altered(rng: random.Random, logs: int) -> set[tuple[Answer, int]]:
    """Assert that altered logs get the answer of a search; return each answer with its gap."""
    met = set()
    for _ in range(logs):
        setup, gap = small(rng), rng.choice([0, 0, 1])
        assert isinstance(setup.model, ClusterModel)
        events = walk(setup, rng.randrange(2, 9), rng)
        if len(events) < 2:
            continue
        events = altered(sparser(events, rng) if rng.random() < 0.5 else events, rng)
        try:
            found = audited(setup, events, gap)
        except UsageError:  # an event has the fields of a node of another group
            continue
        if found.answer is Answer.SOUND:
            assert has_run(setup.model, events, gap), events
        elif found.answer is Answer.REFUSED:
            assert not has_run(setup.model, events, gap), events
        else:
            assert gap > 0, events
        met.add((found.answer, gap))
    return met


def test_the_answer_is_that_of_a_search_of_all_executions() -> None:
    met = check_altered(random.Random(1), 300)
    assert met >= {(Answer.SOUND, 0), (Answer.REFUSED, 0), (Answer.SOUND, 1), (Answer.UNDECIDED, 1)}


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 6))
def test_the_answer_for_thousands_of_logs_is_that_of_a_search(seed: int) -> None:
    check_altered(random.Random(seed), 4_000)
