"""The package composable-paxos 1.0.0 from PyPI, unmodified: its Proposer and its Acceptor.

`pip install composable-paxos==1.0.0`. The package sends and saves nothing itself. A handler returns
the message to send, and the program around the handlers sends the message and saves what must
survive a crash. This file is that program. It also mends two faults, and each bug brings one back:

- The package compares proposal ids with None, which Python 3 refuses. Here the first id is LOWEST.
- By the documentation, only acceptors save their state. Here proposers save a proposal id as well.

The learner of the package does not run on Python 3 either. So there is no learner, and properties
count the votes.
"""

from dataclasses import dataclass
from typing import Annotated, Any

import composable_paxos as package  # type: ignore  # the package has no types

from pcheck import Cluster, Group, Id, Option, Value, bug, fixed, group, spec
from pcheck.hosted import Actions, Hosted, Net, frozen, nothing_raises
from ..consensus import CONSENSUS, Accepted, Vote, a_majority_says, a_value_is_chosen
from ..consensus import agreement, can_be_chosen

LOWEST = package.ProposalID(0, "")  # below the id of every proposal


@dataclass(frozen=True)
class Proposer(Hosted):
    """A `composable_paxos.Proposer`, which proposes one value in at most `rounds` rounds."""

    wants: Value = fixed()
    acceptors: Group = fixed()
    rounds: int = fixed()

    skip = ("current_prepare_msg", "current_accept_msg")  # the package only writes them

    def boot(self, disk: Any, net: Net) -> Any:
        it = package.Proposer(self.me, len(self.acceptors) // 2 + 1)
        it.highest_accepted_id = self.first_id()
        if disk is not None:
            it.observe_proposal(disk)
        it.propose_value(self.wants)
        return it

    def can(self, it: Any, net: Net) -> Actions:
        if self.may_go_beyond(it.highest_proposal_id):
            yield "prepares", lambda: net.send(self.acceptors, it.prepare())

    def on(self, it: Any, msg: Any, src: Id, net: Net) -> object:
        if isinstance(msg, package.Nack) and not self.may_go_beyond(msg.promised_proposal_id):
            return NotImplemented  # as if the network had lost the message
        answer = it.receive(msg)
        if answer is not None:
            net.send(self.acceptors, answer)
        return None

    def disk(self, it: Any) -> Any:
        """A proposer saves the highest proposal id that it used or saw. Otherwise, after a crash,
        the proposer could propose another value under the same id."""
        return it.highest_proposal_id

    def first_id(self) -> Any:
        """Proposal ids are compared only with proposal ids. Otherwise Python 3 raises TypeError."""
        return LOWEST

    def may_go_beyond(self, proposal: Any) -> bool:
        return bool(proposal.number < self.rounds)


@dataclass(frozen=True)
class Acceptor(Hosted):
    """A `composable_paxos.Acceptor`, which has its three values on the disk."""

    def boot(self, disk: Any, net: Net) -> Any:
        first = self.first_id()
        return package.Acceptor(self.me, *(disk or (first, first, None)))

    def on(self, it: Any, msg: Any, src: Id, net: Net) -> object:
        answer = it.receive(msg)
        if isinstance(answer, package.Accepted):
            net.say(Accepted(Vote(answer.proposal_id, answer.proposal_value)))
        else:
            net.send(src, answer)
        return None

    def disk(self, it: Any) -> Any:
        return it.promised_id, it.accepted_id, it.accepted_value

    def first_id(self) -> Any:
        """Proposal ids are compared only with proposal ids. Otherwise Python 3 raises TypeError."""
        return LOWEST


class AsksWithNone(Proposer):
    """The proposer as released."""

    def disk(self, it: Any) -> Any:
        return None

    def first_id(self) -> Any:
        return None


@bug(
    801,
    breaks=nothing_raises,
    scope={"rounds": 1, "crashes": 0},
    also=[AsksWithNone],
    source="composable-paxos 1.0.0",
)
class ComparesWithNone(Acceptor):
    """The package as released compares the first proposal id with None."""

    def first_id(self) -> Any:
        return None


@bug(802, breaks=agreement, scope={"rounds": 1, "crashes": 1}, source="composable-paxos 1.0.0")
class SavesNoProposalId(Proposer):
    """A proposer saves nothing, as documented, and uses a proposal id again after a crash."""

    def disk(self, it: Any) -> Any:
        return None


@spec
def composable_paxos_pypi(
    acceptors: Annotated[int, Option("number of acceptors", min=1)] = 3,
    proposers: Annotated[int, Option("number of proposers, each with its own value", min=1)] = 2,
    rounds: Annotated[int, Option("greatest number in a proposal id", min=1)] = 2,
) -> Cluster:
    """PyPI package composable-paxos 1.0.0, mended: at most one value is ever chosen."""
    a, p = group("a", acceptors), group("p", proposers)
    values = [Value(f"v{i}") for i in range(1, proposers + 1)]
    return Cluster(
        {
            p: lambda i: Proposer(wants=values[i - 1], acceptors=a, rounds=rounds),
            a: lambda i: Acceptor(),
        },
        properties=[*CONSENSUS, *map(can_be_chosen, values)],
        milestones=[
            a_majority_says(
                frozen(package.Promise), "promised {0.proposal_id.number} to {0.proposer_uid}"
            ),
            a_value_is_chosen,
        ],
        interchangeable=[a],
    )
