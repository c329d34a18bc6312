"""Bugs of real Paxos implementations: each bug changes one rule.

Bugs with the same number are variants of one bug. A change marked `safe` looks wrong but does not
violate any property.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pcheck import Action, Id, Set, Step, Value, action, broadcast, bug, either, volatile

from .consensus import Accepted, Vote, agreement, some_value_chosen
from .learner import Decide, Learner, learners_agree, no_other_is_chosen
from .learner import only_the_chosen_is_learned
from .paxos import Accept, Acceptor, Promises, Proposer

ONE_ROUND = {"rounds": 1, "crashes": 0}
TWO_ROUNDS = {"rounds": 2, "crashes": 0}
ONE_CRASH = {"rounds": 1, "crashes": 1}
TWO_LEARNERS = {"learners": 2, "rounds": 1, "crashes": 0}


@bug(1, breaks=agreement, scope=TWO_ROUNDS, source="ScyllaDB #6139; PyPI package paxos 0.1")
class VoteLeavesPromise(Acceptor):
    """An acceptor does not raise its promise when it votes."""

    def promise_after(self, vote: Vote) -> int:
        return self.promised


@bug(2, breaks=agreement, scope=TWO_ROUNDS, source="a classic student error; CrystalBall")
class TakesTheLowestVote(Proposer):
    """A proposer takes the value of the lowest reported vote instead of the highest."""

    def safe_value(self, votes: Iterable[Vote]) -> Value:
        return min(votes, default=Vote(0, self.wants)).value


@bug(3, breaks=agreement, scope=TWO_ROUNDS)
class KeepsItsFirstVote(Acceptor):
    """An acceptor reports its first vote in promises instead of its latest."""

    def kept(self, vote: Vote) -> Vote:
        return self.vote or vote


@bug(4, breaks=agreement, scope=TWO_ROUNDS, source="the shape of the EPaxos bug (Sutra 2019)")
class ReportsThePromisedBallot(Acceptor):
    """An acceptor reports its latest vote as if it had voted in the promised ballot."""

    def reported(self, ballot: int) -> Vote | None:
        return self.vote and Vote(ballot, self.vote.value)


@bug(5, breaks=agreement, scope=ONE_ROUND)
class IgnoresVotes(Proposer):
    """A proposer ignores the reported votes and always asks for its own value."""

    def safe_value(self, votes: Iterable[Vote]) -> Value:
        return self.wants


@bug(5, breaks=agreement, scope=ONE_ROUND)
class LeavesItsVoteOut(Acceptor):
    """An acceptor never reports its vote in a promise."""

    def reported(self, ballot: int) -> Vote | None:
        return None


@bug(6, breaks=agreement, scope=ONE_CRASH | {"acceptors": 1}, source="Michael et al., DISC 2017")
@dataclass(frozen=True)
class ForgetsEverything(Acceptor):
    """An acceptor forgets its promise and its vote when it restarts."""

    promised: int = volatile(0)
    vote: Vote | None = volatile(None)


@bug(7, breaks=agreement, scope=ONE_CRASH, source="Raft's HardState; ScyllaDB #6149")
@dataclass(frozen=True)
class ForgetsItsPromise(Acceptor):
    """An acceptor forgets its promise, but not its vote, when it restarts."""

    promised: int = volatile(0)


@bug(7, breaks=agreement, scope=ONE_CRASH, source="ScyllaDB #6154")
@dataclass(frozen=True)
class ForgetsItsVote(Acceptor):
    """An acceptor forgets its vote, but not its promise, when it restarts."""

    vote: Vote | None = volatile(None)


@bug(8, breaks=agreement, scope=ONE_CRASH, source="essential-paxos; yugabyte #32875")
@dataclass(frozen=True)
class AnswersBeforeItWrites(Acceptor):
    """An acceptor answers before it writes its promise or vote to its disk."""

    unwritten: tuple[int, Vote | None] | None = volatile(None)

    def actions(self) -> Iterator[Action]:
        if self.unwritten is not None:
            yield action("writes to its disk", self.in_memory())

    def receive(self, msg: object, src: Id) -> Step:
        match Acceptor.receive(self.in_memory(), msg, src):
            case Acceptor(promised=promised, vote=vote), *sends:
                return self.but(unwritten=(promised, vote)), *sends
        return None

    def in_memory(self) -> Acceptor:
        promised, vote = self.unwritten or (self.promised, self.vote)
        return self.but(promised=promised, vote=vote, unwritten=None)


@bug(9, breaks=agreement, scope=ONE_CRASH, source="phxpaxos #145; composable-paxos")
@dataclass(frozen=True)
class UsesABallotAgain(Proposer):
    """A proposer starts its first ballot again after a restart."""

    started: int = volatile(0)


@bug(10, breaks=agreement, scope=ONE_ROUND, safe=True, source="paxos 0.1")
class SharesBallots(Proposer):
    """Proposers share ballots: safe, because an acceptor promises each ballot only once."""

    def ballot(self, nth: int) -> int:
        return nth


@bug(10, breaks=agreement, scope=ONE_ROUND, also=[SharesBallots], source="paxos 0.1")
class PromisesASharedBallotTwice(Acceptor):
    """An acceptor promises a ballot twice, to two proposers that share the ballot."""

    def may_promise(self, ballot: int) -> bool:
        return ballot >= self.promised


@bug(11, breaks=learners_agree, scope=TWO_LEARNERS | {"acceptors": 2}, source="GEODE-9822")
def half_is_a_quorum(acceptors: int) -> dict[str, int]:
    """Half of the acceptors, rounded down, count as a quorum."""
    return {"promise_quorum": acceptors // 2, "vote_quorum": acceptors // 2}


@bug(12, breaks=agreement, scope=ONE_ROUND, source="Flexible Paxos, misconfigured")
def quorums_need_not_meet(acceptors: int) -> dict[str, int]:
    """A proposer needs only one promise, although a majority of votes chooses a value."""
    return {"promise_quorum": 1, "vote_quorum": acceptors // 2 + 1}


@bug(12, breaks=learners_agree, scope=TWO_LEARNERS, safe=True, source="Flexible Paxos")
def one_vote_is_enough(acceptors: int) -> dict[str, int]:
    """One vote chooses a value, but all acceptors must promise: safe, as the quorums intersect."""
    return {"promise_quorum": acceptors, "vote_quorum": 1}


@bug(13, breaks=agreement, scope=ONE_ROUND, source="SlimCluster #28; rapid-relayer PR 38")
class CountsTheLiving(Proposer):
    """A proposer needs promises only from a majority of the acceptors presumed alive."""

    def receive(self, msg: object, src: Id) -> Step:
        step = super().receive(msg, src)
        if isinstance(step, Proposer) and step.promises is not None:
            return either(("waits", step), ("takes the others for dead", self.asks(step.promises)))
        return step


@bug(14, breaks=agreement, scope=ONE_ROUND)
class VotesInAnyBallot(Acceptor):
    """An acceptor votes in any ballot, even in one below its promise."""

    def may_vote(self, ballot: int) -> bool:
        return True


@bug(15, breaks=agreement, scope=ONE_ROUND)
class PromisesALowerBallot(Acceptor):
    """An acceptor promises a ballot below one that it promised before."""

    def may_promise(self, ballot: int) -> bool:
        return ballot != self.promised


@bug(16, breaks=agreement, scope=ONE_ROUND, source="coyote-samples #8; ai-memory-mcp #341")
class CountsAPromiseTwice(Proposer):
    """A proposer counts repeated promises of one acceptor as promises of several acceptors."""

    def with_promise(self, got: Promises, src: Id, last: Vote | None) -> Promises:
        return got.but(Id(f"promise {len(got) + 1}"), last)


@bug(17, breaks=agreement, scope=TWO_ROUNDS, source="MyPaxos #18")
class CountsOldPromises(Proposer):
    """A proposer also counts promises for its older ballots."""

    def counts(self, ballot: int, src: Id) -> bool:
        return ballot <= self.ballot(self.started) and src not in (self.promises or ())


@bug(18, breaks=agreement, scope=TWO_ROUNDS, source="MyPaxos #3")
@dataclass(frozen=True)
class RaisesItsBallot(Proposer):
    """A proposer that finished phase 1 asks for votes in its next ballot without phase 1."""

    asked: Value | None = volatile(None)

    def actions(self) -> Iterator[Action]:
        if self.asked is None:
            yield from super().actions()
        elif self.started < len(self.ballots):
            ballot = self.ballot(self.started + 1)
            asks = broadcast(self.acceptors, Accept(Vote(ballot, self.asked)))
            yield action(f"goes on in ballot {ballot}", self.but(started=self.started + 1), asks)

    def asks(self, got: Promises) -> Step:
        return Proposer.asks(self.but(asked=self.safe_value(filter(None, got.values()))), got)


@bug(18, breaks=agreement, scope=ONE_ROUND, source="MyPaxos #3")
class SkipsPhaseOne(Proposer):
    """A proposer asks for votes without phase 1."""

    def actions(self) -> Iterator[Action]:
        if self.started < len(self.ballots):
            ballot = self.ballot(self.started + 1)
            asks = broadcast(self.acceptors, Accept(Vote(ballot, self.wants)))
            yield action(f"starts ballot {ballot}", self.but(started=self.started + 1), asks)


@bug(19, breaks=agreement, scope=ONE_ROUND | {"proposers": 1})
@dataclass(frozen=True)
class ChangesItsMind(Proposer):
    """A proposer asks for votes for a second value in the same ballot."""

    changed: bool = False

    def actions(self) -> Iterator[Action]:
        yield from super().actions()
        if self.started and self.promises is None and not self.changed:
            vote = Vote(self.ballot(self.started), Value("another"))
            asks = broadcast(self.acceptors, Accept(vote))
            yield action("changes its mind", self.but(changed=True), asks)


@bug(20, breaks=learners_agree, scope=TWO_LEARNERS, source="a variant of DSLabs; booth PR 47")
class LearnsFromOneVote(Learner):
    """A learner learns a value from a single vote."""

    def is_chosen(self, vote: Vote, heard: Set[tuple[Id, Vote]]) -> bool:
        return True


@bug(21, breaks=no_other_is_chosen(), scope=TWO_ROUNDS | {"learners": 1})
class AddsUpBallots(Learner):
    """A learner adds up the votes for a value across ballots."""

    def is_chosen(self, vote: Vote, heard: Set[tuple[Id, Vote]]) -> bool:
        return len({voter for voter, each in heard if each.value == vote.value}) >= self.quorum


@bug(23, breaks=some_value_chosen, scope=ONE_ROUND)
class VotesAboveItsPromise(Acceptor):
    """An acceptor votes only in ballots above its promise, so no value is ever chosen."""

    def may_vote(self, ballot: int) -> bool:
        return ballot > self.promised


@bug(24, breaks=only_the_chosen_is_learned(), scope=TWO_LEARNERS)
class PassesOnAVote(Learner):
    """A learner announces a value to the other learners after a single vote for that value."""

    def receive(self, msg: object, src: Id) -> Step:
        after = super().receive(msg, src)
        if isinstance(after, Learner) and isinstance(msg, Accepted):
            decide = broadcast(self.others.without(self.me), Decide(msg.vote.value))
            return after, decide
        return after
