"""A cluster of composable-paxos in one process, whose log is written as the page tells."""

from __future__ import annotations

import logging
from collections import deque
from pathlib import Path
from typing import Any

import composable_paxos as package  # type: ignore

from pcheck.audit import AuditHandler, event

LOWEST = package.ProposalID(0, "")
ACCEPTORS = "a1", "a2", "a3"


class Cluster:
    """Three acceptors and two proposers; the test decides which messages arrive."""

    def __init__(self, file: Path) -> None:
        self.log = logging.Logger("paxos.events")
        self.log.addHandler(AuditHandler(file))
        self.nodes: dict[str, Any] = {}
        self.waiting: deque[tuple[str, str, Any]] = deque()
        for name in ACCEPTORS:
            self.nodes[name] = package.Acceptor(name, LOWEST, LOWEST, None)
        for name in ("p1", "p2"):
            self.nodes[name] = proposer(name)

    def prepare(self, name: str) -> None:
        """Let a proposer begin a round."""
        message = self.nodes[name].prepare()
        self._send(name, ACCEPTORS, message)
        extra = event(name, "act", action="prepares", sends=[(ACCEPTORS, message)])
        self.log.info("acts", extra=extra)

    def deliver(self, *receivers: str) -> None:
        """Deliver what waits, to these nodes only; what is for others is lost."""
        waiting, self.waiting = self.waiting, deque()
        for src, to, message in waiting:
            if to in receivers:
                self._receive(src, to, message)

    def restart(self, name: str, saved: Any = None) -> None:
        """Let a proposer crash and start again, with the proposal id that it saved."""
        self.log.info("crash", extra=event(name, "crash"))
        self.nodes[name] = proposer(name)
        if saved is not None:
            self.nodes[name].observe_proposal(saved)
        self.log.info("restart", extra=event(name, "restart"))

    def close(self) -> None:
        """Close the log."""
        for handler in self.log.handlers:
            handler.close()

    def _receive(self, src: str, to: str, message: Any) -> None:
        it = self.nodes[to]
        answer, sends = it.receive(message), []
        is_vote = isinstance(answer, package.Accepted)  # for learners, which the adapter leaves out
        if answer is not None and not is_vote:
            receivers = ACCEPTORS if to in ("p1", "p2") else (src,)
            self._send(to, receivers, answer)
            sends.append((receivers, answer))
        state = {"promised_id": it.promised_id} if to in ACCEPTORS else None
        told = None if is_vote else sends
        extra = event(to, "deliver", src=src, message=message, sends=told, state=state)
        self.log.info("delivered", extra=extra)

    def _send(self, src: str, receivers: tuple[str, ...], message: Any) -> None:
        self.waiting.extend((src, to, message) for to in receivers)


def proposer(name: str) -> Any:
    it = package.Proposer(name, 2)
    it.highest_accepted_id = LOWEST
    it.propose_value(f"v{name[1:]}")
    return it
