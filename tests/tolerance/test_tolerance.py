"""The number of nodes that may stop: the rows of the table, against an independent program.

The peer takes two minutes for five acceptors, and finds 706 states, as the table of the command.
"""

from __future__ import annotations

import pytest

from pcheck.loading.spec import find
from pcheck.search.limits import Limits
from pcheck.tolerance.rows import Question, Row, questions, row_of
from tests.tolerance_peer import Tolerates, tolerates

ACCEPTORS, PROPOSERS = "a_value_can_still_be_chosen", "any_proposer_can_still_succeed"


def question(name: str, **given: int) -> Question:
    (found,) = questions(find("paxos"), given, (name,))
    return found


def row(name: str, size: int, **given: int) -> Row:
    return row_of(size, question(name, **given).setup(size))


@pytest.mark.parametrize("acceptors", [1, 2, 3, 4])
def test_a_minority_of_the_acceptors_may_stop(acceptors: int) -> None:
    found = row(ACCEPTORS, acceptors)
    assert found.most == (acceptors - 1) // 2
    by_the_peer = tolerates(acceptors, 2, 1, proposers_stop=False)
    assert Tolerates(found.found.asked, found.most) == by_the_peer


@pytest.mark.parametrize("proposers", [1, 2])
def test_all_proposers_but_one_may_stop(proposers: int) -> None:
    found = row(PROPOSERS, proposers)
    assert found.most == proposers - 1
    by_the_peer = tolerates(2, proposers, 2, proposers_stop=True)
    assert Tolerates(found.found.asked, found.most) == by_the_peer


@pytest.mark.parametrize(
    ("promises", "votes", "most"), [(4, 1, 0), (3, 2, 1), (2, 3, 1), (1, 4, 0)]
)
def test_flexible_quorums(promises: int, votes: int, most: int) -> None:
    """As many acceptors may stop as the larger of the two quorums can do without."""
    found = row(ACCEPTORS, 4, acceptors=4, promise_quorum=promises, vote_quorum=votes)
    assert found.most == most == 4 - max(promises, votes)


def test_a_row_that_is_cut_short_says_yes_to_nothing() -> None:
    """Without any acceptor no value can be chosen, whatever was not explored."""
    found = row_of(3, question(ACCEPTORS).setup(3), Limits(states=100))
    assert found.found.stopped == "the limit of 100 states"
    assert [found.may_stop(count) for count in range(4)] == [None, None, None, False]
    assert found.most is None
