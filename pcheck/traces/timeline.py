"""The timeline of a trace: one event per step, with its changes, messages and milestones.

Every picture of a trace is drawn from a timeline. No renderer reads states itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

from pcheck.language.model import Model
from pcheck.language.names import Id
from pcheck.language.printing import show
from pcheck.language.seen import Seen
from pcheck.search.clock import Tick, no_tick
from pcheck.semantics.cluster_model import ClusterModel, State, fields_of
from pcheck.semantics.node import Row, StepKind
from pcheck.semantics.trace import Trace
from pcheck.traces.flights import Flight, FlightTracker
from pcheck.traces.ignoring import ignores
from pcheck.traces.observations import NewMilestones, TakenRow, TraceObservations

Fields = Mapping[str, str]
Columns = Mapping[str, Fields]
T = TypeVar("T")
MAX_NEW_FIELDS = 8  # that the changes of a step list one by one


@dataclass(frozen=True)
class Sent:
    """One message that a step sends; a message without receivers is only seen by the observer."""

    message: object
    to: tuple[str, ...]

    def __str__(self) -> str:
        message = show(self.message)
        return f"sends {message} to {', '.join(self.to)}" if self.to else f"says {message}"


@dataclass(frozen=True)
class Event:
    """One step. `node` names the column of the step, `src` the sender of the message it takes."""

    number: int
    label: str
    node: str
    kind: StepKind
    columns: Columns  # all columns after the step
    src: str | None = None
    message: object = None  # the message that the step delivers or loses
    changes: tuple[str, ...] = ()  # `promised = 2`
    sends: tuple[Sent, ...] = ()
    milestones: tuple[str, ...] = ()
    sent_in: int | None = None  # the step that sent the message, if the sender sent others since
    ignored: str | None = None  # that the node ignores the message, on a network where this counts

    @property
    def effects(self) -> tuple[str, ...]:
        """The changes of the step, or the reason why the step changes nothing."""
        return self.changes if self.ignored is None else (*self.changes, self.ignored)

    @cached_property
    def down(self) -> frozenset[str]:
        """The nodes that are down after the step."""
        return frozenset(name for name, fields in self.columns.items() if is_down(fields))


@dataclass(frozen=True)
class Timeline:
    """The events of a trace, with one lane for each column."""

    first: Columns
    events: tuple[Event, ...]
    observations: Sequence[Seen]  # in the initial state, and after each step
    flights: tuple[Flight, ...] = ()
    losing_is_a_step: bool = False  # if false, a message that is never delivered counts as lost
    tick: Tick = field(default=no_tick, compare=False, repr=False)  # called often while drawn

    @cached_property
    def lanes(self) -> tuple[str, ...]:
        """Every column of any state, in the order of the first appearance."""
        states = (self.first, *(event.columns for event in self.events))
        return tuple(dict.fromkeys(name for columns in states for name in columns))

    def unreached_receivers(self, number: int, nth: int) -> tuple[str, ...]:
        """Return the receivers that the nth message of a step never reaches."""
        return tuple(each.dst for each in self._begun(number, nth) if each.end is None)

    def merged_receivers(self, number: int, nth: int) -> tuple[str, ...]:
        """Return the receivers to which the nth message of a step begins no flight.

        An equal message to the receiver is undelivered, and the network keeps only one of them.
        """
        begun = {each.dst for each in self._begun(number, nth)}
        return tuple(to for to in self.events[number - 1].sends[nth].to if to not in begun)

    @property
    def unreached_words(self) -> str:
        """The words for a message that no step delivers or loses."""
        return "still in flight" if self.losing_is_a_step else "never delivered"

    def _begun(self, number: int, nth: int) -> list[Flight]:
        return self._departures.get((number, nth), [])

    def undelivered(self, number: int) -> list[Flight]:
        """Return the messages of a step that no step delivers or loses, by receiver."""
        return self._undelivered.get(number, [])

    @cached_property
    def _undelivered(self) -> dict[int, list[Flight]]:
        found: dict[int, list[Flight]] = {}
        for flight in self.flights:
            if flight.end is None:
                found.setdefault(flight.sent, []).append(flight)
        return found

    @cached_property
    def _departures(self) -> dict[tuple[int, int], list[Flight]]:
        found: dict[tuple[int, int], list[Flight]] = {}
        for flight in self.flights:
            found.setdefault((flight.sent, flight.nth), []).append(flight)
        return found

    def after(self, number: int) -> Columns:
        """Return all columns after a step; 0 stands for the initial state."""
        return self.events[number - 1].columns if number else self.first


def is_down(fields: Fields) -> bool:
    """Return whether these are the fields of a node that is down."""
    return fields.get("") == "down"


def timeline_of(model: Model[Any], trace: Trace[Any], tick: Tick = no_tick) -> Timeline:
    """Return the timeline of a trace.

    The timeline is computed once for each trace and passed to the explanation and every renderer.
    All of them call `tick` often.
    """
    first = _columns(model, trace.states[0])
    if not isinstance(model, ClusterModel):
        observations = tuple(map(model.observe, trace.states))
        events = tuple(_ticking(_model_events(model, trace, observations), tick))
        return Timeline(first, events, observations, (), False, tick)
    taken = [model.row_of(*step) for step in _ticking(zip(trace.states, trace.labels), tick)]
    observed, tracker = TraceObservations(model, trace.states, taken), FlightTracker(model)
    events = tuple(_ticking(_cluster_events(model, trace, taken, observed, tracker), tick))
    losing_is_a_step = model.network.losing_is_a_step
    return Timeline(first, events, observed, tracker.flights(), losing_is_a_step, tick)


def _ticking(items: Iterable[T], tick: Tick) -> Iterator[T]:
    """Yield the items, with a tick before each."""
    for item in items:
        tick()
        yield item


def sent_by_step(model: Model[Any], state: Any, label: str) -> tuple[Sent, ...]:
    """Return the messages that the step with this label sends."""
    return _sent(model.row_of(state, label)[1]) if isinstance(model, ClusterModel) else ()


def _cluster_events(
    model: ClusterModel,
    trace: Trace[State],
    taken: Sequence[TakenRow],
    observations: TraceObservations,
    tracker: FlightTracker,
) -> Iterator[Event]:
    columns = _columns(model, trace.states[0])
    milestones = NewMilestones(model, observations)
    last_sends: dict[str, int] = {}  # for each node, the last step in which it sent a message
    for number, (before, label, row_taken) in enumerate(
        zip(trace.states, trace.labels, taken), start=1
    ):
        (node, row), was = row_taken, columns[str(row_taken[0])]
        letter, fields = row.letter, fields_of(row.next)
        columns = {**columns, str(node): fields}  # a step changes the fields of one node
        sent_in = tracker.end_flight(before, node, row, number)
        tracker.begin_flights(before, row, number)
        is_late = letter is not None and sent_in < last_sends.get(letter.src, 0)
        yield Event(
            number,
            label,
            str(node),
            row.kind,
            columns,
            src=str(letter.src) if letter is not None else None,
            message=letter.message if letter is not None else None,
            changes=_changes(was, fields),
            sends=_sent(row),
            milestones=tuple(milestones.after(number, before, row_taken)),
            sent_in=sent_in if is_late else None,
            ignored=_ignored(model, before, node, row),
        )
        last_sends |= {sent.src: number for sent, _ in row.bundle.sends}


def _ignored(model: ClusterModel, before: State, node: Id, row: Row) -> str | None:
    """Return that a node ignores the message of a step, with the reason, or None if it does not."""
    actor, letter = before.nodes[model.index[node]].actor, row.letter
    if letter is None or row.kind is not StepKind.DELIVER:
        return None
    if row.next.actor is not actor or row.bundle.sends:
        return None
    return ignores(actor, letter.message, letter.src, "this message")


def _model_events(
    model: Model[Any], trace: Trace[Any], observations: Sequence[Seen]
) -> Iterator[Event]:
    first, *later = observations
    reached: set[Any] = set(_milestones(model, first))
    was = _columns(model, trace.states[0])
    for number, (label, after, seen) in enumerate(
        zip(trace.labels, trace.states[1:], later), start=1
    ):
        now = _columns(model, after)
        milestones = _milestones(model, seen)
        node = _node_of_step(label, was, now)
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
            milestones=tuple(line for key, line in milestones.items() if key not in reached),
        )
        reached.update(milestones)
        was = now


def _sent(row: Row) -> tuple[Sent, ...]:
    return tuple(Sent(sent.message, tuple(map(str, to))) for sent, to in row.bundle.sends)


def _columns(model: Model[Any], state: Any) -> Columns:
    """Return the columns of a state under plain strings, because an Id is not equal to a string."""
    return {str(name): fields for name, fields in model.columns(state).items()}


def _node_of_step(label: str, was: Columns, now: Columns) -> str:
    """Return the column that a label begins with, otherwise the first column that changed."""
    first = label.split()[0] if label.split() else ""
    changed = [name for name in now if was.get(name) != now[name]]
    return first if first in now else next(iter([*changed, *now]), "")


def _milestones(model: Model[Any], seen: Seen) -> dict[Any, str]:
    return {
        (at, key): line
        for at, milestone in enumerate(model.milestones)
        for key, line in milestone.lines(seen).items()
    }


def _changes(was: Fields, now: Fields) -> tuple[str, ...]:
    """Return the changed fields that have a name; the field without one only says "down".

    If many fields are new, since a hosted object begins, those of its new objects are counted.
    """
    changed = [name for name, text in now.items() if name and was.get(name) != text]
    new = {name for name in changed if name not in was}
    inner = {name for name in new if name.rpartition(".")[0] in new}
    if len(new) <= MAX_NEW_FIELDS or not inner:
        return tuple(f"{name} = {now[name]}" for name in changed)
    listed = [f"{name} = {now[name]}" for name in changed if name not in inner]
    return (*listed, f"{len(inner)} attributes of new objects")


def _all_changes(was: Fields, now: Fields) -> tuple[str, ...]:
    """Return all changed fields: a column of a bare Model may be one text without a name."""
    unnamed = [now[""]] if "" in now and was.get("") != now[""] else []
    return (*unnamed, *_changes(was, now))
