"""The mistakes about a log: each breaks what it says, after as many steps as another program needs.

That program is `multi_paxos_peer.py`, with one of its commands changed: there is no shared source
of how a mistake is made. It is slow, and so mostly asked at smaller sizes than those listed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache, partial
from typing import Any, NamedTuple

import pytest

from pcheck.bugs import BugCheck, check_bug
from pcheck.checking import Result, answer
from pcheck.loading.setup import prepare
from pcheck.loading.spec import find
from pcheck.search.options import SearchOptions
from pcheck.search.outcome import Outcome, Verdict
from tests.specs.family import breaks_nothing, is_as_kept
from tests.specs.multi_paxos_peer import (
    COMMANDS,
    NO_OP,
    Change,
    Commands,
    Fact,
    Facts,
    Sight,
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

pytestmark = pytest.mark.slow  # the runs that are kept are walked by the others

SPEC = find("multi_paxos")


# The same mistakes, in the other program


def instead(**changes: Any) -> Commands:
    """One command, or some, in the place of others; or beside them."""
    own = {name: changes.pop(name, command) for name, command in COMMANDS.own.items()}
    on = {name: changes.pop(name, command) for name, command in COMMANDS.on.items()}
    return Commands(own | changes, on)


def reading(read: Callable[[list[Votes]], Votes]) -> Commands:
    """Another idea of what promises tell of."""
    return instead(promise=partial(lead, read=read))


def but(
    change: Change | None, gone: Iterable[Fact] = (), come: Iterable[Fact] = ()
) -> Change | None:
    return change and Change({*change.gone, *gone}, {*change.come, *come}, change.sent)


def promise_for_slot_one(w: Size, state: Facts, a: str, p: str, message: Fact) -> Change | None:
    later = {vote for vote in every(state, "vote", a) if vote[2] > 1}
    return promise(w, state - later, a, p, message)


def unanimous(told: list[Votes]) -> Votes:
    everywhere = set.intersection(*({slot for slot, _, _ in votes} for votes in told))
    last = max((slot for slot, _, _ in union(told)), default=0)
    some = {vote for vote in union(told) if vote[0] in everywhere}
    return frozenset(some | ({(last, 0, NO_OP)} if last else set()))


def mixed_up(told: list[Votes]) -> Votes:
    slots = range(1, 1 + max((slot for slot, _, _ in union(told)), default=0))
    return frozenset((slot, b, v) for slot in slots for _, b, v in union(told))


def up_to_a_gap(told: list[Votes]) -> Votes:
    begun = {slot for slot, _, _ in union(told)}
    gap = next(slot for slot in range(1, len(begun) + 2) if slot not in begun)
    return frozenset(vote for vote in union(told) if vote[0] < gap)


def nothing(told: list[Votes]) -> Votes:
    return frozenset()


def longest(told: list[Votes]) -> Votes:
    return max(told, key=lambda votes: (max(votes, default=(0,))[0], sorted(votes)))


def keep_one_vote(w: Size, state: Facts, a: str, p: str, message: Fact) -> Change | None:
    return but(cast(w, state, a, p, message), gone=every(state, "vote", a))


def cut_off(w: Size, state: Facts, a: str, p: str, message: Fact) -> Change | None:
    later = frozenset(vote for vote in every(state, "vote", a) if vote[2] > message[1])
    return but(cast(w, state, a, p, message), gone=later)


def vote_where_it_has_not(w: Size, state: Facts, a: str, p: str, message: Fact) -> Change | None:
    if every(state, "vote", a, message[1]):
        return cast(w, state, a, p, message)
    promised = every(state, "promised", a)
    return but(cast(w, state - promised, a, p, message), gone=promised)


def propose_unprepared(w: Size, state: Facts, p: str) -> Change | None:
    return propose(w, state - {("asks", p)}, p)


def lead_and_note(w: Size, state: Facts, p: str, a: str, message: Fact) -> Change | None:
    """It remembers in which of its ballots it led last."""
    change = lead(w, state, p, a, message)
    leads = change is not None and any(fact[0] == "at" for fact in change.come)
    led = frozenset({("led", p, number(state, "started", p))})
    return but(change, every(state, "led", p), led) if leads else change


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
    return but(crash(w, state, node), every(state, "skip", node), begun)


def hear_from_the_first(state: Facts, r: str, s: int) -> bool:
    return s == after(state, r) - number(state, "skip", r)


def fill_a_gap(w: Size, seen: Sight) -> bool:
    return any(value == NO_OP for _, value in chosen(w, seen[0]))


# And what is said of them


class Mistake(NamedTuple):
    there: Commands
    bad: Callable[[Size, Sight], bool]
    size: Size  # of its scope
    steps: int | None  # of the shortest run at that size; None where there is none
    small: Size  # where the other program is quick
    few: int | None  # and the shortest run there


ONE = Size(3, 2, 2)
TINY = Size(1, 2, 2)
ONE_REPLICA = Size(1, 1, 2, 1, 1)

MISTAKES = {
    "promises-for-one-slot": Mistake(
        instead(prepare=promise_for_slot_one), disagree, ONE, 18, TINY, 12
    ),
    "sees-a-gap-too-soon": Mistake(reading(unanimous), disagree, ONE, 15, Size(3, 2, 1), 15),
    "mixes-up-the-slots": Mistake(reading(mixed_up), disagree, ONE, 17, TINY, 11),
    "goes-on-at-the-first-gap": Mistake(reading(up_to_a_gap), disagree, ONE, 18, TINY, 12),
    "trusts-its-own-log": Mistake(reading(nothing), disagree, ONE, 16, TINY, 10),
    "trusts-the-longest-log": Mistake(reading(longest), disagree, ONE, 17, TINY, None),
    "keeps-one-vote": Mistake(instead(accept=keep_one_vote), disagree, ONE, 17, TINY, 11),
    "cuts-its-log-off": Mistake(instead(accept=cut_off), disagree, ONE, 18, TINY, 12),
    "promises-only-where-it-voted": Mistake(
        instead(accept=vote_where_it_has_not), disagree, ONE, 16, TINY, 10
    ),
    "goes-on-unprepared": Mistake(
        instead(propose=propose_unprepared), disagree, Size(3, 2, 1, 2), 17, Size(1, 2, 1, 2), 11
    ),
    "goes-on-in-its-old-ballot": Mistake(
        instead(propose=propose_in_the_old_ballot, promise=lead_and_note),
        *(disagree, Size(3, 2, 1, 2), None, Size(1, 2, 2, 2), None),
    ),
    "takes-its-ballot-up-again": Mistake(
        instead(promise=lead_and_note, again=take_up_again),
        *(disagree, ONE._replace(crashes=1), 19, TINY._replace(crashes=1), 13),
    ),
    "leads-on-after-a-restart": Mistake(
        instead(crash=crash_and_keep_the_place),
        *(disagree, ONE._replace(crashes=1), None, TINY._replace(crashes=1), None),
    ),
    "leaves-gaps-open": Mistake(instead(promise=lead_over_gaps), fill_a_gap, ONE, None, TINY, None),
    "executes-over-a-gap": Mistake(
        instead(accepted=partial(hear, fits=lambda state, r, s: s >= after(state, r))),
        *(execute_something_else, ONE_REPLICA, 7, ONE_REPLICA, 7),
    ),
    "executes-what-it-is-told-again": Mistake(
        instead(accepted=partial(hear, fits=lambda state, r, s: s <= after(state, r))),
        *(execute_something_else, ONE_REPLICA, 7, ONE_REPLICA, 7),
    ),
    "executes-its-log-again": Mistake(
        instead(crash=crash_and_begin_again, accepted=partial(hear, fits=hear_from_the_first)),
        *(execute_something_else, ONE_REPLICA._replace(crashes=1), 9),
        *(ONE_REPLICA._replace(crashes=1), 9),
    ),
}
named = pytest.mark.parametrize("name", MISTAKES)


@cache
def hunted(name: str) -> BugCheck:
    return check_bug(SPEC, SPEC.bug(name))


def asked(name: str, size: Size | None = None, **how: Any) -> Result:
    """The same question at another size, or by another engine."""
    given = size._asdict() if size is not None else {}
    network, crashes = given.pop("network", None), given.pop("crashes", None)
    bug = SPEC.bug(name)
    only = [] if bug.safe else [bug.breaks]
    setup = prepare(SPEC, given, bug=bug, network=network, crashes=crashes, properties=only)
    return answer(setup, SearchOptions(**how))


def length(result: Result) -> int | None:
    """Of the shortest run to what is wrong, if there is one."""
    bug = result.setup.bug
    found = result.search.discoveries.get(bug.breaks) if bug is not None else None
    return len(found.trace) if found is not None else None


def test_every_mistake_stands_in_the_table() -> None:
    assert sorted(MISTAKES) == sorted(bug.name for bug in SPEC.bugs)


@named
def test_a_mistake_breaks_what_it_says_in_so_many_steps(name: str) -> None:
    found = hunted(name)
    assert (found.as_expected, length(found.result)) == (True, MISTAKES[name].steps)
    assert is_as_kept(found)


@named
def test_the_scope_is_that_of_the_table(name: str) -> None:
    size = MISTAKES[name].size._asdict()
    assert hunted(name).result.setup.all_options == size


@named
def test_another_program_makes_the_same_mistake_in_as_many_steps(name: str) -> None:
    mistake = MISTAKES[name]
    there = shortest(mistake.small, mistake.there, mistake.bad)
    assert (there, length(asked(name, mistake.small))) == (mistake.few, mistake.few)


MINUTES = {  # or half of one, for the other program at that size; it was asked, and says the same
    *("cuts-its-log-off", "promises-only-where-it-voted", "leaves-gaps-open"),
    *("takes-its-ballot-up-again", "leads-on-after-a-restart"),
    *("promises-for-one-slot", "keeps-one-vote", "goes-on-at-the-first-gap"),
    *("mixes-up-the-slots", "trusts-the-longest-log"),
}
HOURS = {"goes-on-unprepared", "goes-on-in-its-old-ballot"}  # nobody has waited for it


@pytest.mark.parametrize("name", [name for name in MISTAKES if name not in MINUTES | HOURS])
def test_and_at_the_size_of_its_scope(name: str) -> None:
    mistake = MISTAKES[name]
    assert shortest(mistake.size, mistake.there, mistake.bad) == mistake.steps


@pytest.mark.parametrize("name", [bug.name for bug in SPEC.bugs if bug.safe])
def test_a_control_looks_wrong_and_breaks_nothing(name: str) -> None:
    assert breaks_nothing(hunted(name))


def test_who_leaves_gaps_open_does_nothing_wrong_and_never_fills_one() -> None:
    setup = prepare(SPEC, {}, bug=SPEC.bug("leaves-gaps-open"))
    outcomes = dict(answer(setup).properties)
    assert outcomes.pop("a_gap_is_filled") is Outcome.NEVER_REACHED
    assert set(outcomes.values()) == {Outcome.HOLDS, Outcome.REACHED}


# By other ways


@named
@pytest.mark.parametrize(
    "how",
    [{"engine": "reference"}, {"engine": "compiled", "reductions": "none"}, {"engine": "compiled"}],
    ids=lambda how: " ".join(how.values()),
)
def test_a_run_is_as_short_by_every_way(name: str, how: dict[str, str]) -> None:
    mistake = MISTAKES[name]
    assert length(asked(name, mistake.small, **how)) == mistake.few


HEARS_TWICE = {"executes-what-it-is-told-again", "executes-its-log-again"}


@named
def test_only_a_replica_goes_wrong_because_it_hears_the_same_twice(name: str) -> None:
    mistake = MISTAKES[name]
    once = asked(name, mistake.small._replace(network="once"))
    assert length(once) == (None if name in HEARS_TWICE else mistake.few)


@named
def test_without_any_reduction_a_run_is_as_short(name: str) -> None:
    found = asked(name, engine="compiled", reductions="none")
    assert length(found) == MISTAKES[name].steps


def test_the_old_ballot_is_safe_with_two_slots_and_two_acceptors() -> None:
    found = asked("goes-on-in-its-old-ballot", Size(2, 2, 2, 2))
    assert found.verdict is Verdict.HOLDS
