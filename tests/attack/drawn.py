"""The random protocols that are attacked: neither trivial nor large."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count, islice
from typing import NamedTuple

from pcheck.errors import SpecError
from tests.attack.attack import Case
from tests.attack.explorer import Answer, Explorer, TooLarge
from tests.attack.protocols import random_protocol, scope_of

MIN_STATES, MAX_STATES = 20, 600


class Drawn(NamedTuple):
    """A random protocol, and what the explorer says about it."""

    number: int
    case: Case
    explorer: Explorer
    answer: Answer


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
        try:
            answer = explorer.explore(max_states)
        except TooLarge:
            continue
        if sum(answer.widths) >= MIN_STATES:
            yield Drawn(number, case, explorer, answer)
