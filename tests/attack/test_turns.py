"""The attack on tables that grow with the search: fixed traps, and random protocols."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from random import Random

import pytest

from pcheck.errors import SpecError
from pcheck.search.compiled import explorer
from pcheck.search.compiled.reactions import LocalReactions
from pcheck.search.compiled.turn import Refuted, Turn
from pcheck.search.outcome import SearchResult
from pcheck.search.reductions import walking
from pcheck.search.reductions.met import Met
from pcheck.semantics.cluster_model import ClusterModel
from tests.attack import test_attacked
from tests.attack.attack import SUBSETS
from tests.attack.drawn import protocols
from tests.attack.dropped_in_turns import MESSAGES, NOTHING, SOME, TRAPS, TurnTrap
from tests.attack.test_attack import attack, deepest, holding, under
from tests.attack.traps import FAILS
from tests.sampling import fast_first

MAX_STATES = 1_000
Patch = pytest.MonkeyPatch


@pytest.fixture(autouse=True)
def in_turns(monkeypatch: Patch) -> None:
    """Let no cluster have closed tables, and let the tables grow after each level."""
    monkeypatch.setattr(explorer, "MAX_LOCAL_REACTIONS", 0)
    monkeypatch.setattr(Turn, "_growth_pays", lambda self: True)
    monkeypatch.setattr(walking, "MAX_STEPS", 0)


def knowing(what: str) -> Callable[[ClusterModel, Met, int, object], None]:
    """Return a function that adds what can be met: all of it, some, or only the messages."""

    def add(model: ClusterModel, met: Met, max_pairs: int, tick: object) -> None:
        todo = [] if what == NOTHING else [model.initial()]
        known = {*todo}
        for nth, state in enumerate(todo):  # the loop appends to the list
            if what == SOME and nth == 2:
                break
            for i, node in enumerate(model.nodes):
                try:
                    rows = node.rows(state.nodes[i])
                except SpecError:
                    continue
                for row in rows:
                    if what != MESSAGES:
                        met.add_local(i, node.local(row.next))
                    for letter, receivers in row.bundle.sends:
                        for receiver in receivers:
                            met.add_letter(model.index[receiver], letter)
                    after = model.after(state, i, row)
                    if after.crashes <= model.crashes and after not in known:
                        known.add(after)
                        todo.append(after)

    return add


def answer_to(trap: TurnTrap, patch: Patch) -> str:
    """Return whether pcheck's answer to a trap is right, by the explorer of the attack."""
    patch.setattr(explorer, "walk_at_random", knowing(trap.knows))
    patch.setattr(Turn, "_growth_pays", lambda self: trap.grows)
    return test_attacked.answer_to(trap, uses_tables=True)


@pytest.mark.parametrize("condition", TRAPS)
def test_a_condition_that_is_dropped_is_noticed(condition: str, monkeypatch: Patch) -> None:
    """Composed steps are compared with those of the automata, whose conditions are dropped here."""
    trap = TRAPS[condition]
    assert answer_to(trap, monkeypatch) == trap.answer
    monkeypatch.setattr(LocalReactions, "are_enough", lambda automaton: False)
    assert answer_to(trap, monkeypatch) == trap.answer
    trap.drop(monkeypatch)
    assert answer_to(trap, monkeypatch) == trap.without


@pytest.mark.parametrize("condition", [name for name in TRAPS if TRAPS[name].answer != FAILS])
def test_a_limit_of_states_promises_no_more_than_is_confirmed(
    condition: str, monkeypatch: Patch
) -> None:
    trap = TRAPS[condition]
    monkeypatch.setattr(explorer, "walk_at_random", knowing(trap.knows))
    (prop,) = trap.case.explorer().cluster.properties
    length = trap.case.explorer().explore(MAX_STATES).lengths[prop.name]
    for states in range(1, 30):
        result = trap.case.check(
            {"engine": "compiled", "reduce": trap.reduce, "max_states": states}
        )
        if result.search.complete or result.search.violated:
            assert len(result.trace or ()) == (length or 0)
        else:
            assert length is None or result.depth < length


def turns_of(patch: Patch) -> Counter[str]:
    """Return a counter of the turns that grow, that are refuted, and that end."""
    counted, run = Counter[str](), Turn.run

    def counting(self: Turn) -> SearchResult:
        try:
            result = run(self)
        except Refuted:
            counted["refuted"] += 1
            raise
        counted["ended"] += 1
        counted["grown"] += self._has_grown
        return result

    patch.setattr(Turn, "run", counting)
    return counted


@pytest.mark.parametrize("part", fast_first(1, range(12)))
def test_random_protocols_in_turns(part: int, monkeypatch: Patch) -> None:
    counted, found = turns_of(monkeypatch), Counter[str]()
    for protocol in protocols(first=400_000 + 1_000 * part, how_many=12):
        random = Random(f"turns {protocol.number}")
        pays, steps = random.choice([True, False]), random.choice([0, 0, 40])
        monkeypatch.setattr(Turn, "_growth_pays", lambda self, pays=pays: pays)
        monkeypatch.setattr(walking, "MAX_STEPS", steps)
        tabulated = [each for each in SUBSETS if {"minimise", "prune", "cover"} & {*each}]
        for subset in random.sample(tabulated, 4):
            ways = [under(subset), *deepest(protocol, subset), *holding(protocol, subset)]
            found += sum((attack(protocol, how) for how in ways), Counter[str]())
    assert found.keys() >= {"minimise", "prune"}
    assert counted["grown"] > 0
