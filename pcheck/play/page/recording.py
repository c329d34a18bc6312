"""The answers of all properties and milestones, for every observation that an execution meets.

A search of the cluster on the network `set` asks for them: every execution on another network has
the same observations as an execution on `set`. The search goes on where a property is violated.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pcheck.errors import SpecError, UsageError
from pcheck.language.property import Milestone, Property
from pcheck.play.page.recorder import Answers, Recorder, SearchEnds
from pcheck.play.page.stories import stories_of, undeclared
from pcheck.search.clock import OnProgress
from pcheck.search.engine import OnNote, explore
from pcheck.search.limits import INTERRUPT, Limits
from pcheck.search.options import SearchOptions
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.semantics.network import NETWORKS, Network
from pcheck.text import counted

MAX_STATES = 2_000_000
MAX_STATES_WITHOUT_END = 10_000  # if the tables of a page end at some depth
MAX_STATES_OF_REFERENCE = 3_000
NET = NETWORKS["set"]


def record(
    model: ClusterModel,
    properties: Sequence[Property],
    on_progress: OnProgress | None = None,
    on_note: OnNote = lambda _: None,
    max_states: int = MAX_STATES,
) -> list[Answers]:
    """Return the answers of each of some properties, then those of each milestone of a model.

    A milestone that sees more than the properties has a search of its own.
    """
    asked: list[Property | Milestone] = [*properties, *model.milestones]
    found = [*map(Answers, asked)]
    seen = {what for prop in properties for what in prop.sees}
    together = [each for each in found if seen.issuperset(each.asked.sees)]
    groups = [together, *([each] for each in found if each not in together)]
    for group in groups:
        if group:
            limit = _record(model, group, on_progress, on_note, max_states)
            for each in group:
                each.limit = each.limit or limit
    return found


@dataclass
class Explained:
    """The explanations of what violates one property, and the conditions that they ask about."""

    answers: Answers  # of the property, perhaps with a larger footprint than its own
    conditions: list[Answers]


def explained(
    model: ClusterModel,
    found: Answers,
    on_progress: OnProgress | None = None,
    on_note: OnNote = lambda _: None,
    max_states: int = MAX_STATES,
) -> Explained | None:
    """Return the explanations of what violates a property, or None if there are none.

    They need another search, for the conditions that they ask about. If an explanation reads more
    than its property, the property is asked again with a larger footprint.
    """

    def search(group: list[Answers]) -> None:
        limit = _record(model, group, on_progress, on_note, max_states)
        for each in group:
            each.limit = limit

    answers = found
    while True:
        try:
            own = stories_of(answers)
            break
        except LookupError as error:
            what = undeclared(error)
            assert what is not None
            assert isinstance(answers.asked, Property)
            sees = (*answers.asked.sees, what)
            answers = Answers(replace(answers.asked, sees=sees))
            search([answers])
    if own is None:
        return None
    conditions = [*map(Answers, own.as_properties())]
    if conditions:
        search(conditions)
    return None if own.fails else Explained(answers, conditions)


def all_explained(
    model: ClusterModel, answers: Sequence[Answers], *given: Any
) -> dict[str, Explained]:
    """Return the explanations of violations by the name of the property, of all that have some."""
    found = {each.asked.name: explained(model, each, *given) for each in answers if each.violating}
    return {name: each for name, each in found.items() if each is not None}


def _record(
    model: ClusterModel,
    found: Sequence[Answers],
    on_progress: OnProgress | None,
    on_note: OnNote,
    max_states: int,
) -> str | None:
    """Ask in every state; return the limit at which the search stopped, or None."""
    groups: dict[Any, list[Answers]] = {}
    for each in found:
        groups.setdefault((each.asked.sees, each.is_about_steps), []).append(each)

    def on_full() -> None:
        if all(each.is_full for each in recorders):
            raise SearchEnds

    recorders = [Recorder(model, group, on_full) for group in groups.values()]
    cluster = model.cluster.asking(each.as_property() for each in recorders)
    cluster.interchangeable = ()  # so that no observation stands for its renamings

    def search(network: Network, states: int, engine: str, reductions: str | None) -> str | None:
        fresh = model.anew(cluster, network)
        options = SearchOptions(engine, reductions, Limits(states=states), all_properties=True)
        try:
            search = explore(fresh, options, on_progress=on_progress, on_note=on_note)
        except SearchEnds as end:
            if end.error is not None:
                raise end.error from None
            raise
        if search.stopped == INTERRUPT:
            raise KeyboardInterrupt
        return None if search.stopped is None else counted(search.states, "state")

    def search_all(network: Network) -> str | None:
        first = min(MAX_STATES_OF_REFERENCE, max_states)
        try:
            if search(network, first, "reference", None) is None:
                return None
            return search(network, max_states, "compiled", "prune,fuse")
        except UsageError:  # the cluster is too large for the compiled engine
            return search(network, max_states, "reference", None)

    try:
        return _on_networks(model.network, search_all)
    except SearchEnds:
        return None  # each answer has a limit of its own


def _on_networks(network: Network, search: Callable[[Network], str | None]) -> str | None:
    """Search on `set`, and on another network if the search on `set` does not end well."""
    try:
        limit = search(NET)
    except SpecError:  # perhaps in a state that only `set` has
        if network is NET:
            raise
        return search(network)
    # messages that arrive only once may make a search end that does not end on `set`
    return limit if limit is None or network is NET else search(network)
