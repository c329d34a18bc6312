"""All that an explorer needs to know: where a run begins, and what may happen next."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Hashable, Iterable, Mapping
from typing import Generic, TypeVar

from pcheck.language.property import Milestone, Property
from pcheck.language.seen import Seen

S = TypeVar("S", bound=Hashable)


class Model(ABC, Generic[S]):
    """A state graph, and what is asked of it. States are hashable and never change.

    Most specs never see this: a Cluster of actors becomes a Model. An algorithm that is better
    said as guarded commands over one state is written straight on it (`specs/lamport.py`).
    """

    properties: tuple[Property, ...] = ()
    milestones: tuple[Milestone, ...] = ()
    checked = False  # whether its answers need no second look

    @abstractmethod
    def initial(self) -> S:
        """The state that every run begins in."""

    @abstractmethod
    def steps(self, state: S) -> Iterable[tuple[str, S]]:
        """Each step out of a state: a label, distinct in that state, and the state that follows."""

    @abstractmethod
    def observe(self, state: S) -> Seen:
        """What the properties see of a state."""

    def columns(self, state: S) -> Mapping[str, Mapping[str, str]]:
        """How a state is shown: for each column of a trace its fields, as text."""
        return {"state": {"": repr(state)}}
