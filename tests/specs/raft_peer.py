"""A second program for Raft: guarded commands, written from figure 2 of the paper.

The program shares no code with pcheck. A state holds the variables of figure 2, each as a row with
one entry per server, a set of messages and all that an observer has seen. Guarded commands write
into the rows. The networks are `set` (messages stay) and `once` (a delivery uses up one copy).

    python tests/specs/raft_peer.py SERVERS TERMS ENTRIES NETWORK CRASHES
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any, NamedTuple

REQUEST, VOTE, APPEND, APPENDED, COMMITTED = range(5)
FOLLOWER, CANDIDATE, LEADER, DOWN = range(4)
Message = tuple[int, ...]  # kind, sender, receiver and the fields, the term first
Row = tuple[int, ...]


class State(NamedTuple):
    role: Row
    term: Row
    voted: Row  # 0: no vote
    log: tuple[Row, ...]  # the terms of the entries
    votes: tuple[frozenset[int], ...]  # of a candidate: the servers that voted for it
    match: tuple[Row, ...]  # of a leader: the last index that each server stored
    commit: Row
    crashes: int
    net: tuple[Message, ...]  # sorted
    seen: frozenset[Message]  # what was sent, without the receiver

    def put(self, i: int, **written: Any) -> State:
        """Return the state with these values written into the rows of server i."""
        rows: dict[str, Any] = {
            name: changed(getattr(self, name), i, written[name]) for name in written
        }
        return self._replace(**rows)

    def of(self, i: int) -> tuple[Any, ...]:
        """Return the entries of server i."""
        rows = self.role, self.term, self.voted, self.log, self.votes, self.match, self.commit
        return tuple(row[i - 1] for row in rows)


class Counts(NamedTuple):
    states: int
    transitions: int
    depth: int
    observations: frozenset[frozenset[Message]]  # kind, sender and the fields


def explore(
    servers: int = 3, terms: int = 1, entries: int = 1, network: str = "set", crashes: int = 0
) -> Counts:
    assert network in ("set", "once"), network
    n, zeros = servers, (0,) * servers
    empty = ((),) * n
    first = State(zeros, zeros, zeros, empty, (frozenset(),) * n, empty, zeros, 0, (), frozenset())
    depth, transitions, queue = {first: 0}, 0, [first]
    for state in queue:  # breadth first: the loop also visits the appended states
        for after in steps(state, n, terms, entries, network, crashes):
            if after != state:
                transitions += 1
                if after not in depth:
                    depth[after] = depth[state] + 1
                    queue.append(after)
    seen = frozenset(state.seen for state in queue)
    return Counts(len(queue), transitions, depth[queue[-1]], seen)


def steps(
    s: State, n: int, terms: int, entries: int, network: str, crashes: int
) -> Iterator[State]:
    for i in range(1, n + 1):
        role, term, _, log, *_ = s.of(i)
        if role in (FOLLOWER, CANDIDATE) and term < terms:
            after = s.put(i, role=CANDIDATE, term=term + 1, voted=i, votes=frozenset({i}))
            yield sent(after, network, n, REQUEST, i, term + 1, last(log), len(log))
        if role == LEADER and len(log) < entries:
            after = s.put(i, log=(*log, term))
            yield show(after, network, n, i, len(log) + 1)
        if role != DOWN and s.crashes < crashes:
            crashed = s.put(i, role=DOWN, votes=frozenset(), match=(), commit=0)
            yield crashed._replace(crashes=s.crashes + 1)
        if role == DOWN:
            yield s.put(i, role=FOLLOWER)
    for message in sorted(set(s.net)):
        if s.role[message[2] - 1] != DOWN:
            rest = list(s.net)
            if network == "once":
                rest.remove(message)
            taken = s._replace(net=tuple(rest))
            after = deliver(taken, network, n, message)
            if after != taken:  # otherwise the message is ignored
                yield after


def deliver(s: State, network: str, n: int, message: Message) -> State:
    kind, sender, i, term, *fields = message
    if kind in (REQUEST, APPEND, COMMITTED) and term > s.term[i - 1]:
        cleared = s.put(i, role=FOLLOWER, term=term, voted=0, votes=frozenset(), match=())
        return deliver(cleared, network, n, message)
    role, mine, voted, log, votes, match, commit = s.of(i)
    if term != mine:
        return s
    if kind == REQUEST and voted in (0, sender) and fields >= [last(log), len(log)]:
        return posted(s.put(i, voted=sender), network, (VOTE, i, sender, term))
    if kind == VOTE and role == CANDIDATE:
        votes |= {sender}
        if 2 * len(votes) <= n:
            return s.put(i, votes=votes)
        s = s.put(i, role=LEADER, votes=frozenset(), match=(0,) * n)
        for index in range(1, len(log) + 1):
            s = show(s, network, n, i, index)
        return s
    if kind == APPEND:
        before, at_it, entry = fields
        if before > len(log) or (before and log[before - 1] != at_it):
            return s
        if log[before : before + 1] != (entry,):
            log = (*log[:before], entry)
        role = FOLLOWER if role == CANDIDATE else role
        s = s.put(i, log=log, role=role, votes=frozenset())
        return posted(s, network, (APPENDED, i, sender, term, before + 1))
    if kind == APPENDED and role == LEADER and fields[0] > max(commit, match[sender - 1]):
        (index,) = fields
        match = changed(match, sender, index)
        s = s.put(i, match=match)
        copies = 1 + sum(each >= index for each in match)  # the leader's own entry in match is 0
        is_committed = 2 * copies > n and log[index - 1] == term
        return commits(s, network, n, i, index) if is_committed else s
    if kind == COMMITTED and fields[0] <= len(log) and log[fields[0] - 1] == fields[1]:
        return commits(s, network, n, i, fields[0])
    return s


def commits(s: State, network: str, n: int, i: int, index: int) -> State:
    role, term, _, log, _, _, commit = s.of(i)
    for each in range(commit + 1, index + 1):
        if role == LEADER:
            s = sent(s, network, n, COMMITTED, i, term, each, log[each - 1])
        s = s._replace(seen=s.seen | {(COMMITTED, i, term, each, log[each - 1])})
    return s.put(i, commit=max(commit, index))


def show(s: State, network: str, n: int, i: int, index: int) -> State:
    _, term, _, log, *_ = s.of(i)
    fields = term, index - 1, last(log[: index - 1]), log[index - 1]
    s = s._replace(seen=s.seen | {(APPEND, i, *fields)})
    return sent(s, network, n, APPEND, i, *fields)


def sent(s: State, network: str, n: int, kind: int, sender: int, *fields: int) -> State:
    """Return the state after a message to all other servers."""
    for receiver in range(1, n + 1):
        if receiver != sender:
            s = posted(s, network, (kind, sender, receiver, *fields))
    return s


def posted(s: State, network: str, message: Message) -> State:
    if network == "set" and message in s.net:
        return s
    return s._replace(net=tuple(sorted((*s.net, message))))


def changed(row: tuple[Any, ...], i: int, value: Any) -> tuple[Any, ...]:
    return *row[: i - 1], value, *row[i:]


def last(log: Row) -> int:
    return log[-1] if log else 0


if __name__ == "__main__":
    servers, terms, entries, network, crashes = sys.argv[1:]
    counts = explore(int(servers), int(terms), int(entries), network, int(crashes))
    print(f"{counts.states} states, {counts.transitions} transitions, depth {counts.depth}")
