"""Why a run goes wrong: what the property tells of it, and where the correct protocol parts.

The words about the protocol are the spec's own: a property explains its violation, and a rule is
quoted as it stands there. Here it is only found out where the two protocols part.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from pcheck.errors import SpecError, described, place_raised
from pcheck.language.history import History
from pcheck.language.model import Model
from pcheck.language.printing import delivered
from pcheck.language.values import Id
from pcheck.loading.rules import Rule, rules
from pcheck.loading.setup import Question
from pcheck.semantics.cluster_model import Runs
from pcheck.semantics.network import Letter
from pcheck.semantics.trace import Path
from pcheck.traces.saved import SavedRun, not_taken
from pcheck.traces.timeline import Moment, sights, tell

FEW = 3  # differences: what comes later follows from them


@dataclass(frozen=True)
class Deeds:
    """All that one node did in a run."""

    node: str
    moments: tuple[Moment, ...]


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


@dataclass(frozen=True)
class Explanation:
    told: tuple[str | Deeds, ...]
    rules: tuple[Rule, ...]
    differences: tuple[Difference, ...]  # the first of them
    deeds: Deeds | None  # of whose step is the first, where nothing was told of that node yet

    @property
    def says_anything(self) -> bool:
        return bool(self.told or self.rules or self.differences)

    @property
    def notes(self) -> dict[int, str]:
        return notes(self.differences)


def explain(question: Question, run: SavedRun, path: Path[Any]) -> Explanation:
    """What a reader is told of a run that violates a property."""
    moments, bug = tell(question.model, path).moments, question.bug
    told = tuple(_told(question.model, run, path, moments))
    found = first_differences(question, path)
    deeds = _deeds(found[0].node, moments) if found else None
    return Explanation(
        told,
        tuple(rules(bug, question.spec.builder)) if bug is not None else (),
        found,
        deeds if deeds not in told else None,
    )


def first_differences(question: Question, path: Path[Any]) -> tuple[Difference, ...]:
    return tuple(islice(differences(question, path), FEW))


def notes(found: Iterable[Difference]) -> dict[int, str]:
    """What stands beside some steps in the picture of a run."""
    return {each.number: f"({each.there})" for each in found}


def _deeds(node: str, moments: tuple[Moment, ...]) -> Deeds:
    return Deeds(node, tuple(moment for moment in moments if moment.node == node))


def _told(
    model: Model[Any], run: SavedRun, path: Path[Any], moments: tuple[Moment, ...]
) -> Iterator[str | Deeds]:
    prop = next(each for each in model.properties if each.name == run.property)
    if prop.explain is None or not isinstance(model, Runs):
        return
    try:
        lines = [str(line) for line in prop.explain(History(sights(model, path)))]
    except (Exception, SystemExit) as error:
        text = f"the explanation of {prop.name} raised {described(error)}"
        raise SpecError(f"{place_raised(error)}{text}") from error
    nodes = {str(node.me) for node in model.nodes}
    for line in lines:
        yield _deeds(line, moments) if line in nodes else line


def differences(question: Question, path: Path[Any]) -> Iterator[Difference]:
    """Beside the run goes the correct protocol, and leaves out the steps that it cannot take."""
    if question.bug is None:
        return
    wrong, right = question.model, question.correct()
    correct, there = f"the correct {question.spec.name}", right.initial()
    known: dict[tuple[str, str], tuple[str, str]] = {}  # what has been told already
    for moment, before, after in zip(tell(wrong, path).moments, path.states, path.states[1:]):
        number, label, node = moment.number, moment.label, moment.node
        if not_taken(question, right, (before, there), label):
            why = _why_not(right, there, moment, correct)
            yield Difference(number, label, node, None, why)
            there = dict(right.steps(there)).get(label, there)  # it may be taken to be ignored
            continue
        its = dict(right.steps(there))[label]
        (moved,) = tell(right, Path((there, its), (label,))).moments
        shown, its_own = wrong.columns(after)[node], right.columns(its).get(node, {})
        fields = [
            name
            for name in its_own
            if shown.get(name, "") not in ("", its_own[name])
            and known.get((node, name)) != (shown[name], its_own[name])
        ]
        known |= {(node, name): (shown[name], its_own[name]) for name in fields}
        here = [f"{name} = {shown[name]}" for name in fields]
        else_ = [f"{name} = {its_own[name]}" for name in fields]
        sent, its_sent = [str(each) for each in moment.sends], [str(each) for each in moved.sends]
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
