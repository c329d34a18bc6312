"""Where the trace of a bug and the correct protocol part."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from pcheck.language.model import Model
from pcheck.language.names import Id
from pcheck.loading.setup import Question
from pcheck.semantics.cluster_model import Runs
from pcheck.semantics.network import Letter
from pcheck.semantics.node import Does, delivered
from pcheck.semantics.trace import Path
from pcheck.traces.timeline import Moment, Story, sends_in


def refused_step(question: Question, labels: tuple[str, ...]) -> int | None:
    """The first step, from 1, of a bug's run that the correct protocol does not take.

    It may not be possible there at all; or (in `fifo`) it is, but what is delivered is ignored.
    """
    if question.bug is None:
        return None
    wrong, right = question.model, question.correct()
    here, there = wrong.initial(), right.initial()
    for number, label in enumerate(labels, start=1):
        if not_taken(question, right, (here, there), label):
            return number
        here, there = (dict(m.steps(s))[label] for m, s in ((wrong, here), (right, there)))
    return None


def not_taken(question: Question, right: Model[Any], at: tuple[Any, Any], label: str) -> bool:
    """Whether the correct protocol does not take a step of the run, or takes it to ignore it."""
    here, there = at
    possible = label in dict(right.steps(there))
    return not possible or (
        _ignored(right, there, label) and not _ignored(question.model, here, label)
    )


def _ignored(model: Model[Any], state: Any, label: str) -> bool:
    """Whether a delivery changes nothing but the channel."""
    if not isinstance(model, Runs):
        return False
    node, row = model.taken(state, label)
    actor = state.nodes[model.index[node]].actor
    return row.does is Does.DELIVER and row.next.actor is actor and not row.bundle.sends


FEW = 3  # differences: what comes later follows from them


@dataclass(frozen=True)
class Difference:
    """A step that the correct protocol does not take, or takes otherwise.

    `here` and `there` say what is so after it, in the run and in the correct protocol; `here` is
    None where the correct one does not take it at all.
    """

    number: int
    label: str
    node: str
    here: str | None
    there: str


def first_differences(question: Question, path: Path[Any], story: Story) -> tuple[Difference, ...]:
    return tuple(islice(differences(question, path, story), FEW))


def notes(found: Iterable[Difference]) -> dict[int, str]:
    """What stands beside some steps in the picture of a run."""
    return {each.number: f"({each.there})" for each in found}


def differences(question: Question, path: Path[Any], story: Story) -> Iterator[Difference]:
    """Beside the run goes the correct protocol, and leaves out the steps that it cannot take."""
    if question.bug is None:
        return
    right = question.correct()
    correct, there = f"the correct {question.spec.name}", right.initial()
    known: dict[tuple[str, str], tuple[str, str]] = {}  # what has been told already
    for moment, before in zip(story.moments, path.states):
        number, label, node = moment.number, moment.label, moment.node
        if not_taken(question, right, (before, there), label):
            why = _why_not(right, there, moment, correct)
            yield Difference(number, label, node, None, why)
            there = dict(right.steps(there)).get(label, there)  # it may be taken to be ignored
            continue
        its = dict(right.steps(there))[label]
        shown, its_own = moment.shown[node], right.columns(its).get(node, {})
        fields = [
            name
            for name in its_own
            if shown.get(name, "") not in ("", its_own[name])
            and known.get((node, name)) != (shown[name], its_own[name])
        ]
        known |= {(node, name): (shown[name], its_own[name]) for name in fields}
        here = [f"{name} = {shown[name]}" for name in fields]
        else_ = [f"{name} = {its_own[name]}" for name in fields]
        sent = [str(each) for each in moment.sends]
        its_sent = [str(each) for each in sends_in(right, there, label)]
        if set(sent) != set(its_sent):
            here += sent or ["sends nothing"]
            else_ += its_sent or ["sends nothing"]
        if else_:
            said = f"{correct} comes to: {', '.join(else_)}"
            yield Difference(number, label, node, ", ".join(here), said)
        there = its


def _why_not(right: Model[Any], there: Any, moment: Moment, correct: str) -> str:
    """Why the correct protocol does not take a step."""
    if moment.src is None or not isinstance(right, Runs):
        return f"{correct} does nothing of the kind"
    waits = there.nodes[right.index[Id(moment.node)]].inbox
    sent = any(moment.label.startswith(_label(moment, each)) for each in waits)
    return f"{correct} refuses this" if sent else f"in {correct} this was never sent"


def _label(moment: Moment, letter: Letter) -> str:
    return delivered(letter.src, Id(moment.node), letter.message)
