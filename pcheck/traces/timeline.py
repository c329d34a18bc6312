"""A run as a reader is told it: one moment a step, with what changed, what was sent, what it means.

Every picture of a run is drawn from this; none looks at states itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from pcheck.language.model import Model
from pcheck.language.names import Id
from pcheck.language.printing import show
from pcheck.language.seen import Seen
from pcheck.semantics.cluster_model import ClusterModel, State
from pcheck.semantics.network import Inbox, Letter
from pcheck.semantics.node import Row, StepKind
from pcheck.semantics.trace import Trace

Fields = Mapping[str, str]
Columns = Mapping[str, Fields]


@dataclass(frozen=True)
class Sent:
    """One message that a step sends, or says aloud: to nobody in particular."""

    message: object
    to: tuple[str, ...]

    def __str__(self) -> str:
        message = show(self.message)
        return f"sends {message} to {', '.join(self.to)}" if self.to else f"says {message}"


@dataclass(frozen=True)
class Flight:
    """One copy of a message, from the step that sends it to those that deliver it or lose it.

    It may be delivered more than once, where the network keeps what it delivers, or never.
    """

    message: object
    src: str
    dst: str
    sent: int
    nth: int = 0  # of the messages that this step sends
    delivered: tuple[int, ...] = ()
    lost: int | None = None

    @property
    def end(self) -> int | None:
        """The last step that it takes part in, after the one that sends it."""
        return self.lost if self.lost is not None else max(self.delivered, default=None)


@dataclass(frozen=True)
class Event:
    """One step. `node` is whose column it stands in; `src` where an arrow to it begins."""

    number: int
    label: str
    node: str
    kind: StepKind
    columns: Columns  # every column after it
    src: str | None = None
    message: object = None  # what is delivered or lost
    changes: tuple[str, ...] = ()  # `promised = 2`
    sends: tuple[Sent, ...] = ()
    milestones: tuple[str, ...] = ()
    sent_in: int | None = None  # which step sent what is delivered, if its sender went on since

    @property
    def down(self) -> frozenset[str]:
        """Who is down after it."""
        return frozenset(name for name, fields in self.columns.items() if is_down(fields))


@dataclass(frozen=True)
class Timeline:
    """A run from its first state on, one lane for each column."""

    first: Columns
    events: tuple[Event, ...]
    observations: tuple[Seen, ...]  # before the first step, and after each
    flights: tuple[Flight, ...] = ()
    losing_is_a_step: bool = False  # else what is never delivered is lost

    @cached_property
    def lanes(self) -> tuple[str, ...]:
        """Every column that there is at any time, in the order in which they come."""
        columns = (self.first, *(event.columns for event in self.events))
        return tuple(dict.fromkeys(name for shown in columns for name in shown))

    def without_end(self, number: int, nth: int) -> tuple[str, ...]:
        """Whom the nth message of a step never reaches: lost, or on its way for ever."""
        return tuple(each.dst for each in self._begun(number, nth) if each.end is None)

    def sent_again(self, number: int, nth: int) -> tuple[str, ...]:
        """To whom the nth message of a step is sent while the same waits there, and stays: of such
        a copy nothing is to be seen."""
        begun = {each.dst for each in self._begun(number, nth)}
        return tuple(to for to in self.events[number - 1].sends[nth].to if to not in begun)

    @property
    def what_is_lost(self) -> str:
        """What one says of a message that never reaches somebody."""
        return "on its way" if self.losing_is_a_step else "lost"

    def _begun(self, number: int, nth: int) -> list[Flight]:
        return self._departures.get((number, nth), [])

    @cached_property
    def _departures(self) -> dict[tuple[int, int], list[Flight]]:
        found: dict[tuple[int, int], list[Flight]] = {}
        for flight in self.flights:
            found.setdefault((flight.sent, flight.nth), []).append(flight)
        return found

    def after(self, number: int) -> Columns:
        """Every column after a step; 0 is before the first."""
        return self.events[number - 1].columns if number else self.first


def is_down(fields: Fields) -> bool:
    return fields.get("") == "down"


def timeline_of(model: Model[Any], path: Trace[Any]) -> Timeline:
    """Return the steps of a trace and all that could be seen of it.

    This is done once for each trace: whoever needs it is given the answer.
    """
    first = _columns(model, path.states[0])
    if not isinstance(model, ClusterModel):
        observations = tuple(map(model.observe, path.states))
        return Timeline(first, tuple(_of_model(model, path, observations)), observations)
    observations, mail = tuple(_sights(model, path)), Tracker(model)
    events = tuple(_of_cluster(model, path, observations, mail))
    return Timeline(
        first, events, observations, tuple(mail.flights), model.network.losing_is_a_step
    )


def sends_in(model: Model[Any], state: Any, label: str) -> tuple[Sent, ...]:
    """Return the messages that one step sends."""
    return _sends(model.taken(state, label)[1]) if isinstance(model, ClusterModel) else ()


def _sights(model: ClusterModel, path: Trace[State]) -> Iterator[Seen]:
    """Yield all that could be seen of a run: every message, also those that no property sees."""
    letters: frozenset[Letter] = frozenset()
    yield model.history(path.states[0], letters)
    for before, label, after in _steps(path):
        _, row = model.taken(before, label)
        letters = letters.union(letter for letter, _ in row.bundle.sends)
        yield model.history(after, letters)


class Tracker:
    """Follows each copy of a message through a run."""

    def __init__(self, model: ClusterModel) -> None:
        self.model = model
        self.flights: list[Flight] = []
        self._open: dict[tuple[Letter, Id], list[int]] = {}  # which flights may still end

    def take(self, before: State, node: Id, row: Row, number: int) -> int:
        """A copy ends its way, or one of its ways; says in which step that began."""
        if row.letter is None or not self._open.get((row.letter, node)):
            return 0
        waiting, inbox = self._open[row.letter, node], self._inbox(before, node)
        at = waiting[0]
        if self.model.network.taken(inbox, row.letter) != inbox:
            waiting.pop(0)
        flight = self.flights[at]
        if row.kind is StepKind.LOSE:
            self.flights[at] = replace(flight, lost=number)
        else:
            self.flights[at] = replace(flight, delivered=(*flight.delivered, number))
        return flight.sent

    def post(self, before: State, row: Row, number: int) -> None:
        """What a step sends begins its way, unless the same is there and will stay there."""
        inboxes = {node: self._inbox(before, node) for node in row.bundle.receivers}
        for nth, (letter, receivers) in enumerate(row.bundle.sends):
            for node in receivers:
                fuller = self.model.network.put(inboxes[node], (letter,))
                if fuller != inboxes[node]:
                    self._open.setdefault((letter, node), []).append(len(self.flights))
                    ends = str(letter.src), str(node)
                    self.flights.append(Flight(letter.message, *ends, number, nth))
                inboxes[node] = fuller

    def _inbox(self, state: State, node: Id) -> Inbox:
        return state.nodes[self.model.index[node]].inbox


def _of_cluster(
    model: ClusterModel, path: Trace[State], observations: Sequence[Seen], mail: Tracker
) -> Iterator[Event]:
    first, *later = observations
    reached: set[Any] = set(_milestones(model, first))
    latest: dict[str, int] = {}  # in which step each node sent something last
    for number, ((before, label, after), seen) in enumerate(zip(_steps(path), later), start=1):
        node, row = model.taken(before, label)
        letter, news, shown = row.letter, _milestones(model, seen), _columns(model, after)
        when = mail.take(before, node, row, number)
        mail.post(before, row, number)
        yield Event(
            number,
            label,
            str(node),
            row.kind,
            shown,
            src=str(letter.src) if letter is not None else None,
            message=letter.message if letter is not None else None,
            changes=_changes(_columns(model, before)[str(node)], shown[str(node)]),
            sends=_sends(row),
            milestones=tuple(line for key, line in news.items() if key not in reached),
            sent_in=when if letter is not None and when < latest.get(letter.src, 0) else None,
        )
        reached.update(news)
        latest |= {sent.src: number for sent, _ in row.bundle.sends}


def _of_model(model: Model[Any], path: Trace[Any], observations: Sequence[Seen]) -> Iterator[Event]:
    first, *later = observations
    reached: set[Any] = set(_milestones(model, first))
    for number, ((before, label, after), seen) in enumerate(zip(_steps(path), later), start=1):
        was, now = _columns(model, before), _columns(model, after)
        news = _milestones(model, seen)
        node = _who(label, was, now)
        yield Event(
            number,
            label,
            node,
            StepKind.ACT,
            now,
            changes=tuple(
                change if name == node else f"{name}: {change}"
                for name in now
                for change in _all_changes(was.get(name, {}), now[name])
            ),
            milestones=tuple(line for key, line in news.items() if key not in reached),
        )
        reached.update(news)


def _sends(row: Row) -> tuple[Sent, ...]:
    return tuple(Sent(sent.message, tuple(map(str, to))) for sent, to in row.bundle.sends)


def _steps(path: Trace[Any]) -> Iterator[tuple[Any, str, Any]]:
    return zip(path.states, path.labels, path.states[1:])


def _columns(model: Model[Any], state: Any) -> Columns:
    """Their names as plain strings: an Id is equal to none."""
    return {str(name): fields for name, fields in model.columns(state).items()}


def _who(label: str, was: Columns, now: Columns) -> str:
    """The column that a label begins with, else the first that changed."""
    first = label.split()[0] if label.split() else ""
    changed = [name for name in now if was.get(name) != now[name]]
    return first if first in now else next(iter([*changed, *now]), "")


def _milestones(model: Model[Any], seen: Seen) -> dict[Any, str]:
    return {
        (at, key): line
        for at, milestone in enumerate(model.milestones)
        for key, line in milestone.reached(seen).items()
    }


def _changes(was: Fields, now: Fields) -> tuple[str, ...]:
    """Of the fields that have names: beside them stands only whether a node is down."""
    return tuple(f"{name} = {text}" for name, text in now.items() if name and was.get(name) != text)


def _all_changes(was: Fields, now: Fields) -> tuple[str, ...]:
    """A column of a bare Model may be one text without a name."""
    unnamed = [now[""]] if "" in now and was.get("") != now[""] else []
    return (*unnamed, *_changes(was, now))
