"""A fault during a search, an interrupt before the search, and a bug of pcheck."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.faults.asking import ASKING, GROUPS, STEP, Ends, changed


@pytest.mark.parametrize("engine", ["reference", "compiled"])
def test_a_fault_is_reported_with_the_trace_to_it(
    engine: str, explored: Ends, machine_code: None
) -> None:
    source = changed({"return self.but(given=number), send(src, Answer(number))": "return 1 / 0"})
    status, out, err = explored(source, "--engine", engine)
    assert (status, err.count("ZeroDivisionError")) == (2, 1)
    assert out.splitlines()[0] == "The spec fails after 1 step:"
    assert "c1 " in out.splitlines()[3]
    # The handler fails on this message, so the message is not drawn as lost.
    assert out.splitlines()[-1].endswith("sends Ask(number=1) to s1, s2 (still in flight)")


INTERRUPTED = {"loading": "@spec\n", "building": GROUPS}


@pytest.mark.parametrize("before", INTERRUPTED.values(), ids=INTERRUPTED)
def test_an_interrupt_before_the_search_is_reported_in_one_line(
    before: str, explored: Ends
) -> None:
    indent = "    " if before == GROUPS else ""
    source = changed({before: f"raise KeyboardInterrupt\n{indent}{before}"})
    assert explored(source) == (3, "", "pcheck: interrupted\n")


def test_a_bug_of_pcheck_is_not_blamed_on_the_spec(
    explored: Ends, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "pcheck.cli.spec_options.prepare", int
    )  # `int` does not accept these arguments
    with pytest.raises(TypeError):
        explored(ASKING)


def test_a_fault_leaves_no_file_behind(explored: Ends, empty_folder: Path) -> None:
    explored(changed({STEP: "return 1 / 0"}), "--save", "run.json")
    files = {path.name for path in empty_folder.iterdir()}
    assert files == {"fault.py", "sibling.py", "broken.py", "raises.py"}
