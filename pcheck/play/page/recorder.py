"""Properties and milestones that are asked about every observation that a search meets."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any

from pcheck.errors import SpecError
from pcheck.language.property import Kind, Milestone, Property
from pcheck.language.seen import Seen
from pcheck.language.values import exact
from pcheck.play.page.diagrams import Numbers
from pcheck.play.page.node_parts import NodePart, parts_of
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.text import counted

MAX_OBSERVATIONS = 200_000  # under one footprint


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
    # of an explained property: what violates it, and later the JSON of the explanation
    violating: dict[Numbers, Seen] = field(default_factory=dict)
    stories: dict[Numbers, str] = field(default_factory=dict)

    @property
    def is_about_steps(self) -> bool:
        """True if each answer is about two observations."""
        return isinstance(self.asked, Property) and self.asked.is_step_property

    def ask(self, key: Numbers, seen: Sequence[Seen]) -> None:
        """Note the answer for an observation, or for the two of a step, under this key."""
        if key in self.by_parts:
            return
        if isinstance(self.asked, Property):
            answer = self.by_parts[key] = self.asked.answer(*seen)
            is_explained = self.asked.kind is Kind.ALWAYS and self.asked.explain is not None
            if is_explained and answer is not None:
                self.violating[key] = seen[-1]
        else:
            self.by_parts[key] = self.asked.lines(*seen)


class SearchEnds(BaseException):
    """Raised in a property to end the search: a property failed, or no recorder needs more.

    It is not an Exception, which would count as an error of the property that is searched for.
    """

    def __init__(self, error: SpecError | None = None) -> None:
        super().__init__()
        self.error = error


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
            try:
                each.ask(key, seen)
            except SpecError as error:
                if not may_fail:
                    raise SearchEnds(error) from None
        if len(self._group[0].by_parts) >= MAX_OBSERVATIONS:
            self.is_full = True
            for each in self._group:
                each.limit = counted(MAX_OBSERVATIONS, "observation")
            self._on_full()

    def _numbers(self, seen: Seen) -> list[int]:
        """Return the number of the part that comes from each node."""
        parts = parts_of(seen, self._nodes, self._sees, self._key)
        return [known.setdefault(part, len(known)) for part, known in zip(parts, self._parts)]

    def _key(self, message: object) -> Hashable:
        """Return the exact key of a message, which is kept so that no other one gets its id."""
        found = self._messages.get(id(message))
        if found is None:
            found = self._messages[id(message)] = message, exact(message)
        return found[1]
