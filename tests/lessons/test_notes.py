"""The questions of the lecture notes: for each, a lesson whose answer comes out of a run.

A row has the words of the notes, the lesson, the number of its question, and what its run must
show: the facts of the expectations, or the ending of a search.
"""

from __future__ import annotations

import pytest

from pcheck.lessons.blocks import Decided, Played
from pcheck.lessons.text import lesson_called
from pcheck.scenarios.report import fact_of
from pcheck.tolerance.table import Table

ROWS = [
    (
        "A proposer sends Prepare(10) to 5 acceptors and gets 3 promises. Can it proceed?",
        *("promises-from-a-majority", 1),
        ["p1 sent Accept(Vote(10, v1)) in step 7"],
    ),
    (
        "What if it only gets 2?",
        *("promises-from-a-majority", 2),
        ["p1 did not send Accept", "possible: p1 starts ballot 11"],
    ),
    (
        "What does an acceptor do if it receives Prepare(7) but has already promised to 10?",
        *("an-old-prepare", 1),
        ["a1 ignores Prepare(7): `self.may_promise(ballot)` is false; promised = 10"],
    ),
    (
        "Why must proposal numbers be unique? What happens if two proposers both use number 5?",
        *("unique-ballots", 2),
        ["agreement is false: v1 and v2 are both chosen"],
    ),
    (
        "A proposer sends Prepare(5) to 3 acceptors and gets promises from 2 of them.",
        *("promises-from-a-majority", 3),
        ["p1 sent Accept(Vote(5, v1)) in step 5"],
    ),
    (
        "What if the proposer only gets 1 promise?",
        *("promises-from-a-majority", 4),
        ["p1 did not send Accept"],
    ),
    (
        "What does an acceptor include in its Promise if it already accepted X under 3, on "
        "Prepare(7)?",
        *("what-a-promise-carries", 1),
        ["a1 sent Promise(7, Vote(3, v3)) in step 2"],
    ),
    (
        "In Multi-Paxos, when must Phase 1 be repeated? A new leader takes over.",
        *("multi-paxos", 1),
        ["not possible: p2 proposes *", "p2 sent Accept(2, 1, x1) in step 5"],
    ),
    (
        "In Multi-Paxos, when must Phase 1 be repeated? Another leader has interrupted.",
        *("multi-paxos", 2),
        ["possible: p1 starts ballot 3"],
    ),
    (
        "P1 sends Prepare(5), P2 sends Prepare(6), P1 retries with 7, P2 with 8, ad infinitum",
        *("duelling-proposers", 1),
        [
            "a1 ignores Accept(Vote(7, v1)): `self.may_vote(vote.ballot)` is false; promised = 8",
            "chosen is not reached",
        ],
    ),
    (
        "ad infinitum",
        *("duelling-proposers", 2),
        [
            "choosing_cannot_be_avoided is false: the last 10 steps repeat 50 times, with ballot, "
            "outbid and promised higher by 2 each time; they repeat for ever if ballot, outbid and "
            "promised are only compared"
        ],
    ),
    (
        "What prevents two proposers from livelocking each other?",
        *("duelling-proposers", 3),
        ["HOLDS: no execution goes on for ever without making the condition true."],
    ),
    (
        "A learner decides on a majority of Accept, then sends Decide to all other learners.",
        *("learners-and-decide", 1),
        ["l1.learned = None", "l2.learned = None", "chosen is not reached"],
    ),
    (
        "How fault-tolerant is Paxos? 2f+1 acceptors",
        *("how-many-crashes", 1),
        ["1 stop needs 3 acceptors; 2 stops need 5 acceptors."],
    ),
    (
        "If f is the number of crashed proposers to tolerate, we need f+1 proposers.",
        *("how-many-crashes", 2),
        ["1 stop needs 2 proposers; 2 stops need 3 proposers."],
    ),
]


def facts_of(lesson: str, number: int) -> list[str]:
    """Return all facts that the blocks of an answer lead to."""
    found: list[str] = []
    for part in lesson_called(lesson).questions[number - 1].answer:
        if not hasattr(part, "carry_out"):
            continue
        outcome = part.carry_out()
        if isinstance(outcome, Played):
            found += [outcome.finding.ending, *map(fact_of, outcome.records)]
        elif isinstance(outcome, Decided):
            found.append(f"{outcome.sentence.partition('. ')[0]}.")  # without the states
        else:
            assert isinstance(outcome, Table)
            found += [each.text for each in outcome.conclusions()]
    return found


@pytest.mark.parametrize(
    ("lesson", "number", "facts"),
    [
        pytest.param(
            *row[1:], id=f"{row[1]}-{row[2]}", marks=[pytest.mark.slow] * (row[1][:3] == "how")
        )
        for row in ROWS
    ],
)
def test_a_question_of_the_notes_is_answered_by_a_run(
    lesson: str, number: int, facts: list[str]
) -> None:
    found = facts_of(lesson, number)
    assert [each for each in facts if each not in found] == []
