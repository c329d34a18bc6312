"""A position in the logs of all nodes: how far each node is, its state, and what was sent."""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from pcheck.audit.events import Event
from pcheck.audit.fitting import fits, says_all
from pcheck.audit.logs import Log, NodeLog
from pcheck.audit.mail import Copy, Inbox, Outbox
from pcheck.audit.options import Options, Taken
from pcheck.audit.trail import HIDDEN, Trail
from pcheck.errors import UsageError
from pcheck.semantics.network import Letter
from pcheck.semantics.node import Bundle, Config


class Choice(NamedTuple):
    """A step that a node may take; with `event`, it is the next event of the node's log."""

    i: int
    step: Taken | None  # None for an event that is not a step
    is_event: bool
    sent: tuple[Copy, ...] = ()  # what an event says was sent


class Next(NamedTuple):
    """The steps that the next event of a node can be.

    `is_closed` is true if no message that may still come adds a step.
    """

    choices: tuple[Choice, ...]
    is_closed: bool


@dataclass
class Done:
    """A step that was taken, and what it takes to take it back."""

    choice: Choice
    local: Config
    hidden: int
    head: int = 0
    has_sent: bool = False


class Position:
    """The places of all nodes in their logs. Steps can be taken, and taken back."""

    def __init__(
        self, options: Options, log: Log, nodes: Sequence[NodeLog], starts: Sequence[Config]
    ) -> None:
        """Begin before the first event of each node."""
        self.options, self.model, self.log, self.nodes = options, options.model, log, nodes
        count, network = len(nodes), self.model.network
        self.local = list(starts)
        self.at, self.hidden = [0] * count, [0] * count
        self.inboxes = [Inbox(network) for _ in range(count)]
        self.outboxes = [Outbox(network) for _ in range(count)]
        self.taken = 0  # events, also those that were taken back
        self.trail = Trail()
        self.awake, self.waiting = deque(range(count)), [False] * count
        self._fitting: dict[tuple[int, Letter], tuple[bool, bool]] = {}
        self._sent_for_good: set[Bundle] = set()  # on `set`: sending it again changes nothing

    @property
    def is_done(self) -> bool:
        return all(at == len(log.events) for at, log in zip(self.at, self.nodes))

    @property
    def key(self) -> Hashable:
        """All on which the following steps depend."""
        return (
            *(tuple(self.at), tuple(self.hidden)),
            tuple(self.local),
            tuple([each.key for each in self.outboxes]),
            tuple([each.key for each in self.inboxes]),
        )

    @property
    def size(self) -> int:
        """About how large `key` is."""
        sent = sum(len(each.sent) for each in self.outboxes)
        return sent + sum(each.size for each in self.inboxes)

    def event_of(self, i: int) -> Event | None:
        """Return the next event of a node."""
        at, log = self.at[i], self.nodes[i]
        return self.log.event(log.events[at]) if at < len(log.events) else None

    def next_of(self, i: int) -> Next:
        """Return what the next event of a node can be now."""
        event, local = self.event_of(i), self.local[i]
        if event is None:
            return Next((), True)
        try:
            return self._next_of(i, event, local)
        except UsageError as error:
            raise UsageError(f"{self.log.place(self.nodes[i], self.at[i])}: {error}") from None

    def _next_of(self, i: int, event: Event, local: Config) -> Next:
        if event.kind in ("state", "send"):
            if not self.options.is_in_state(i, event, local):
                return Next((), True)
            is_state = event.kind == "state"
            return Next((Choice(i, None, True),) if is_state else tuple(self._sent(i, event)), True)
        if event.kind != "deliver":
            steps = self.options.of(i, local, event, None)
            return Next(tuple([Choice(i, step, True) for step in steps]), True)
        letters, is_closed = self._letters(i, event)
        found = [
            Choice(i, step, True)
            for letter in letters
            for step in self.options.of(i, local, event, letter)
        ]
        return Next(tuple(found), is_closed or not local.up)

    def _letters(self, i: int, event: Event) -> tuple[list[Letter], bool]:
        """Return the messages that a delivery can be of, and whether no other one may come."""
        inbox = self.inboxes[i]
        if isinstance(event.message, str) and event.src is not None:
            letter = inbox.index.called(event.src, event.message)
            if letter is None or not inbox.can_take(letter):
                return [], False
            return [letter], True
        found, is_sure = [], False
        for letter in inbox.index.candidates(event.src, event.message):
            fitting, is_whole = self.fits(event, letter)
            if fitting and inbox.can_take(letter):
                found.append(letter)
                is_sure |= is_whole
        return found, is_sure and len(found) == 1

    def fits(self, event: Event, letter: Letter) -> tuple[bool, bool]:
        """Return whether a message can be that of an event, and whether no other one can."""
        key = event.number, letter
        if key not in self._fitting:
            fitting = event.src in (None, letter.src) and (
                event.message is None or fits(event.message, letter.message)
            )
            is_whole = fitting and event.src is not None and says_all(event.message, letter.message)
            self._fitting[key] = fitting, is_whole
        return self._fitting[key]

    def _sent(self, i: int, event: Event) -> Iterator[Choice]:
        """Yield what the node has sent that an event can stand for; on `set` one is enough."""
        outbox = self.outboxes[i]
        for letter in outbox.index.candidates(None, event.message):
            if self.fits(event, letter)[0]:
                for copies in outbox.unlogged(letter, event.to):
                    yield Choice(i, None, True, copies)
                    if outbox.is_kept:
                        return

    def take(self, choice: Choice, *, for_good: bool) -> Done:
        """Take a step, or pass an event that is not a step; `for_good` if never taken back."""
        i, step = choice.i, choice.step
        done = Done(choice, self.local[i], self.hidden[i])
        if choice.is_event:
            self.outboxes[i].log(choice.sent, 1)
            self.at[i] += 1
            self.taken += 1
        self.hidden[i] = 0 if choice.is_event else self.hidden[i] + 1
        if step is not None:
            if step.letter is not None:
                done.head = self.inboxes[i].take(step.letter)
            self.local[i] = step.after
            self.trail.add(i, step, self.at[i] if choice.is_event else HIDDEN)
            done.has_sent = self._send(i, step.bundle, for_good)
        return done

    def _send(self, i: int, bundle: Bundle, for_good: bool) -> bool:
        """Send messages; return whether this is to be taken back, if the step is."""
        if not bundle.sends or bundle in self._sent_for_good:
            return False
        self.outboxes[i].put(bundle, 1)
        for letter, receivers in bundle.sends:
            for each in receivers:
                j = self.model.index[each]
                if self.inboxes[j].put(letter) and self.waiting[j]:
                    self.waiting[j] = False
                    self.awake.append(j)
        if self.inboxes[i].is_kept and for_good:
            self._sent_for_good.add(bundle)
        return True

    def take_back(self, done: Done) -> None:
        """Undo the last `take`."""
        choice, step = done.choice, done.choice.step
        i = choice.i
        if step is not None:
            if done.has_sent:
                self.outboxes[i].put(step.bundle, -1)
                for letter, receivers in reversed(step.bundle.sends):
                    for each in reversed(receivers):
                        self.inboxes[self.model.index[each]].take_back(letter)
            self.trail.drop()
            if step.letter is not None:
                self.inboxes[i].untake(step.letter, done.head)
        self.outboxes[i].log(choice.sent, -1)
        self.local[i], self.hidden[i] = done.local, done.hidden
        self.at[i] -= choice.is_event
