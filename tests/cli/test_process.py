"""pcheck as a process: signals, pipes, terminals, the hash seed, the exit status."""

from __future__ import annotations

import json
import os
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from tests.cli.terminal import Terminal
from tests.sampling import fast_first

pty = pytest.importorskip("pty")

Starts = Callable[..., "subprocess.Popen[str]"]
TWO_BY_TWO = "--acceptors", "2", "--crashes", "0"
ONE_ACCEPTOR = "--bug", "votes-in-any-ballot", "--acceptors", "1"
BIG = "--acceptors", "4", "--proposers", "3"
SLOW = *BIG, "--rounds", "1", "--engine", "reference"
HUGE = "--acceptors", "5", "--proposers", "3", "--rounds", "2"  # also with all reductions
GREEK = '''\
from pcheck import Actor, Cluster, always, group, spec


@always(sees=[])
def true(seen: object) -> None:
    return None


@spec
def greek() -> Cluster:
    """From \N{GREEK SMALL LETTER ALPHA} to \N{GREEK SMALL LETTER OMEGA}."""
    return Cluster({group("k", 1): lambda i: Actor()}, [true])
'''


def ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=60)
    return process.returncode, out, err


def works_for(process: subprocess.Popen[str], seconds: float) -> None:
    """Wait until a process has used this much processor time, however busy the machine is."""
    used = psutil.Process(process.pid).cpu_times
    while used().user < seconds:
        time.sleep(0.05)


@pytest.mark.slow
@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(("paxos",), marks=pytest.mark.slow),
        pytest.param(("paxos", "--bug", "14"), marks=pytest.mark.slow),
        pytest.param(("lamport",), marks=pytest.mark.slow),
        ("paxos", "--network", "fifo", "--acceptors", "2", "--proposers", "1", "--crashes", "1"),
    ],
    ids=["paxos", "a bug", "lamport", "fifo"],
)
def test_the_output_does_not_depend_on_the_hash_seed(
    arguments: tuple[str, ...], process: Starts
) -> None:
    texts = [
        ended(process("explore", *arguments, "--json", PYTHONHASHSEED=seed))[1].partition('"run"')
        for seed in ("0", "1")
    ]
    assert texts[0][0] == texts[1][0] != ""


@pytest.mark.slow
@pytest.mark.parametrize("engine", fast_first(1, ["auto", "reference", "compiled"]))
def test_the_limit_of_time_is_respected(engine: str, process: Starts, machine_code: None) -> None:
    asked = "--engine", engine, "--max-seconds", "2", "--json"
    status, out, err = ended(process("explore", *HUGE, *asked))
    found = json.loads(out)
    assert (status, found["verdict"], err) == (3, "incomplete", "")
    assert found["run"]["stopped"] == "the limit of 2 seconds"
    # The limit counts the loading of machine code, which is not part of the time of the search.
    # Other tests may keep the processors busy.
    assert 0 < found["run"]["seconds"] < 3


@pytest.mark.parametrize(
    ("engine", "stop"),
    fast_first(
        1,
        [
            ("compiled", signal.SIGINT),
            ("reference", signal.SIGINT),
            ("compiled", signal.SIGTERM),
        ],
    ),
)
def test_an_interrupt_stops_the_search_with_partial_results(
    engine: str, stop: signal.Signals, process: Starts, machine_code: None
) -> None:
    search = process("explore", *HUGE, "--engine", engine)
    works_for(search, seconds=2.5)
    search.send_signal(stop)
    out, err = search.communicate(timeout=10)
    assert search.returncode == 3
    assert re.fullmatch(r"(pcheck: long search: .*\n)?", err)
    assert "INCOMPLETE: stopped by Ctrl-C. No violation " in out
    assert "HOLDS" not in out


@pytest.mark.slow
def test_a_pipe_gets_only_printable_text(process: Starts) -> None:
    status, out, err = ended(process("explore", *SLOW, "--max-seconds", "0.8"))
    assert (status, err) == (3, "")
    assert [each for each in out if not each.isprintable() and each != "\n"] == []


@pytest.mark.slow
def test_a_long_search_prints_a_warning(process: Starts) -> None:
    status, _, err = ended(process("explore", *SLOW, "--max-seconds", "11"))
    expected = (
        r"pcheck: long search: [\d,]+ states in 10 s, growing [\d.]+x per level "
        r"\([\d.]+ s exploring\). "
        r"(Rough guess for the whole: .* states, .* of memory( of the .* here)?. )?"
        r"Smaller: --acceptors 3 \(now 4\), --proposers 2 \(now 3\) or --crashes 0 \(now 1\). "
        r"Ctrl-C stops and shows partial results.\n"
    )
    assert status == 3
    assert re.fullmatch(expected, err)


def on_a_terminal(process: Starts, *arguments: str, **environment: str) -> tuple[int, str]:
    """Return the status of a process and the output of both streams on a terminal."""
    master, slave = pty.openpty()
    started = process(*arguments, stdout=slave, stderr=slave, **environment)
    os.close(slave)
    parts = []
    try:
        while select.select([master], [], [], 60)[0]:
            parts.append(os.read(master, 65536))
    except OSError:  # raised by Linux when the process closes its end
        pass
    os.close(master)
    return started.wait(timeout=10), b"".join(parts).decode()


COLOUR = re.compile(r"\x1b\[[0-9;]*(?<![0-9])(?:3[0-8]|4[0-8]|9[0-7])[0-9;]*m")
TERMINAL = {"TERM": "xterm-256color"}


@pytest.mark.slow
def test_a_terminal_gets_colour(process: Starts) -> None:
    status, text = on_a_terminal(process, "explore", *TWO_BY_TWO, **TERMINAL)
    assert (status, COLOUR.search(text) is not None) == (0, True)
    assert "HOLDS" in text


@pytest.mark.slow
def test_no_color_is_obeyed(process: Starts) -> None:
    status, text = on_a_terminal(process, "explore", *TWO_BY_TWO, **TERMINAL, NO_COLOR="1")
    assert (status, COLOUR.findall(text)) == (0, [])
    assert "HOLDS" in text


@pytest.mark.slow
def test_a_dumb_terminal_gets_plain_text(process: Starts) -> None:
    asked = "explore", *SLOW, "--max-seconds", "0.8"
    status, text = on_a_terminal(process, *asked, TERM="dumb")
    assert (status, "\x1b" in text) == (3, False)


@pytest.mark.slow
@pytest.mark.parametrize("columns", [80, 120])
def test_a_terminal_shows_progress_and_then_only_the_result(columns: int) -> None:
    asked = "explore", *SLOW, "--max-seconds", "2.5"
    terminal, seen = Terminal(*asked, size=(columns, 50), NO_COLOR="1"), set[str]()
    while terminal.process.poll() is None:
        terminal._read(0.05)
        seen |= {row for row in terminal.rows() if "exploring" in row}
    assert terminal.ends() == 3
    line = r". \d s  exploring: level \d+, [\d,]+ states \([\d,]+/s\), queue [\d,]+, [\d,]+ MB"
    assert [each for each in seen if not re.fullmatch(line, each)] == []
    assert len(seen) > 3
    rows = terminal.rows()
    assert [row for row in rows if "exploring" in row] == []
    assert [row for row in rows if row.startswith("INCOMPLETE: stopped at the limit")] != []
    terminal.close()


@pytest.mark.slow
def test_quiet_is_quiet_on_a_terminal_too(process: Starts) -> None:
    asked = "explore", *SLOW, "--max-seconds", "0.8", "--quiet"
    assert on_a_terminal(process, *asked, **TERMINAL) == (3, "incomplete\r\n")


@pytest.mark.slow
@pytest.mark.parametrize(
    "arguments",
    [
        ("explore", *TWO_BY_TWO),
        pytest.param(("explore", *TWO_BY_TWO, "--json"), marks=pytest.mark.slow),
        pytest.param(("explore", *TWO_BY_TWO, "--quiet"), marks=pytest.mark.slow),
        pytest.param(("explore", *ONE_ACCEPTOR), marks=pytest.mark.slow),
        pytest.param(("specs",), marks=pytest.mark.slow),
        pytest.param(("explore", "--help"), marks=pytest.mark.slow),
    ],
    ids=" ".join,
)
def test_a_closed_pipe_gives_status_2_without_a_traceback(
    arguments: tuple[str, ...], process: Starts
) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    started = process(*arguments, stdout=writer)
    os.close(writer)
    assert (started.wait(timeout=60), started.communicate()[1]) == (2, "")


@pytest.mark.slow
def test_the_first_line_of_a_pipe(process: Starts, empty_folder: Path) -> None:
    started = process("explore", "--bug", "14")
    head = subprocess.run(["head", "-1"], stdin=started.stdout, capture_output=True, text=True)
    assert head.stdout == "paxos: Single-decree Paxos: at most one value is ever chosen.\n"
    assert started.stderr is not None
    assert started.stderr.read() == ""
    started.communicate(timeout=60)


@pytest.mark.slow
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no /dev/full")
@pytest.mark.parametrize("form", fast_first(1, ["", "--json", "--quiet"]))
def test_a_full_disk_is_reported_in_one_line(form: str, process: Starts) -> None:
    with open("/dev/full", "w") as disk:
        started = process("explore", *TWO_BY_TWO, *filter(None, [form]), stdout=disk)
        status, _, err = ended(started)
    expected = "pcheck: standard output cannot be written: No space left on device\n"
    assert (status, err) == (2, expected)


@pytest.mark.slow
def test_a_closed_standard_output_gives_no_traceback() -> None:
    command = f"'{sys.executable}' -m pcheck explore --quiet --acceptors 2 >&-"
    root = str(Path(__file__).resolve().parent.parent.parent)
    done = subprocess.run(
        ["sh", "-c", command],
        env={**os.environ, "PYTHONPATH": root},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert "Traceback" not in done.stderr
    assert done.returncode in (0, 2)


@pytest.mark.slow
def test_standard_output_may_be_limited_to_ascii(process: Starts, empty_folder: Path) -> None:
    (empty_folder / "greek.py").write_text(GREEK, encoding="utf-8")
    status, out, err = ended(process("explore", "./greek.py", PYTHONIOENCODING="ascii"))
    assert (status, err, out.splitlines()[0]) == (0, "", "greek: From ? to ?.")
    status, out, err = ended(process("explore", "./greek.py", "--json", PYTHONIOENCODING="ascii"))
    assert (status, err, json.loads(out)["verdict"]) == (0, "", "holds")


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (("explore", *TWO_BY_TWO, "--quiet"), 0),
        (("explore", *ONE_ACCEPTOR, "--quiet"), 1),
        pytest.param(("explore", "nosuch"), 2, marks=pytest.mark.slow),
        (("explore", "--max-states", "10", "--quiet"), 3),
    ],
)
def test_the_exit_status_of_the_process(
    arguments: tuple[str, ...], status: int, process: Starts
) -> None:
    assert ended(process(*arguments))[0] == status
