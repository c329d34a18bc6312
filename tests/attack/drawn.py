"""The random protocols that are attacked: neither trivial nor large."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from itertools import count, islice

from pcheck.errors import SpecError
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.semantics.network import NETWORKS
from tests.attack.attack import Case
from tests.attack.explorer import Answer, Explorer
from tests.attack.protocols import random_protocol, scope_of

MIN_STATES, MAX_STATES = 20, 600


@dataclass(frozen=True)
class Drawn:
    """A random protocol, and what the explorer says about it.

    pcheck itself says how many states the protocol has: it is faster. The explorer, which judges
    every state, is asked only by the tests that need its answer. It must find as many states.
    """

    number: int
    case: Case
    explorer: Explorer
    states: int

    @cached_property
    def answer(self) -> Answer:
        found = self.explorer.explore(self.states)
        assert sum(found.widths) == self.states, f"protocol {self.number}"
        return found


def protocols(first: int, how_many: int, max_states: int = MAX_STATES) -> Iterator[Drawn]:
    """Yield this many protocols that are neither trivial nor large, from a number upwards."""
    return islice(_fitting(first, max_states), how_many)


@contextmanager
def comparing(what: str) -> Iterator[None]:
    """Name a protocol in a failure; allow it to treat interchangeable names unlike."""
    try:
        yield
    except AssertionError as error:
        error.add_note(what)
        raise
    except SpecError as error:
        if "declared interchangeable" not in str(error):
            raise


def _fitting(first: int, max_states: int) -> Iterator[Drawn]:
    for number in count(first):
        network, crashes, crash_nodes = scope_of(number)
        case = Case(random_protocol, network, crashes, {"number": number}, crash_nodes)
        explorer = case.explorer()
        states = _states(explorer, case, max_states)
        if MIN_STATES <= states <= max_states:
            yield Drawn(number, case, explorer, states)


def _states(explorer: Explorer, case: Case, max_states: int) -> int:
    """Return how many states a protocol has, or a number above `max_states`."""
    nodes = zip(explorer.names, explorer.may_crash, strict=True)
    crash_nodes = [node for node, may_crash in nodes if may_crash]
    model = ClusterModel(explorer.cluster, NETWORKS[case.network], case.crashes, crash_nodes)
    found = dict.fromkeys([model.initial()])
    todo = [*found]
    for state in todo:  # grows during the loop
        new = dict.fromkeys(after for _, after in model.steps(state) if after not in found)
        found |= new
        todo += new
        if len(found) > max_states:
            break
    return len(found)
