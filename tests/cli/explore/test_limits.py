"""`pcheck explore`: partial results of a search that a limit or an interrupt stops."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.explore.counting import BIG, ONE_ACCEPTOR, TWO_BY_TWO, Ends, answered
from tests.search.noisy import WORKED

Starts = Callable[..., "subprocess.Popen[str]"]


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


# After the search

NOISY = str(Path(__file__).parents[2] / "search" / "noisy.py")
LIMITED = "--crashes", "0", "--max-seconds", "20", "--max-memory", "500M", "--json"


@pytest.mark.slow
@pytest.mark.parametrize(("moody", "network"), [("--no-moody", "lossy"), ("--moody", "once")])
def test_undelivered_messages_do_not_prevent_a_verdict(
    moody: str, network: str, process: Starts, machine_code: None
) -> None:
    """The trace is also compared with the other shortest ones, as far as the limits allow."""
    started = process("explore", NOISY, moody, "--network", network, *LIMITED)
    try:
        out, err = started.communicate(timeout=100)
    finally:
        started.kill()
    found, machine = answered(out)
    announced = "pcheck: VIOLATED after 15 steps: never_done is false: it is done. Now "
    assert err == "" or err.startswith(announced)  # if the comparison takes a second
    assert (started.returncode, machine["stopped"]) == (1, None)
    assert (found["verdict"], found["trace"]["steps"]) == ("violated", [*WORKED])


ENDING = "VIOLATED: agreement is false: v1 and v2 are both chosen.\n\n"


def interrupt(*_: object, **__: object) -> Any:
    raise KeyboardInterrupt


def test_an_interrupt_while_the_trace_is_drawn_leaves_the_verdict(
    pcheck: Ends, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pcheck.render.text.trace.TraceText.lines", interrupt)
    status, out, err = pcheck("explore", *ONE_ACCEPTOR)
    assert (status, err) == (1, "")
    _, title, listed, rest = out.split("\n\n", 3)
    assert title == "The shortest trace that violates agreement (8 steps):"
    assert listed.splitlines()[-1] == "  8  a1 <- p2: Accept(vote=Vote(ballot=2, value=v2))"
    assert rest.startswith(
        f"{ENDING}The trace was not explained and drawn: the work on the trace stopped by Ctrl-C.\n"
    )


@pytest.mark.parametrize("place", [("-o", "trace.svg"), ("--format", "svg")], ids=" ".join)
def test_an_interrupt_while_a_picture_is_drawn_leaves_the_verdict(
    place: tuple[str, str], pcheck: Ends, monkeypatch: pytest.MonkeyPatch, empty_folder: Path
) -> None:
    monkeypatch.setattr("pcheck.render.diagram.picture._Picture.lines", interrupt)
    status, out, err = pcheck("explore", *ONE_ACCEPTOR, *place)
    unwritten = "trace.svg was not written: " if "-o" in place else ""
    assert (status, ENDING in out) == (1, "-o" in place)
    assert err == f"pcheck: {unwritten}the drawing stopped by Ctrl-C\n"
    assert [file.name for file in empty_folder.iterdir()] == ["counting.py"]


def test_an_interrupt_while_the_trace_is_explained_saves_nothing(
    pcheck: Ends, monkeypatch: pytest.MonkeyPatch, empty_folder: Path
) -> None:
    monkeypatch.setattr("pcheck.traces.found_trace.refused_step", interrupt)
    status, out, err = pcheck(
        "explore", *ONE_ACCEPTOR, "--save", "trace.json", "-o", "trace.html", "--json"
    )
    found, machine = answered(out)
    assert (status, found["verdict"], machine["trace_stopped"]) == (1, "violated", "an interrupt")
    assert (len(found["trace"]["steps"]), found["trace"]["refused_at"]) == (8, None)
    assert err == "".join(
        f"pcheck: {file} was not written: the work on the trace stopped by Ctrl-C\n"
        for file in ("trace.html", "trace.json")
    )
    assert [file.name for file in empty_folder.iterdir()] == ["counting.py"]


@pytest.mark.slow
@pytest.mark.parametrize(
    "command", [("bugs", "14", "--verify"), ("graph", *ONE_ACCEPTOR, "-o", "graph.dot")]
)
def test_other_commands_end_at_an_interrupt_after_the_search(
    command: tuple[str, ...], pcheck: Ends, monkeypatch: pytest.MonkeyPatch, empty_folder: Path
) -> None:
    monkeypatch.setattr("pcheck.traces.found_trace.shortest_traces", interrupt)
    status, out, err = pcheck(*command)
    assert (status, out, err.splitlines()[-1]) == (3, "", "pcheck: interrupted")
    assert [file.name for file in empty_folder.iterdir()] == ["counting.py"]
