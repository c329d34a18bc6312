"""The mistakes of Paxos: each breaks what it says, after as many steps as the collection says.

There a crash and its restart are one step, and what a learner hears is none. Here all are steps.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest

from pcheck import Action, Bug, Step, Value, bug, check, volatile
from pcheck.bugs import BugCheck, check_bug, select
from pcheck.checking import Result, answer
from pcheck.language.decorators import BUG
from pcheck.loading.setup import prepare
from pcheck.loading.spec import of_builder
from pcheck.search.options import SearchOptions
from pcheck.search.outcome import Outcome, Verdict
from specs.consensus import Vote, agreement
from specs.learner import Learner, no_other_is_chosen
from specs.paxos import Promises, Proposer, paxos
from specs.paxos_bugs import AddsUpBallots
from tests.specs.family import breaks_nothing

# number, name: steps there, restarts, what learners hear, steps here
LENGTHS = {
    (1, "vote-leaves-promise"): (20, 0, 0, 20),
    (2, "takes-the-lowest-vote"): (20, 0, 0, 20),
    (3, "keeps-its-first-vote"): (20, 0, 0, 20),
    (4, "reports-the-promised-ballot"): (21, 0, 0, 21),
    (5, "ignores-votes"): (14, 0, 0, 14),
    (5, "leaves-its-vote-out"): (14, 0, 0, 14),
    (6, "forgets-everything"): (9, 1, 0, 10),
    (7, "forgets-its-promise"): (15, 1, 0, 16),
    (7, "forgets-its-vote"): (15, 1, 0, 16),
    (8, "answers-before-it-writes"): (15, 1, 0, 16),
    (10, "promises-a-shared-ballot-twice"): (14, 0, 0, 14),
    (11, "half-is-a-quorum"): (8, 0, 2, 10),
    (12, "quorums-need-not-meet"): (10, 0, 0, 10),
    (14, "votes-in-any-ballot"): (14, 0, 0, 14),
    (15, "promises-a-lower-ballot"): (14, 0, 0, 14),
    (16, "counts-a-promise-twice"): (12, 0, 0, 12),
    (17, "counts-old-promises"): (15, 0, 0, 15),
    (18, "raises-its-ballot"): (15, 0, 0, 15),
    (18, "skips-phase-one"): (6, 0, 0, 6),
    (19, "changes-its-mind"): (10, 0, 0, 10),
    (20, "learns-from-one-vote"): (12, 0, 2, 14),
}
# There it has 13 steps, of another protocol (see below), is not measured, has no length, is none.
OTHERWISE = {
    (9, "uses-a-ballot-again"): (1, 0, 21),
    (13, "counts-the-living"): (0, 0, 10),
    (21, "adds-up-ballots"): (0, 2, 27),
    (24, "passes-on-a-vote"): (0, 2, 8),  # of one acceptor: it is asked, and tells how it voted
}
SAFE = [(10, "shares-ballots"), (12, "one-vote-is-enough")]
WITHOUT_A_RUN = [(23, "votes-above-its-promise")]
HERE = {name: length for (_, name), (*_, length) in (*LENGTHS.items(), *OTHERWISE.items())}
DEFAULT = {"acceptors": 3, "proposers": 2, "rounds": 2}  # of `explore`, with one crash


def each_mistake() -> list[Any]:
    slow = {"adds-up-ballots": pytest.mark.slow}
    return [pytest.param(name, marks=slow.get(name, ())) for name in HERE]


@cache
def hunted(name: str) -> BugCheck:
    ((spec, found),) = select(name)
    return check_bug(spec, found)


def asked(name: str, given: dict[str, Any] | None = None, **how: Any) -> Result:
    """The same question at another size, or by another engine."""
    ((spec, found),) = select(name)
    crashes = how.pop("crashes", None)
    setup = prepare(spec, given or {}, bug=found, crashes=crashes, properties=[found.breaks])
    return answer(setup, SearchOptions(**how))


def first_run(result: Result) -> tuple[str, ...]:
    (found,) = result.search.discoveries.values()
    return found.trace.labels


def length(result: Result) -> tuple[Verdict, int]:
    return result.verdict, len(first_run(result))


def test_every_mistake_stands_in_one_of_the_tables() -> None:
    listed = [*LENGTHS, *OTHERWISE, *SAFE, *WITHOUT_A_RUN]
    assert sorted(listed) == sorted((bug.number, bug.name) for _, bug in select("paxos"))


@pytest.mark.parametrize("mistake", LENGTHS, ids=lambda mistake: mistake[1])
def test_the_lengths_differ_by_what_is_counted_otherwise(mistake: tuple[int, str]) -> None:
    there, restarts, heard, here = LENGTHS[mistake]
    assert there + restarts + heard == here


@pytest.mark.parametrize("name", each_mistake())
def test_a_mistake_breaks_what_it_says_in_so_many_steps(name: str) -> None:
    found = hunted(name)
    run = first_run(found.result)
    restarts = sum(label.endswith(" restarts") for label in run)
    heard = sum(label.startswith("l") for label in run)
    columns = {name: row[-3:] for (_, name), row in (*LENGTHS.items(), *OTHERWISE.items())}
    told = found.as_expected, found.result.verdict, restarts, heard, len(run)
    assert told == (True, Verdict.VIOLATED, *columns[name])


@pytest.mark.parametrize("name", ["skips-phase-one", "forgets-everything", "changes-its-mind"])
def test_the_run_that_is_shown_is_no_longer_than_the_first_that_was_found(name: str) -> None:
    assert hunted(name).steps == HERE[name]


@pytest.mark.parametrize("name", [name for _, name in SAFE])
def test_a_control_looks_wrong_and_breaks_nothing(name: str) -> None:
    found = hunted(name)
    assert breaks_nothing(found)
    assert found.bug.breaks in found.result.properties


def test_a_mistake_that_never_does_anything_wrong_is_shown_by_a_sometimes_only() -> None:
    found = hunted("votes-above-its-promise")
    assert (found.as_expected, found.steps) == (True, None)
    assert dict(check("paxos", bug=23).properties) == {
        "agreement": Outcome.HOLDS,
        "validity": Outcome.HOLDS,
        "one_value_per_ballot": Outcome.HOLDS,
        "some_value_chosen": Outcome.NEVER_REACHED,
        "v1_can_be_chosen": Outcome.NEVER_REACHED,
        "v2_can_be_chosen": Outcome.NEVER_REACHED,
    }


# What is said there of other sizes


@pytest.mark.parametrize(
    "name", ["vote-leaves-promise", "takes-the-lowest-vote", "keeps-its-first-vote"]
)
def test_two_ballots_are_too_few_for_these(name: str) -> None:
    assert asked(name, {"rounds": 1}).verdict is Verdict.HOLDS


def test_who_forgets_everything_among_three_needs_fifteen_steps_and_a_restart() -> None:
    assert length(asked("forgets-everything", {"acceptors": 3})) == (Verdict.VIOLATED, 15 + 1)


@pytest.mark.slow
def test_half_of_four_need_fourteen_steps_and_two_learners_hear_of_two_votes_each() -> None:
    assert length(asked("half-is-a-quorum", {"acceptors": 4})) == (Verdict.VIOLATED, 14 + 4)


@bug(9, breaks=agreement, scope={"proposers": 1, "rounds": 1, "crashes": 1})
@dataclass(frozen=True)
class IsAskedForAnother(Proposer):
    """Starts its ballot again after a restart, and somebody asks it for another value."""

    started: int = volatile(0)
    asked: bool = False

    def asks(self, got: Promises) -> Step:
        match Proposer.asks(self, got):
            case Proposer() as after, asking:
                return after.but(asked=True), asking
        return None

    def safe_value(self, votes: Iterable[Vote]) -> Value:
        return max(votes, default=Vote(0, Value("another") if self.asked else self.wants)).value


class StopsAtThree(Proposer):
    """Three ballots for two proposers: 1 and 3, and 2."""

    def actions(self) -> Iterator[Action]:
        if self.started < len(self.ballots) and self.ballot(self.started + 1) <= 3:
            yield from super().actions()


@bug(21, breaks=no_other_is_chosen, scope={"learners": 1, "crashes": 0}, also=[StopsAtThree])
class AddsUpThreeBallots(Learner):
    is_chosen = AddsUpBallots.is_chosen


def of_test(marked: type[Any]) -> BugCheck:
    found: Bug = vars(marked)[BUG]
    return check_bug(of_builder(paxos), found)


def test_a_ballot_used_again_for_another_value_takes_thirteen_steps_and_a_restart() -> None:
    """There one proposer is asked for two values. Here each has one: a second one must start."""
    assert length(of_test(IsAskedForAnother).result) == (Verdict.VIOLATED, 13 + 1)


@pytest.mark.slow
def test_ballots_cannot_be_added_up_to_something_else_where_there_are_three() -> None:
    assert of_test(AddsUpThreeBallots).result.verdict is Verdict.HOLDS
    three = [{"proposers": 1, "rounds": 3}, {"proposers": 3, "rounds": 1}]
    assert [asked("adds-up-ballots", size).verdict for size in three] == [Verdict.HOLDS] * 2


# By other ways

ENDLESS = {  # for the reference: some minutes, or hours
    "vote-leaves-promise",
    "keeps-its-first-vote",
    "reports-the-promised-ballot",
    "adds-up-ballots",
}


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in HERE if name not in ENDLESS])
def test_the_reference_finds_a_run_as_short(name: str) -> None:
    assert length(asked(name, engine="reference")) == (Verdict.VIOLATED, HERE[name])


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in HERE if name != "adds-up-ballots"])
def test_without_any_reduction_a_run_is_as_short(name: str) -> None:
    found = asked(name, engine="compiled", reductions="none")
    assert length(found) == (Verdict.VIOLATED, HERE[name])


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for _, name in (*SAFE, *WITHOUT_A_RUN)])
def test_where_there_is_no_run_every_way_says_so(name: str) -> None:
    ways: list[dict[str, Any]] = [
        {"engine": "reference"},
        {"engine": "compiled", "reductions": "none"},
        {"engine": "compiled"},
    ]
    found = [asked(name, **way) for way in ways]
    verdict = Verdict.HOLDS if hunted(name).bug.safe else Verdict.VIOLATED
    assert [(each.verdict, each.search.discoveries) for each in found] == [(verdict, {})] * 3


@pytest.mark.slow
@pytest.mark.parametrize("name", HERE)
def test_whoever_asks_for_it_without_any_size_sees_it(name: str) -> None:
    lengths = HERE | {"forgets-everything": 15 + 1}  # there are three acceptors
    found = asked(name, DEFAULT, crashes=1)
    assert length(found) == (Verdict.VIOLATED, lengths[name])


@pytest.mark.slow
def test_whoever_asks_for_what_never_does_anything_sees_that_nothing_is_chosen() -> None:
    found = asked("votes-above-its-promise", DEFAULT, crashes=1)
    assert dict(found.properties) == {"some_value_chosen": Outcome.NEVER_REACHED}
