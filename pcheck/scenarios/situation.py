"""The situation in which an expectation is to be fulfilled, and the answer to an expectation."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple
from weakref import WeakKeyDictionary

from pcheck.errors import UsageError
from pcheck.language.model import Model
from pcheck.language.property import Property
from pcheck.loading.expressions import Names, names_for, node_called
from pcheck.loading.setup import Setup
from pcheck.scenarios.patterns import WILDCARD
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.semantics.node import Config, Node
from pcheck.text import unknown
from pcheck.traces.timeline import Event

_known: WeakKeyDictionary[ClusterModel, Names] = WeakKeyDictionary()


@dataclass(frozen=True)
class Situation:
    """The state in which an expectation is to be fulfilled, and how an execution got there."""

    setup: Setup
    states: Sequence[Any]
    work_out_events: Callable[[], Sequence[Event]] = tuple  # takes time in a long trace

    @property
    def events(self) -> Sequence[Event]:
        """The steps so far, with what they sent and reached."""
        return self.work_out_events()

    @property
    def model(self) -> Model[Any]:
        return self.setup.model

    @property
    def state(self) -> Any:
        return self.states[-1]


class Answer(NamedTuple):
    """The answer to an expectation: whether it is fulfilled, and the fact that decides it.

    `is_so` is None if a search stopped before it decided.
    """

    is_so: bool | None
    fact: str


class Expectation(ABC):
    """The statement of a line after `expect`."""

    is_about_state: ClassVar[bool] = True  # False: about the steps so far, or those ahead

    @abstractmethod
    def answer(self, now: Situation) -> Answer:
        """Return whether the expectation is fulfilled now, or raise UsageError."""

    def is_fulfilled(self, now: Situation) -> bool:
        """Return whether the answer is yes; a search asks this in each state."""
        return self.answer(now).is_so is True


def cluster_in(now: Situation) -> ClusterModel:
    """Return the cluster, or raise UsageError for a Model without nodes."""
    if not isinstance(now.model, ClusterModel):
        raise UsageError(f"{now.setup.spec.name} is a Model without nodes")
    return now.model


def node_in(now: Situation, name: str) -> Node:
    """Return the node with this name, or raise UsageError."""
    model = cluster_in(now)
    return model.nodes[model.index[node_called(name, model)]]


def config_in(now: Situation, name: str) -> Config:
    """Return the configuration of the node with this name, or raise UsageError."""
    node = node_in(now, name)
    config: Config = now.state.nodes[cluster_in(now).index[node.me]]
    return config


def names_in(now: Situation) -> Names:
    """Return the names that a value may use."""
    model = cluster_in(now)
    if model not in _known:
        _known[model] = names_for(now.setup.spec, model)
    return _known[model]


def check_message(now: Situation, text: str) -> None:
    """Raise UsageError for a text that no message of the cluster can have: `Acept(*)`."""
    name, parenthesis, _ = text.partition("(")
    if WILDCARD in name:
        return
    letters = cluster_in(now).letters()
    known = {type(each.message).__name__ for each in letters}
    known |= {name for name, each in names_in(now).items() if isinstance(each, type)}
    if name not in known:
        raise UsageError(unknown("message", name, sorted(known - {"Set", "Map"})))
    if not parenthesis:
        raise UsageError(f"a message must be written with its fields, as in {name}(*); got {text}")


def property_in(now: Situation, name: str) -> Property:
    """Return the property with this name or alias, or raise UsageError."""
    properties = now.model.properties
    found = next((each for each in properties if name in (each.name, each.alias)), None)
    if found is None:
        names = [each.name for each in properties]
        raise UsageError(unknown("property", name, names, of=now.setup.spec.name))
    return found
