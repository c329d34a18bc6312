"""Warnings in a search result about properties that see messages which no execution sends."""

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
WARNINGS = tuple(f"no execution sends an Accepted, a message that {name} sees" for name in NAMES)


@pytest.mark.parametrize("reduce", ["none", "all"])
def test_a_message_type_that_is_never_sent_gives_a_warning_for_each_property(reduce: str) -> None:
    assert check("paxos", reduce=reduce, **UNSENT).search.warnings == WARNINGS


def test_the_report_and_json_contain_each_warning() -> None:
    result = check("paxos", **UNSENT)
    notes = re.findall(r"^Note: (.*)\.$", str(result), re.M)
    assert (tuple(notes), tuple(result.to_dict()["warnings"])) == (WARNINGS, WARNINGS)


def test_a_message_type_that_is_sent_gives_no_warning() -> None:
    assert check("paxos", acceptors=2, crashes=0, rounds=1).search.warnings == ()


def test_an_incomplete_search_gives_no_warning() -> None:
    search = check("paxos", max_states=5, **UNSENT).search
    assert (search.complete, search.warnings) == (False, ())
