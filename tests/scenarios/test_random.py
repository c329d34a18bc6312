"""Random lines: no scenario ends with a traceback, and every mistake is one line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest

from pcheck.search.limits import Limits
from pcheck.traces.ahead import look_ahead
from tests.sampling import fast_first
from tests.scenarios import workers

Ends = Callable[..., tuple[int, str, str]]
Words = tuple[str, ...]
NODES: Words = ("w1", "w2", "w*", "w9", "*", "")
VALUES: Words = (
    *("0", "1", "None", "'busy'", "Color.RED", "Color", "Set()", "{w1}", "{}", "v1", "-1", "0.5"),
    *("Map({w1: 1})", "Pair(1, w2)", "Pair(w2, 1)", "(1, w1)", "*", "0x1", "'x", "Worker()", "[1]"),
)
MESSAGES: Words = (
    *("Ask(1)", "Ask(n=2)", "Say('got  1')", "Say(text='x from w1')", "Box(1)", "Box('x')", "*"),
    *("Ask(*)", "Say(*)", "Aks(1)", "Ask", "Ask(w1)", "Box({w1: None})", "Odd(1)", "7"),
)
FIELDS: Words = (
    *("count", "phase", "color", "anything", "heard", "by", "pair", "rate", "cache", "peers"),
    *("me", "flies"),
)
PROPERTIES: Words = ("never_back", "small", "said", "something_is_said", "smal")
FORMS = (
    "{node} counts",
    "{node} resets",
    "{node} crashes",
    "{node} restarts",
    "{node} <- {node}: {message}",
    "lost: {node} -> {node}: {message}",
    "each {node} <- {node}: {message}",
    "each {node} *",
    "...",
    "explore from here",
    "expect {node}.{field} = {value}",
    "expect {node}.{field} != {value}",
    "expect {node} is down",
    "expect {node} is up",
    "expect {node} takes {message} from {node}",
    "expect {node} ignores {message}",
    "expect {node} sent {message}",
    "expect {node} did not send {message}",
    "expect possible: {node} <- {node}: {message}",
    "expect not possible: {node} counts",
    "expect {property} is false",
    "expect {property} is true",
    "expect {property} is reached",
    "expect {property} can be violated from here",
    "expect {property} cannot be reached from here",
    "expect milestone: {message}",
    "# {message}",
    "",
)
GIVEN = (
    "given {node}.{field} = {value}",
    "given {node} is down",
    "given in flight: {node} <- {node}: {message}",
    "given {node} sent {message}",
)
HEAD: Words = (
    *("spec: mine.py", "workers: {n}", "crashes: {n}", "network: {network}", "fast: {value}"),
    *("mode: a", "mode: b", "bug: {n}", "crash-nodes: {node}", "rate: {value}", "foo: 1"),
)


def drawn(random: Random, form: str) -> str:
    """Return a line of a form; a part that is not right in every place is rarer than others."""

    def pick(some: tuple[str, ...]) -> str:
        return random.choice(some[:2] if random.random() < 0.9 else some)

    line = form
    for name, some in (
        ("node", NODES),
        ("value", VALUES),
        ("message", MESSAGES),
        ("field", FIELDS),
        ("property", PROPERTIES),
        ("network", ("set", "once", "lossy", "fifo", "x")),
        ("n", ("2", "1", "0", "x")),
    ):
        while f"{{{name}}}" in line:
            line = line.replace(f"{{{name}}}", pick(some), 1)
    if random.random() < 0.02:
        at = random.randrange(len(line) + 1)
        line = line[:at] + random.choice("*()'\"{}\t\0=:\u2028") + line[at:]
    return line


def scenario(random: Random) -> str:
    head = [form for form in HEAD[1:] if random.random() < 0.05]
    given = [random.choice(GIVEN) for _ in range(random.choice((0, 0, 1, 2)))]
    forms = [random.choice(FORMS) for _ in range(random.randrange(1, 6))]
    return "\n".join(drawn(random, form) for form in [HEAD[0], *head, "", *given, *forms])


@pytest.fixture
def limited(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every search end soon."""

    def ahead(model: Any, state: Any, wanted: Any) -> Any:
        return look_ahead(model, state, wanted, Limits(states=60))

    for place in ("expectations", "running"):
        monkeypatch.setattr(f"pcheck.scenarios.{place}.look_ahead", ahead)
    monkeypatch.setattr("pcheck.scenarios.running.MAX_STATES", 60)


@pytest.mark.usefixtures("limited")
@pytest.mark.parametrize(("first", "count"), fast_first(1, [(0, 25), (1_000_000, 2_000)]))
def test_random_scenarios_end_with_a_report_or_with_one_line(
    first: int, count: int, pcheck: Ends, empty_folder: Path
) -> None:
    statuses = Counter[int]()
    text = Path(workers.__file__).read_text(encoding="utf-8")
    (empty_folder / "mine.py").write_text(text, encoding="utf-8")
    for number in range(first, first + count):
        written = scenario(Random(number))
        (empty_folder / "s.txt").write_text(written, encoding="utf-8")
        try:
            status, out, err = pcheck("run", "s.txt", "mine.py")
        except Exception as error:
            error.add_note(written)
            raise
        statuses[status] += 1
        if err:
            assert (out, err.count("\n"), status in (2, 3)) == ("", 1, True), written
            assert err.startswith("pcheck: s.txt:"), (written, err)
        else:
            words = {0: "AS WRITTEN", 1: "NOT AS EXPECTED", 3: "UNDECIDED"}
            assert words[status] in out, written
            assert ("not a run of the protocol" in out) is ("\ngiven " in written), written
    assert {0, 1, 2} <= statuses.keys()
