"""`pcheck explore --json`: the object for programs, with counts that other programs agree on."""

from __future__ import annotations

from tests.cli.explore.counting import PLAIN, TWO_BY_TWO, Ends, answered


def test_a_holding_spec_as_json(pcheck: Ends) -> None:
    status, out, err = pcheck("explore", *TWO_BY_TWO, "--json")
    found, machine = answered(out)
    assert (status, err) == (0, "")
    assert found == {
        "verdict": "holds",
        "spec": "paxos",
        "bug": None,
        "also": {},
        "options": {
            "acceptors": 2,
            "proposers": 2,
            "rounds": 1,
            "learners": 0,
            "promise_quorum": 0,
            "vote_quorum": 0,
            "network": "set",
            "crashes": 0,
        },
        "reduce": [],
        "skipped": {},
        "closed_tables": None,
        "notes": [],
        "left_out": [],
        "assumptions": [],
        "warnings": [],
        "never_happens": [],
        "states": 169,
        "transitions": 352,
        "depth": 14,
        "terminal_states": 7,
        "properties": {
            "agreement": "holds",
            "validity": "holds",
            "one_value_per_ballot": "holds",
            "some_value_chosen": "reached",
            "v1_can_be_chosen": "reached",
            "v2_can_be_chosen": "reached",
        },
        "questions": {},
        "trace": None,
    }
    assert machine["stopped"] is None
    assert machine["bytes_per_state"] > 0


def test_the_counts_with_default_options(pcheck: Ends) -> None:
    found, _ = answered(pcheck("explore", *PLAIN, "--json")[1])
    assert found["options"]["crashes"] == 1
    assert (found["states"], found["transitions"], found["depth"]) == (19911, 77270, 20)


def test_the_options_hold_the_nodes_that_may_crash(pcheck: Ends) -> None:
    """The program `tests/peer.py` counts the same states."""
    small = "--acceptors", "1", "--rounds", "1", "--reduce", "none", "--json"
    found, _ = answered(pcheck("explore", *small, "--crash-nodes", "a1")[1])
    every, _ = answered(pcheck("explore", *small)[1])
    assert found["options"] == {**every["options"], "crash_nodes": ["a1"]}
    assert (found["states"], every["states"]) == (75, 145)


def test_a_violation_as_json(pcheck: Ends) -> None:
    status, out, err = pcheck("explore", "./counting.py", "--json")
    assert (status, err) == (1, "")
    assert answered(out)[0] == {
        "verdict": "violated",
        "spec": "counting",
        "bug": None,
        "also": {},
        "options": {"end": 9},
        "reduce": [],
        "skipped": {},
        "closed_tables": None,
        "notes": [],
        "left_out": [],
        "assumptions": [],
        "warnings": [],
        "never_happens": [],
        "states": 4,
        "transitions": 3,
        "depth": 3,
        "terminal_states": None,
        "properties": {"small": "violated", "far": "undecided"},
        "questions": {},
        "trace": {
            "property": "small",
            "why": "it is 3",
            "steps": ["counts to 1", "counts to 2", "counts to 3"],
            "refused_at": None,
            "shortest_traces": None,
            "up_to_renaming": None,
        },
    }


def test_all_properties_decides_every_property(pcheck: Ends) -> None:
    status, out, _ = pcheck("explore", "./counting.py", "--json", "--all-properties")
    found, _ = answered(out)
    assert (status, found["states"], found["depth"]) == (1, 8, 7)
    assert found["properties"] == {"small": "violated", "far": "reached"}
    assert found["trace"]["steps"] == ["counts to 1", "counts to 2", "counts to 3"]


def test_a_never_reached_property_is_a_violation_without_a_trace(pcheck: Ends) -> None:
    status, out, err = pcheck("explore", "./counting.py", "--end", "2", "--json")
    found, machine = answered(out)
    assert (status, err, machine["stopped"]) == (1, "", None)
    assert found["properties"] == {"small": "holds", "far": "never_reached"}
    assert (found["verdict"], found["trace"], found["states"]) == ("violated", None, 3)


def test_an_incomplete_search_as_json(pcheck: Ends) -> None:
    asked = "--property", "far", "--max-states", "5", "--json"
    status, out, err = pcheck("explore", "./counting.py", *asked)
    found, machine = answered(out)
    assert machine["growing"] == []
    del found["transitions"]  # the transition that exceeds the limit may or may not be counted
    assert (status, err, machine["stopped"]) == (3, "", "the limit of 5 states")
    assert found == {
        "verdict": "incomplete",
        "spec": "counting",
        "bug": None,
        "also": {},
        "options": {"end": 9},
        "reduce": [],
        "skipped": {},
        "closed_tables": None,
        "notes": [],
        "left_out": [],
        "assumptions": [],
        "warnings": [],
        "never_happens": [],
        "states": 5,
        "depth": 4,
        "terminal_states": None,
        "properties": {"far": "undecided"},
        "questions": {},
        "trace": None,
    }


def test_both_engines_give_the_same_object(pcheck: Ends, machine_code: None) -> None:
    asked = (
        "explore",
        "--network",
        "fifo",
        "--acceptors",
        "1",
        "--reduce",
        "none",
        "--json",
        "--engine",
    )
    reference, compiled = (answered(pcheck(*asked, name)[1]) for name in ("reference", "compiled"))
    assert reference[0] == compiled[0]
    assert [machine["engine"] for _, machine in (reference, compiled)] == ["reference", "compiled"]
