"""Answers recorded in a reduced search are those of a search without reductions."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import pytest

from pcheck.language.property import Property
from pcheck.loading.setup import prepare
from pcheck.loading.spec import find
from pcheck.play.page import recording
from pcheck.play.page.recorder import Answers
from pcheck.play.page.recording import record
from pcheck.semantics.cluster_model import ClusterModel
from tests.draws import for_each
from tests.sampling import fast_first
from tests.search.alike import Case
from tests.search.protocols import cases

MANY = 100_000


def decoded(found: Answers) -> dict[Any, Hashable]:
    """Return the answers by the parts of the nodes themselves, without numbers."""
    parts = [list(known) for known in found.parts]
    of_each = 1 + found.is_about_steps
    return {
        tuple(parts[at // of_each][number] for at, number in enumerate(numbers)): (
            answer if isinstance(answer, (str, bool, type(None))) else tuple(answer.items())
        )
        for numbers, answer in found.by_parts.items()
    }


def recorded(
    monkeypatch: pytest.MonkeyPatch, model: ClusterModel, reference: int
) -> list[dict[Any, Hashable]]:
    """Record with the reference search if there are at most `reference` states."""
    monkeypatch.setattr(recording, "MAX_STATES_OF_REFERENCE", reference)
    properties = [each for each in model.properties if isinstance(each, Property)]
    found = record(model, properties, max_states=MANY)
    assert {each.limit for each in found} <= {None}
    return [*map(decoded, found)]


def check(monkeypatch: pytest.MonkeyPatch, model: ClusterModel) -> int:
    """Compare the answers of both searches, and return their number."""
    whole = recorded(monkeypatch, model, MANY)
    assert recorded(monkeypatch, model, 1) == whole
    return sum(map(len, whole))


@pytest.mark.parametrize(
    ("name", "given"),
    fast_first(
        2,
        [
            ("two_phase_commit", {}),
            ("paxos", {"acceptors": 2, "rounds": 1}),
            ("retrying_paxos", {}),
            ("paxos", {"acceptors": 3, "rounds": 1}),
            ("multi_paxos", {"acceptors": 1}),
            ("raft", {"terms": 1}),
        ],
    ),
)
def test_the_answers_of_specs(
    monkeypatch: pytest.MonkeyPatch, name: str, given: dict[str, Any]
) -> None:
    model = prepare(find(name), given).model
    assert isinstance(model, ClusterModel)
    assert check(monkeypatch, model) > 100


@pytest.mark.parametrize("examples", fast_first(1, [5, 150]))
def test_the_answers_of_random_protocols(monkeypatch: pytest.MonkeyPatch, examples: int) -> None:
    compared, about_steps = 0, 0

    def compare(case: Case) -> None:
        nonlocal compared, about_steps
        model = case._replace(network="set").model()
        about_steps += any(each.is_step_property for each in model.properties)
        compared += check(monkeypatch, model)

    for_each(cases(), examples, compare)
    assert compared > 5 * examples
    assert about_steps >= examples // 15
