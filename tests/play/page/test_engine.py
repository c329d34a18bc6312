"""The engine of the page against the reference semantics, on random walks."""

from __future__ import annotations

import json
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from pcheck.bugs import KnownBug
from pcheck.language.decorators import Bug
from pcheck.loading.setup import Setup, prepare
from pcheck.loading.spec import Spec, find, shipped
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.semantics.network import NETWORKS
from pcheck.traces.saved import SavedTrace
from tests import draws as st
from tests.play.page.conftest import ignored
from tests.play.page.engine import Job, check, check_cut_off, job, page_data, steps_within
from tests.sampling import fast_first
from tests.search.alike import Case
from tests.search.protocols import cases

CLUSTERS = [each.name for each in shipped() if isinstance(prepare(each, {}).model, ClusterModel)]
MAX_SIZE = 900_000  # bytes, so that a whole page has less than a million
SMALLEST = "two_phase_commit"
BUGS = [
    (spec.name, bug.name)
    for spec in shipped()
    if spec.name in CLUSTERS
    for bug in spec.bugs
    if not prepare(spec, {}, bug=bug).asks_about_future
]


def on_all_networks(
    spec: Spec,
    bug: Bug | None,
    data: dict[str, Any],
    walks: int,
    saved: SavedTrace | None = None,
    **given: Any,
) -> list[Job]:
    """Return walks on each network; the tables are the same for all, unless a search made them.

    The walks on the network of a saved trace contain the trace.
    """
    random, jobs = Random(f"{spec.name} {bug and bug.name}"), list[Job]()
    for network in NETWORKS if data["servesAllNetworks"] else [data["network"]]:
        model = prepare(spec, {}, bug=bug, network=network).model
        assert isinstance(model, ClusterModel)
        more = [saved.steps] if saved is not None and saved.network == network else []
        most = steps_within(data)
        jobs.append(job(data, model, random, walks, max_steps=most, more=more, **given))
    return jobs


@pytest.mark.parametrize("name", fast_first(1, sorted(CLUSTERS, key=lambda name: name != SMALLEST)))
def test_random_walks_are_those_of_the_reference(name: str) -> None:
    spec = find(name)
    data = page_data(prepare(spec, {}))
    assert len(json.dumps(data)) < MAX_SIZE
    check(on_all_networks(spec, None, data, 250))


@pytest.mark.usefixtures("without_reasons")
@pytest.mark.parametrize(("name", "bug"), fast_first(1, BUGS))
def test_random_walks_of_bugs_are_those_of_the_reference(name: str, bug: str) -> None:
    spec = find(name)
    known = spec.bug(bug)
    setup = replace(prepare(spec, {}, bug=known), bug=None)  # without what is correct
    data, saved = page_data(setup, 50_000), KnownBug(spec, known).saved
    saved = saved if data["depth"] is None and setup.crash_nodes is None else None
    check(on_all_networks(spec, known, data, 13, saved, why=ignored))


def random_jobs(examples: int, max_reactions: int = 3_000) -> list[Job]:
    """Return walks of random protocols; properties see fields, steps, and which nodes are up."""
    random, jobs = Random("protocols"), list[Job]()
    paxos = prepare(find("paxos"), {})

    def add(case: Case) -> None:
        model = case.model()
        setup: Setup = replace(
            paxos, model=case.model(), network=case.network, crashes=case.crashes
        )
        data = page_data(setup, 3_000, max_reactions)
        assert max_reactions < 3_000 or data["depth"] is None
        jobs.append(job(data, model, random, 5, why=ignored))

    st.for_each(cases(), examples, add)
    return jobs


@pytest.mark.usefixtures("without_reasons")
@pytest.mark.parametrize("examples", fast_first(1, [8, 200]))
def test_random_walks_of_random_protocols_are_those_of_the_reference(examples: int) -> None:
    check(random_jobs(examples))


@pytest.mark.usefixtures("without_reasons")
@pytest.mark.parametrize("limit", fast_first(1, [5, 20, 100]))
def test_tables_that_end_never_lack_a_step_without_saying_so(
    monkeypatch: pytest.MonkeyPatch, limit: int
) -> None:
    monkeypatch.setattr("pcheck.play.page.closing.MAX_STATES", 1)  # no search helps
    spec, random = find("paxos"), Random(limit)
    setup = prepare(spec, {"acceptors": 2})
    model = prepare(spec, {"acceptors": 2}).model
    assert isinstance(model, ClusterModel)
    jobs = [job(page_data(setup, 1_000, limit), model, random, 20)]
    assert check_cut_off([*jobs, *random_jobs(10, limit)]) > 10
