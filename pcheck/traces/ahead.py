"""A search from a state in the middle of a trace: what can be violated from there, and how soon."""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from typing import Any, NamedTuple

from pcheck.language.model import Model
from pcheck.language.property import Kind, Property
from pcheck.search.engine import explore
from pcheck.search.limits import Limits, state_limit, stop_phrase
from pcheck.search.options import SearchOptions
from pcheck.search.outcome import SearchResult
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.text import counted

LIMITS = Limits(states=3_000_000, seconds=10.0)  # unless others are given


class Ahead(NamedTuple):
    """The answer of a search from one state: the property that is violated or reached first.

    `labels` are the steps of a shortest trace to it, or None if the limits left no time for that.
    """

    search: SearchResult
    wanted: tuple[Property, ...]
    found: Property | None
    labels: tuple[str, ...] | None

    @property
    def sentence(self) -> str:
        """The answer in sentences, with the warnings of the search."""
        notes = [self.search.note] if self.search.note is not None else []
        warnings = [f"Note: {each}." for each in self.search.warnings]
        return " ".join([self._answer, *notes, *warnings])

    @property
    def _answer(self) -> str:
        if self.found is not None:
            name, state = self.found.name, _state_of(self.found)
            if self.labels is None:
                return f"{name} can be {state} from here."
            if not self.labels:
                return f"{name} is {state} here."
            return f"{name} can be {state} in {counted(len(self.labels), 'more step')}."
        first, *others = self.wanted
        subject = "No property is" if others else f"{first.name} is not"
        search, state = self.search, _state_of(first)
        states = counted(search.states, "state")
        if search.stopped is None:
            return f"{subject} {state} in any state that can follow ({states})."
        where = f"within {counted(search.depth, 'more step')}" if search.depth else "here"
        phrase = stop_phrase(search.stopped)
        stopped = f"The search {'was stopped' if phrase.startswith('by ') else 'stopped'} {phrase}"
        after = "" if search.stopped == state_limit(search.states) else f", after {states}"
        return f"{subject} {state} {where}. {stopped}{after}."


def _state_of(prop: Property) -> str:
    return "violated" if prop.kind is Kind.ALWAYS else "reached"


def look_ahead(
    model: Model[Any], state: Any, wanted: Iterable[Property], limits: Limits = LIMITS
) -> Ahead:
    """Search from a state for the nearest violation, or for the nearest state that is wanted.

    It uses no reduction, so that its counts are those of states and steps.
    """
    asked = tuple(wanted)
    properties = {prop.name: prop for prop in asked}
    begun = _beginning_at(model, state)
    vars(begun)["properties"] = tuple(prop.as_target() for prop in properties.values())
    search = explore(begun, SearchOptions(reductions="none", limits=limits))
    if search.discoveries:
        name, found = min(search.discoveries.items(), key=lambda each: len(each[1].trace))
        return Ahead(search, asked, properties[name], found.trace.labels)
    name = next(iter(search.untraced), "")
    return Ahead(search, asked, properties.get(name), None)


def _beginning_at(model: Model[Any], state: Any) -> Model[Any]:
    """Return a model of all that can follow a state."""
    if isinstance(model, ClusterModel):
        return model.beginning_at(state)
    other = copy(model)  # of the same class, so that an error names the user's code
    vars(other)["initial"] = lambda: state
    return other
