"""The explanations of some mistakes of Paxos, step by step, as their runs are kept."""

from __future__ import annotations

import pytest

from pcheck.bugs import check_bug, select
from pcheck.loading.spec import SHIPPED, find
from pcheck.traces.finding import Finding
from pcheck.traces.replay import replay
from pcheck.traces.saved import read

Step = tuple[
    int, str, str | None, str
]  # its number and label, what is so here, and how there it ends

FIRST = "a1 <- p1: Accept(vote=Vote(ballot=1, value=v1))"
ASKS = "sends Accept(vote=Vote(ballot=1, value=v1)) to a1, a2, a3"
DIFFERENCES: dict[str, list[Step]] = {
    "vote-leaves-promise": [
        (13, "a3 <- p2: Accept(vote=Vote(ballot=2, value=v2))", "promised = 0", "promised = 2"),
        (14, "a3 <- p1: Accept(vote=Vote(ballot=1, value=v1))", None, "refuses this"),
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
            "this was never sent",
        ),
    ],
    "forgets-everything": [
        (5, "a1 crashes", "promised = 0", "promised = 2"),
        (9, FIRST, None, "refuses this"),
    ],
    "quorums-need-not-meet": [
        (
            3,
            "p1 <- a1: Promise(ballot=1, last=None)",
            f"promises = None, {ASKS}",
            "promises = {a1: None}, sends nothing",
        ),
        (4, FIRST, None, "this was never sent"),
        (5, FIRST.replace("a1", "a2"), None, "this was never sent"),
    ],
    "votes-in-any-ballot": [
        (13, FIRST, None, "refuses this"),
        (14, FIRST.replace("a1", "a2"), None, "refuses this"),
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
def test_where_the_correct_protocol_differs_and_how(name: str) -> None:
    saved = read(SHIPPED.parent / "counterexamples" / f"{name}.json")
    setup = saved.prepare(find(saved.spec))
    found = Finding.of(setup, saved, replay(saved, setup).trace).explanation.divergences
    expected = DIFFERENCES[name]
    assert [(each.number, each.label, each.buggy) for each in found] == [
        step[:3] for step in expected
    ]
    ends = [each.correct.endswith(step[3]) for each, step in zip(found, expected)]
    assert (len(found), ends) == (len(expected), [True] * len(expected))


TOLD = """\
VIOLATED: agreement is false now: v1 and v2 are both chosen.

v2 is chosen by step 13: a1 and a3, a majority, voted for it in ballot 2.
v1 is chosen by step 20: a1 and a2, a majority, voted for it in ballot 3.
Any two majorities have an acceptor in common: here a1, voting for both.
What a1 did:
  2   a1 <- p1: Prepare(ballot=1): promised = 1; sends Promise(ballot=1, last=None) to p1
  8   a1 <- p2: Prepare(ballot=2): promised = 2; sends Promise(ballot=2, last=None) to p2
  12  a1 <- p2: Accept(vote=Vote(ballot=2, value=v2)): vote = Vote(ballot=2, value=v2)
  19  a1 <- p1: Accept(vote=Vote(ballot=3, value=v1)): vote = Vote(ballot=3, value=v1)

The rule, Acceptor.promise_after: To vote in a ballot is to promise it: else it could vote in a
lower one afterwards, and that vote would hide this one from whoever asks how it voted.
  correct                                     | here
  def promise_after(self, vote: Vote) -> int: | def promise_after(self, vote: Vote) -> int:
      return vote.ballot                      |     return self.promised

Beside the correct paxos, step by step:
  13  a3 <- p2: Accept(vote=Vote(ballot=2, value=v2)): the correct paxos comes to: promised = 2.
      Here: promised = 0.
  14  a3 <- p1: Accept(vote=Vote(ballot=1, value=v1)): the correct paxos refuses this.
  16  a3 <- p1: Prepare(ballot=3): the correct paxos comes to: vote = Vote(ballot=2, value=v2),
      sends Promise(ballot=3, last=Vote(ballot=2, value=v2)) to p1. Here: vote = Vote(ballot=1,
      value=v1), sends Promise(ballot=3, last=Vote(ballot=1, value=v1)) to p1.
What a3 did:
  13  a3 <- p2: Accept(vote=Vote(ballot=2, value=v2)): vote = Vote(ballot=2, value=v2)
  14  a3 <- p1: Accept(vote=Vote(ballot=1, value=v1)): vote = Vote(ballot=1, value=v1)
  16  a3 <- p1: Prepare(ballot=3): promised = 3; sends Promise(ballot=3, last=Vote(ballot=1,
      value=v1)) to p1

"""


def test_the_run_of_a_vote_that_leaves_the_promise_is_explained_in_these_words() -> None:
    ((spec, bug),) = select("vote-leaves-promise")
    text = check_bug(spec, bug).result.draw()
    assert text[text.index("VIOLATED") :] == TOLD
