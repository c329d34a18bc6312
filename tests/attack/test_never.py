"""Behaviour that no execution shows: a reduced search must not name what the full search shows."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any, TypeAlias

import pytest

from pcheck import Result, check
from pcheck.language.kinds import state_fields
from pcheck.language.values import exact
from pcheck.loading.spec import find
from tests.attack.attack import SUBSETS
from tests.attack.drawn import Drawn, protocols
from tests.attack.protocols import is_declared_wrongly

# The class of an actor, the class of a message or None, the fields that change, and what is sent.
Behaviour: TypeAlias = tuple[type, type | None, frozenset[str], frozenset[type]]
MAX_STATES = 2_000


def shown(result: Result) -> set[Behaviour]:
    """Return what the nodes did when the search asked them."""
    model: Any = result.model
    return {
        (
            type(actor),
            type(letter.message) if letter is not None else None,
            frozenset(
                name
                for name in state_fields(type(actor))
                if exact(getattr(actor, name)) != exact(getattr(move.actor, name))
            ),
            frozenset(type(sent.message) for sent, _ in move.bundle.sends),
        )
        for node, actor, letter in model.asked
        for move in node.moves(actor, letter)
        if move.actor is not None
    }


def places(result: Result) -> set[str]:
    return {each.place for each in result.never_happens}


def undecided(protocol: Drawn) -> list[str]:
    """Return the properties that are only decided when every state is explored."""
    properties = protocol.explorer.cluster.properties
    return [prop.name for prop in properties if protocol.answer.lengths[prop.name] is None]


def reduced(protocol: Drawn, names: list[str]) -> Iterator[Result]:
    """Yield the results of a full search and of one with a seeded subset of the reductions."""
    subset = Random(protocol.number).choice(SUBSETS[1:])
    for how in ({"engine": "reference"}, {"engine": "compiled", "reduce": ",".join(subset)}):
        yield protocol.case.check({**how, "properties": names})


@pytest.mark.slow
def test_a_reduced_search_of_a_random_protocol_asks_about_all_that_nodes_do() -> None:
    compared = 0
    for protocol in protocols(first=500_000, how_many=60):
        names = undecided(protocol)
        if names and not is_declared_wrongly(protocol.number):
            full, fewer = reduced(protocol, names)
            assert full.search.complete
            assert fewer.search.complete
            compared += 1
            assert shown(full) <= shown(fewer), protocol.number
            assert places(fewer) <= places(full), protocol.number
    assert compared > 40


@pytest.mark.slow
@pytest.mark.parametrize("spec", ["paxos", "two_phase_commit"])
def test_a_reduced_search_of_a_bug_names_only_lines_that_the_full_search_names(spec: str) -> None:
    """Searches for the violation of a bug end early, so each property that holds is checked."""
    for bug in find(spec).bugs:
        every = check(spec, bug=bug.name, all_properties=True, max_states=MAX_STATES, reduce="none")
        held = [name for name, each in every.properties.items() if each.value == "holds"]
        if not (every.search.stopped or held):
            continue
        how: dict[str, Any] = {"bug": bug.name, "properties": held, "max_states": MAX_STATES}
        full = check(spec, reduce="none", **how)
        fewer = check(spec, reduce="all", **how)
        if full.search.complete and fewer.search.complete:
            assert places(fewer) <= places(full), bug.name
