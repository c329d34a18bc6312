"""Raft's safety properties (figure 3 of the paper), as an observer of the messages sees them.

The leaders of a term are the servers that send AppendEntries of the term, whatever a server itself
believes. A leader that has not sent an entry yet is not observed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pcheck import History, Id, Property, Seen, Tolerance
from pcheck import always, milestone, sometimes, still_possible

from .raft_messages import AppendEntries, Committed


def leaders(seen: Seen) -> dict[int, set[Id]]:
    """Return the leaders of each term."""
    found: dict[int, set[Id]] = {}
    for server, append in seen.sent(AppendEntries):
        found.setdefault(append.term, set()).add(server)
    return found


def rivals(seen: Seen) -> tuple[int, list[Id]] | None:
    """Return the first term that has several leaders, and these leaders, or None."""
    found = [(term, sorted(who)) for term, who in leaders(seen).items() if len(who) > 1]
    return min(found, default=None)


def lost_entry(seen: Seen) -> tuple[Id, Committed, Id, AppendEntries] | None:
    """Return a commit and a later leader's different entry at its index, with both senders."""
    for server, committed in seen.sent(Committed):
        for leader, append in seen.sent(AppendEntries):
            entry = append.entries.get(committed.index, committed.entry)
            if append.term > committed.term and entry != committed.entry:
                return server, committed, leader, append
    return None


def conflicting_commits(seen: Seen) -> list[tuple[Id, Committed]]:
    """Return two commits of different entries at one index, with their senders, or nothing."""
    commits = seen.sent(Committed)
    for first in commits:
        for second in commits:
            if first[1].index == second[1].index and first[1].entry < second[1].entry:
                return [first, second]
    return []


def two_leaders(history: History) -> Iterator[str]:
    """Yield when each rival leader was first observed, then the leaders themselves."""
    term, servers = rivals(history.seen) or (0, [])
    for server in servers:
        when = history.since(lambda seen: server in leaders(seen).get(term, ()))  # noqa: B023
        yield f"{server} leads term {term}: {server} has sent AppendEntries by step {when}."
    yield "Any two majorities have a server in common, and each server has one vote in a term."
    yield from servers


def how_it_was_lost(history: History) -> Iterator[str]:
    """Yield when the lost entry was committed and which entry replaces it, then both servers."""
    if (found := lost_entry(history.seen)) is None:
        return
    server, committed, leader, append = found
    when = history.since(lambda seen: (server, committed) in seen.sent(Committed))
    term, index = committed.term, committed.index
    yield f"By step {when}, {server} reports in term {term}: {named(committed)} is committed."
    other = f"an entry of term {append.entries[index]} at index {index}"
    yield f"{leader}, the leader of term {append.term}, has {other}."
    yield from dict.fromkeys((server, leader))


def how_both_were_committed(history: History) -> Iterator[str]:
    """Yield when each of two conflicting entries was committed, then the servers."""
    lines = []
    commits = conflicting_commits(history.seen)
    for server, committed in commits:
        when = history.since(lambda seen: (server, committed) in seen.sent(Committed))  # noqa: B023
        lines.append((when, f"By step {when}, {server} reports: {named(committed)} is committed."))
    yield from (line for _, line in sorted(lines))
    yield from dict.fromkeys(server for server, _ in commits)


@always(sees=[AppendEntries], explain=two_leaders)
def election_safety(seen: Seen) -> str | None:
    """At most one server leads a term."""
    match rivals(seen):
        case term, servers:
            return f"{' and '.join(servers)} both lead term {term}"
    return None


@always(sees=[AppendEntries])
def log_matching(seen: Seen) -> str | None:
    """Two logs with the same entry at an index also have the same entry before it."""
    previous: dict[tuple[int, int], int] = {}
    for append in seen.messages(AppendEntries):
        index, entry = append.prev_index + 1, append.entry
        if previous.setdefault((index, entry), append.prev_term) != append.prev_term:
            return f"two logs have entry {index} (of term {entry}) but different entries before it"
    return None


@always(sees=[AppendEntries, Committed], explain=how_it_was_lost)
def leader_completeness(seen: Seen) -> str | None:
    """The leader of a later term has every committed entry at the same index."""
    match lost_entry(seen):
        case _, committed, leader, append:
            term = append.term
            return f"{named(committed)} is committed, and {leader} leads term {term} without it"
    return None


@always(sees=[Committed], explain=how_both_were_committed)
def state_machine_safety(seen: Seen) -> str | None:
    """No two servers commit different entries at the same index."""
    match conflicting_commits(seen):
        case (_, first), (_, second):
            terms = f"of term {first.entry} and of term {second.entry}"
            return f"at index {first.index} the entries {terms} are both committed"
    return None


@sometimes(sees=[AppendEntries], alias="elected")
def a_leader_is_elected(seen: Seen) -> bool:
    """A server is elected and sends an entry in some execution."""
    return bool(leaders(seen))


@sometimes(sees=[Committed], alias="committed")
def an_entry_is_committed(seen: Seen) -> bool:
    """An entry is committed in some execution.

    Without this property, a spec that does nothing would satisfy all the others.
    """
    return bool(seen.messages(Committed))


@sometimes(sees=[Committed])
def an_older_entry_is_committed(seen: Seen) -> bool:
    """An entry of an earlier term is committed in some execution."""
    return any(committed.entry < committed.term for committed in seen.messages(Committed))


def has_room(seen: Seen) -> bool:
    """Return whether a server that is elected in a new term can take a command, whoever it is."""
    latest, most = max(seen.values_of("term")), max(map(len, seen.values_of("log")))
    return bool(latest < max(seen.values_of("terms")) and most < max(seen.values_of("entries")))


@still_possible(
    sees=[Committed, "term", "terms", "log", "entries"],
    while_=has_room,
    tolerance=Tolerance("servers", (2, 3, 4), stop="s", scope={"terms": 2, "entries": 1}),
)
def an_entry_can_still_be_committed(seen: Seen) -> bool:
    """An entry can still be committed, while every server has a term and room in its log left."""
    return bool(seen.messages(Committed))


def raft_safety(terms: int, entries: int) -> list[Property]:
    """Return the properties of Raft.

    An older entry can only be committed together with an entry behind it, so that property needs
    two terms and two entries.
    """
    proved = [election_safety, log_matching, leader_completeness, state_machine_safety]
    older = [an_older_entry_is_committed] if terms > 1 and entries > 1 else []
    reached = [a_leader_is_elected, an_entry_is_committed, *older]
    return [*proved, *reached, an_entry_can_still_be_committed]


@milestone(sees=["term", "stored"])
def a_server_leads(seen: Seen) -> Mapping[tuple[Id, int], str]:
    """A server leads and may take commands, even before its followers know of the election."""
    terms = dict(seen.field("term"))
    leading = [server for server, stored in seen.field("stored") if stored is not None]
    return {(server, terms[server]): f"{server} leads term {terms[server]}" for server in leading}


@milestone(sees=[Committed])
def is_committed(seen: Seen) -> Mapping[tuple[int, int], str]:
    """An entry is committed, and a client may be informed."""
    return {
        (committed.index, committed.entry): f"{server} reports that {named(committed)} is committed"
        for server, committed in seen.sent(Committed)
    }


def named(committed: Committed) -> str:
    """Return the name of a committed entry: `entry 1 (of term 2)`."""
    return f"entry {committed.index} (of term {committed.entry})"
