"""Explanations of some bugs of Paxos, step by step, from their saved traces."""

from __future__ import annotations

import pytest

from pcheck.bugs import check_bug, select
from pcheck.loading.spec import SHIPPED, find
from pcheck.traces.finding import Finding
from pcheck.traces.replay import replay
from pcheck.traces.saved import read

# number, label, result with the bug, end of the result in the correct protocol
Step = tuple[int, str, str | None, str]

FIRST = "a1 <- p1: Accept(vote=Vote(ballot=1, value=v1))"
ASKS = "sends Accept(vote=Vote(ballot=1, value=v1)) to a1, a2, a3"
IGNORES = "ignores this message: `self.may_vote(vote.ballot)` is false; promised = 2"
DIFFERENCES: dict[str, list[Step]] = {
    "vote-leaves-promise": [
        (13, "a3 <- p2: Accept(vote=Vote(ballot=2, value=v2))", "promised = 0", "promised = 2"),
        (14, "a3 <- p1: Accept(vote=Vote(ballot=1, value=v1))", None, IGNORES),
        (
            16,
            "a3 <- p1: Prepare(ballot=3)",
            "vote = Vote(ballot=1, value=v1), "
            "sends Promise(ballot=3, last=Vote(ballot=1, value=v1)) to p1",
            "vote = Vote(ballot=2, value=v2), "
            "sends Promise(ballot=3, last=Vote(ballot=2, value=v2)) to p1",
        ),
    ],
    "reports-the-promised-ballot": [
        (
            16,
            "a1 <- p2: Prepare(ballot=4)",
            "sends Promise(ballot=4, last=Vote(ballot=4, value=v1)) to p2",
            "sends Promise(ballot=4, last=Vote(ballot=3, value=v1)) to p2",
        ),
        (
            17,
            "a3 <- p2: Prepare(ballot=4)",
            "sends Promise(ballot=4, last=Vote(ballot=4, value=v2)) to p2",
            "sends Promise(ballot=4, last=Vote(ballot=2, value=v2)) to p2",
        ),
        (
            18,
            "p2 <- a1: Promise(ballot=4, last=Vote(ballot=4, value=v1))",
            None,
            "never sent this message",
        ),
    ],
    "forgets-everything": [
        (5, "a1 crashes", "promised = 0", "promised = 2"),
        (9, FIRST, None, IGNORES),
    ],
    "quorums-need-not-meet": [
        (
            3,
            "p1 <- a1: Promise(ballot=1, last=None)",
            f"promises = None, {ASKS}",
            "promises = {a1: None}, sends nothing",
        ),
        (4, FIRST, None, "never sent this message"),
        (5, FIRST.replace("a1", "a2"), None, "never sent this message"),
    ],
    "votes-in-any-ballot": [
        (13, FIRST, None, IGNORES),
        (14, FIRST.replace("a1", "a2"), None, IGNORES),
    ],
    "learns-from-one-vote": [
        (
            13,
            "l1 <- a3: Accepted(vote=Vote(ballot=1, value=v1))",
            "heard = {}, learned = v1, sends Decide(value=v1) to l2",
            "heard = {(a3, Vote(ballot=1, value=v1))}, learned = None, sends nothing",
        ),
        (
            14,
            "l2 <- a3: Accepted(vote=Vote(ballot=2, value=v2))",
            "heard = {}, learned = v2, sends Decide(value=v2) to l1",
            "heard = {(a3, Vote(ballot=2, value=v2))}, learned = None, sends nothing",
        ),
    ],
}


@pytest.mark.parametrize("name", DIFFERENCES)
def test_where_the_correct_protocol_and_the_bug_differ(name: str) -> None:
    saved = read(SHIPPED.parent / "counterexamples" / f"{name}.json")
    setup = saved.prepare(find(saved.spec))
    found = Finding.of(setup, saved, replay(saved, setup).trace).explanation.divergences
    expected = DIFFERENCES[name]
    assert [(each.number, each.label, each.buggy) for each in found] == [
        step[:3] for step in expected
    ]
    ends = [each.correct.endswith(step[3]) for each, step in zip(found, expected)]
    assert (len(found), ends) == (len(expected), [True] * len(expected))


EXPLANATION = """\
VIOLATED: agreement is false: v1 and v2 are both chosen.

v2 is chosen by step 13: a1 and a3, a majority, voted for it in ballot 2.
v1 is chosen by step 20: a1 and a2, a majority, voted for it in ballot 3.
Any two majorities have an acceptor in common: here a1, voting for both.

Changed rule: Acceptor.promise_after
A vote is also a promise. Otherwise the acceptor could vote in a lower ballot later and report that
vote instead of this one.
  correct                                     | this bug
  def promise_after(self, vote: Vote) -> int: | def promise_after(self, vote: Vote) -> int:
      return vote.ballot                      |     return self.promised

Where correct paxos differs:
  13  a3 <- p2: Accept(vote=Vote(ballot=2, value=v2)): correct paxos: promised = 2; this bug:
      promised = 0
  14  a3 <- p1: Accept(vote=Vote(ballot=1, value=v1)): correct paxos ignores this message:
      `self.may_vote(vote.ballot)` is false; promised = 2
  16  a3 <- p1: Prepare(ballot=3): correct paxos: vote = Vote(ballot=2, value=v2), sends
      Promise(ballot=3, last=Vote(ballot=2, value=v2)) to p1; this bug: vote = Vote(ballot=1,
      value=v1), sends Promise(ballot=3, last=Vote(ballot=1, value=v1)) to p1

What a3 did:
  13  a3 <- p2: Accept(vote=Vote(ballot=2, value=v2)): vote = Vote(ballot=2, value=v2)
  14  a3 <- p1: Accept(vote=Vote(ballot=1, value=v1)): vote = Vote(ballot=1, value=v1)
  16  a3 <- p1: Prepare(ballot=3): promised = 3; sends Promise(ballot=3, last=Vote(ballot=1,
      value=v1)) to p1

What a1 did:
  2   a1 <- p1: Prepare(ballot=1): promised = 1; sends Promise(ballot=1, last=None) to p1
  8   a1 <- p2: Prepare(ballot=2): promised = 2; sends Promise(ballot=2, last=None) to p2
  12  a1 <- p2: Accept(vote=Vote(ballot=2, value=v2)): vote = Vote(ballot=2, value=v2)
  19  a1 <- p1: Accept(vote=Vote(ballot=3, value=v1)): vote = Vote(ballot=3, value=v1)

"""


@pytest.mark.slow
def test_the_trace_of_vote_leaves_promise_is_explained_in_these_words() -> None:
    (known,) = select("vote-leaves-promise")
    text = check_bug(known).result.draw()
    assert text[text.index("VIOLATED") :] == EXPLANATION
