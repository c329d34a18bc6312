"""`pcheck explore`: a search that a limit or an interrupt stops, and what is known then."""

from __future__ import annotations

import pytest

from tests.cli.explore.counting import BIG, TWO_BY_TWO, Ends, answered


def test_a_limit_that_is_just_enough_is_no_limit(pcheck: Ends) -> None:
    asked = "explore", *TWO_BY_TWO, "--quiet", "--max-states"
    assert pcheck(*asked, "169") == (0, "holds\n", "")
    assert pcheck(*asked, "168") == (3, "incomplete\n", "")


def test_a_violation_that_was_found_outranks_a_limit_that_was_met(pcheck: Ends) -> None:
    asked = "--all-properties", "--max-states", "5"
    status, out, err = pcheck("explore", "./counting.py", *asked)
    assert (status, err) == (1, "")
    assert "VIOLATED: small is false now: it is 3." in out
    assert "The search was ended by the limit of 5 states: the rest is undecided." in out


def test_the_memory_that_is_given_is_kept(pcheck: Ends) -> None:
    status, out, err = pcheck("explore", *BIG, "--max-memory", "1M", "--json")
    found, machine = answered(out)
    assert (status, found["verdict"], err) == (3, "incomplete", "")
    assert machine["stopped"] == "the limit of 1 MB of memory"


def test_an_interrupt_while_the_machine_code_loads_shows_what_is_known(
    pcheck: Ends, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("pcheck.search.engine.SMALL", 100)
    monkeypatch.setattr("pcheck.search.compiled.warm_up.explorer", interrupt)
    status, out, err = pcheck("explore", "--json")
    found, machine = answered(out)
    assert (status, err, machine["stopped"]) == (3, "", "an interrupt")
    assert (found["verdict"], found["states"]) == ("incomplete", 100)
