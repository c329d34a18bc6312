"""SimplifiedFastPaxos of the TLA+ examples: the counts equal the published ones.

The published counts are counts up to renaming of acceptors and values. Everything an acceptor did
is in the row of that acceptor and nowhere else. So sorting the rows picks one of all states that
differ only in the names of acceptors. Of the states that differ in the names of values, the
smallest is picked by trying all renamings.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import permutations
from typing import Any

import pytest

from pcheck import Id, Value, check
from pcheck.language.model import Model
from pcheck.loading.spec import find
from pcheck.search.outcome import Outcome, Verdict

Form = tuple[Any, ...]
Names = dict[Value, int]


def model(name: str, **options: int) -> Model[Any]:
    spec = find(name)
    built = spec.build(spec.options(options))
    assert isinstance(built, Model)
    return built


def counts_up_to_names(explored: Model[Any], acceptors: int, values: int) -> tuple[int, int]:
    """Return the number of states and the depth of the last state, up to renaming."""
    first = explored.initial()
    depth = {form(first, acceptors, values): 0}
    queue = [first]
    for state in queue:  # breadth first: the loop goes on to what it appends
        level = depth[form(state, acceptors, values)]
        for _, after in explored.steps(state):
            reached = form(after, acceptors, values)
            if reached not in depth:
                depth[reached] = level + 1
                queue.append(after)
    return len(queue), max(depth.values())


def form(state: Any, acceptors: int, values: int) -> Form:
    return min(renamed(state, range(acceptors), names, sort=True) for names in naming(values))


def by_trying_all(state: Any, acceptors: int, values: int) -> Form:
    return min(
        renamed(state, order, names, sort=False)
        for order in permutations(range(acceptors))
        for names in naming(values)
    )


def naming(values: int) -> list[Names]:
    known = [Value(f"v{i}") for i in range(1, values + 1)]
    return [dict(zip(known, order)) for order in permutations(range(values))]


def renamed(state: Any, order: Iterable[int], names: Names, *, sort: bool) -> Form:
    """Return one row for each acceptor, in this order or sorted, and the rest of the state."""
    paxos = getattr(state, "paxos", state)
    ballots = paxos.promised if hasattr(paxos, "promised") else paxos.takes_part
    own: dict[Id, list[Form]] = {}
    for message in paxos.messages:
        fields = tuple(
            comparable(each, names) for each in vars(message).values() if type(each) is not Id
        )
        said = (type(message).__name__, *fields)
        own.setdefault(getattr(message, "acceptor", Id("nobody")), []).append(said)
    rest = own.pop(Id("nobody"), [])
    rows = [
        (ballots[i], comparable(paxos.voted[i], names), tuple(sorted(own.get(Id(f"a{i + 1}"), ()))))
        for i in order
    ]
    ends = tuple(
        comparable(getattr(state, name, None), names) for name in ("asked_for", "decision")
    )
    return tuple(sorted(rows) if sort else rows), tuple(sorted(rest)), ends


def comparable(each: Any, names: Names) -> Form:
    """Return a tuple for a field, with values as numbers, that can be compared with others."""
    if each is None:
        return ()
    if isinstance(each, Value):
        return (names[each],)
    return (each,) if isinstance(each, int) else (each.ballot, names[each.value])


@pytest.mark.parametrize(
    ("name", "ballots", "states", "depth"),
    [  # the published depth counts the states of a trace; pcheck counts its steps
        pytest.param("simplified_paxos", 2, 1_207, 22 - 1, marks=pytest.mark.slow),
        pytest.param("simplified_fast_paxos", 5, 25_617, 22 - 1, marks=pytest.mark.slow),
    ],
)
def test_the_published_counts(name: str, ballots: int, states: int, depth: int) -> None:
    explored = model(name, acceptors=4, values=3, ballots=ballots)
    assert counts_up_to_names(explored, 4, 3) == (states, depth)


@pytest.mark.parametrize(
    ("name", "ballots"), [("simplified_paxos", 1), ("simplified_fast_paxos", 3)]
)
def test_sorting_the_rows_picks_one_state_of_each_orbit(name: str, ballots: int) -> None:
    explored = model(name, acceptors=3, values=2, ballots=ballots)
    queue = [explored.initial()]
    known = set(queue)
    for state in queue:
        new = {after for _, after in explored.steps(state)} - known
        known |= new
        queue += new
    pairs = {(form(state, 3, 2), by_trying_all(state, 3, 2)) for state in queue}
    assert len(pairs) == len({form for form, _ in pairs}) == len({form for _, form in pairs})
    assert len(pairs) < len(queue)


@pytest.mark.slow
def test_a_decision_is_final() -> None:
    paxos = check("simplified_paxos", acceptors=2, values=2, ballots=2)
    fast = check("simplified_fast_paxos", acceptors=3, values=2, ballots=3)
    for result in (paxos, fast):
        assert (result.verdict, result.properties["a_decision_is_final"]) == (
            Verdict.HOLDS,
            Outcome.HOLDS,
        )
