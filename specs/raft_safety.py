"""What Raft promises (figure 3 of the paper), as an outsider sees it: from what leaders send.

An entry is written as its term, as in the figures of the paper: with its index, that tells it from
all others, as long as nobody shares a term. Nobody's own opinion of who leads plays a part: who
leads a term is who sends its AppendEntries. A leader that has nothing to send is not seen yet.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from pcheck import History, Id, Property, Seen, always, milestone, sometimes

Log: TypeAlias = tuple[int, ...]  # of each entry the term


@dataclass(frozen=True)
class AppendEntries:
    """A leader shows one entry of its log, and the one before it."""

    term: int
    prev_index: int
    prev_term: int
    entry: int

    @property
    def shows(self) -> Mapping[int, int]:
        """Of two places in the leader's log, what is there."""
        return {self.prev_index: self.prev_term, self.prev_index + 1: self.entry}


@dataclass(frozen=True)
class Committed:
    """A server says that the entry at this index stays there for ever."""

    term: int
    index: int
    entry: int


def leaders(seen: Seen) -> dict[int, set[Id]]:
    """Who leads each term."""
    found: dict[int, set[Id]] = {}
    for server, shown in seen.sent(AppendEntries):
        found.setdefault(shown.term, set()).add(server)
    return found


def rivals(seen: Seen) -> tuple[int, list[Id]] | None:
    """A term, and those who lead it, if they are several."""
    torn = [(term, sorted(who)) for term, who in leaders(seen).items() if len(who) > 1]
    return min(torn, default=None)


def lost(seen: Seen) -> tuple[Id, Committed, Id, AppendEntries] | None:
    """Who committed what, and which leader of a later term shows something else there."""
    for server, committed in seen.sent(Committed):
        for leader, shown in seen.sent(AppendEntries):
            other = shown.shows.get(committed.index, committed.entry)
            if shown.term > committed.term and other != committed.entry:
                return server, committed, leader, shown
    return None


def different(seen: Seen) -> list[tuple[Id, Committed]]:
    """Two servers, or one, with what they committed at one index, if that is not the same."""
    for one in seen.sent(Committed):
        for other in seen.sent(Committed):
            if one[1].index == other[1].index and one[1].entry < other[1].entry:
                return [one, other]
    return []


def who_leads(told: History) -> Iterator[str]:
    """Since when each of two servers leads, and what they did."""
    term, servers = rivals(told.seen) or (0, [])
    for server in servers:
        when = told.since(lambda seen: server in leaders(seen).get(term, ()))  # noqa: B023
        yield f"{server} leads term {term}: it sends AppendEntries by step {when}."
    yield "Two majorities have a server in common, and it has one vote in a term."
    yield from servers


def what_was_lost(told: History) -> Iterator[str]:
    """Who committed it, since when, and what takes its place."""
    if (found := lost(told.seen)) is None:
        return
    server, committed, leader, shown = found
    when = told.since(lambda seen: (server, committed) in seen.sent(Committed))
    yield f"By step {when} {server} says, in term {committed.term}: {this(committed)} is committed."
    there = shown.shows[committed.index]
    yield f"The leader of term {shown.term}, {leader}, has another there, of term {there}."
    yield from dict.fromkeys((server, leader))


def who_committed_what(told: History) -> Iterator[str]:
    """Who committed each of two entries at one index, and since when."""
    lines = []
    for server, committed in different(told.seen):
        when = told.since(lambda seen: (server, committed) in seen.sent(Committed))  # noqa: B023
        lines.append((when, f"By step {when} {server} says: {this(committed)} is committed."))
    yield from (line for _, line in sorted(lines))
    yield from dict.fromkeys(server for server, _ in different(told.seen))


@always(sees=[AppendEntries], explain=who_leads)
def election_safety(seen: Seen) -> str | None:
    """At most one server leads a term."""
    match rivals(seen):
        case term, servers:
            return f"{' and '.join(servers)} both lead term {term}"
    return None


@always(sees=[AppendEntries])
def log_matching(seen: Seen) -> str | None:
    """Two logs with one entry at one index have the same entry before it."""
    before: dict[tuple[int, int], int] = {}
    for _, shown in seen.sent(AppendEntries):
        there = shown.prev_index + 1, shown.entry
        if before.setdefault(there, shown.prev_term) != shown.prev_term:
            return f"before entry {there[0]}, of term {there[1]}, there is not always the same"
    return None


@always(sees=[AppendEntries, Committed], explain=what_was_lost)
def leader_completeness(seen: Seen) -> str | None:
    """No committed entry is lost: whoever leads a later term has it, at its index."""
    match lost(seen):
        case _, committed, leader, shown:
            return (
                f"{this(committed)} is committed, and {leader} leads term {shown.term} without it"
            )
    return None


@always(sees=[Committed], explain=who_committed_what)
def state_machine_safety(seen: Seen) -> str | None:
    """No two servers commit different entries at one index."""
    match different(seen):
        case (_, one), (_, other):
            terms = f"of term {one.entry} and of term {other.entry}"
            return f"at index {one.index} the entries {terms} are both committed"
    return None


@sometimes(sees=[AppendEntries], alias="elected")
def a_leader_is_elected(seen: Seen) -> bool:
    """In some run a server leads."""
    return bool(leaders(seen))


@sometimes(sees=[Committed], alias="committed")
def an_entry_is_committed(seen: Seen) -> bool:
    """In some run an entry is committed: the rest would be true of doing nothing, too."""
    return bool(seen.sent(Committed))


@sometimes(sees=[Committed])
def an_older_entry_is_committed(seen: Seen) -> bool:
    """In some run an entry of an earlier term is committed."""
    return any(committed.entry < committed.term for _, committed in seen.sent(Committed))


def raft_safety(terms: int, entries: int) -> list[Property]:
    """What must be true; an older entry is committed together with one behind it, or not at all."""
    proved = [election_safety, log_matching, leader_completeness, state_machine_safety]
    older = [an_older_entry_is_committed] if terms > 1 and entries > 1 else []
    return [*proved, a_leader_is_elected, an_entry_is_committed, *older]


@milestone(sees=["term", "stored"])
def a_server_leads(seen: Seen) -> Mapping[tuple[Id, int], str]:
    """From here on it may take commands: its followers need not know it yet."""
    terms = dict(seen.field("term"))
    leading = [server for server, stored in seen.field("stored") if stored is not None]
    return {(who, terms[who]): f"{who} leads term {terms[who]}" for who in leading}


@milestone(sees=[Committed])
def is_committed(seen: Seen) -> Mapping[tuple[int, int], str]:
    """The moment that a client may be told."""
    return {
        (committed.index, committed.entry): f"{this(committed)} is committed, says {server}"
        for server, committed in seen.sent(Committed)
    }


def this(committed: Committed) -> str:
    """`entry 1 (of term 2)`"""
    return f"entry {committed.index} (of term {committed.entry})"
