"""One run of a cluster that fits the events of a log: found, or shown not to exist.

Each node takes the events of its own log in order. A step that is the only one that fits, now and
later, is taken at once: it can only help other nodes, since what is sent stays available to its
receiver, and no other node takes it away. So if all steps are of this kind, there is a run exactly
if all nodes get to the end, in whatever order. Where several steps fit, each is tried, and taken
back if no run follows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from pcheck.audit.logs import TICK_EVERY, Log, NodeLog
from pcheck.audit.mail import Inbox, Outbox
from pcheck.audit.options import Options
from pcheck.audit.position import Choice, Done, Position
from pcheck.audit.trail import Stuck
from pcheck.audit.values import made
from pcheck.errors import UsageError
from pcheck.language.values import UnsupportedValue
from pcheck.loading.expressions import Names
from pcheck.search.clock import Tick, no_tick
from pcheck.semantics.network import Letter
from pcheck.semantics.node import Config

MAX_CHOICES = 20_000  # that are taken back before a run is undecided
MAX_ROOM = 3_000_000  # for what is remembered of the tries, in parts of states


@dataclass
class _Frame:
    """A choice: the number of steps before it, and of the alternatives that were tried."""

    mark: int
    tried: int


class Walk(Position):
    """The tries to find a run for the logs of all nodes."""

    def __init__(
        self,
        options: Options,
        log: Log,
        nodes: Sequence[NodeLog],
        starts: Sequence[Config],
        names: Names,
        *,
        later: frozenset[int] = frozenset(),
        is_partial: bool = False,
        gap: int = 0,
        max_choices: int = MAX_CHOICES,
        tick: Tick = no_tick,
    ) -> None:
        """Begin in these states; the nodes in `later` begin in mid-run, perhaps in other states.

        `gap` is how many steps the log may leave out before each event and after the last.
        """
        super().__init__(options, log, nodes, starts)
        self.starts, self._names, self._later = starts, names, later
        self._is_partial = is_partial
        self.gap, self.tick, self.left, self.max_choices = gap, tick, max_choices, max_choices
        self._room = MAX_ROOM
        self.assumed = 0  # messages that nodes in mid-run would have sent before
        self.stuck: Stuck | None = None
        self.ran_out = False  # of choices to try
        self.was_short = False  # a node could have taken more than `gap` steps
        self._undo: list[Done] = []
        self._frames: list[_Frame] = []
        self._branched = False
        self._assumed_at: set[tuple[int, int]] = set()
        self._visited: set[object] = set()

    def find(self) -> bool:
        """Return whether a run was found; its steps are the trail."""
        while True:
            self._advance()
            if self.is_done:
                return True
            choice = next(self._choices(), None) if self._is_new() else None
            if choice is not None:
                if self.taken % TICK_EVERY == 0:
                    self.tick()
                self._frames.append(_Frame(len(self._undo), 1))
                self._branched = True
                self._take(choice)
                self.awake.append(choice.i)
            elif not self._assume():
                self._note_stuck()
                if not self._back():
                    return False

    def _assume(self) -> bool:
        """Let a node receive what another one would have sent before the log begins.

        A message is assumed only if the log says all of it, and the node then has a step.
        """
        if self._branched:
            return False
        for i in range(len(self.nodes)):
            event, letter = self.event_of(i), self._letter_before(i)
            if event is None or letter is None or (i, self.at[i]) in self._assumed_at:
                continue
            self._assumed_at.add((i, self.at[i]))
            if self.options.of(i, self.local[i], event, letter):
                self.inboxes[i].put(letter)
                self.assumed += 1
                self.awake.append(i)
                return True
        return False

    def _letter_before(self, i: int) -> Letter | None:
        """Return the message of the next event, if a node in mid-run may have sent it before."""
        event = self.event_of(i)
        if event is None or event.kind != "deliver" or event.src is None:
            return None
        src = self.model.index.get(event.src)
        if src is None or src not in self._later or self.next_of(i).is_closed:
            return None
        try:
            message = made(event.message, self._names)
            letter = self.model.letter(self.model.nodes[src].me, message)
        except (UsageError, UnsupportedValue):
            return None
        return letter if all(self.fits(event, letter)) else None

    @property
    def begins_later(self) -> bool:
        """True if some node begins in mid-run."""
        return bool(self._later)

    @property
    def tries(self) -> int:
        """The number of choices that were taken back."""
        return self.max_choices - self.left

    @property
    def is_certain(self) -> bool:
        """True if a failure to find a run means that there is none, also for a log in mid-run.

        There, more messages may have been sent. So every step must have been the only one, and the
        refused event must fit no step, whatever was sent.
        """
        if not self._later:
            return True
        is_forced = not (self._branched or self.gap or self._is_partial)
        dead = self.stuck.is_dead if self.stuck is not None else ()
        return is_forced and any(dead)

    def restore(self) -> None:
        """Return to the end of the longest try, as far as messages are concerned."""
        assert self.stuck is not None
        count, network = len(self.nodes), self.model.network
        self.inboxes = [Inbox(network) for _ in range(count)]
        self.outboxes = [Outbox(network) for _ in range(count)]
        self._sent_for_good.clear()
        for i, step, _ in self.stuck.trail:
            if step.letter is not None:
                if not self.inboxes[i].can_take(step.letter):
                    self.inboxes[i].put(step.letter)  # sent before the log begins
                self.inboxes[i].take(step.letter)
            self._send(i, step.bundle, for_good=False)

    def _advance(self) -> None:
        """Take every step that is the only one, until there is none."""
        while self.awake:
            i = self.awake.popleft()
            found = self.next_of(i)
            while not self.gap and found.is_closed and len(found.choices) == 1:
                self._take(found.choices[0])
                if self.taken % TICK_EVERY == 0:
                    self.tick()
                found = self.next_of(i)
            self.waiting[i] = not found.is_closed

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
                if event is not None and event.kind == "deliver" and self.fits(event, letter)[0]:
                    return 0
        return 1 if self.event_of(choice.i) is not None else 2

    def _is_new(self) -> bool:
        """Return whether the present state was not tried before, as far as this was noted."""
        if not self.tries:
            return True
        self._room -= self.size
        key = self.key
        is_new = key not in self._visited
        self._visited.add(key)
        return is_new

    def _take(self, choice: Choice) -> None:
        done = self.take(choice, for_good=not self._frames)
        if self._frames:
            self._undo.append(done)

    def _back(self) -> bool:
        """Go back to the last choice that has another alternative, and take that one."""
        while self._frames and self.left > 0 and self._room > 0:
            frame = self._frames[-1]
            while len(self._undo) > frame.mark:
                self.take_back(self._undo.pop())
            self.awake.clear()
            following = next(islice(self._choices(), frame.tried, None), None)
            if following is not None:
                frame.tried += 1
                self.left -= 1
                self._take(following)
                self.awake.extend(range(len(self.nodes)))
                return True
            self._frames.pop()
        self.ran_out = bool(self._frames)
        return False

    def _note_stuck(self) -> None:
        """Remember where this try ended if no other one has taken as many events."""
        if self.stuck is not None and sum(self.stuck.at) >= sum(self.at):
            return
        after = [self.next_of(i) for i in range(len(self.nodes))]
        dead = tuple(
            [
                self.event_of(i) is not None and each.is_closed and not each.choices
                for i, each in enumerate(after)
            ]
        )
        self.stuck = Stuck(tuple(self.at), tuple(self.local), self.trail.copy(), dead)
