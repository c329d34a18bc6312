"""One run of a cluster that fits the events of a log: found, or shown not to exist.

Each node takes the events of its own log in order. A step that is the only one that fits, now and
later, is taken at once: it can only help other nodes, since what is sent stays available to its
receiver, and no other node takes it away. So if all steps are of this kind, there is a run exactly
if all nodes get to the end, in whatever order. Where several steps fit, each is tried, and taken
back if no run follows.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple

from pcheck.audit.events import Event
from pcheck.audit.fitting import fits, says_all
from pcheck.audit.logs import TICK_EVERY, Log, NodeLog
from pcheck.audit.mail import Inbox, Outbox
from pcheck.audit.options import Local, Options, Taken
from pcheck.audit.trail import HIDDEN, Stuck, Trail
from pcheck.audit.values import made
from pcheck.errors import UsageError
from pcheck.language.values import UnsupportedValue
from pcheck.loading.expressions import Names
from pcheck.search.clock import Tick, no_tick
from pcheck.semantics.network import Letter
from pcheck.semantics.node import Bundle

MAX_CHOICES = 20_000  # that are taken back before a run is undecided


class Choice(NamedTuple):
    """A step that a node may take; with `event`, it is the next event of the node's log."""

    i: int
    step: Taken | None  # None for an event that is no step
    is_event: bool


class Next(NamedTuple):
    """What the next event of a node can be.

    `is_closed` is true if no message that may still come adds a step.
    """

    choices: tuple[Choice, ...]
    is_closed: bool


@dataclass
class _Done:
    """A step that was taken, and what it takes to take it back."""

    choice: Choice
    local: Local
    hidden: int
    head: int = 0
    has_sent: bool = False
    logged: list[tuple[Letter, str]] = field(default_factory=list)


@dataclass
class _Frame:
    """A choice: the number of steps before it, and of the alternatives that were tried."""

    mark: int
    tried: int


class Walk:
    """The tries to find a run for the logs of all nodes."""

    def __init__(
        self,
        options: Options,
        log: Log,
        nodes: Sequence[NodeLog],
        starts: Sequence[Local],
        names: Names,
        *,
        later: frozenset[int] = frozenset(),
        gap: int = 0,
        max_choices: int = MAX_CHOICES,
        tick: Tick = no_tick,
    ) -> None:
        """Begin with all nodes in their first states; those in `later` begin in mid-run.

        `gap` is how many steps the log may leave out before each event and after the last.
        """
        self.options, self.model, self.log, self.nodes = options, options.model, log, nodes
        self.starts, self._names, self._later = starts, names, later
        self.gap, self.tick, self.left, self.max_choices = gap, tick, max_choices, max_choices
        self.assumed = 0  # messages that nodes in mid-run would have sent before
        count, network = len(nodes), self.model.network
        self.local = list(starts)
        self.at, self.hidden = [0] * count, [0] * count
        self.inboxes = [Inbox(network) for _ in range(count)]
        self.outboxes = [Outbox(network) for _ in range(count)]
        self.trail = Trail()
        self.stuck: Stuck | None = None
        self.ran_out = False  # of choices to try
        self.was_short = False  # a node could have taken more than `gap` steps
        self._undo: list[_Done] = []
        self._frames: list[_Frame] = []
        self._backs = 0
        self._visited: set[object] = set()
        self._awake, self._waiting = deque(range(count)), [False] * count
        self._fitting: dict[tuple[int, Letter], tuple[bool, bool]] = {}
        self._sent_for_good: set[Bundle] = set()  # on `set`: sending it again changes nothing

    def find(self) -> bool:
        """Return whether a run was found; its steps are the trail."""
        while True:
            self._advance()
            if self.is_done:
                return True
            choice = next(self._choices(), None) if self._is_new() else None
            if choice is not None:
                self._frames.append(_Frame(len(self._undo), 1))
                self._take(choice)
                self._awake.append(choice.i)
            elif not self._assume():
                self._note_stuck()
                if not self._back():
                    return False

    def _assume(self) -> bool:
        """Let a node receive what another one would have sent before the log begins."""
        for i in range(len(self.nodes)):
            event = self.event_of(i)
            if event is None or event.kind != "deliver" or event.src is None:
                continue
            src = self.model.index.get(event.src)
            if src not in self._later or self.next_of(i).is_closed:
                continue
            if self._frames:
                self.was_short = True
                return False
            try:
                message = made(event.message, self._names)
                letter = self.model.letter(self.model.nodes[src].me, message)
            except (UsageError, UnsupportedValue):
                continue
            self.inboxes[i].put(letter)
            self.assumed += 1
            self._awake.append(i)
            return True
        return False

    @property
    def may_have_been_sent_before(self) -> bool:
        """Whether no node is refused for what it did itself, and some node begins in mid-run."""
        return bool(self._later) and self.stuck is not None and not any(self.stuck.is_dead)

    @property
    def is_done(self) -> bool:
        return all(at == len(log.events) for at, log in zip(self.at, self.nodes))

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

    def _next_of(self, i: int, event: Event, local: Local) -> Next:
        if event.kind == "state":
            is_so = self.options.is_in_state(i, event, local)
            return Next((Choice(i, None, True),) if is_so else (), True)
        if event.kind == "send":
            return Next((Choice(i, None, True),) if self._sent(i, event) else (), True)
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
            letter = inbox.known.get((event.src, event.message))
            if letter is None or not inbox.can_take(letter):
                return [], False
            return [letter], True
        found, is_sure = [], False
        for letter in inbox.letters():
            fitting, is_whole = self._fits(event, letter)
            if fitting:
                found.append(letter)
                is_sure |= is_whole
        return found, is_sure and len(found) == 1

    def _fits(self, event: Event, letter: Letter) -> tuple[bool, bool]:
        """Return whether a message can be that of an event, and whether no other one can."""
        key = event.number, letter
        if key not in self._fitting:
            fitting = event.src in (None, letter.src) and (
                event.message is None or fits(event.message, letter.message)
            )
            is_whole = fitting and event.src is not None and says_all(event.message, letter.message)
            self._fitting[key] = fitting, is_whole
        return self._fitting[key]

    def _sent(self, i: int, event: Event) -> list[tuple[Letter, str]] | None:
        """Return the messages that an event says were sent, or None if the node has not sent it."""
        receivers: tuple[str | None, ...] = (None,) if event.to is None else event.to or ("",)
        found = []
        for receiver in receivers:
            known = [key for key in self.outboxes[i].unlogged(receiver) if self._says(event, key)]
            if not known:
                return None
            found.append(known[0])
            if len(known) > 1 and not self.inboxes[i].is_kept:
                self.was_short = True  # another one may fit what follows
        return found

    def _says(self, event: Event, key: tuple[Letter, str]) -> bool:
        return event.message is None or self._fits(event, key[0])[0]

    def _advance(self) -> None:
        """Take every step that is the only one, until there is none."""
        while self._awake:
            i = self._awake.popleft()
            found = self.next_of(i)
            while not self.gap and found.is_closed and len(found.choices) == 1:
                self._take(found.choices[0])
                if self.at[i] % TICK_EVERY == 0:
                    self.tick()
                found = self.next_of(i)
            self._waiting[i] = not found.is_closed

    def _choices(self) -> Iterator[Choice]:
        """Yield the steps to try, the likeliest first; none if a node can never go on."""
        found = [self.next_of(i) for i in range(len(self.nodes)) if self.event_of(i) is not None]
        closed = min(
            (each for each in found if each.is_closed), key=lambda e: len(e.choices), default=None
        )
        if closed is not None and not self.gap:
            yield from closed.choices
            return
        for each in found:
            yield from each.choices
        if self.gap:
            yield from self._hidden_choices()

    def _hidden_choices(self) -> list[Choice]:
        """Return the steps that the log may leave out, those first that send what is awaited."""
        found = []
        for i, local in enumerate(self.local):
            letters = [None, *self.inboxes[i].letters()]
            steps = [step for each in letters for step in self.options.hidden(i, local, each)]
            if self.hidden[i] < self.gap:
                found += [Choice(i, step, False) for step in steps]
            else:
                self.was_short |= bool(steps)
        return sorted(found, key=self._rank)

    def _rank(self, choice: Choice) -> int:
        assert choice.step is not None
        for letter, receivers in choice.step.bundle.sends:
            for each in receivers:
                event = self.event_of(self.model.index[each])
                if event is not None and event.kind == "deliver" and self._fits(event, letter)[0]:
                    return 0
        return 1 if self.event_of(choice.i) is not None else 2

    def _is_new(self) -> bool:
        """Return whether the present state was not tried before, as far as this was noted."""
        if not self._backs:
            return True
        key = (
            *(tuple(self.at), tuple(self.hidden)),
            tuple([(id(each.actor), each.up) for each in self.local]),
            tuple([frozenset(each.sent.items()) for each in self.outboxes]),
            tuple([frozenset(each.taken.items()) for each in self.inboxes]),
            tuple([frozenset(each.heads.items()) for each in self.inboxes]),
        )
        is_new = key not in self._visited
        self._visited.add(key)
        return is_new

    def _take(self, choice: Choice) -> None:
        """Take a step, or go past an event that is no step."""
        i, step = choice.i, choice.step
        done = _Done(choice, self.local[i], self.hidden[i])
        if choice.is_event:
            event = self.event_of(i)
            if event is not None and event.kind == "send":
                done.logged = self._sent(i, event) or []
                self.outboxes[i].log(done.logged, 1)
            self.at[i] += 1
        self.hidden[i] = 0 if choice.is_event else self.hidden[i] + 1
        if step is not None:
            if step.letter is not None:
                done.head = self.inboxes[i].take(step.letter)
            self.local[i] = step.after
            self.trail.add(i, step, self.at[i] if choice.is_event else HIDDEN)
            done.has_sent = self._send(i, step.bundle)
        if self._frames:
            self._undo.append(done)

    def _send(self, i: int, bundle: Bundle) -> bool:
        """Send messages; return whether this is to be taken back, if the step is."""
        if not bundle.sends or bundle in self._sent_for_good:
            return False
        self.outboxes[i].put(bundle, 1)
        for letter, receivers in bundle.sends:
            for each in receivers:
                j = self.model.index[each]
                if self.inboxes[j].put(letter) and self._waiting[j]:
                    self._waiting[j] = False
                    self._awake.append(j)
        if self.inboxes[i].is_kept and not self._frames:
            self._sent_for_good.add(bundle)
        return True

    def _back(self) -> bool:
        """Go back to the last choice that has another alternative, and take that one."""
        while self._frames and self.left > 0:
            frame = self._frames[-1]
            while len(self._undo) > frame.mark:
                self._take_back(self._undo.pop())
            self._awake.clear()
            following = next(islice(self._choices(), frame.tried, None), None)
            if following is not None:
                frame.tried += 1
                self.left -= 1
                self._backs += 1
                self._take(following)
                self._awake.extend(range(len(self.nodes)))
                return True
            self._frames.pop()
        self.ran_out = bool(self._frames)
        return False

    def _take_back(self, done: _Done) -> None:
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
        self.outboxes[i].log(done.logged, -1)
        self.local[i], self.hidden[i] = done.local, done.hidden
        self.at[i] -= choice.is_event

    def _note_stuck(self) -> None:
        """Remember where this try ended if no other one has taken as many events."""
        if self.stuck is not None and sum(self.stuck.at) >= sum(self.at):
            return
        after = [self.next_of(i) for i in range(len(self.nodes))]
        dead = tuple([each.is_closed and not each.choices for each in after])
        self.stuck = Stuck(tuple(self.at), tuple(self.local), self.trail.copy(), dead)
