"""Bugs of Paxos: each violates its declared property in the number of steps of a reference table.

The reference table counts a crash and its restart as one step, and does not count deliveries to
learners. pcheck counts all of them as steps.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest

from pcheck import Action, Bug, Step, Value, bug, check, volatile
from pcheck.bugs import BugCheck, KnownBug, check_bug, select
from pcheck.checking import answer
from pcheck.language.decorators import BUG
from pcheck.loading.setup import prepare
from pcheck.loading.spec import of_builder
from pcheck.results.result import Result
from pcheck.search.options import SearchOptions
from pcheck.search.outcome import Outcome, Verdict
from specs.consensus import Vote, agreement
from specs.learner import Learner, no_other_is_chosen
from specs.paxos import Promises, Proposer, paxos
from specs.paxos_bugs import AddsUpBallots
from tests.sampling import fast_every
from tests.specs.family import breaks_nothing

# (number, name): (steps in the reference table, restarts, deliveries to learners, steps of pcheck)
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
# (number, name): (restarts, deliveries to learners, steps of pcheck). The reference table gives 13
# steps for bug 9, but for another protocol (see below), no length for 13 and 21, and lacks bug 24.
WITHOUT_A_REFERENCE = {
    (9, "uses-a-ballot-again"): (1, 0, 21),
    (13, "counts-the-living"): (0, 0, 10),
    (21, "adds-up-ballots"): (0, 2, 27),
    (24, "passes-on-a-vote"): (0, 2, 8),  # one learner hears of one vote and informs the other
}
SAFE = [(10, "shares-ballots"), (12, "one-vote-is-enough")]
WITHOUT_A_TRACE = [(23, "votes-above-its-promise")]
ROWS = [*LENGTHS.items(), *WITHOUT_A_REFERENCE.items()]
STEPS = {name: steps for (_, name), (*_, steps) in ROWS}
DEFAULT = {"acceptors": 3, "proposers": 2, "rounds": 2}  # the size of `explore`, with one crash


def each_bug() -> list[Any]:
    slow = {"adds-up-ballots": pytest.mark.slow}
    return fast_every(9, [pytest.param(name, marks=slow.get(name, ())) for name in STEPS])


@cache
def checked(name: str) -> BugCheck:
    (known,) = select(name)
    return check_bug(known)


def result_of(name: str, options: dict[str, Any] | None = None, **how: Any) -> Result:
    """Return the result of a bug at another size or with another engine."""
    (known,) = select(name)
    found = known.bug
    crashes = how.pop("crashes", None)
    setup = prepare(
        known.spec, options or {}, bug=found, crashes=crashes, properties=[found.breaks]
    )
    return answer(setup, SearchOptions(**how))


def first_trace(result: Result) -> tuple[str, ...]:
    (found,) = result.search.discoveries.values()
    return found.trace.labels


def length(result: Result) -> tuple[Verdict, int]:
    return result.verdict, len(first_trace(result))


def test_every_bug_is_in_one_of_the_tables() -> None:
    listed = [*LENGTHS, *WITHOUT_A_REFERENCE, *SAFE, *WITHOUT_A_TRACE]
    assert sorted(listed) == sorted((known.bug.number, known.bug.name) for known in select("paxos"))


@pytest.mark.parametrize("bug", LENGTHS, ids=lambda bug: bug[1])
def test_the_lengths_differ_only_by_restarts_and_deliveries_to_learners(
    bug: tuple[int, str],
) -> None:
    reference, restarts, deliveries, steps = LENGTHS[bug]
    assert reference + restarts + deliveries == steps


@pytest.mark.slow
@pytest.mark.parametrize("name", each_bug())
def test_a_bug_violates_its_property_in_this_number_of_steps(name: str) -> None:
    found = checked(name)
    labels = first_trace(found.result)
    restarts = sum(label.endswith(" restarts") for label in labels)
    deliveries = sum(label.startswith("l") for label in labels)
    columns = {name: row[-3:] for (_, name), row in ROWS}
    actual = found.as_expected, found.result.verdict, restarts, deliveries, len(labels)
    assert actual == (True, Verdict.VIOLATED, *columns[name])


@pytest.mark.parametrize("name", ["skips-phase-one", "forgets-everything", "changes-its-mind"])
def test_the_saved_trace_is_as_short_as_the_first_trace_found(name: str) -> None:
    assert checked(name).steps == STEPS[name]


@pytest.mark.parametrize("name", [name for _, name in SAFE])
def test_a_safe_change_violates_no_property(name: str) -> None:
    found = checked(name)
    assert breaks_nothing(found)
    assert found.bug.breaks in found.result.properties


def test_a_bug_that_violates_no_always_property_leaves_a_sometimes_property_unreached() -> None:
    found = checked("votes-above-its-promise")
    assert (found.as_expected, found.steps) == (True, None)
    assert dict(check("paxos", bug=23).properties) == {
        "agreement": Outcome.HOLDS,
        "validity": Outcome.HOLDS,
        "one_value_per_ballot": Outcome.HOLDS,
        "some_value_chosen": Outcome.NEVER_REACHED,
        "v1_can_be_chosen": Outcome.NEVER_REACHED,
        "v2_can_be_chosen": Outcome.NEVER_REACHED,
    }


# Statements of the reference table about other sizes


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["vote-leaves-promise", "takes-the-lowest-vote", "keeps-its-first-vote"]
)
def test_two_ballots_are_too_few_for_these_bugs(name: str) -> None:
    assert result_of(name, {"rounds": 1}).verdict is Verdict.HOLDS


def test_forgetting_everything_with_three_acceptors_takes_fifteen_steps_and_a_restart() -> None:
    assert length(result_of("forgets-everything", {"acceptors": 3})) == (Verdict.VIOLATED, 15 + 1)


@pytest.mark.slow
def test_half_of_four_takes_fourteen_steps_and_two_deliveries_to_each_of_two_learners() -> None:
    assert length(result_of("half-is-a-quorum", {"acceptors": 4})) == (Verdict.VIOLATED, 14 + 4)


def test_half_as_a_quorum_chooses_two_values_in_the_eight_steps_of_the_reference_table() -> None:
    """Two learners that disagree need two more steps, one delivery to each."""
    found = check("paxos", bug="half-is-a-quorum", properties=["agreement"])
    assert length(found) == (Verdict.VIOLATED, LENGTHS[11, "half-is-a-quorum"][0])


@bug(9, breaks=agreement, scope={"proposers": 1, "rounds": 1, "crashes": 1})
@dataclass(frozen=True)
class ProposesASecondValue(Proposer):
    """A proposer starts its ballot again after a restart, with a second value."""

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
    """A proposer that starts no ballot above 3: the first starts 1 and 3, the second 2."""

    def actions(self) -> Iterator[Action]:
        if self.started < len(self.ballots) and self.ballot(self.started + 1) <= 3:
            yield from super().actions()


@bug(21, breaks=no_other_is_chosen(), scope={"learners": 1, "crashes": 0}, also=[StopsAtThree])
class AddsUpThreeBallots(Learner):
    is_chosen = AddsUpBallots.is_chosen


def of_test(marked: type[Any]) -> BugCheck:
    found: Bug = vars(marked)[BUG]
    return check_bug(KnownBug(of_builder(paxos), found))


def test_a_ballot_used_twice_for_two_values_takes_thirteen_steps_and_a_restart() -> None:
    """The reference table has one proposer with two values. In pcheck's spec each proposer has one
    value, so a second proposer must start a ballot."""
    assert length(of_test(ProposesASecondValue).result) == (Verdict.VIOLATED, 13 + 1)


@pytest.mark.slow
def test_adding_up_votes_across_three_ballots_violates_no_property() -> None:
    assert of_test(AddsUpThreeBallots).result.verdict is Verdict.HOLDS
    three = [{"proposers": 1, "rounds": 3}, {"proposers": 3, "rounds": 1}]
    assert [result_of("adds-up-ballots", size).verdict for size in three] == [Verdict.HOLDS] * 2


# Other engines, without reductions, and at the default size

SLOW = {  # the reference search takes minutes or hours
    "vote-leaves-promise",
    "keeps-its-first-vote",
    "reports-the-promised-ballot",
    "adds-up-ballots",
}


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in STEPS if name not in SLOW])
def test_the_reference_finds_a_trace_of_the_same_length(name: str) -> None:
    assert length(result_of(name, engine="reference")) == (Verdict.VIOLATED, STEPS[name])


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in STEPS if name != "adds-up-ballots"])
def test_without_reductions_the_shortest_trace_is_as_long(name: str) -> None:
    found = result_of(name, engine="compiled", reductions="none")
    assert length(found) == (Verdict.VIOLATED, STEPS[name])


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for _, name in (*SAFE, *WITHOUT_A_TRACE)])
def test_every_search_agrees_that_there_is_no_trace(name: str) -> None:
    searches: list[dict[str, Any]] = [
        {"engine": "reference"},
        {"engine": "compiled", "reductions": "none"},
        {"engine": "compiled"},
    ]
    found = [result_of(name, **search) for search in searches]
    verdict = Verdict.HOLDS if checked(name).bug.safe else Verdict.VIOLATED
    assert [(each.verdict, each.search.discoveries) for each in found] == [(verdict, {})] * 3


@pytest.mark.slow
@pytest.mark.parametrize("name", STEPS)
def test_the_default_size_shows_the_bug(name: str) -> None:
    lengths = STEPS | {"forgets-everything": 15 + 1}  # three acceptors, not one
    found = result_of(name, DEFAULT, crashes=1)
    assert length(found) == (Verdict.VIOLATED, lengths[name])


@pytest.mark.slow
def test_the_default_size_shows_that_no_value_is_chosen() -> None:
    found = result_of("votes-above-its-promise", DEFAULT, crashes=1)
    assert dict(found.properties) == {"some_value_chosen": Outcome.NEVER_REACHED}
