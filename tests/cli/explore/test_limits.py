"""`pcheck explore`: partial results of a search that a limit or an interrupt stops."""

from __future__ import annotations

import pytest

from tests.cli.explore.counting import BIG, TWO_BY_TWO, Ends, answered


def test_a_limit_equal_to_the_number_of_states_does_not_stop_the_search(pcheck: Ends) -> None:
    asked = "explore", *TWO_BY_TWO, "--quiet", "--max-states"
    assert pcheck(*asked, "169") == (0, "holds\n", "")
    assert pcheck(*asked, "168") == (3, "incomplete\n", "")


def test_a_violation_outranks_a_limit(pcheck: Ends) -> None:
    asked = "--all-properties", "--max-states", "5"
    status, out, err = pcheck("explore", "./counting.py", *asked)
    assert (status, err) == (1, "")
    assert "VIOLATED: small is false: it is 3." in out
    assert "The search stopped at the limit of 5 states before every property was decided." in out


def test_the_limit_of_memory_is_respected(pcheck: Ends) -> None:
    status, out, err = pcheck("explore", *BIG, "--max-memory", "1M", "--json")
    found, machine = answered(out)
    assert (status, found["verdict"], err) == (3, "incomplete", "")
    assert machine["stopped"] == "the limit of 1 MB of memory"


def test_an_interrupt_during_the_loading_of_machine_code_gives_partial_results(
    pcheck: Ends, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("pcheck.search.engine.MAX_REFERENCE_STATES", 100)
    monkeypatch.setattr("pcheck.search.compiled.warm_up.explorer", interrupt)
    status, out, err = pcheck("explore", "--json")
    found, machine = answered(out)
    assert (status, err, machine["stopped"]) == (3, "", "an interrupt")
    assert (found["verdict"], found["states"]) == ("incomplete", 100)
