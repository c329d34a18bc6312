"""The attack: random protocols, explored by pcheck and by an explorer of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from random import Random

import pytest

from pcheck.errors import SpecError
from pcheck.language.property import Kind
from tests.attack.attack import REDUCTIONS, SUBSETS, How, compare
from tests.attack.drawn import Drawn, protocols
from tests.attack.protocols import is_declared_wrongly

REFUSED = "declared interchangeable"


def attack(protocol: Drawn, how: How) -> Counter[str]:
    """Compare the answers to one protocol, and count the reductions that were on, and refusals.

    Interchangeable names that are not declared so rightly must be refused, or treated rightly.
    """
    number, case = protocol.number, protocol.case
    try:
        return Counter(compare(case, protocol.explorer, protocol.answer, how).search.reduced)
    except SpecError as error:
        if REFUSED not in str(error) or not is_declared_wrongly(number):
            raise
        return Counter(["refused"])
    except (AssertionError, KeyError) as error:
        error.add_note(f"protocol {number} on {case.network}, {case.crashes} crashes, {how}")
        raise


def under(subset: tuple[str, ...], *, all_properties: bool = True) -> How:
    """Return a search with these reductions."""
    return {
        "engine": "compiled",
        "reduce": ",".join(subset) or "none",
        "all_properties": all_properties,
    }


def deepest(protocol: Drawn, subset: tuple[str, ...]) -> Iterator[How]:
    """Yield a search for the `always` whose violation is the deepest, if there is one.

    A proof with `cover` must miss every violation to be wrong, so it is tried with one property.
    """
    found = [
        (length, prop.name)
        for prop in protocol.explorer.cluster.properties
        if prop.kind is Kind.ALWAYS and (length := protocol.answer.lengths[prop.name])
    ]
    if found and "cover" in subset:
        yield {**under(subset), "properties": [max(found)[1]]}


def holding(protocol: Drawn, subset: tuple[str, ...]) -> Iterator[How]:
    """Yield a search for an `always` that holds, if there is one: only `cover` proves it alone."""
    lengths = protocol.answer.lengths
    always = [prop for prop in protocol.explorer.cluster.properties if prop.kind is Kind.ALWAYS]
    found = [prop.name for prop in always if lengths[prop.name] is None]
    if found and "cover" in subset:
        yield {**under(subset), "properties": found[:1]}


def attack_all_ways(protocol: Drawn) -> Counter[str]:
    """Attack both engines without reductions, and one subset of the reductions."""
    random = Random(f"subset {protocol.number}")
    subset, stops_early = random.choice(SUBSETS), random.random() < 0.3
    ways: list[How] = [
        {"engine": "reference", "all_properties": not stops_early},
        under((), all_properties=not stops_early),
        under(subset, all_properties=not stops_early),
        *deepest(protocol, subset),
        *holding(protocol, subset),
    ]
    return sum((attack(protocol, how) for how in ways), Counter[str]())


def test_the_attack_in_small() -> None:
    found = Counter[str]()
    for protocol in protocols(first=0, how_many=8):
        found += attack_all_ways(protocol)
    assert found.keys() >= {"fuse", "prune"}


@pytest.mark.slow
@pytest.mark.parametrize("part", range(20))
def test_a_thousand_protocols_under_a_subset_each(part: int) -> None:
    found = Counter[str]()
    for protocol in protocols(first=1_000 * part, how_many=50):
        found += attack_all_ways(protocol)
    assert found.keys() >= {*REDUCTIONS}


@pytest.mark.slow
@pytest.mark.parametrize("part", range(20))
def test_two_hundred_protocols_under_every_subset(part: int) -> None:
    found = Counter[str]()
    for protocol in protocols(first=100_000 + 1_000 * part, how_many=10, max_states=250):
        for subset in SUBSETS:
            found += attack(protocol, under(subset))
            for how in deepest(protocol, subset):
                found += attack(protocol, how)
    assert found.keys() >= {*REDUCTIONS} - {"cover"}  # which is named only where it has proved all
