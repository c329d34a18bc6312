"""Warnings about properties that look at messages which no run sends: in the result of a search."""

from __future__ import annotations

import re
from typing import Any

import pytest

from pcheck import check

UNSENT: dict[str, Any] = {"acceptors": 2, "promise_quorum": 3, "crashes": 0, "rounds": 1}
NAMES = (
    "agreement",
    "validity",
    "one_value_per_ballot",
    "some_value_chosen",
    "v1_can_be_chosen",
    "v2_can_be_chosen",
)
WARNINGS = tuple(f"no run sends an Accepted, which is what {name} looks at" for name in NAMES)


@pytest.mark.parametrize("reduce", ["none", "all"])
def test_a_kind_that_no_run_sends_is_a_warning_for_each_property_that_sees_it(reduce: str) -> None:
    assert check("paxos", reduce=reduce, **UNSENT).search.warnings == WARNINGS


def test_the_report_prints_each_warning_and_json_has_it() -> None:
    result = check("paxos", **UNSENT)
    notes = re.findall(r"^Note: (.*)\.$", str(result), re.M)
    assert (tuple(notes), tuple(result.to_dict()["warnings"])) == (WARNINGS, WARNINGS)


def test_nothing_is_said_of_a_kind_that_is_sent() -> None:
    assert check("paxos", acceptors=2, crashes=0, rounds=1).search.warnings == ()


def test_nothing_is_said_before_every_run_was_explored() -> None:
    search = check("paxos", max_states=5, **UNSENT).search
    assert (search.complete, search.warnings) == (False, ())
