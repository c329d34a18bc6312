"""`pcheck tolerance`: the printed tables, the traps, JSON, and errors."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.specs import raft_peer

Ends = Callable[..., tuple[int, str, str]]
TABLE = """\
a_value_can_still_be_chosen: A value can still be chosen, while some proposer
has a ballot above all promises.
With proposers 2, rounds 1, network set, no crash.

May any of the nodes a stop, and how many?
  acceptors  none stops  1 stops  2 stop  3 stop  asked in
  1          yes         no                       6 states
  2          yes         no                       14 states
  3          yes         yes      no              54 states
  4          yes         yes      no              154 states
  5          yes         yes      yes     no      706 states

1 stop needs 3 acceptors; 2 stops need 5 acceptors.

any_proposer_can_still_succeed: A value can still be chosen, while each proposer
has a ballot above all promises.
With acceptors 2, rounds 2, network set, no crash.

May any of the nodes p stop, and how many?
  proposers  none stops  1 stops  2 stop  3 stop  asked in
  1          yes         no                       13 states
  2          yes         yes      no              169 states
  3          yes         yes      yes     no      2,197 states

1 stop needs 2 proposers; 2 stops need 3 proposers.

Each no has a trace to a state where nothing helps: add --traps to see all of
them, or `pcheck explore paxos --rounds 1 --crashes 0 --property
a_value_can_still_be_chosen --stops 2 --stop-nodes a` to see one.
"""


@pytest.mark.slow
def test_the_tables_of_paxos(pcheck: Ends) -> None:
    """A proposer that stops can do without each other one, so 13, 13 x 13 and 13 x 13 x 13."""
    assert pcheck("tolerance") == (0, TABLE, "")


def test_one_size_alone_with_its_trap(pcheck: Ends) -> None:
    status, printed, err = pcheck("tolerance", "paxos", "--acceptors", "3", "--traps")
    assert (status, err) == (0, "")
    table, _, trap = printed.partition("acceptors 3 -")
    assert "  3          yes         yes      no      54 states\n" in table
    assert "once a1 and a2 stop, the other\nnodes cannot make it true." in trap
    assert "at most 2 of a1, a2 and a3" in trap
    assert "any_proposer_can_still_succeed" not in printed


def test_the_tables_as_json(pcheck: Ends) -> None:
    status, printed, err = pcheck(
        *("tolerance", "raft", "--servers", "3", "--entries", "1", "--json"),
    )
    (table,) = json.loads(printed)
    (row,) = table.pop("rows")
    assert (status, err) == (0, "")
    assert table == {
        "question": "an_entry_can_still_be_committed",
        "option": "servers",
        "stop": "s",
    }
    assert row.pop("options")["terms"] == 2
    command = row.pop("command").split()
    assert row == {
        "size": 3,
        "asked": 38,
        "may_stop": [True, True, False],
        "most": 1,
        "trap_steps": 0,
        "states": raft_peer.explore(servers=3, terms=2, entries=1).states,
        "stopped": None,
        "warnings": [],
    }
    assert pcheck(*command[1:], "-q") == (1, "violated\n", "")


def test_a_row_that_is_cut_short_is_incomplete(pcheck: Ends) -> None:
    asked = "tolerance", "paxos", "--acceptors", "3", "--max-states", "50"
    status, printed, _ = pcheck(*asked)
    assert status == 3
    assert "INCOMPLETE: acceptors 3 stopped at the limit of 50 states after 50 states" in printed


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        (
            ("two_phase_commit",),
            "two_phase_commit has no question for this table; @still_possible(..., tolerance=...) "
            "declares one, and paxos, multi_paxos and raft have some",
        ),
        (
            ("paxos", "--property", "agreement"),
            "paxos has no question agreement for this table; expected a_value_can_still_be_chosen "
            "or any_proposer_can_still_succeed",
        ),
        (("paxos", "--acceptors", "0"), "--acceptors must be at least 1, got 0"),
        (("paxos", "--crashes", "-1"), "--crashes must be at least 0, got -1"),
        (("paxos", "--max-states", "0"), "--max-states must be above 0, got 0"),
    ],
)
def test_errors(pcheck: Ends, asked: tuple[str, ...], error: str) -> None:
    assert pcheck("tolerance", *asked) == (2, "", f"pcheck: {error}\n")
