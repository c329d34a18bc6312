"""The ways of the messages of a trace, from the step that sends a message to its deliveries."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace

from pcheck.language.names import Id
from pcheck.semantics.cluster_model import ClusterModel, State
from pcheck.semantics.network import Inbox, Letter
from pcheck.semantics.node import Row, StepKind


@dataclass(frozen=True)
class Flight:
    """One message to one receiver, from the step that sends it to its deliveries or its loss.

    A network that keeps delivered messages may deliver a message several times.
    """

    message: object
    src: str
    dst: str
    sent: int
    nth: int = 0  # the position of the message among those that the step sends
    delivered: tuple[int, ...] = ()
    lost: int | None = None

    @property
    def end(self) -> int | None:
        """The last step that delivers the message or loses it, if there is one."""
        return self.lost if self.lost is not None else max(self.delivered, default=None)


class FlightTracker:
    """The flights of a trace, collected step by step."""

    def __init__(self, model: ClusterModel) -> None:
        self.model = model
        self._begun: list[Flight] = []
        self._delivered: list[list[int]] = []  # for each flight, the steps that deliver it
        self._lost: dict[int, int] = {}
        self._open: dict[tuple[Letter, Id], deque[int]] = {}  # the flights that may still end

    def flights(self) -> tuple[Flight, ...]:
        """Return all flights so far, in the order of sending."""
        return tuple(
            replace(flight, delivered=tuple(delivered), lost=self._lost.get(at))
            for at, (flight, delivered) in enumerate(zip(self._begun, self._delivered))
        )

    def end_flight(self, before: State, node: Id, row: Row, number: int) -> int:
        """Record a delivery or a loss; return the step that sent the message (0: no message)."""
        if row.letter is None or not self._open.get((row.letter, node)):
            return 0
        waiting, inbox = self._open[row.letter, node], self._inbox(before, node)
        at, left = waiting[0], self.model.network.taken(inbox, row.letter)
        if left is not inbox and left != inbox:
            waiting.popleft()
        if row.kind is StepKind.LOSE:
            self._lost[at] = number
        else:
            self._delivered[at].append(number)
        return self._begun[at].sent

    def begin_flights(self, before: State, row: Row, number: int) -> None:
        """Add a flight for each message and receiver of a step.

        A message that leaves the inbox unchanged begins no flight: an equal message is there.
        """
        inboxes = {node: self._inbox(before, node) for node in row.bundle.receivers}
        for nth, (letter, receivers) in enumerate(row.bundle.sends):
            for node in receivers:
                fuller = self.model.network.put(inboxes[node], (letter,))
                if fuller != inboxes[node]:
                    self._open.setdefault((letter, node), deque()).append(len(self._begun))
                    ends = str(letter.src), str(node)
                    self._begun.append(Flight(letter.message, *ends, number, nth))
                    self._delivered.append([])
                inboxes[node] = fuller

    def _inbox(self, state: State, node: Id) -> Inbox:
        return state.nodes[self.model.index[node]].inbox
