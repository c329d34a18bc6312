"""The interface between a spec and the searches: an initial state, steps and observations."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Hashable, Iterable, Mapping
from typing import Generic, TypeVar

from pcheck.language.property import Milestone, Property
from pcheck.language.seen import Seen

S = TypeVar("S", bound=Hashable)


class Model(ABC, Generic[S]):
    """A state graph and its properties. States must be hashable and immutable.

    A state may hold other values than an actor, such as a frozenset, but none that is equal only to
    itself.

    Most specs return a Cluster of actors, and pcheck turns the cluster into a Model. Subclass Model
    for an algorithm that is easier to write as guarded commands over one global state, such as
    `specs/lamport.py`.
    """

    properties: tuple[Property, ...] = ()
    milestones: tuple[Milestone, ...] = ()
    checked = False  # whether the model validates the results of the user's code itself

    @abstractmethod
    def initial(self) -> S:
        """Return the state in which every execution begins."""

    @abstractmethod
    def steps(self, state: S) -> Iterable[tuple[str, S]]:
        """Yield a pair (label, next state) for each step; labels in one state must be distinct."""

    @abstractmethod
    def observe(self, state: S) -> Seen:
        """Return the observation of a state: what the properties can see of that state."""

    def columns(self, state: S) -> Mapping[str, Mapping[str, str]]:
        """Return the text of a state for traces: the columns, and in each column its fields."""
        return {"state": {"": repr(state)}}
