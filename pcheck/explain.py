"""Why a run goes wrong: what the property tells of it, and where the correct protocol parts.

The words about the protocol are the spec's own: a property explains its violation, and a rule is
quoted as it stands there. Here it is only found out where the two protocols part.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pcheck.counterexample import SavedRun
from pcheck.errors import SpecError, described, place_raised
from pcheck.history import History
from pcheck.model import Model
from pcheck.path import Path, follow
from pcheck.question import Question
from pcheck.rule import Rule, rules
from pcheck.semantics import Runs
from pcheck.story import Moment, sights, tell


@dataclass(frozen=True)
class Deeds:
    """All that one node did in a run."""

    node: str
    moments: tuple[Moment, ...]


@dataclass(frozen=True)
class Parting:
    """The first step after which the correct protocol is not where the run is, and how they differ.

    `here` and `there` are sentences: what is so in the run, and in the correct protocol.
    """

    number: int
    label: str
    here: str
    there: str


@dataclass(frozen=True)
class Explanation:
    told: tuple[str | Deeds, ...]
    parting: Parting | None
    refused: tuple[int, str] | None
    refusing: Deeds | None  # who would have refused it, where nothing was told of that node yet
    rules: tuple[Rule, ...]

    @property
    def says_anything(self) -> bool:
        return bool(self.told or self.parting or self.refused or self.rules)


def explain(question: Question, run: SavedRun, path: Path[Any]) -> Explanation:
    """What a reader is told of a run that violates a property."""
    moments, bug = tell(question.model, path), question.bug
    told = tuple(_told(question.model, run, path, moments))
    refused = refusing = None
    if run.refused_at is not None:
        refused = run.refused_at, run.steps[run.refused_at - 1]
        refusing = _deeds(moments[run.refused_at - 1].node, moments)
    return Explanation(
        told,
        _parting(question, path, moments) if bug is not None else None,
        refused,
        refusing if refusing not in told else None,
        tuple(rules(bug, question.spec.builder)) if bug is not None else (),
    )


def _deeds(node: str, moments: list[Moment]) -> Deeds:
    return Deeds(node, tuple(moment for moment in moments if moment.node == node))


def _told(
    model: Model[Any], run: SavedRun, path: Path[Any], moments: list[Moment]
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


def _parting(question: Question, path: Path[Any], moments: list[Moment]) -> Parting | None:
    """Where the two differ in what a node shows of itself, or sends; if both can take the step."""
    right = question.correct()
    there = follow(right, path.labels)
    for mine, its, state, other in zip(
        moments, tell(right, there), path.states[1:], there.states[1:]
    ):
        shown = question.model.columns(state)[mine.node]
        correct = right.columns(other).get(mine.node, {})
        differ = [name for name in correct if name in shown and shown[name] != correct[name]]
        said = [
            [f"{mine.node} has {name} = {fields[name]}" for name in differ]
            for fields in (shown, correct)
        ]
        if set(mine.sends) != set(its.sends):
            for sentences, sends in zip(said, (mine.sends, its.sends)):
                sentences += [f"{mine.node} {sent}" for sent in sends or ("sends nothing",)]
        if differ or said[0]:
            here, correctly = (" and ".join(sentences) for sentences in said)
            return Parting(mine.number, mine.label, here, correctly)
    return None
