"""Readings of a log: the rules of a real system that its log shows, and the rules that stay open.

The log covers 445 tests of a system that elects a leader. It shows, by the number of a test:
 29  Any node may be named leader at any time, even a dead node, and two nodes may be given two
     leaders: "p9 - p10 is leader", and later "p2 - p2 is leader", while p10 is dead.
 29  A new leader takes the highest ballot that it heard of, plus one: p2 heard of 1, then "p2
     sending all prepare 1 2" (instance 1, ballot 2). Two leaders that heard of no ballot both take
     ballot 1: in test 411 p1 is named and dies, and p10 takes ballot 1.
201  Each instance has its own ballots ("p1 sending all prepare 1 1", "p1 sending all prepare 2 1").
  1  A leader without a proposal asks for the proposal of another node (264 times of 482), so all
     nodes hear of all proposals.
 37  A leader counts itself like any other node, and counts no node before its own prepare arrives:
     "Probably recieved this before preare came to self", and the promise has to wait. So a leader
     raises its ballot when it receives its own prepare, and not when it sends the prepare.
 29  6 of 11 nodes are a majority, also while 5 nodes are dead ("Try to run prepared p2 11 6").
426  "Leader has action to die before decision": the leader is killed after a majority has voted and
     before it announces the decision. The next leader receives "prepared 1 2 1 {:val, 210}" and
     asks for that value.
182  A decision that is announced again is the same. A late proposer gets "Has already decided".

No test shows a refusal, an overtaken leader or a restart. The rules for these are options:
same_ballot  A node refuses a second prepare of its promised ballot (refused), or promises the
             ballot again (promised).
accepts      A node votes as asked in any ballot not below its own, and then adopts that ballot
             (any) or keeps its own (unnoted). Or the node votes only in the ballot that it promised
             last, and only for the leader of that promise (promised).
votes_once   A node refuses to vote for a second value in the same ballot.
decided      A node that decided answers with the decision (tells), takes part as before
             (takes-part), or is silent (silent).
The log does not show what a restarted node remembers either. In `elected_leader` a restarted node
forgets only what it collected as a leader.

The number of steps in which two values can be chosen, for each reading ("safe": no trace was found
at the sizes explored; `decided` makes no difference):
  same_ballot  accepts   votes_once: no  yes
  refused      any       safe            safe
  refused      promised  safe            safe
  refused      unnoted   20              20
  promised     any       14              20
  promised     promised  15              20
  promised     unnoted   14              20"""

from dataclasses import dataclass
from typing import Annotated, Literal

from pcheck import Id, Option

from .consensus import Vote

SameBallot = Annotated[
    Literal["refused", "promised"], Option("answer to a second prepare of the same ballot")
]
Accepts = Annotated[Literal["any", "promised", "unnoted"], Option("leaders for which a node votes")]
VotesOnce = Annotated[bool, Option("vote for only one value in each ballot")]
WhenDecided = Annotated[
    Literal["tells", "takes-part", "silent"],
    Option("reaction of a decided node to a leader's messages"),
]


@dataclass(frozen=True)
class Reading:
    """A choice for each rule that the log leaves open."""

    same_ballot: SameBallot
    accepts: Accepts
    votes_once: VotesOnce
    decided: WhenDecided

    def is_promised_again(self, ballot: int, own: int) -> bool:
        """Return whether a node promises its own ballot again."""
        return ballot == own and self.same_ballot == "promised"

    def bound_to(self, leader: Id) -> Id | None:
        """Return the only leader that may ask a follower for its vote, or None for any leader."""
        return leader if self.accepts == "promised" else None

    def lets_vote(self, vote: Vote, last: Vote | None, promised: bool) -> bool:
        """Return whether a node may vote after its latest vote, in a ballot that is high enough."""
        votes_twice = last is not None and last.ballot == vote.ballot and last != vote
        return (promised or self.accepts != "promised") and not (votes_twice and self.votes_once)

    @property
    def unnoted(self) -> bool:
        return self.accepts == "unnoted"

    @property
    def tells(self) -> bool:
        return self.decided == "tells"

    @property
    def takes_part(self) -> bool:
        return self.decided == "takes-part"
