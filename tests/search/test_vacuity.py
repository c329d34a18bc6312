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
WARNINGS = (
    f"no execution sends an Accepted, a message that {', '.join(NAMES[:-1])} and {NAMES[-1]} see",
)


@pytest.mark.parametrize("reduce", ["none", "all"])
def test_a_message_type_that_is_never_sent_gives_one_warning_that_names_the_properties(
    reduce: str,
) -> None:
    assert check("paxos", reduce=reduce, **UNSENT).search.warnings == WARNINGS


def test_the_report_and_json_contain_each_warning() -> None:
    result = check("paxos", **UNSENT)
    notes = re.findall(r"^Note: (.*?)\.\n\n", str(result), re.M | re.S)
    printed = tuple(" ".join(note.split()) for note in notes)
    assert (printed, tuple(result.to_dict()["warnings"])) == (WARNINGS, WARNINGS)


def test_a_message_type_that_is_sent_gives_no_warning() -> None:
    assert check("paxos", acceptors=2, crashes=0, rounds=1).search.warnings == ()


def test_an_incomplete_search_gives_no_warning() -> None:
    search = check("paxos", max_states=5, **UNSENT).search
    assert (search.complete, search.warnings) == (False, ())
