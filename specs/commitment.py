"""Atomic commitment: a transaction commits at all managers or at none."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pcheck import History, Id, Seen, always, milestone, sometimes, still_possible

WORKING, PREPARED, COMMITTED, ABORTED = "working", "prepared", "committed", "aborted"


@dataclass(frozen=True)
class Prepared:
    """A manager can commit, and waits for the decision."""


def in_state(seen: Seen, state: str) -> list[Id]:
    """Return the managers in this state."""
    return [manager for manager, each in seen.field("state") if each == state]


def how_they_differ(history: History) -> Iterator[str]:
    """Yield when a manager committed and when another one aborted, then both managers."""
    found = [(state, in_state(history.seen, state)[0]) for state in (COMMITTED, ABORTED)]
    for state, manager in found:
        when = history.since(lambda seen: manager in in_state(seen, state))  # noqa: B023
        yield f"{manager} has {state} since step {when}."
    yield from (manager for _, manager in found)


@always(sees=["state"], explain=how_they_differ)
def all_or_none(seen: Seen) -> str | None:
    """No manager commits a transaction that another manager aborts."""
    states = seen.values_of("state")
    if COMMITTED not in states or ABORTED not in states:
        return None
    return f"{in_state(seen, COMMITTED)[0]} committed and {in_state(seen, ABORTED)[0]} aborted"


def how_it_changed(history: History) -> Iterator[str]:
    """Yield when a manager had another final state than now, then the manager."""
    for manager, now in history.seen.field("state"):
        for was in {COMMITTED, ABORTED} - {now}:
            try:
                when = history.since(lambda seen: manager in in_state(seen, was))  # noqa: B023
            except LookupError:
                continue
            yield f"{manager} had {was} in step {when}, and another decision reached it later."
            yield manager


@always(sees=["state"], explain=how_it_changed)
def a_decision_is_final(before: Seen, after: Seen) -> str | None:
    """A manager that committed or aborted never changes its state again."""
    for change in after.changes_since(before, "state"):
        if change.old in (COMMITTED, ABORTED):
            return f"{change.node} had {change.old}, and now it has {change.new}"
    return None


def who_was_prepared(history: History) -> Iterator[str]:
    """Yield which managers said that they are prepared, then the manager that committed."""
    said = sorted({manager for manager, _ in history.seen.sent(Prepared)})
    yield f"Prepared managers: {', '.join(said) or 'none'}."
    yield in_state(history.seen, COMMITTED)[0]


@always(sees=[Prepared, "state"], explain=who_was_prepared)
def all_are_asked(seen: Seen) -> str | None:
    """A manager commits only if every manager said that it is prepared."""
    states = seen.values_of("state")
    if COMMITTED not in states or len(seen.messages(Prepared)) == len(states):
        return None
    said = {manager for manager, _ in seen.sent(Prepared)}
    silent = [manager for manager, _ in seen.field("state") if manager not in said]
    return f"{in_state(seen, COMMITTED)[0]} committed, and {silent[0]} was never prepared"


@sometimes(sees=["state"], alias="commit")
def all_can_commit(seen: Seen) -> bool:
    """All managers commit in some execution."""
    return set(seen.values_of("state")) == {COMMITTED}


@sometimes(sees=["state"], alias="abort")
def all_can_abort(seen: Seen) -> bool:
    """All managers abort in some execution."""
    return set(seen.values_of("state")) == {ABORTED}


@still_possible(sees=["state"], while_=lambda seen: set(seen.values_of("state")) == {PREPARED})
def everyone_can_still_finish(seen: Seen) -> bool:
    """All managers can still commit or abort, once all of them are prepared."""
    return set(seen.values_of("state")) <= {COMMITTED, ABORTED}


@milestone(sees=["decision"])
def it_is_decided(seen: Seen) -> Mapping[str, str]:
    """The coordinator has decided."""
    decided = [state for _, state in seen.field("decision") if state is not None]
    return {state: f"the coordinator decided: {state}" for state in decided}
