"""Where the trace of a bug and the correct protocol part."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from pcheck.language.model import Model
from pcheck.language.names import Id
from pcheck.loading.setup import Setup
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.semantics.network import Letter
from pcheck.semantics.node import StepKind, delivered
from pcheck.semantics.trace import Trace
from pcheck.traces.timeline import Event, Timeline, sends_in


def refused_step(setup: Setup, labels: tuple[str, ...]) -> int | None:
    """The first step, from 1, of a bug's run that the correct protocol does not take.

    It may not be possible there at all; or (in `fifo`) it is, but what is delivered is ignored.
    """
    if setup.bug is None:
        return None
    wrong, right = setup.model, setup.correct()
    here, there = wrong.initial(), right.initial()
    for number, label in enumerate(labels, start=1):
        if is_not_taken(setup, right, (here, there), label):
            return number
        here, there = (dict(m.steps(s))[label] for m, s in ((wrong, here), (right, there)))
    return None


def is_not_taken(setup: Setup, right: Model[Any], at: tuple[Any, Any], label: str) -> bool:
    """Whether the correct protocol does not take a step of the run, or takes it to ignore it."""
    here, there = at
    possible = label in dict(right.steps(there))
    return not possible or (
        _ignored(right, there, label) and not _ignored(setup.model, here, label)
    )


def _ignored(model: Model[Any], state: Any, label: str) -> bool:
    """Whether a delivery changes nothing but the channel."""
    if not isinstance(model, ClusterModel):
        return False
    node, row = model.taken(state, label)
    actor = state.nodes[model.index[node]].actor
    return row.kind is StepKind.DELIVER and row.next.actor is actor and not row.bundle.sends


FEW = 3  # differences: what comes later follows from them


@dataclass(frozen=True)
class Divergence:
    """A step that the correct protocol does not take, or takes otherwise.

    `here` and `there` say what is so after it, in the run and in the correct protocol; `here` is
    None where the correct one does not take it at all.
    """

    number: int
    label: str
    node: str
    buggy: str | None
    correct: str


def first_divergences(setup: Setup, path: Trace[Any], timeline: Timeline) -> tuple[Divergence, ...]:
    return tuple(islice(divergences(setup, path, timeline), FEW))


def notes(found: Iterable[Divergence]) -> dict[int, str]:
    """What stands beside some steps in the picture of a run."""
    return {each.number: f"({each.correct})" for each in found}


def divergences(setup: Setup, path: Trace[Any], timeline: Timeline) -> Iterator[Divergence]:
    """Beside the run goes the correct protocol, and leaves out the steps that it cannot take."""
    if setup.bug is None:
        return
    right = setup.correct()
    correct, there = f"the correct {setup.spec.name}", right.initial()
    known: dict[tuple[str, str], tuple[str, str]] = {}  # what has been told already
    for event, before in zip(timeline.events, path.states):
        number, label, node = event.number, event.label, event.node
        if is_not_taken(setup, right, (before, there), label):
            why = _why_not(right, there, event, correct)
            yield Divergence(number, label, node, None, why)
            there = dict(right.steps(there)).get(label, there)  # it may be taken to be ignored
            continue
        its = dict(right.steps(there))[label]
        shown, its_own = event.columns[node], right.columns(its).get(node, {})
        fields = [
            name
            for name in its_own
            if shown.get(name, "") not in ("", its_own[name])
            and known.get((node, name)) != (shown[name], its_own[name])
        ]
        known |= {(node, name): (shown[name], its_own[name]) for name in fields}
        here = [f"{name} = {shown[name]}" for name in fields]
        else_ = [f"{name} = {its_own[name]}" for name in fields]
        sent = [str(each) for each in event.sends]
        its_sent = [str(each) for each in sends_in(right, there, label)]
        if set(sent) != set(its_sent):
            here += sent or ["sends nothing"]
            else_ += its_sent or ["sends nothing"]
        if else_:
            said = f"{correct} comes to: {', '.join(else_)}"
            yield Divergence(number, label, node, ", ".join(here), said)
        there = its


def _why_not(right: Model[Any], there: Any, event: Event, correct: str) -> str:
    """Why the correct protocol does not take a step."""
    if event.src is None or not isinstance(right, ClusterModel):
        return f"{correct} does nothing of the kind"
    waits = there.nodes[right.index[Id(event.node)]].inbox
    sent = any(event.label.startswith(_label(event, each)) for each in waits)
    return f"{correct} refuses this" if sent else f"in {correct} this was never sent"


def _label(event: Event, letter: Letter) -> str:
    return delivered(letter.src, Id(event.node), letter.message)
