"""A scenario that shows every kind of line of the report, and the report itself."""

from __future__ import annotations

SCENARIO = """\
spec: paxos
acceptors: 1
rounds: 2
crashes: 0

given a1.promised = 2
given in flight: p2 <- a1: Promise(2, None)
given p2.started = 1
given p2.promises = Map()

p1 starts ballot 1
expect a1 ignores Prepare(1)
...
expect chosen is reached
expect a1.promised = 3
expect milestone: v2 is chosen*
explore from here
"""
NARROW = """\
paxos: Single-decree Paxos: at most one value is ever chosen.
  size          acceptors 1, proposers 2, rounds 2
  start         not a run of the protocol: given start; a1.promised = 2; in
                flight: p2 <- a1: Promise(2, None); p2.started = 1; p2.promises
                = Map()
  network       set: every message ever sent may be delivered at any time, any
                number of times
  crashes       none
  also covered  message loss, delay, duplication and reordering; nodes that stop
                forever

    p1  p2  a1
 1  ●   ┃   ┃  p1 starts ballot 1
    ┃   ┃   ┃    started = 1, promises = {}
    ┠───┃──…┃    sends Prepare(ballot=1) to a1 (still in flight)
 2  ┃   ●◄──○  p2 <- a1: Promise(ballot=2, last=None)
    ┃   ┃   ┃    promises = None
    ┃   ┠─╮ ┃    sends Accept(vote=Vote(ballot=2, value=v2)) to a1
 3  ┃   ┃ ╰►●  a1 <- p2: Accept(vote=Vote(ballot=2, value=v2))
    ┃   ┃   ┃    vote = Vote(ballot=2, value=v2)
    ┃   ┃   ┃    says Accepted(vote=Vote(ballot=2, value=v2))
    ┃═══┃═══┃══ v2 is chosen: a1, a majority, voted in ballot 2

  line 12  as expected      a1 ignores Prepare(1): `self.may_promise(ballot)` is
                            false; promised = 2
  line 14  found            steps 2 to 3 are from a search: no fewer steps lead
                            here
  line 14  as expected      chosen is reached
  line 15  NOT AS EXPECTED  expected a1.promised = 3; got: a1.promised = 2
  line 16  as expected      v2 is chosen: a1, a majority, voted in ballot 2
                            (step 3)
  line 17  explored         after 3 steps: No property is violated in any state
                            that can follow (25 states). This is not a run of
                            the protocol: given start.

NOT AS EXPECTED: line 15 of s.txt, in 3 steps; not a run of the protocol: given
start.
"""
STATES_AFTER = 25  # after the three steps, as a search of the test says
STEPS = (
    "p1 starts ballot 1",
    "p2 <- a1: Promise(ballot=2, last=None)",
    "a1 <- p2: Accept(vote=Vote(ballot=2, value=v2))",
)
