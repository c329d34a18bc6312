"""Why a run goes wrong: what the property tells of it, and where the correct protocol parts.

The words about the protocol are the spec's own: a property explains its violation, and a rule is
quoted as it stands there. Here it is only found out where the two protocols part.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pcheck.blame import described, place_raised
from pcheck.errors import SpecError
from pcheck.language.model import Model
from pcheck.language.seen import History
from pcheck.loading.rules import Rule, rules
from pcheck.loading.setup import Question
from pcheck.semantics.cluster_model import Runs
from pcheck.semantics.trace import Path
from pcheck.traces.divergence import Difference, first_differences, notes
from pcheck.traces.saved import SavedRun
from pcheck.traces.timeline import Moment, Story


@dataclass(frozen=True)
class Deeds:
    """All that one node did in a run."""

    node: str
    moments: tuple[Moment, ...]


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


def explain(question: Question, run: SavedRun, path: Path[Any], story: Story) -> Explanation:
    """What a reader is told of a run that violates a property."""
    bug, told = question.bug, tuple(_told(question.model, run, story))
    found = first_differences(question, path, story)
    deeds = _deeds(found[0].node, story) if found else None
    return Explanation(
        told,
        tuple(rules(bug, question.spec.builder)) if bug is not None else (),
        found,
        deeds if deeds not in told else None,
    )


def _deeds(node: str, story: Story) -> Deeds:
    return Deeds(node, tuple(moment for moment in story.moments if moment.node == node))


def _told(model: Model[Any], run: SavedRun, story: Story) -> Iterator[str | Deeds]:
    prop = next(each for each in model.properties if each.name == run.property)
    if prop.explain is None or not isinstance(model, Runs):
        return
    try:
        lines = [str(line) for line in prop.explain(History(story.sights))]
    except (Exception, SystemExit) as error:
        text = f"the explanation of {prop.name} raised {described(error)}"
        raise SpecError(f"{place_raised(error)}{text}") from error
    nodes = {str(node.me) for node in model.nodes}
    for line in lines:
        yield _deeds(line, story) if line in nodes else line
