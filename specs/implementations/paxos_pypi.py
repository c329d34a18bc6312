"""The package paxos 0.1 from PyPI, unmodified: its agents Proposer and Acceptor.

`pip install paxos==0.1`. In the package, each agent is a process that reads a mailbox and keeps its
state in memory. Here the network is the mailbox, and this file saves what a restarted agent needs.
All proposers propose in the first instance of the package.

The file mends four faults of the package. Each mend is a method with its reason, and each bug takes
one mend away.
"""

from dataclasses import dataclass
from typing import Annotated, Any

import paxos as package  # type: ignore  # the package has no types

from pcheck import Cluster, Group, Id, Option, Value, bug, fixed, group, spec
from pcheck.hosted import Actions, Hosted, Net, frozen, nothing_raises
from ..consensus import CONSENSUS, Accepted, Vote, a_majority_says, a_value_is_chosen
from ..consensus import agreement, can_be_chosen

INSTANCE = 1  # the instance in which all proposers propose


@dataclass(frozen=True)
class Agent(Hosted):
    """An agent of the package, with the configuration that the package sends to each process."""

    proposers: Group = fixed()
    acceptors: Group = fixed()

    unordered = ("weights",)

    def started(self, it: Any, first: int = 0) -> Any:
        """Return an agent that has its configuration, with names of nodes as process numbers."""
        config = package.SystemConfig(
            len(self.proposers),
            len(self.acceptors),
            num_learners=0,
            proposer_sequence_start=first,
            proposer_sequence_step=len(self.proposers),
        )
        config.proposer_ids, config.acceptor_ids = self.proposers, self.acceptors
        config.config_static_weights(None, len(self.acceptors))
        it.handle_message(config)
        return it


@dataclass(frozen=True)
class Proposer(Agent):
    """A `paxos.Proposer`, which proposes one value with at most `rounds` numbers."""

    wants: Value = fixed()
    first: int = fixed()
    rounds: int = fixed()

    def boot(self, disk: Any, net: Net) -> Any:
        it = self.started(package.Proposer(self.me, net, None), self.first)
        it.sequence = disk or it.sequence
        return it

    def can(self, it: Any, net: Net) -> Actions:
        if it.sequence <= len(self.proposers) * self.rounds:
            request = package.ClientRequestMsg(None, self.wants)
            yield "proposes", lambda: it.handle_client_request(request, INSTANCE)

    def on(self, it: Any, msg: Any, src: Id, net: Net) -> object:
        if not self.expects(it, msg.proposal):
            return NotImplemented
        return it.handle_message(msg)

    def expects(self, it: Any, proposal: Any) -> bool:
        """A proposer ignores answers to proposals that it does not know. Otherwise an answer that
        arrives after a restart raises KeyError."""
        return proposal.number in it.instances.get(proposal.instance, ())

    def disk(self, it: Any) -> Any:
        """A proposer saves its next number. Otherwise, after a crash, the proposer could propose
        another value under the same number."""
        return it.sequence


@dataclass(frozen=True)
class Acceptor(Agent):
    """A `paxos.Acceptor`."""

    def boot(self, disk: Any, net: Net) -> Any:
        it = self.started(package.Acceptor(self.me, net, None))
        votes = it.create_instance(INSTANCE)
        if disk is not None:
            votes.highest_proposal_promised, votes.highest_proposal_accepted = disk
        return it

    def on(self, it: Any, msg: Any, src: Id, net: Net) -> object:
        it.handle_message(msg)
        votes, proposal = it.instances[INSTANCE], msg.proposal
        if votes.highest_proposal_accepted is proposal:
            net.say(Accepted(Vote(proposal.number, proposal.value)))
            self.after_vote(votes)
        return None

    def after_vote(self, votes: Any) -> None:
        """A vote is also a promise. Otherwise the acceptor could vote in a lower ballot later and
        report that vote instead of this one."""
        votes.highest_proposal_promised = votes.highest_proposal_accepted

    def disk(self, it: Any) -> Any:
        """An acceptor saves its promise and its vote. Otherwise, after a crash, the acceptor would
        answer as if it had never promised or voted."""
        votes = it.instances[INSTANCE]
        return votes.highest_proposal_promised, votes.highest_proposal_accepted


@bug(811, breaks=agreement, scope={"proposers": 3, "rounds": 1, "crashes": 0}, source="paxos 0.1")
class KeepsItsPromiseLow(Acceptor):
    """The acceptor as released does not raise its promise when it votes."""

    def after_vote(self, votes: Any) -> None:
        pass


@bug(812, breaks=nothing_raises, scope={"rounds": 1, "crashes": 1}, source="paxos 0.1")
class TakesEveryAnswer(Proposer):
    """The proposer as released takes an answer to a proposal from before its restart."""

    def expects(self, it: Any, proposal: Any) -> bool:
        return True


@bug(813, breaks=agreement, scope={"rounds": 1, "crashes": 1}, source="paxos 0.1")
class SavesNoVote(Acceptor):
    """The acceptor as released saves nothing."""

    def disk(self, it: Any) -> Any:
        return None


@bug(814, breaks=agreement, scope={"rounds": 1, "crashes": 1}, source="paxos 0.1")
class SavesNoNumber(Proposer):
    """The proposer as released saves nothing, and uses its numbers again after a crash."""

    def disk(self, it: Any) -> Any:
        return None


@spec
def paxos_pypi(
    acceptors: Annotated[int, Option("number of acceptors", min=1)] = 3,
    proposers: Annotated[int, Option("number of proposers, each with its own value", min=1)] = 2,
    rounds: Annotated[int, Option("number of proposals per proposer", min=1)] = 1,
) -> Cluster:
    """PyPI package paxos 0.1, mended: at most one value is ever chosen."""
    a, p = group("a", acceptors), group("p", proposers)
    values = [Value(f"v{i}") for i in range(1, proposers + 1)]
    return Cluster(
        {
            p: lambda i: Proposer(
                proposers=p, acceptors=a, wants=values[i - 1], first=i, rounds=rounds
            ),
            a: lambda i: Acceptor(proposers=p, acceptors=a),
        },
        properties=[*CONSENSUS, *map(can_be_chosen, values)],
        milestones=[
            a_majority_says(
                frozen(package.PrepareResponseMsg), "promised number {0.proposal.number}"
            ),
            a_value_is_chosen,
        ],
        interchangeable=[a],
    )
