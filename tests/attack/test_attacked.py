"""The attack attacked: it notices if a reduction is used without one of its side conditions.

A patch drops each side condition that the docstrings of the reductions state. A small protocol
shows that pcheck is then wrong, or refuses what is right. Some conditions are not in the table,
because no answer depends on them:

- the views of names, and the ranks of local states, decide how much is reduced, and nothing else;
- on fifo, a message that is ignored could be lost instead, with the same effect in as many steps;
- local states that are up and down, but alike for every input, can do nothing any more;
- the label of an action is part of no observation, and traces are found again without it;
- a chain that crashes too often is refused by the crash budget;
- a chain that ends at an asymmetric handler leads to a state where the same handler is asked;
- nodes that are interchangeable have one role, and a role has tables for all its nodes, or none.
"""

from __future__ import annotations

import pytest

from pcheck.errors import SpecError
from pcheck.search.compiled.reactions import LocalReactions
from tests.attack import (
    dropped_in_cover,
    dropped_in_fuse,
    dropped_in_minimise,
    dropped_in_steps,
    dropped_in_symmetry,
    dropped_in_tables,
)
from tests.attack.attack import How, compare
from tests.attack.conditions import CONDITIONS
from tests.attack.dropped_in_turns import TurnTrap
from tests.attack.traps import FAILS, REFUSED, RIGHT, TRAPS, WRONG, Trap

MODULES = (
    dropped_in_cover,
    dropped_in_fuse,
    dropped_in_minimise,
    dropped_in_steps,
    dropped_in_symmetry,
    dropped_in_tables,
)
MAX_STATES = 1_000


def answer_to(trap: Trap | TurnTrap, *, uses_tables: bool = False) -> str:
    """Return whether pcheck's answer to a trap is right, by the explorer of the attack.

    With `uses_tables`, an answer without tables is not right.
    """
    how: How = {"engine": "compiled", "reduce": trap.reduce}
    explorer = trap.case.explorer()
    try:
        answer = explorer.explore(MAX_STATES)
    except ValueError:  # a handler fails
        answer = None
    try:
        if answer is None:
            trap.case.check(how)
            return WRONG
        result = compare(trap.case, explorer, answer, how)
        assert not uses_tables or result.search.tables is not None
    except SpecError as error:
        return REFUSED if "interchangeable" in str(error) else FAILS
    except AssertionError:
        return WRONG
    return RIGHT


def test_every_condition_has_a_trap() -> None:
    assert CONDITIONS.keys() == TRAPS.keys()
    assert {patch.__module__ for patch in CONDITIONS.values()} == {
        each.__name__ for each in MODULES
    }


@pytest.mark.parametrize("condition", CONDITIONS)
def test_the_attack_notices_a_condition_that_is_dropped(
    condition: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Composed steps are compared with those of the automata, whose conditions are dropped here."""
    trap = TRAPS[condition]
    assert answer_to(trap) == trap.answer
    monkeypatch.setattr(LocalReactions, "are_enough", lambda automaton: False)
    assert answer_to(trap) == trap.answer
    CONDITIONS[condition](monkeypatch)
    assert answer_to(trap) == trap.without
