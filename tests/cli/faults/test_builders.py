"""A builder that does not return a cluster is one line: the file, the line, what is wrong."""

from __future__ import annotations

import pytest

from tests.cli.faults.asking import (
    BUILT,
    GROUPS,
    JUDGED,
    Ends,
    Fault,
    Vague,
    changed,
    check_place,
    complaint,
)

BUILDING: dict[str, Fault] = {
    "a builder that raises": (
        {GROUPS: f"{GROUPS}\n    1 / 0"},
        "fault.py:[1 / 0]: the builder asking raised ZeroDivisionError: division by zero",
    ),
    "a builder that exits": (
        {GROUPS: f"{GROUPS}\n    raise SystemExit(0)"},
        "fault.py:[raise SystemExit]: the builder asking raised SystemExit: 0",
    ),
    "a builder that returns nothing": (
        {"return Cluster": "Cluster"},
        "fault.py:[@spec]: the builder asking returned a NoneType: "
        "return Cluster({...}, properties=[...]), or a Model",
    ),
    "an actor made wrongly": (
        {"Caller(servers=s)": "Caller(server=s)"},
        "fault.py:[Caller(server=s)]: the builder asking raised TypeError: "
        "Caller.__init__() got an unexpected keyword argument 'server'",
    ),
    "a group of less than nothing": (
        {"servers)": "servers - 3)"},
        "fault.py:[servers - 3]: the builder asking raised ValueError: "
        "group('s', -1): the size must be a number from 0 up",
    ),
    "no nodes": (
        {"c: lambda i: Caller(servers=s), s: lambda i: Server()": ""},
        "fault.py:[return Cluster]: the cluster has no nodes: "
        "give at least one group a size above 0",
    ),
    "two groups of one name": (
        {'group("s", servers)': 'group("c", servers)'},
        "fault.py:[return Cluster]: two groups of the cluster are both named c",
    ),
    "a list to begin with": (
        {"Server()": "Server([])"},
        "fault.py:[return Cluster]: s1 begins with a field that cannot be kept: "
        "given is a list: use a tuple",
    ),
    "a new field without decorator": (
        {"@always": "class More(Server):\n    more: int = 0\n\n\n@always", "Server()}": "More()}"},
        "fault.py:[return Cluster]: More adds the field more, which is no part of its state: "
        "write @dataclass(frozen=True) above class More",
    ),
    "a property that is none": (
        {JUDGED: ""},
        "fault.py:[return Cluster]: truth is no property: "
        "write @always(sees=[...]) or @sometimes(sees=[...]) above it",
    ),
    "a property that sees an unknown field": (
        {JUDGED: '@always(sees=["givn"])'},
        "fault.py:[return Cluster]: truth sees the field 'givn', which no node has; "
        "did you mean 'given'?",
    ),
}


@pytest.mark.parametrize(("changes", "line"), BUILDING.values(), ids=BUILDING)
def test_a_builder_that_builds_nothing(changes: dict[str, str], line: str, explored: Ends) -> None:
    source = changed(changes)
    assert explored(source) == complaint(line, source)


VAGUE: dict[str, Vague] = {
    "a milestone that sees an unknown field": (
        {
            BUILT: '@milestone(sees=["givn"])\ndef landmark(seen):\n    return {}\n\n\n@spec\n',
            "milestones=[]": "milestones=[landmark]",
        },
        "fault.py:[return Cluster]:",
        ("landmark sees the field 'givn', which no node has", "did you mean 'given'?"),
    ),
}


@pytest.mark.parametrize(("changes", "place", "parts"), VAGUE.values(), ids=VAGUE)
def test_a_fault_has_its_place(
    changes: dict[str, str], place: str, parts: tuple[str, ...], explored: Ends
) -> None:
    check_place(explored, changed(changes), place, parts)
