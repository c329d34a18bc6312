"""The answers of all properties and milestones, for every observation that an execution meets.

A search of the cluster on the network `set` asks for them: every execution on another network has
the same observations as an execution on `set`. The search goes on where a property is violated.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from pcheck.errors import SpecError, UsageError
from pcheck.language.names import Id
from pcheck.language.property import Kind, Milestone, Property
from pcheck.language.seen import UP, Seen, Sees
from pcheck.language.values import exact
from pcheck.play.page.diagrams import Numbers
from pcheck.search.clock import OnProgress
from pcheck.search.engine import OnNote, explore
from pcheck.search.limits import INTERRUPT, Limits
from pcheck.search.options import SearchOptions
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.semantics.network import NETWORKS, Network
from pcheck.semantics.node import Config
from pcheck.text import counted

MAX_STATES = 2_000_000
MAX_STATES_WITHOUT_END = 10_000  # if the tables of a page end at some depth
MAX_OBSERVATIONS = 200_000  # under one footprint
MAX_STATES_OF_REFERENCE = 3_000
NET = NETWORKS["set"]
# The part of an observation that comes from one node: the watched messages that the node sent, and
# its watched fields.
NodePart = tuple[frozenset[Hashable], tuple[Hashable, ...]]


@dataclass(eq=False)
class Answers:
    """The answers of a property or of a milestone, by the numbers of the parts of all nodes.

    An answer about a step has two numbers for each node: before and after the step. `parts` holds
    the numbers of each node's parts. `limit` is the limit at which the search stopped, such as
    "2,000,000 states"; None if it explored all states.
    """

    asked: Property | Milestone
    by_parts: dict[Numbers, Any] = field(default_factory=dict)
    parts: Sequence[dict[NodePart, int]] = ()
    limit: str | None = None

    @property
    def is_about_steps(self) -> bool:
        """True if each answer is about two observations."""
        return isinstance(self.asked, Property) and self.asked.is_step_property

    def ask(self, key: Numbers, seen: Sequence[Seen]) -> None:
        """Note the answer for an observation, or for the two of a step, under this key."""
        if key in self.by_parts:
            return
        if isinstance(self.asked, Property):
            self.by_parts[key] = self.asked.answer(*seen)
        else:
            self.by_parts[key] = self.asked.lines(*seen)


class TooMany(BaseException):
    """Raised in a property to end the search; an Exception would count as an error of the spec."""


class Recorder:
    """The properties and milestones with one footprint, asked about all that occurs under it."""

    def __init__(
        self, model: ClusterModel, group: Sequence[Answers], on_full: Callable[[], None]
    ) -> None:
        """Begin without any answer; `on_full` is called when there are too many."""
        self._nodes, self._group = [node.me for node in model.nodes], group
        self._on_full = on_full
        self._sees, self._is_about_steps = group[0].asked.sees, group[0].is_about_steps
        self._parts: list[dict[NodePart, int]] = [{} for _ in self._nodes]
        self._messages: dict[int, tuple[object, Hashable]] = {}  # each by its id, with its key
        for each in group:
            each.parts = self._parts
        self.is_full = False

    def as_property(self) -> Property:
        """Return a property that is always true and notes the answers."""
        test: Callable[..., None] = self._note_step if self._is_about_steps else self._note
        names = " and ".join(each.asked.name for each in self._group)
        return Property(names, Kind.ALWAYS, self._sees, test, "", self._is_about_steps)

    def _note(self, seen: Seen) -> None:
        self._note_all(seen)

    def _note_step(self, before: Seen, after: Seen) -> None:
        """Note the answers for a step, and for steps that change nothing that is seen.

        A reduced search need not take the latter. If they do not exist, a property may fail.
        """
        self._note_all(before, after)
        for seen in (before, after):
            self._note_all(seen, seen, may_fail=True)

    def _note_all(self, *seen: Seen, may_fail: bool = False) -> None:
        if self.is_full:
            return
        numbers = [self._numbers(each) for each in seen]
        key = tuple([number for of_node in zip(*numbers) for number in of_node])
        for each in self._group:
            with suppress(*([SpecError] if may_fail else [])):
                each.ask(key, seen)
        if len(self._group[0].by_parts) >= MAX_OBSERVATIONS:
            self.is_full = True
            for each in self._group:
                each.limit = counted(MAX_OBSERVATIONS, "observation")
            self._on_full()

    def _numbers(self, seen: Seen) -> list[int]:
        """Return the number of the part that comes from each node."""
        sent: dict[Id, set[Hashable]] = {node: set() for node in self._nodes}
        for kind in self._sees:
            for src, message in seen.sent(kind) if isinstance(kind, type) else ():
                sent[src].add(self._key(message))
        rows = [self._row(seen, what) for what in self._sees if not isinstance(what, type)]
        found = []
        for node, known in zip(self._nodes, self._parts):
            part = frozenset(sent[node]), tuple([row.get(node) for row in rows])
            found.append(known.setdefault(part, len(known)))
        return found

    def _key(self, message: object) -> Hashable:
        """Return the exact key of a message, which is kept so that no other one gets its id."""
        found = self._messages.get(id(message))
        if found is None:
            found = self._messages[id(message)] = message, exact(message)
        return found[1]

    def _row(self, seen: Seen, what: Sees) -> dict[Id, Hashable]:
        """Return the exact value of a field in each node that has it; for UP, of each node."""
        if isinstance(what, str):
            return {node: exact(value) for node, value in seen.field(what)}
        return {node: exact(seen.up(node)) for node in self._nodes}


def fields_in_part(
    model: ClusterModel, i: int, local: Config, sees: Iterable[Sees]
) -> tuple[Hashable, ...]:
    """Return the watched fields of a node: all of its part that depends on its local state."""

    def value(what: Sees) -> Hashable:
        if what is UP:
            return exact(local.up)
        assert isinstance(what, str)
        if not model.cluster.has_field(model.nodes[i].me, what):
            return None
        return exact(getattr(local.actor, what.rpartition(".")[2]))

    return tuple(value(what) for what in sees if not isinstance(what, type))


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
            raise TooMany

    recorders = [Recorder(model, group, on_full) for group in groups.values()]
    cluster = model.cluster.asking(each.as_property() for each in recorders)
    cluster.interchangeable = ()  # so that no observation stands for its renamings

    def search(network: Network, states: int, engine: str, reductions: str | None) -> str | None:
        fresh = ClusterModel(cluster, network, model.crashes, model.crash_nodes)
        options = SearchOptions(engine, reductions, Limits(states=states), all_properties=True)
        search = explore(fresh, options, on_progress=on_progress, on_note=on_note)
        if search.stopped == INTERRUPT:
            raise KeyboardInterrupt
        return None if search.stopped is None else counted(search.states, "state")

    def search_all(network: Network) -> str | None:
        try:
            first = min(MAX_STATES_OF_REFERENCE, max_states)
            if search(network, first, "reference", None) is None:
                return None
            try:
                return search(network, max_states, "compiled", "prune,fuse")
            except UsageError:  # the cluster is too large for the compiled engine
                return search(network, max_states, "reference", None)
        except TooMany:
            return None  # each answer has a limit of its own

    try:
        limit = search_all(NET)
    except SpecError:  # perhaps in a state that only `set` has
        if model.network is NET:
            raise
        return search_all(model.network)
    # messages that arrive only once may make a search end that does not end on `set`
    return limit if limit is None or model.network is NET else search_all(model.network)
