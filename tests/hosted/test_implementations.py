"""Packages from PyPI: each spec holds as mended, and each bug finds a fault of the package."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from pcheck import Result, check
from pcheck.search.outcome import Verdict

FOLDER = Path(__file__).resolve().parents[2] / "specs" / "implementations"
COMPOSABLE, PAXOS, RAFTOS = "composable_paxos_pypi", "paxos_pypi", "raftos_pypi"
AGREEMENT, RAISES, ONE_LEADER = "agreement", "nothing_raises", "one_leader_per_term"
CONSENSUS = {
    "agreement": "holds",
    "validity": "holds",
    "one_value_per_ballot": "holds",
    "some_value_chosen": "reached",
    "nothing_raises": "holds",
}
TWO_VALUES = "v1 and v2 are both chosen"
NO_COMPARISON = "TypeError: '>=' not supported between instances of 'ProposalID' and 'NoneType'"
IN_ONE_TERM = "both lead term 1"
slow = pytest.mark.slow


def checked(name: str, bug: str | None = None, prop: str | None = None, **options: Any) -> Result:
    """Check a spec, or skip the test if the package of the spec is not installed."""
    package = name.removesuffix("_pypi")
    if find_spec(package) is None:
        pytest.skip(f"the package {package} is not installed")
    properties = [prop] if prop is not None else []
    return check(FOLDER / f"{name}.py", bug=bug, properties=properties, **options)


def outcomes(result: Result) -> dict[str, str]:
    return {name: outcome.value for name, outcome in result.properties.items()}


@pytest.mark.parametrize(
    ("name", "bug", "prop", "steps", "why"),
    [
        (COMPOSABLE, "compares-with-none", RAISES, 2, f"a1 raised {NO_COMPARISON}"),
        pytest.param(COMPOSABLE, "saves-no-proposal-id", AGREEMENT, 21, TWO_VALUES, marks=slow),
        pytest.param(PAXOS, "keeps-its-promise-low", AGREEMENT, 20, TWO_VALUES, marks=slow),
        (PAXOS, "takes-every-answer", RAISES, 5, "p1 raised KeyError: 1"),
        pytest.param(PAXOS, "saves-no-vote", AGREEMENT, 16, TWO_VALUES, marks=slow),
        pytest.param(PAXOS, "saves-no-number", AGREEMENT, 21, TWO_VALUES, marks=slow),
        (RAFTOS, "raftos-as-released", ONE_LEADER, 7, IN_ONE_TERM),
        pytest.param(
            RAFTOS, "counts-votes-of-old-terms", ONE_LEADER, 8, "both lead term 2", marks=slow
        ),
        (RAFTOS, "leaves-itself-out", ONE_LEADER, 6, IN_ONE_TERM),
        pytest.param(RAFTOS, "counts-a-vote-again", ONE_LEADER, 8, IN_ONE_TERM, marks=slow),
        (RAFTOS, "needs-the-number", RAISES, 6, "n1 raised KeyError: 'request_id'"),
        pytest.param(RAFTOS, "empties-the-file-first", ONE_LEADER, 49, IN_ONE_TERM, marks=slow),
    ],
)
def test_each_fault_of_a_package_is_found(
    name: str, bug: str, prop: str, steps: int, why: str
) -> None:
    result = checked(name, bug, prop)
    assert (result.verdict, outcomes(result)) == (Verdict.VIOLATED, {prop: "violated"})
    assert result.saved is not None
    assert len(result.saved.steps) == steps
    assert result.saved.why is not None
    assert why in result.saved.why


@pytest.mark.parametrize(
    ("name", "options", "reached"),
    [
        (COMPOSABLE, {"rounds": 1}, ["v1", "v2"]),
        pytest.param(COMPOSABLE, {"rounds": 2}, ["v1", "v2"], marks=slow),
        pytest.param(
            COMPOSABLE,
            {"acceptors": 5, "proposers": 3, "rounds": 1},
            ["v1", "v2", "v3"],
            marks=slow,
        ),
        pytest.param(PAXOS, {"rounds": 1}, ["v1", "v2"], marks=slow),
        pytest.param(PAXOS, {"proposers": 3, "rounds": 1}, ["v1", "v2", "v3"], marks=slow),
    ],
)
def test_paxos_holds_as_mended(name: str, options: dict[str, Any], reached: list[str]) -> None:
    result = checked(name, crashes=1, **options)
    assert result.verdict is Verdict.HOLDS
    chosen = {f"{value}_can_be_chosen": "reached" for value in reached}
    assert outcomes(result) == CONSENSUS | chosen


@pytest.mark.parametrize(
    ("options", "led"),
    [
        ({"nodes": 3, "terms": 1}, [1]),
        pytest.param({"nodes": 3, "terms": 2}, [1, 2], marks=slow),
        pytest.param({"nodes": 4, "terms": 1}, [1], marks=slow),
        pytest.param({"nodes": 5, "terms": 1, "crashes": 0}, [1], marks=slow),
    ],
)
def test_raftos_holds_as_mended(options: dict[str, Any], led: list[int]) -> None:
    result = checked(RAFTOS, **options)
    assert result.verdict is Verdict.HOLDS
    reached = {f"term_{term}_can_be_led": "reached" for term in led}
    assert outcomes(result) == {ONE_LEADER: "holds", RAISES: "holds"} | reached
