"""Bugs in Raft: each changes one rule of figure 2 of the paper.

A bug marked `safe` looks wrong but breaks no property.
"""

from dataclasses import dataclass
from typing import Self

from pcheck import Id, bug, volatile

from .raft import Server
from .raft_messages import Log
from .raft_safety import election_safety, leader_completeness, state_machine_safety

FIGURE_8 = {"terms": 4, "entries": 1, "crashes": 0}
ONE_CRASH = {"terms": 1, "entries": 1, "crashes": 1}


@bug(601, breaks=leader_completeness, scope=FIGURE_8, source="figure 8 of the Raft paper")
class CountsReplicasOfAnOldTerm(Server):
    """A leader commits any entry that a majority has stored, even an entry of an older term."""

    def may_commit(self, index: int) -> bool:
        copies = 1 + sum(stored >= index for stored in (self.stored or {}).values())
        return self.is_majority(copies)


@bug(602, breaks=election_safety, scope=ONE_CRASH)
@dataclass(frozen=True)
class ForgetsWhomItVotedFor(Server):
    """A restarted server remembers its term and its log but not its vote."""

    voted_for: Id | None = volatile(None)


@bug(603, breaks=election_safety, scope=ONE_CRASH)
@dataclass(frozen=True)
class ForgetsItsTerm(Server):
    """A restarted server remembers its vote and its log but not its term."""

    term: int = volatile(0)


@bug(604, breaks=leader_completeness, scope={"terms": 2, "entries": 1, "crashes": 0})
class VotesForTheOutdated(Server):
    """A server votes for the first candidate that asks, even if the candidate's log is outdated."""

    def is_up_to_date(self, last_term: int, last_index: int) -> bool:
        return True


@bug(605, breaks=leader_completeness, scope={"terms": 3, "entries": 1, "crashes": 0})
class ComparesLengthsOnly(Server):
    """A voter compares only the lengths of the logs, not their last terms."""

    def is_up_to_date(self, last_term: int, last_index: int) -> bool:
        return last_index >= len(self.log)


@bug(605, breaks=leader_completeness, scope={"terms": 2, "entries": 2, "crashes": 0})
class ComparesTermsOnly(Server):
    """A voter compares only the last terms of the logs, not their lengths."""

    def is_up_to_date(self, last_term: int, last_index: int) -> bool:
        return last_term >= self.term_at(len(self.log))


@bug(606, breaks=election_safety, scope={"terms": 1, "entries": 1, "crashes": 0})
class VotesTwice(Server):
    """A server votes for every candidate that asks, even for several in one term."""

    def may_vote(self, candidate: Id) -> bool:
        return True


@bug(607, breaks=election_safety, scope={"terms": 2, "entries": 1, "crashes": 0})
class CountsOldVotes(Server):
    """A server counts votes and confirmations of older terms in its current term."""

    def counts(self, term: int) -> bool:
        return True


@bug(608, breaks=election_safety, scope={"terms": 2, "entries": 1, "crashes": 0})
class LeadsOn(Server):
    """A leader that sees a higher term goes on leading in the higher term."""

    def in_term(self, term: int) -> Self:
        return self.but(term=term, voted_for=None, votes=None)


@bug(609, breaks=election_safety, scope={"servers": 4, "terms": 1, "entries": 1, "crashes": 0})
class HalfIsAMajority(Server):
    """A server treats half of the servers as a majority."""

    def is_majority(self, servers: int) -> bool:
        return 2 * servers >= len(self.others) + 1


@bug(610, breaks=leader_completeness, scope={"terms": 2, "entries": 2, "crashes": 0})
class IgnoresWhatIsBefore(Server):
    """A follower stores an entry without comparing the entry before it with the leader's."""

    def matches(self, index: int, term: int) -> bool:
        return True


@bug(610, breaks=state_machine_safety, scope={"terms": 2, "entries": 2, "crashes": 0})
class ComparesNoTerms(Server):
    """A follower checks only that its log is long enough, not that the terms in it match."""

    def matches(self, index: int, term: int) -> bool:
        return index <= len(self.log)


@bug(611, breaks=leader_completeness, scope={"terms": 3, "entries": 1, "crashes": 0})
class KeepsWhatItHas(Server):
    """A follower keeps an entry that differs from the leader's instead of replacing it."""

    def log_after(self, prev: int, entry: int) -> Log:
        return self.log if prev < len(self.log) else (*self.log, entry)


@bug(612, breaks=leader_completeness, scope={"terms": 2, "entries": 2, "crashes": 0})
class CutsOffTooMuch(Server):
    """A follower cuts off its log behind every entry that it receives, even a matching entry."""

    def log_after(self, prev: int, entry: int) -> Log:
        return (*self.log[:prev], entry)


@bug(613, breaks=leader_completeness, scope={"terms": 2, "entries": 1, "crashes": 0})
class FollowsAnOldLeader(Server):
    """A server follows a leader or a candidate of an older term back into that term."""

    def is_current(self, term: int) -> bool:
        return True


@bug(614, breaks=election_safety, scope={"terms": 2, "entries": 1, "crashes": 1}, safe=True)
class KeepsItsVoteForTheNextTerm(Server):
    """A server keeps its vote in later terms: safe, but other candidates may never be elected."""

    def in_term(self, term: int) -> Self:
        return self.but(term=term, votes=None, stored=None)
