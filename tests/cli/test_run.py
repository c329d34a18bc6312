"""`pcheck run`: a scenario, its report, its exit status, and what it never executes."""

from __future__ import annotations

import shutil
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from pcheck.loading.setup import prepare
from pcheck.loading.spec import find
from tests.cli.scenarios import NARROW, SCENARIO, STATES_AFTER, STEPS
from tests.scenarios import workers

Ends = Callable[..., tuple[int, str, str]]
Starts = Callable[..., "subprocess.Popen[str]"]
SHORT = "spec: paxos\nacceptors: 1\ncrashes: 0\n\n"
WORKERS = "spec: mine.py\nfast: yes\nmode: b\ncrashes: 0\n\n"


@pytest.fixture
def own_spec(empty_folder: Path) -> str:
    """Copy a spec of a user into the folder, and return the name of its file."""
    shutil.copy(workers.__file__, empty_folder / "mine.py")
    return "mine.py"


def states_that_follow() -> int:
    """Return the number of states after the three steps, by a search of its own."""
    start = [line.removeprefix("given ") for line in SCENARIO.splitlines() if "given" in line]
    given = {"acceptors": 1, "rounds": 2}
    model = prepare(find("paxos"), given, crashes=0, start=start).model
    state = model.initial()
    for label in STEPS:
        state = dict(model.steps(state))[label]
    known, todo = {state}, [state]
    while todo:
        new = {after for _, after in model.steps(todo.pop())} - known
        known |= new
        todo += new
    return len(known)


def test_the_report_has_the_trace_and_the_result_of_each_line(
    pcheck: Ends, written: Callable[[str], str]
) -> None:
    assert pcheck("run", written(SCENARIO)) == (1, NARROW, "")
    assert states_that_follow() == STATES_AFTER


def test_a_wider_report_says_the_same_in_fewer_lines(
    pcheck: Ends, written: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    _, out, _ = pcheck("run", written(SCENARIO))
    assert out.split() == NARROW.split()
    assert max(map(len, out.splitlines())) in range(100, 121)
    assert (
        "  start         not a run of the protocol: given start; a1.promised = 2; in flight: p2 <- "
        "a1: Promise(2, None);\n                p2.started = 1; p2.promises = Map()\n"
    ) in out
    assert out.endswith(
        "\nNOT AS EXPECTED: line 15 of s.txt, in 3 steps; not a run of the protocol: given start.\n"
    )


def test_a_pipe_without_unicode_gets_plain_ascii(
    process: Starts, written: Callable[[str], str]
) -> None:
    name = written(SCENARIO.replace("explore from here\n", ""))
    with process("run", name, COLUMNS="80", PYTHONIOENCODING="ascii") as started:
        out, err = started.communicate(timeout=60)
    assert (started.returncode, err, out.isascii(), "\x1b" in out) == (1, "", True, False)
    assert " 2  |   o<--o  p2 <- a1: Promise(ballot=2, last=None)\n" in out.replace("*", "o")


def test_quiet_prints_only_whether_all_is_as_expected(
    pcheck: Ends, written: Callable[[str], str]
) -> None:
    end = NARROW[NARROW.index("NOT AS EXPECTED: line 15") :]
    assert pcheck("run", written(SCENARIO), "--quiet") == (1, end, "")


@pytest.mark.parametrize(
    ("text", "status", "end"),
    [
        ("p1 starts ballot 1", 0, "AS WRITTEN: 1 step taken.\n"),
        (
            "p1 starts ballot 1\nexpect a1 is up\nexpect p1 sent Prepare(1)",
            0,
            "AS WRITTEN: 1 step taken, and 2 expectations are fulfilled.\n",
        ),
        ("expect a1 is up", 0, "AS WRITTEN: no steps taken, and 1 expectation is fulfilled.\n"),
        ("expect a1 is down", 1, "NOT AS EXPECTED: line 5 of s.txt, in no steps.\n"),
        (
            "expect a1 is down\np1 starts *\nexpect a1 is down",
            1,
            "NOT AS EXPECTED: lines 5, 7 of s.txt, in 1 step.\n",
        ),
        ("expect agreement cannot be violated from here", 3, "UNDECIDED: line 5 of s.txt.\n"),
        (
            "expect agreement cannot be violated from here\n\n"
            "expect v2_can_be_chosen can be reached from here",
            3,
            "UNDECIDED: lines 5, 7 of s.txt.\n",
        ),
        (
            "expect agreement cannot be violated from here\nexpect a1 is down",
            1,
            "NOT AS EXPECTED: line 6 of s.txt, in no steps.\n",
        ),
    ],
)
def test_the_exit_status_and_the_last_line_say_how_it_ended(
    text: str,
    status: int,
    end: str,
    pcheck: Ends,
    written: Callable[[str], str],
    few_states: None,
) -> None:
    found, out, err = pcheck("run", written(SHORT + text), "--quiet")
    assert (found, out, err) == (status, end, "")


@pytest.fixture
def few_states(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the searches of expectations and ellipses stop at five states."""
    from pcheck.search.limits import Limits
    from pcheck.traces.ahead import look_ahead

    def limited(model: Any, state: Any, wanted: Any) -> Any:
        return look_ahead(model, state, wanted, Limits(states=5))

    monkeypatch.setattr("pcheck.scenarios.expectations.look_ahead", limited)
    monkeypatch.setattr("pcheck.scenarios.running.MAX_STATES", 5)


def test_an_ellipsis_that_stops_at_a_limit_is_undecided(
    pcheck: Ends, written: Callable[[str], str], few_states: None
) -> None:
    text = "s.txt:6: no steps were found that lead to this line, in 5 states"
    found = pcheck("run", written(f"{SHORT}...\nexpect a1.promised = 77"))
    assert found == (3, "", f"pcheck: {text}\n")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "s.txt: the scenario names no spec"),
        ("spec: paxoss\n\n*", "s.txt:1: unknown spec 'paxoss'; did you mean 'paxos'?"),
        ("spec: mine.py\n\n*", "s.txt:1: mine.py does not ship with pcheck; add the file"),
        ("spec: a b.py\n\n*", "s.txt:1: a b.py does not ship with pcheck; add the file of the "
         "spec, as in `pcheck run s.txt 'a b.py'`"),
        ("spec: paxos\nfoo: 1\n\n*", "s.txt:2: unknown option 'foo' of paxos"),
        ("spec: paxos\n\ngiven foo\n*", "s.txt:3: a given start must be like"),
        ("spec: paxos\n\n*\nexpect foo", "s.txt:4: an expectation must be like"),
        ("spec: paxos\n\np1 flies", "s.txt:3: p1 flies is not possible: p1 does not take"),
        ("spec: paxos\n\n*\n...\np9 *", "s.txt:5: "),
        ("spec: paxos\n\nexpect a9 is up", "s.txt:3: unknown node 'a9'"),
        ("spec: paxos\n\n\x1b[31m", "s.txt:3: \\x1b[31m is not possible"),
        ("spec: lamport\n\ngiven a1 is down\n*", "s.txt:3: lamport is a Model without nodes"),
    ],
)  # fmt: skip
def test_every_mistake_is_one_line_on_standard_error(
    text: str, expected: str, pcheck: Ends, written: Callable[[str], str], few_states: None
) -> None:
    status, out, err = pcheck("run", written(text))
    assert (status, out, err.count("\n")) == (3 if "..." in text else 2, "", 1)
    assert err.startswith(f"pcheck: {expected}")


def test_files_that_are_no_scenarios_are_refused(pcheck: Ends, empty_folder: Path) -> None:
    (empty_folder / "folder").mkdir()
    (empty_folder / "binary").write_bytes(b"\xff\x00")
    assert pcheck("run", "folder") == (2, "", "pcheck: folder cannot be read: Is a directory\n")
    text = "pcheck: missing cannot be read: No such file or directory\n"
    assert pcheck("run", "missing") == (2, "", text)
    text = "pcheck: binary is not a scenario: it is not text in UTF-8\n"
    assert pcheck("run", "binary") == (2, "", text)


def test_a_spec_of_ones_own_is_the_second_argument(
    pcheck: Ends, written: Callable[[str], str], own_spec: str
) -> None:
    name = written(f"{WORKERS}w1 counts\nexpect w1.count = 1\n")
    status, out, err = pcheck("run", name, own_spec, "-q")
    expected = "AS WRITTEN: 1 step taken, and 1 expectation is fulfilled.\n"
    assert (status, out, err) == (0, expected, "")


def test_a_scenario_alone_never_executes_a_file(
    pcheck: Ends, written: Callable[[str], str], empty_folder: Path
) -> None:
    trap = "from pathlib import Path\nPath('executed').touch()\n"
    for name in ("mine.py", "paxos.py", "mine"):
        (empty_folder / name).write_text(trap)
    for spec in ("mine.py", "./mine.py", "mine", "./paxos.py", str(empty_folder / "mine.py")):
        status, out, err = pcheck("run", written(f"spec: {spec}\n\n*\n"))
        assert (status, out, err.count("\n")) == (2, "", 1)
    assert pcheck("run", written("spec: paxos\n\n*\n"), "-q")[0] == 0
    assert not (empty_folder / "executed").exists()


def test_a_spec_that_the_scenario_does_not_name_is_refused(
    pcheck: Ends, written: Callable[[str], str], own_spec: str
) -> None:
    text = "s.txt:1: the scenario is one of paxos, but the spec is mine.py"
    assert pcheck("run", written(f"{SHORT}*\n"), own_spec) == (2, "", f"pcheck: {text}\n")


def test_what_a_spec_prints_is_not_part_of_the_report(
    pcheck: Ends, written: Callable[[str], str], own_spec: str, empty_folder: Path
) -> None:
    file = empty_folder / own_spec
    file.write_text(file.read_text() + "\n\nprint('loaded')\n")
    status, out, err = pcheck("run", written(f"{WORKERS}w1 counts\n"), own_spec, "-q")
    assert (status, out, set(err.splitlines())) == (0, "AS WRITTEN: 1 step taken.\n", {"loaded"})


def test_a_property_of_ones_own_is_added(
    pcheck: Ends, written: Callable[[str], str], empty_folder: Path
) -> None:
    (empty_folder / "more.py").write_text(
        "from pcheck import always\n\n\n@always(sees=['promised'])\ndef nobody_promises(seen):\n"
        '    """No acceptor promises."""\n'
        "    return next((f'{a} did' for a, n in seen.field('promised') if n), None)\n"
    )
    text = "p1 starts *\na1 <- p1: *\nexpect nobody_promises is false\n"
    status, out, err = pcheck("run", written(SHORT + text), "--also", "more.py")
    assert (status, err) == (0, "")
    assert "  line 7  as expected  nobody_promises is false: a1 did\n" in out


def test_a_model_without_nodes_takes_steps(pcheck: Ends, written: Callable[[str], str]) -> None:
    head = "spec: lamport\nacceptors: 1\nvalues: 1\nballots: 1\n\n"
    status, out, err = pcheck("run", written(f"{head}leader *\n...\nexpect chosen is reached\n"))
    assert (status, err) == (0, "")
    assert "  line 8  found        steps 2 to " in out
    assert " 1  ●       ┃  leader starts ballot 0\n" in out


@pytest.mark.slow
def test_ctrl_c_stops_the_search_of_an_ellipsis(
    process: Starts, written: Callable[[str], str]
) -> None:
    name = written("spec: paxos\nacceptors: 4\n\n...\nexpect a1.promised = 77\n")
    with process("run", name) as started:
        used = psutil.Process(started.pid).cpu_times
        while used().user < 2.5:
            assert started.poll() is None
        started.send_signal(signal.SIGINT)
        out, err = started.communicate(timeout=30)
    assert (started.returncode, out, err) == (3, "", "pcheck: interrupted\n")


def test_help_names_the_exit_statuses(pcheck: Ends) -> None:
    status, out, err = pcheck("run", "--help")
    assert (status, err, "pcheck run [OPTIONS] {FILE} [SPEC]" in out) == (0, "", True)
    text = " ".join(out.split())
    assert "3 if a search stopped before it decided an expectation or an ellipsis." in text


def test_the_output_does_not_replace_the_scenario(
    pcheck: Ends, written: Callable[[str], str], empty_folder: Path
) -> None:
    name = written(SCENARIO)
    status, out, err = pcheck("run", name, "-o", name, "--format", "text")
    assert (status, out) == (2, "")
    assert err == f"pcheck: FILE and -o both write {name}; give each a file of its own\n"
    assert (empty_folder / name).read_text(encoding="utf-8") == SCENARIO
