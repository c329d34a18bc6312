"""Mistakes in Raft: each is one rule of its figure 2, changed. One looks wrong, and is `safe`."""

from dataclasses import dataclass
from typing import Self

from pcheck import Id, bug, volatile

from .raft import Server
from .raft_safety import (
    Log,
    election_safety,
    leader_completeness,
    state_machine_safety,
)

FIGURE_8 = {"terms": 4, "entries": 1, "crashes": 0}
ONE_CRASH = {"terms": 1, "entries": 1, "crashes": 1}


@bug(601, breaks=leader_completeness, scope=FIGURE_8, source="figure 8 of the paper")
class CountsReplicasOfAnOldTerm(Server):
    """Commits what a majority has stored, of whatever term it is."""

    def may_commit(self, index: int) -> bool:
        return self.is_majority(1 + sum(at >= index for at in (self.stored or {}).values()))


@bug(602, breaks=election_safety, scope=ONE_CRASH)
@dataclass(frozen=True)
class ForgetsWhomItVotedFor(Server):
    """Keeps its term and its log over a restart, and not its vote."""

    voted_for: Id | None = volatile(None)


@bug(603, breaks=election_safety, scope=ONE_CRASH)
@dataclass(frozen=True)
class ForgetsItsTerm(Server):
    """Keeps its vote and its log over a restart, and not its term."""

    term: int = volatile(0)


@bug(604, breaks=leader_completeness, scope={"terms": 2, "entries": 1, "crashes": 0})
class VotesForTheOutdated(Server):
    """Votes for whoever asks first, whatever it has in its log."""

    def is_up_to_date(self, last_term: int, last_index: int) -> bool:
        return True


@bug(605, breaks=leader_completeness, scope={"terms": 3, "entries": 1, "crashes": 0})
class ComparesLengthsOnly(Server):
    """Votes for a log that is as long as its own, whatever the terms in it."""

    def is_up_to_date(self, last_term: int, last_index: int) -> bool:
        return last_index >= len(self.log)


@bug(605, breaks=leader_completeness, scope={"terms": 2, "entries": 2, "crashes": 0})
class ComparesTermsOnly(Server):
    """Votes for a log that ends in the same term as its own, though it is shorter."""

    def is_up_to_date(self, last_term: int, last_index: int) -> bool:
        return last_term >= self.term_at(len(self.log))


@bug(606, breaks=election_safety, scope={"terms": 1, "entries": 1, "crashes": 0})
class VotesTwice(Server):
    """Votes for everybody who asks."""

    def may_vote(self, candidate: Id) -> bool:
        return True


@bug(607, breaks=election_safety, scope={"terms": 2, "entries": 1, "crashes": 0})
class CountsOldVotes(Server):
    """Counts votes that it was given in an older term."""

    def counts(self, term: int) -> bool:
        return True


@bug(608, breaks=election_safety, scope={"terms": 2, "entries": 1, "crashes": 0})
class LeadsOn(Server):
    """Goes on as a leader when it sees a higher term, in that."""

    def in_term(self, term: int) -> Self:
        return self.but(term=term, voted_for=None, votes=None)


@bug(609, breaks=election_safety, scope={"servers": 4, "terms": 1, "entries": 1, "crashes": 0})
class HalfIsAMajority(Server):
    """Takes half of the servers for a majority."""

    def is_majority(self, servers: int) -> bool:
        return 2 * servers >= len(self.others) + 1


@bug(610, breaks=leader_completeness, scope={"terms": 2, "entries": 2, "crashes": 0})
class IgnoresWhatIsBefore(Server):
    """Appends an entry wherever its log ends, and says that it has all before it."""

    def matches(self, index: int, term: int) -> bool:
        return True


@bug(610, breaks=state_machine_safety, scope={"terms": 2, "entries": 2, "crashes": 0})
class ComparesNoTerms(Server):
    """Takes its log for the leader's as far as it is long enough, whatever is in it."""

    def matches(self, index: int, term: int) -> bool:
        return index <= len(self.log)


@bug(611, breaks=leader_completeness, scope={"terms": 3, "entries": 1, "crashes": 0})
class KeepsWhatItHas(Server):
    """Cuts nothing off: where it has another entry, it keeps that."""

    def log_after(self, prev: int, entry: int) -> Log:
        return self.log if prev < len(self.log) else (*self.log, entry)


@bug(612, breaks=leader_completeness, scope={"terms": 2, "entries": 2, "crashes": 0})
class CutsOffTooMuch(Server):
    """Cuts off all that is behind the entry that it gets, also where that fits."""

    def log_after(self, prev: int, entry: int) -> Log:
        return (*self.log[:prev], entry)


@bug(613, breaks=leader_completeness, scope={"terms": 2, "entries": 1, "crashes": 0})
class FollowsAnOldLeader(Server):
    """Answers whoever leads, or led, an older term."""

    def is_current(self, term: int) -> bool:
        return True


@bug(614, breaks=election_safety, scope={"terms": 2, "entries": 1, "crashes": 1}, safe=True)
class KeepsItsVoteForTheNextTerm(Server):
    """Votes in each term for whom it voted for in another: safe, but others may never lead."""

    def in_term(self, term: int) -> Self:
        return self.but(term=term, votes=None, stored=None)
