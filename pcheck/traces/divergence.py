"""The steps at which the trace of a bug diverges from the correct protocol."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from pcheck.language.model import Model
from pcheck.language.names import Id
from pcheck.loading.setup import Setup
from pcheck.search.clock import Tick, no_tick
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.semantics.node import StepKind, delivered
from pcheck.semantics.trace import Trace
from pcheck.traces.ignoring import ignores
from pcheck.traces.impossible import changes_nothing, letter_in, other_choices, why_not_offered
from pcheck.traces.timeline import Event, Timeline, sent_by_step

MAX_DIVERGENCES = 3  # in an explanation; later divergences follow from the first ones


def refused_step(setup: Setup, labels: tuple[str, ...], tick: Tick = no_tick) -> int | None:
    """Return the first step, from 1, of a bug's trace that the correct protocol refuses.

    The step may be impossible there. On `fifo` it may also be possible, but a delivery that the
    correct protocol ignores.
    """
    if setup.bug is None:
        return None
    buggy, correct = setup.model, setup.correct()
    states = buggy.initial(), correct.initial()
    for number, label in enumerate(labels, start=1):
        tick()
        if is_refused(setup, correct, states, label):
            return number
        buggy_state, correct_state = states
        after = dict(correct.steps(correct_state)).get(label, correct_state)
        states = dict(buggy.steps(buggy_state))[label], after
    return None


def is_refused(setup: Setup, correct: Model[Any], states: tuple[Any, Any], label: str) -> bool:
    """Return whether the correct protocol cannot take a step, or ignores what the bug does not.

    A step that changes nothing in the correct protocol is not refused. `states` are the states of
    the buggy and of the correct protocol before the step.
    """
    buggy_state, correct_state = states
    if label not in dict(correct.steps(correct_state)):
        return not changes_nothing(correct, correct_state, label)
    return _is_ignored(correct, correct_state, label) and not _is_ignored(
        setup.model, buggy_state, label
    )


def _is_ignored(model: Model[Any], state: Any, label: str) -> bool:
    """Return whether a step is a delivery that changes nothing but the channel."""
    if not isinstance(model, ClusterModel):
        return False
    node, row = model.row_of(state, label)
    actor = state.nodes[model.index[node]].actor
    return row.kind is StepKind.DELIVER and row.next.actor is actor and not row.bundle.sends


@dataclass(frozen=True)
class Divergence:
    """A step that the correct protocol refuses, or takes with another result.

    `correct` states what the correct protocol does instead: `correct paxos: promised = 2`. `buggy`
    is the result in the trace: `promised = 0`; None if the correct protocol refuses the step.
    `note` stands beside the step in a drawn trace: `correct paxos now has promised = 2`.
    """

    number: int
    label: str
    node: str
    buggy: str | None
    correct: str
    note: str

    @property
    def sentence(self) -> str:
        """The divergence in words: `correct paxos: promised = 2; this bug: promised = 0`."""
        return self.correct if self.buggy is None else f"{self.correct}; this bug: {self.buggy}"


def first_divergences(
    setup: Setup, trace: Trace[Any], timeline: Timeline
) -> tuple[Divergence, ...]:
    """Return the divergences that an explanation contains."""
    return tuple(islice(divergences(setup, trace, timeline), MAX_DIVERGENCES))


def notes(found: Iterable[Divergence]) -> dict[int, str]:
    """Return the notes of a drawn trace, by step: `(correct paxos now has promised = 2)`."""
    return {each.number: f"({each.note})" for each in found}


def divergences(setup: Setup, trace: Trace[Any], timeline: Timeline) -> Iterator[Divergence]:
    """Yield each step at which the correct protocol does something else than the trace.

    The correct protocol follows the trace and skips the steps that it cannot take. A difference
    of a field is reported once, until either of its two values changes.
    """
    if setup.bug is None:
        return
    model = setup.correct()
    name, state = f"correct {setup.spec.name}", model.initial()
    known: dict[tuple[str, str], tuple[str, str]] = {}  # the differences reported so far
    for event, buggy_state in zip(timeline.events, trace.states):
        timeline.tick()
        number, label, node = event.number, event.label, event.node
        if is_refused(setup, model, (buggy_state, state), label):
            why = _why_refused(model, state, event, name)
            yield Divergence(number, label, node, None, why, why)
            state = dict(model.steps(state)).get(label, state)  # possible if it is ignored
            continue
        after = dict(model.steps(state)).get(label)
        stays = after is None
        after = state if after is None else after
        buggy_fields, fields = event.columns[node], model.columns(after).get(node, {})
        pairs = {
            field: (buggy_fields[field], value)
            for field, value in fields.items()
            if buggy_fields.get(field, "") not in ("", value)
        }
        new = [field for field, pair in pairs.items() if known.get((node, field)) != pair]
        known |= {(node, field): pairs[field] for field in new}
        buggy = [f"{field} = {pairs[field][0]}" for field in new]
        correct = [f"{field} = {pairs[field][1]}" for field in new]
        notes = [f"now has {', '.join(correct)}"] if correct else []
        buggy_sends = [str(each) for each in event.sends]
        sends = [str(each) for each in sent_by_step(model, state, label)]
        if set(buggy_sends) != set(sends):
            buggy += buggy_sends or ["sends nothing"]
            correct += sends or ["sends nothing"]
            notes += sends or ["sends nothing"]
        if correct:
            text, note = f"{name}: {', '.join(correct)}", f"{name} {' and '.join(notes)}"
            if stays:
                what = "in this step" if event.message is None else "on this message"
                text = note = f"{name} changes nothing {what}"
            yield Divergence(number, label, node, ", ".join(buggy), text, note)
        state = after


def _why_refused(model: Model[Any], state: Any, event: Event, name: str) -> str:
    """Return a sentence that says why the correct protocol, called `name`, refuses a step."""
    refused = f"{name} does not take this step"
    if not isinstance(model, ClusterModel):
        return refused
    if Id(event.node) not in model.index:  # the bug changes the size of the cluster
        return f"{name} has no node {event.node}"
    at = model.index[Id(event.node)]
    node, config = model.nodes[at], state.nodes[at]
    if event.kind is StepKind.ACT and config.up:
        reason = why_not_offered(node, config.actor, event.label)
        return refused if reason is None else f"{refused}: {reason}"
    if event.src is None:
        return refused
    wanted = delivered(Id(event.src), node.me, event.message)
    letter = letter_in(config.inbox, node.me, wanted)
    if letter is None:
        return f"{name} never sent this message"
    if event.kind is not StepKind.DELIVER or not config.up:
        return refused
    other = other_choices(node, config.actor, letter)
    if other is not None:
        return f"{name} takes this message {other}"
    return f"{name} {ignores(config.actor, letter.message, letter.src, 'this message')}"
