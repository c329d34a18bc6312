"""The segments of the log, and the facts that follow from the lines of a segment.

A node waits until its line is printed, so a sender prints its line before the receiver. In the
whole log only a client, which is a process of its own, prints a line too early, once. Messages
between two nodes keep their order in Erlang, so the nth `prepare from p1` of a node is the nth
prepare that p1 sent. A node reacts to one message at a time, so a leader's `Try to run prepared`
follows the `prepared` that the leader counts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby

from pcheck.audit.importers.elixir_lines import Event


@dataclass
class Ballot:
    """A ballot of a leader in an instance: what arrived of its prepare, and what it counted."""

    leader: str
    instance: int
    number: int
    prepares: list[Event] = field(default_factory=list)  # `prepare from`, at each node
    prepared: list[Event] = field(default_factory=list)  # without the promises put off
    promises: list[Event] = field(default_factory=list)  # `Try to run prepared`
    value: Event | None = None  # `SET BALLOT VALUE {:val, 201}`
    votes: list[Event] = field(default_factory=list)  # `accepted`


class Segment:
    """A segment of the log: a cluster that starts, and the events until the next one starts."""

    def __init__(self, number: int, events: list[Event]) -> None:
        self.number = number
        self.events = events
        self.kinds: dict[str, list[Event]] = defaultdict(list)
        for event in events:
            self.kinds[event.kind].append(event)
        self.nodes = [event.node for event in self.kinds["Starting paxos"]]
        self.majority = len(self.nodes) // 2 + 1
        self.ballots: dict[tuple[str, int, int], Ballot] = {}
        self.accepts: dict[tuple[int, int], list[Event]] = defaultdict(list)
        self.ballot_of: dict[Event, Ballot] = {}  # of `prepare from`, `Try ...` and `SET ...`
        self.promise_of: dict[Event, Event] = {}  # the `prepared` of `Try ...` or of a comment
        self.uncounted: list[Event] = []  # `prepared`, neither counted nor put off
        self.unplaced: list[Event] = []  # comments of a node that cannot be concluded
        _Conclusions(self).draw()

    def of(self, *kinds: str) -> list[Event]:
        """Return the events of these kinds in the order of the log."""
        found = [event for kind in kinds for event in self.kinds.get(kind, ())]
        return found if len(kinds) == 1 else sorted(found, key=lambda each: each.end)

    def ballots_of(self, instance: int, number: int | None = None) -> list[Ballot]:
        """Return the ballots of an instance; two leaders may share a number."""
        of_instance = [each for each in self.ballots.values() if each.instance == instance]
        return [each for each in of_instance if number in (None, each.number)]

    @property
    def instances(self) -> set[int]:
        return {each.instance for each in self.of("Propose")}


def segments_of(events: Iterable[Event]) -> Iterator[Segment]:
    """Yield the segments: each begins with adjacent `Starting paxos for ...` of different nodes."""
    found: list[list[Event]] = []
    for is_start, group in groupby(events, lambda each: each.kind == "Starting paxos"):
        if not is_start:
            found[-1] += group
            continue
        for nth, event in enumerate(group):
            if nth == 0 or event.node in {each.node for each in found[-1]}:
                found.append([])
            found[-1].append(event)
    return (Segment(number, each) for number, each in enumerate(found, start=1))


class _Conclusions:
    """The facts of a segment, concluded event by event."""

    def __init__(self, segment: Segment) -> None:
        self._segment = segment
        self._sent: dict[str, list[Ballot]] = defaultdict(list)  # by leader
        self._arrived: dict[tuple[str, str], int] = defaultdict(int)  # prepares, by leader and node
        self._waiting: dict[str, Event] = {}  # `prepared` that its leader has not counted yet
        self._counted: dict[str, Ballot] = {}  # the ballot of a leader's latest promise

    def draw(self) -> None:
        for event in self._segment.events:
            match event.kind:
                case "sending all prepare":
                    self._sends(event)
                case "prepare from":
                    self._hears(event)
                case "prepared":
                    if event.node in self._waiting:
                        self._segment.uncounted.append(self._waiting[event.node])
                    self._waiting[event.node] = event
                case "Probably recieved":
                    self._puts_off(event)
                case "Try to run prepared":
                    self._counts(event)
                case "SET BALLOT VALUE":
                    self._asks(event)
                case "accept":
                    self._segment.accepts[event.instance, event.ballot].append(event)
                case "accepted":
                    if ballot := self._ballot(event):
                        ballot.votes.append(event)
        last = {each.node: each for each in self._segment.events if each.is_of_node}
        waiting = self._waiting.values()  # a leader may be killed before it counts a promise
        self._segment.uncounted += [each for each in waiting if last[each.node] is not each]

    def _ballot(self, event: Event) -> Ballot | None:
        return self._segment.ballots.get((event.node, event.instance, event.ballot))

    def _sends(self, event: Event) -> None:
        key = event.node, event.instance, event.ballot
        self._sent[event.node].append(self._segment.ballots.setdefault(key, Ballot(*key)))

    def _hears(self, event: Event) -> None:
        sent = self._sent[event.leader]
        nth = self._arrived[event.leader, event.node]
        self._arrived[event.leader, event.node] += 1
        if nth < len(sent):
            self._segment.ballot_of[event] = sent[nth]
            sent[nth].prepares.append(event)

    def _puts_off(self, comment: Event) -> None:
        """Conclude the node of a comment: the only leader with a promise that is not counted."""
        if len(self._waiting) == 1:
            _, self._segment.promise_of[comment] = self._waiting.popitem()
        else:
            self._segment.unplaced.append(comment)

    def _counts(self, event: Event) -> None:
        promise = self._waiting.pop(event.node, None)
        if promise is None:
            return
        self._segment.promise_of[event] = promise
        if ballot := self._ballot(promise):
            ballot.prepared.append(promise)
            ballot.promises.append(event)
            self._segment.ballot_of[event] = self._counted[event.node] = ballot

    def _asks(self, event: Event) -> None:
        """A leader sets the value as soon as a majority has promised."""
        if ballot := self._counted.get(event.node):
            self._segment.ballot_of[event] = ballot
            ballot.value = ballot.value or event


def known_senders(asked: list[Event], answers: list[Event]) -> tuple[int, set[int]]:
    """Return the number of known senders, and the numbers of answers with all senders known.

    `asked` are the lines that the senders print before they answer. A sender is known if the
    answers of all other nodes with such a line have arrived before."""
    known, closed, waiting, missing = 0, set[int](), 0, 0
    lines = [(each.end, False) for each in asked] + [(each.end, True) for each in answers]
    counted = 0
    for _, is_answer in sorted(lines):
        if not is_answer:
            waiting += 1
            continue
        counted += 1
        missing += 1
        known += waiting == 1
        if missing >= waiting:
            waiting = missing = 0
            closed.add(counted)
    return known, closed
