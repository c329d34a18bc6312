"""The bugs of Multi-Paxos: each violates its property in as many steps as in a second program.

The second program is `multi_paxos_peer.py` with one command changed, so the two versions of a bug
share no code. The second program is slow: most bugs are compared at sizes below their scope.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache, partial
from typing import Any, NamedTuple

import pytest

from pcheck.bugs import BugCheck, KnownBug, check_bug
from pcheck.checking import answer
from pcheck.loading.setup import prepare
from pcheck.loading.spec import find
from pcheck.results.result import Result
from pcheck.search.options import SearchOptions
from pcheck.search.outcome import Outcome, Verdict
from tests.specs.family import breaks_nothing, matches_saved_files
from tests.specs.multi_paxos_peer import (
    COMMANDS,
    NO_OP,
    Change,
    Commands,
    Fact,
    Facts,
    Observation,
    Size,
    Votes,
    after,
    cast,
    chosen,
    crash,
    disagree,
    every,
    execute_something_else,
    hear,
    lead,
    number,
    promise,
    propose,
    shortest,
    union,
)

pytestmark = pytest.mark.slow  # the quick tests replay the saved traces

SPEC = find("multi_paxos")


# The same bugs in the second program


def instead(**changes: Any) -> Commands:
    """Return the commands with some replaced and some added."""
    own = {name: changes.pop(name, command) for name, command in COMMANDS.own.items()}
    on = {name: changes.pop(name, command) for name, command in COMMANDS.on.items()}
    return Commands(own | changes, on)


def reading(read: Callable[[list[Votes]], Votes]) -> Commands:
    """Return the commands with another way to read the promises."""
    return instead(promise=partial(lead, read=read))


def changed(
    change: Change | None, removed: Iterable[Fact] = (), added: Iterable[Fact] = ()
) -> Change | None:
    """Return the change with more facts removed and added."""
    return change and Change({*change.removed, *removed}, {*change.added, *added}, change.sent)


def promise_for_slot_one(w: Size, state: Facts, a: str, p: str, message: Fact) -> Change | None:
    later = {vote for vote in every(state, "vote", a) if vote[2] > 1}
    return promise(w, state - later, a, p, message)


def unanimous(reported: list[Votes]) -> Votes:
    everywhere = set.intersection(*({slot for slot, _, _ in votes} for votes in reported))
    last = max((slot for slot, _, _ in union(reported)), default=0)
    unanimous_votes = {vote for vote in union(reported) if vote[0] in everywhere}
    return frozenset(unanimous_votes | ({(last, 0, NO_OP)} if last else set()))


def mixed_up(reported: list[Votes]) -> Votes:
    slots = range(1, 1 + max((slot for slot, _, _ in union(reported)), default=0))
    return frozenset((slot, b, v) for slot in slots for _, b, v in union(reported))


def up_to_a_gap(reported: list[Votes]) -> Votes:
    begun = {slot for slot, _, _ in union(reported)}
    gap = next(slot for slot in range(1, len(begun) + 2) if slot not in begun)
    return frozenset(vote for vote in union(reported) if vote[0] < gap)


def nothing(reported: list[Votes]) -> Votes:
    return frozenset()


def longest(reported: list[Votes]) -> Votes:
    return max(reported, key=lambda votes: (max(votes, default=(0,))[0], sorted(votes)))


def keep_one_vote(w: Size, state: Facts, a: str, p: str, message: Fact) -> Change | None:
    return changed(cast(w, state, a, p, message), removed=every(state, "vote", a))


def cut_off(w: Size, state: Facts, a: str, p: str, message: Fact) -> Change | None:
    later = frozenset(vote for vote in every(state, "vote", a) if vote[2] > message[1])
    return changed(cast(w, state, a, p, message), removed=later)


def vote_where_it_has_not(w: Size, state: Facts, a: str, p: str, message: Fact) -> Change | None:
    if every(state, "vote", a, message[1]):
        return cast(w, state, a, p, message)
    promised = every(state, "promised", a)
    return changed(cast(w, state - promised, a, p, message), removed=promised)


def propose_unprepared(w: Size, state: Facts, p: str) -> Change | None:
    return propose(w, state - {("asks", p)}, p)


def lead_and_note(w: Size, state: Facts, p: str, a: str, message: Fact) -> Change | None:
    """Let a leader lead, and remember the ballot in which it led last."""
    change = lead(w, state, p, a, message)
    leads = change is not None and any(fact[0] == "at" for fact in change.added)
    led = frozenset({("led", p, number(state, "started", p))})
    return changed(change, every(state, "led", p), led) if leads else change


def propose_in_the_old_ballot(w: Size, state: Facts, p: str) -> Change | None:
    now = every(state, "started", p)
    then = frozenset({("started", p, number(state, "led", p))})
    return propose(w, (state - now - {("asks", p)}) | then, p)


def take_up_again(w: Size, state: Facts, p: str) -> Change | None:
    nth = number(state, "led", p)
    stopped = ("asks", p) not in state and not every(state, "at", p)
    leads = stopped and nth > 0 and nth == number(state, "started", p)
    return Change([], [("at", p, 1)]) if leads else None


def crash_and_keep_the_place(w: Size, state: Facts, node: str) -> Change | None:
    return crash(w, state - every(state, "at", node), node)


def lead_over_gaps(w: Size, state: Facts, p: str, a: str, message: Fact) -> Change | None:
    change = lead(w, state, p, a, message)
    return change and change._replace(sent=[each for each in change.sent if NO_OP not in each[2]])


def crash_and_begin_again(w: Size, state: Facts, node: str) -> Change | None:
    begun = frozenset({("skip", node, len(every(state, "did", node)))})
    return changed(crash(w, state, node), every(state, "skip", node), begun)


def hear_from_the_first(state: Facts, r: str, s: int) -> bool:
    return s == after(state, r) - number(state, "skip", r)


def fill_a_gap(w: Size, seen: Observation) -> bool:
    return any(value == NO_OP for _, value in chosen(w, seen[0]))


# The expected results


class Expected(NamedTuple):
    peer: Commands  # the bug in the second program
    is_bad: Callable[[Size, Observation], bool]
    scope: Size
    steps: int | None  # the length of the shortest trace in the scope, or None without one
    small: Size  # a size at which the second program is quick
    small_steps: int | None  # the length of the shortest trace at the small size


ONE = Size(3, 2, 2)
TINY = Size(1, 2, 2)
ONE_REPLICA = Size(1, 1, 2, 1, 1)

BUGS = {
    "promises-for-one-slot": Expected(
        instead(prepare=promise_for_slot_one), disagree, ONE, 18, TINY, 12
    ),
    "sees-a-gap-too-soon": Expected(reading(unanimous), disagree, ONE, 15, Size(3, 2, 1), 15),
    "mixes-up-the-slots": Expected(reading(mixed_up), disagree, ONE, 17, TINY, 11),
    "goes-on-at-the-first-gap": Expected(reading(up_to_a_gap), disagree, ONE, 18, TINY, 12),
    "trusts-its-own-log": Expected(reading(nothing), disagree, ONE, 16, TINY, 10),
    "trusts-the-longest-log": Expected(reading(longest), disagree, ONE, 17, TINY, None),
    "keeps-one-vote": Expected(instead(accept=keep_one_vote), disagree, ONE, 17, TINY, 11),
    "cuts-its-log-off": Expected(instead(accept=cut_off), disagree, ONE, 18, TINY, 12),
    "promises-only-where-it-voted": Expected(
        instead(accept=vote_where_it_has_not), disagree, ONE, 16, TINY, 10
    ),
    "goes-on-unprepared": Expected(
        instead(propose=propose_unprepared), disagree, Size(3, 2, 1, 2), 17, Size(1, 2, 1, 2), 11
    ),
    "goes-on-in-its-old-ballot": Expected(
        instead(propose=propose_in_the_old_ballot, promise=lead_and_note),
        *(disagree, Size(3, 2, 1, 2), None, Size(1, 2, 2, 2), None),
    ),
    "takes-its-ballot-up-again": Expected(
        instead(promise=lead_and_note, again=take_up_again),
        *(disagree, ONE._replace(crashes=1), 19, TINY._replace(crashes=1), 13),
    ),
    "leads-on-after-a-restart": Expected(
        instead(crash=crash_and_keep_the_place),
        *(disagree, ONE._replace(crashes=1), None, TINY._replace(crashes=1), None),
    ),
    "leaves-gaps-open": Expected(
        instead(promise=lead_over_gaps), fill_a_gap, ONE, None, TINY, None
    ),
    "executes-over-a-gap": Expected(
        instead(accepted=partial(hear, fits=lambda state, r, s: s >= after(state, r))),
        *(execute_something_else, ONE_REPLICA, 7, ONE_REPLICA, 7),
    ),
    "executes-what-it-is-told-again": Expected(
        instead(accepted=partial(hear, fits=lambda state, r, s: s <= after(state, r))),
        *(execute_something_else, ONE_REPLICA, 7, ONE_REPLICA, 7),
    ),
    "executes-its-log-again": Expected(
        instead(crash=crash_and_begin_again, accepted=partial(hear, fits=hear_from_the_first)),
        *(execute_something_else, ONE_REPLICA._replace(crashes=1), 9),
        *(ONE_REPLICA._replace(crashes=1), 9),
    ),
}
named = pytest.mark.parametrize("name", BUGS)


@cache
def checked(name: str) -> BugCheck:
    return check_bug(KnownBug(SPEC, SPEC.bug(name)))


def check_at(name: str, size: Size | None = None, **how: Any) -> Result:
    """Check a bug at another size or with another engine."""
    given = size._asdict() if size is not None else {}
    network, crashes = given.pop("network", None), given.pop("crashes", None)
    bug = SPEC.bug(name)
    only = [] if bug.safe else [bug.breaks]
    setup = prepare(SPEC, given, bug=bug, network=network, crashes=crashes, properties=only)
    return answer(setup, SearchOptions(**how))


def length(result: Result) -> int | None:
    """Return the length of the shortest trace to the violation, or None without one."""
    bug = result.setup.bug
    found = result.search.discoveries.get(bug.breaks) if bug is not None else None
    return len(found.trace) if found is not None else None


def test_the_table_lists_every_bug() -> None:
    assert sorted(BUGS) == sorted(bug.name for bug in SPEC.bugs)


@named
def test_a_bug_violates_its_property_in_the_expected_number_of_steps(name: str) -> None:
    found = checked(name)
    assert (found.as_expected, length(found.result)) == (True, BUGS[name].steps)
    assert matches_saved_files(found)


@named
def test_the_scope_of_a_bug_equals_the_table(name: str) -> None:
    size = BUGS[name].scope._asdict()
    assert checked(name).result.setup.all_options == size


@named
def test_the_second_program_needs_as_many_steps_at_a_small_size(name: str) -> None:
    bug = BUGS[name]
    in_the_peer = shortest(bug.small, bug.peer, bug.is_bad)
    assert (in_the_peer, length(check_at(name, bug.small))) == (bug.small_steps, bug.small_steps)


MINUTES = {  # the second program needs at least half a minute here: equal when compared by hand
    *("cuts-its-log-off", "promises-only-where-it-voted", "leaves-gaps-open"),
    *("takes-its-ballot-up-again", "leads-on-after-a-restart"),
    *("promises-for-one-slot", "keeps-one-vote", "goes-on-at-the-first-gap"),
    *("mixes-up-the-slots", "trusts-the-longest-log"),
}
HOURS = {"goes-on-unprepared", "goes-on-in-its-old-ballot"}  # never compared: too slow


@pytest.mark.parametrize("name", [name for name in BUGS if name not in MINUTES | HOURS])
def test_the_second_program_needs_as_many_steps_in_the_scope(name: str) -> None:
    bug = BUGS[name]
    assert shortest(bug.scope, bug.peer, bug.is_bad) == bug.steps


@pytest.mark.parametrize("name", [bug.name for bug in SPEC.bugs if bug.safe])
def test_a_safe_bug_violates_no_property(name: str) -> None:
    assert breaks_nothing(checked(name))


def test_a_leader_that_leaves_gaps_open_violates_no_always_property() -> None:
    setup = prepare(SPEC, {}, bug=SPEC.bug("leaves-gaps-open"))
    outcomes = dict(answer(setup).properties)
    assert outcomes.pop("a_gap_is_filled") is Outcome.NEVER_REACHED
    assert set(outcomes.values()) == {Outcome.HOLDS, Outcome.REACHED}


# Other engines and reductions


@named
@pytest.mark.parametrize(
    "how",
    [{"engine": "reference"}, {"engine": "compiled", "reductions": "none"}, {"engine": "compiled"}],
    ids=lambda how: " ".join(how.values()),
)
def test_every_engine_finds_a_trace_of_the_same_length(name: str, how: dict[str, str]) -> None:
    bug = BUGS[name]
    assert length(check_at(name, bug.small, **how)) == bug.small_steps


NEEDS_DUPLICATES = {"executes-what-it-is-told-again", "executes-its-log-again"}


@named
def test_only_replicas_go_wrong_because_of_a_duplicate_message(name: str) -> None:
    bug = BUGS[name]
    once = check_at(name, bug.small._replace(network="once"))
    assert length(once) == (None if name in NEEDS_DUPLICATES else bug.small_steps)


@named
def test_without_reductions_the_trace_has_the_same_length(name: str) -> None:
    found = check_at(name, engine="compiled", reductions="none")
    assert length(found) == BUGS[name].steps


def test_the_old_ballot_is_safe_with_two_slots_and_two_acceptors() -> None:
    found = check_at("goes-on-in-its-old-ballot", Size(2, 2, 2, 2))
    assert found.verdict is Verdict.HOLDS
