"""What a log of 445 tests shows of a system that elects a leader, and what it leaves open.

It shows, by the number of a test, from 1:
 29  Any node may be named leader at any time, a dead one too, and different ones to different
     nodes: "p9 - p10 is leader", and then "p2 - p2 is leader", while p10 is dead.
 29  Who is named takes the highest ballot that it heard of, plus one: p2 heard of 1, then "p2
     sending all prepare 1 2" (instance 1, ballot 2). So two who heard of nothing both take 1: in
     411 p1 is named and dies, and it is p10 that takes it.
201  Each instance has its own ballots ("p1 sending all prepare 1 1", "p1 sending all prepare 2 1").
  1  A leader that proposed nothing asks for what another did (264 times of 482): all hear of all.
 37  It counts itself as any other, and nobody before its own prepare has come: "Probably recieved
     this before preare came to self", and the promise has to wait. So the prepare raises its
     ballot, and not that it is sent.
 29  6 of 11 are a majority, also while 5 of them are dead ("Try to run prepared p2 11 6").
426  "Leader has action to die before decision": it is killed when a majority has voted, and has
     told nobody. The next one hears "prepared 1 2 1 {:val, 210}", and asks for that.
182  A decision is told again, and is the same; who proposes late is told "Has already decided".

Nobody is ever refused, overtaken or restarted there. What would be then is open, and is an option:
same_ballot  A prepare with the ballot that is promised already is refused; or promised as well.
accepts      A node votes as it is asked in any ballot that is not below its own, and that is its
             own from then on; or is not (unnoted); or it votes in none but the ballot that it
             promised last, and only for the leader whom it promised it (promised).
votes_once   Whether it refuses to vote again in the same ballot for another value.
decided      Who has decided tells that to who prepares or asks for votes; takes part; is silent.
And what does a node remember that is started again? Here all but what it collects as a leader."""

from dataclasses import dataclass
from typing import Annotated, Literal

from pcheck import Id, Option

from .consensus import Vote

SameBallot = Annotated[
    Literal["refused", "promised"], Option("what a second prepare of the same ballot is")
]
Accepts = Annotated[
    Literal["any", "promised", "unnoted"], Option("from which leaders a node accepts")
]
VotesOnce = Annotated[bool, Option("whether it votes for one value only in a ballot")]
WhenDecided = Annotated[
    Literal["tells", "takes-part", "silent"], Option("what a node does that has decided")
]


@dataclass(frozen=True)
class Reading:
    same_ballot: SameBallot
    accepts: Accepts
    votes_once: VotesOnce
    decided: WhenDecided

    def is_promised_again(self, ballot: int, own: int) -> bool:
        return ballot == own and self.same_ballot == "promised"

    def bound_to(self, leader: Id) -> Id | None:
        """Who alone may ask for the vote of a node that follows this leader; None: anybody."""
        return leader if self.accepts == "promised" else None

    def lets_vote(self, vote: Vote, last: Vote | None, promised: bool) -> bool:
        """Whether a vote may be given after the last one, where the ballot is high enough."""
        torn = last is not None and last.ballot == vote.ballot and last != vote
        return (promised or self.accepts != "promised") and not (torn and self.votes_once)

    @property
    def unnoted(self) -> bool:
        return self.accepts == "unnoted"

    @property
    def tells(self) -> bool:
        return self.decided == "tells"

    @property
    def takes_part(self) -> bool:
        return self.decided == "takes-part"
