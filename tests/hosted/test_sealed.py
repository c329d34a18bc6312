"""The sealed world of a hosted object: clocks, chance, files, threads, sockets, printing."""

from __future__ import annotations

import asyncio
import logging
import os
import random
import re
import secrets
import socket
import subprocess
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pcheck import Cluster, check, group, spec
from pcheck.errors import SpecError
from pcheck.hosted import Hosted, Net
from tests.hosted.small import Box, Done, columns, doing, steps_of

A_CHOICE = "write net.choose(...) for each choice that the program leaves to chance"
MISSING = "FileNotFoundError: [Errno 2] No such file or directory: "
NO_MORE = "give the object something else in `boot`, such as the net"


def test_clocks_stand_still() -> None:
    def act(it: Any, net: Net) -> None:
        it.times = [time.time(), time.monotonic(), time.time_ns(), time.perf_counter()]
        it.year = time.gmtime().tm_year

    before = time.time()
    assert columns(doing(act), "n1 acts") == {"times": "[0.0, 0.0, 0, 0.0]", "year": "1970"}
    assert 0 < time.time() - before < 60  # outside, clocks go on


@pytest.mark.parametrize(
    ("ask", "called", "remedy"),
    [
        (lambda: random.random(), "random.random()", A_CHOICE),
        (lambda: random.randint(1, 2), "random.randint()", A_CHOICE),
        (lambda: random.choice([1]), "random.choice()", A_CHOICE),
        (lambda: random.SystemRandom().random(), "random.urandom()", A_CHOICE),
        (lambda: os.urandom(8), "os.urandom()", A_CHOICE),
        (lambda: uuid.uuid4(), "os.urandom()", A_CHOICE),
        (lambda: secrets.token_hex(), "random.urandom()", A_CHOICE),
        (lambda: socket.socket(), "socket()", NO_MORE),
        (lambda: socket.create_connection(("127.0.0.1", 9)), "socket()", NO_MORE),
        (lambda: threading.Thread(target=print).start(), "Thread.start()", NO_MORE),
        (lambda: subprocess.Popen(["true"]), "Popen()", NO_MORE),
        (lambda: os.system("true"), "os.system()", NO_MORE),
        (lambda: os.open("x", os.O_RDONLY), "os.open()", NO_MORE),
        (lambda: input(), "input()", NO_MORE),
        (
            lambda: time.sleep(1),
            "time.sleep()",
            "make what follows a step of its own, which `can` yields",
        ),
    ],
)
def test_what_depends_on_the_world_is_refused_with_its_name(
    ask: Callable[[], object], called: str, remedy: str
) -> None:
    with pytest.raises(SpecError) as raised:
        check(doing(lambda it, net: ask()))
    before, _, after = str(raised.value).partition(f"actions() of n1 calls {called} in ")
    assert before.endswith(": ") or before == ""
    assert re.match(r"test_sealed\.py:\d+; " + re.escape(remedy), after)


def test_a_refusal_is_not_lost_in_an_except_clause_of_the_program() -> None:
    def act(it: Any, net: Net) -> None:
        try:
            it.id = random.random()
        except BaseException:
            it.id = 0

    with pytest.raises(SpecError, match=r"calls random.random\(\)"):
        check(doing(act))


def test_printing_and_logging_are_silent(capfd: pytest.CaptureFixture[str]) -> None:
    logging.basicConfig(level=logging.DEBUG)

    def act(it: Any, net: Net) -> None:
        print("loud")
        logging.getLogger("program").warning("loud")
        net.say(Done())

    assert check(doing(act)).verdict.value == "holds"
    assert capfd.readouterr() == ("", "")
    print("outside")
    assert capfd.readouterr().out == "outside\n"


def opened(file: Any, mode: str = "r") -> Any:
    return open(file, mode)


def after(change: Callable[..., object], *arguments: str) -> list[str]:
    """Return the names of the files after a change."""
    change(*arguments)
    return os.listdir("/")


def writes(it: Any, net: Net) -> None:
    os.makedirs("/data/n1", exist_ok=True)
    with open("/data/n1/votes", "a") as file:
        file.write("x")
    it.size = os.stat("/data/n1/votes").st_size


def test_each_node_has_files_that_survive_a_crash() -> None:
    def boot(disk: Any, net: Net) -> Box:
        if not os.path.exists("/data/n1/votes"):
            return Box(size=0)
        with open("/data/n1/votes") as file:
            return Box(size=len(file.read()))

    build = doing(writes, boot)
    twice = ["n1 acts", "n1 acts"]
    assert columns(build, *twice) == {"size": "2", "file /data/n1/votes": "b'xx'"}
    crashed = columns(build, *twice, "n1 crashes", "n1 restarts", crashes=1)
    assert crashed == {"size": "2", "file /data/n1/votes": "b'xx'"}
    assert not Path("/data/n1").exists()


def test_a_crash_may_fall_between_two_writes_if_the_spec_says_so() -> None:
    def act(it: Any, net: Net) -> None:
        for name in ("one", "two"):
            Path(f"/{name}").write_text("1")
        net.say(Done())

    build = doing(act, files_are_points=True)
    assert columns(build, "n1 acts") == {
        "file /one": "b''",
        "still to do": "writes /one; empties /two; writes /two; says Done(None)",
    }
    assert columns(doing(act), "n1 acts") == {"file /one": "b'1'", "file /two": "b'1'"}


@pytest.mark.parametrize(
    ("use", "result"),
    [
        (lambda: after(opened, "/a", "x"), "['a', 'b']"),
        (lambda: after(os.replace, "/b", "/c"), "['c']"),
        (lambda: after(os.remove, "/b"), "[]"),
        (lambda: Path("/b").read_bytes(), "b'12\\n3'"),
        (lambda: opened("/b").readlines(), "['12\\n', '3']"),
        (lambda: Path("/b").exists() and not Path("/d").exists(), "True"),
        (lambda: os.path.isdir("/") and os.path.isfile("/b"), "True"),
        (lambda: opened("/b", "rb").read(1), "b'1'"),
        (lambda: opened("/b", "r+b").write(b"9"), "1"),
    ],
)
def test_files_behave_as_files(use: Callable[[], object], result: str) -> None:
    def boot(disk: Any, net: Net) -> Box:
        with open("/b", "w") as file:
            file.write("12\n3")
        return Box(got=None)

    def act(it: Any, net: Net) -> None:
        it.got = use()

    assert columns(doing(act, boot), "n1 acts")["got"] == result


@pytest.mark.parametrize(
    ("use", "error"),
    [
        (
            lambda: opened("/none"),
            "FileNotFoundError: [Errno 2] No such file or directory: '/none'",
        ),
        (lambda: opened("/b", "x"), "FileExistsError: [Errno 17] File exists: '/b'"),
        (lambda: os.remove("/none"), MISSING + "'/none'"),
        (lambda: opened("/b", "rb").write(b""), "UnsupportedOperation: not writable"),
        (
            lambda: opened(Path(__file__)),
            "FileNotFoundError: [Errno 2] No such file or directory: ",
        ),
    ],
)
def test_a_file_that_does_not_exist_raises_as_python_does(
    use: Callable[[], object], error: str
) -> None:
    def boot(disk: Any, net: Net) -> Box:
        Path("/b").write_text("")
        return Box()

    shown = columns(doing(lambda it, net: use(), boot), "n1 acts")
    assert shown["it"].startswith(f"raised {error}")


class Timer:
    """A timer of the kind that programs write themselves."""

    def __init__(self, callback: Callable[[], None]) -> None:
        self.callback, self.loop = callback, asyncio.get_running_loop()
        self.handle = self.loop.call_later(0.3, self.run)

    def run(self) -> None:
        self.callback()
        self.handle = self.loop.call_later(0.3, self.run)


class Server:
    def __init__(self) -> None:
        self.beats = 0
        self.timer = Timer(self.beat)

    def beat(self) -> None:
        self.beats = min(self.beats + 1, 2)
        self.timer.loop.create_task(self.report())

    async def report(self) -> None:
        self.reported = await self.twice()

    async def twice(self) -> int:
        return 2 * self.beats


def test_a_timer_that_is_cancelled_never_fires() -> None:
    build = doing(lambda it, net: it.timer.handle.cancel(), lambda disk, net: Server())
    assert columns(build)["timers"] == "[timer.run]"
    assert columns(build, "n1 acts")["timers"] == "[]"


def test_a_timer_whose_object_is_forgotten_is_shown_by_its_function() -> None:
    def forget(it: Any, net: Net) -> None:
        it.timer = None

    build = doing(forget, lambda disk, net: Server())
    shown = columns(build, "n1 acts")
    assert (shown["timer"], shown["timers"]) == ("None", "[Timer.run]")


def test_a_task_that_waits_is_refused_with_its_line() -> None:
    async def waits() -> None:
        await asyncio.sleep(1)

    def act(it: Any, net: Net) -> None:
        net.loop.create_task(waits())

    with pytest.raises(SpecError) as raised:
        check(doing(act))
    text = str(raised.value)
    assert re.search(
        r"leaves a task that waits at test_sealed\.py:\d+, in .*waits; pcheck cannot", text
    )
    assert "so let a timer of loop.call_later() do what follows" in text


def test_a_timer_fires_as_a_step_and_its_tasks_run_to_their_end() -> None:
    @dataclass(frozen=True)
    class Node(Hosted):
        def boot(self, disk: Any, net: Net) -> Server:
            return Server()

    @spec
    def timed() -> Cluster:
        """A node with a timer, which is what it can do by default."""
        return Cluster({group("n", 1): lambda i: Node()})

    assert steps_of(timed) == ["n1 run fires"]
    assert columns(timed)["timers"] == "[timer.run]"
    fired = columns(timed, "n1 run fires")
    assert (fired["beats"], fired["reported"], fired["timers"]) == ("1", "2", "[timer.run]")
    found = check(timed, crashes=0)
    assert (found.verdict.value, found.states) == ("holds", 3)


PROGRAM = """
import early
from dataclasses import dataclass
from pcheck import Cluster, group, spec
from pcheck.hosted import Hosted

@dataclass(frozen=True)
class Node(Hosted):
    def boot(self, disk, net): return early.Clock()
    def can(self, it, net): yield "acts", it.{method}

@spec
def early_names() -> Cluster:
    return Cluster({{group("n", 1): lambda i: Node()}})
"""
EARLY = """
from random import random
from time import time

class Clock:
    def look(self): self.now = time()
    def roll(self): self.now = random()
"""


def test_functions_that_a_program_took_by_name_are_sealed_as_well(
    pcheck: Callable[..., tuple[int, str, str]], empty_folder: Path, monkeypatch: Any
) -> None:
    monkeypatch.syspath_prepend(str(empty_folder))
    (empty_folder / "early.py").write_text(EARLY)
    (empty_folder / "clock.py").write_text(PROGRAM.format(method="look"))
    (empty_folder / "dice.py").write_text(PROGRAM.format(method="roll"))
    assert pcheck("explore", "clock.py")[0] == 0
    status, out, err = pcheck("explore", "dice.py")
    assert (status, out) == (2, "")
    assert "actions() of n1 calls random.random() in early.py:7; write net.choose(...)" in err


def test_the_report_says_that_no_crash_falls_between_two_writes() -> None:
    left_out = "Node: crashes between two writes to files (files_are_points = True)"
    assert left_out in " ".join(str(check(doing(writes), crashes=1, max_states=9)).split())
    assert left_out not in " ".join(str(check(doing(writes), crashes=0, max_states=9)).split())
    points = doing(writes, files_are_points=True)
    assert left_out not in " ".join(str(check(points, crashes=1, max_states=9)).split())
