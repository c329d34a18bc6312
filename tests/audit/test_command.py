"""`pcheck audit`: files, runs, sizes, translations, the exit status and what is printed."""

from __future__ import annotations

import gzip
import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

Ends = Callable[..., tuple[int, str, str]]
START = '{"node": "p1", "action": "starts ballot 1"}\n'
TAKES = '{"node": "a1", "from": "p1", "message": "Prepare(ballot=1)"}\n'
WRONG = '{"node": "a1", "from": "p1", "message": "Prepare(ballot=3)"}\n'
LOG = Path("log.ndjson")


def in_run(run: str, *lines: str) -> str:
    return "".join(json.dumps({"run": run, **json.loads(line)}) + "\n" for line in lines)


def test_a_sound_log_ends_with_status_0(pcheck: Ends) -> None:
    LOG.write_text(START + TAKES)
    status, out, err = pcheck("audit", "paxos", str(LOG), "--acceptors", "2")
    report, *unused = out.split("  not used  ")
    assert (status, err) == (0, "")
    assert (
        report
        == """\
paxos: Single-decree Paxos: at most one value is ever chosen.
  size          acceptors 2, proposers 1, rounds 2
  network       set: every message ever sent may be delivered at any time, any
                number of times
  crashes       none
  also covered  message loss, delay, duplication and reordering; nodes that stop
                forever

SOUND: an execution of the protocol has these events, and was found (2 events).
  sizes     proposers 1: the nodes that the log names; if there are more, give
            the option
  defaults  rounds 2: not from the log; it may need others
  judged    agreement, validity, one_value_per_ballot, in the order in which the
            execution was found
"""
    )
    rules = [" ".join(each.partition(": ")[2].split()) for each in unused]
    assert rules == [
        "no event takes `case Promise(ballot, last) if self.promises is not None and "
        "self.counts(ballot, src)`",
        "no event takes `case Accept(vote) if self.may_vote(vote.ballot) and vote != self.vote`",
    ]


def test_a_refused_log_ends_with_status_1_and_the_place(pcheck: Ends) -> None:
    LOG.write_text(START + WRONG)
    status, out, err = pcheck("audit", "paxos", str(LOG))
    assert (status, err) == (1, "")
    assert out.split("\n\n", 1)[1].splitlines()[:8] == [
        "REFUSED: log.ndjson:2: a1 <- p1: Prepare(ballot=3)",
        "  because   p1 has not sent Prepare(ballot=3) to a1 by then; did you mean",
        "            'Prepare(ballot=1)'?",
        "  before    a1: promised = 0, vote = None",
        "  possible  a1 <- p1: Prepare(ballot=1)",
        "",
        "REFUSED: no execution of the protocol has these events (2 events).",
        "  bugs      `pcheck bugs paxos` lists known bugs; --bug NAME tells if one",
    ]


def test_other_runs_go_on_after_a_refusal(pcheck: Ends) -> None:
    LOG.write_text(in_run("1", START, WRONG) + in_run("2", START, TAKES) + in_run("3", TAKES))
    status, out, _ = pcheck("audit", "paxos", str(LOG), "--quiet")
    assert (status, out) == (1, "3 runs, 5 events: 1 sound, 2 refused.\n")
    status, out, _ = pcheck("audit", "paxos", str(LOG), "--json")
    runs = json.loads(out)["runs"]
    assert [(run["run"], run["answer"]) for run in runs] == [
        ("1", "refused"),
        ("2", "sound"),
        ("3", "refused"),
    ]
    assert runs[0]["refusal"] | {"possible_instead": [], "depends_on_steps": 0} == {
        "file": "log.ndjson",
        "line": 2,
        "event": "a1 <- p1: Prepare(ballot=3)",
        "node": "a1",
        "state_before": {"promised": "0", "vote": "None"},
        "reason": "p1 has not sent Prepare(ballot=3) to a1 by then; did you mean "
        "'Prepare(ballot=1)'?",
        "possible_instead": [],
        "depends_on_steps": 0,
    }


def test_an_undecided_log_ends_with_status_3(pcheck: Ends) -> None:
    LOG.write_text(WRONG)
    status, out, _ = pcheck("audit", "paxos", str(LOG), "--gap", "1", "-q")
    assert (status, out) == (
        3,
        "UNDECIDED: neither an execution with these events was found, nor that there is\n"
        "none (1 event).\n",
    )
    two = "--gap", "2", "--proposers", "2"  # p1 starts ballots 1 and 3
    assert pcheck("audit", "paxos", str(LOG), *two, "-q")[0] == 0


def test_each_node_may_have_a_file_of_its_own_also_compressed(pcheck: Ends) -> None:
    Path("p1.ndjson").write_text(START)
    Path("a1.ndjson.gz").write_bytes(gzip.compress(TAKES.encode()))
    assert pcheck("audit", "paxos", "a1.ndjson.gz", "p1.ndjson", "-q")[:2] == (
        0,
        "SOUND: an execution of the protocol has these events, and was found (2 events).\n",
    )


def test_a_log_may_come_from_standard_input(pcheck: Ends, monkeypatch: pytest.MonkeyPatch) -> None:
    stdin = SimpleNamespace(buffer=io.BytesIO((START + WRONG).encode()))
    monkeypatch.setattr(sys, "stdin", stdin)
    status, out, _ = pcheck("audit", "paxos", "-")
    assert (status, "REFUSED: standard input:2: a1 <- p1" in out) == (1, True)


def test_a_property_that_the_log_violates_is_told_with_its_place(pcheck: Ends) -> None:
    """Two proposers that both forget the majority: the log of a bug, compared with the bug."""
    lines = [
        '{"node": "p1", "action": "starts ballot 1"}',
        '{"node": "a1", "from": "p1", "message": "Prepare(ballot=1)"}',
        '{"node": "p1", "from": "a1", "message": {"type": "Promise"}}',
    ]
    LOG.write_text("\n".join(lines))
    Path("also.py").write_text(
        "from pcheck import always\nfrom pcheck.specs.paxos import Promise\n\n\n"
        "@always(sees=[Promise])\ndef no_promise(seen):\n"
        '    """Nobody promises."""\n'
        '    return "a promise" if seen.messages(Promise) else None\n'
    )
    status, out, err = pcheck("audit", "paxos", str(LOG), "--also", "also.py")
    assert (status, err) == (1, "")
    told = "VIOLATED: log.ndjson:2: no_promise is false: a promise\n"
    assert f"{told}  after  a1 <- p1: Prepare(ballot=1)\n" in out


def test_a_system_with_other_names_is_translated(pcheck: Ends) -> None:
    Path("names.py").write_text(
        "from pcheck.audit import ranked\n\n"
        'NODES = {"server-1": "a1", "client-7": "p1"}\n\n\n'
        "def translate(found):\n"
        '    if found["what"] == "noise":\n'
        "        return None\n"
        '    ballot = ranked("ballot", tuple(found["ballot"]))\n'
        '    node = NODES[found["who"]]\n'
        '    if found["what"] == "begins":\n'
        '        return {"node": node, "event": "act", "state": {"started": 1}}\n'
        '    return {"node": node, "from": "p1", "state": {"promised": ballot},\n'
        '            "message": {"type": "Prepare", "ballot": ballot}}\n'
    )
    LOG.write_text(
        '{"who": "server-1", "what": "asked", "ballot": [17, 7]}\n'
        '{"what": "noise"}\n'
        '{"who": "client-7", "what": "begins", "ballot": [17, 7]}\n'
    )
    assert pcheck("audit", "paxos", str(LOG), "--map", "names.py", "-q")[:2] == (
        0,
        "SOUND: an execution of the protocol has these events, and was found (2 events).\n",
    )


def test_a_ranked_value_may_be_a_part_of_a_label(pcheck: Ends) -> None:
    Path("names.py").write_text(
        "from pcheck.audit import ranked\n\n\n"
        "def translate(found):\n"
        '    ballot = ranked("ballot", found["ballot"])\n'
        '    return {"node": "p1", "action": f"starts ballot {ballot}"}\n'
    )
    LOG.write_text('{"ballot": 170}\n{"ballot": 171}\n')
    status, out, _ = pcheck("audit", "paxos", str(LOG), "--map", "names.py", "-q")
    assert (status, out.split(":")[0]) == (0, "SOUND")  # ballots 1 and 2 of the only proposer


def test_the_execution_that_was_found_can_be_replayed(pcheck: Ends) -> None:
    LOG.write_text(TAKES + START)
    assert pcheck("audit", "paxos", str(LOG), "--save", "found.json", "-q")[0] == 0
    steps = ["p1 starts ballot 1", "a1 <- p1: Prepare(ballot=1)"]
    assert json.loads(Path("found.json").read_text())["steps"] == steps
    status, out, _ = pcheck("replay", "found.json", "-q")
    assert (status, out.splitlines()[-1]) == (0, "Replayed: every step is possible.")


def test_of_a_refused_log_the_steps_before_the_event_are_saved(pcheck: Ends) -> None:
    LOG.write_text(START + TAKES + '{"node": "a1", "event": "restart"}\n')
    assert pcheck("audit", "paxos", str(LOG), "--save", "found.json", "-q")[0] == 1
    steps = ["p1 starts ballot 1", "a1 <- p1: Prepare(ballot=1)"]
    assert json.loads(Path("found.json").read_text())["steps"] == steps


def test_of_several_runs_no_execution_is_saved(pcheck: Ends) -> None:
    LOG.write_text(in_run("1", START) + in_run("2", START))
    status, _, err = pcheck("audit", "paxos", str(LOG), "--save", "found.json", "-q")
    assert (status, err) == (0, "pcheck: found.json was not written: the log has several runs\n")
    assert not Path("found.json").exists()


FAULTS = {
    "no such file": ("", [], "nothing.ndjson: No such file or directory"),
    "empty": ("", [str(LOG)], "log.ndjson: no event; a line of a log is such as "),
    "not json": ("{", [str(LOG)], "log.ndjson:1: not JSON; a line of a log is such as "),
    "a list": ("[]", [str(LOG)], "log.ndjson:1: an event must be a JSON object, such as "),
    "no node": ("{}", [str(LOG)], "log.ndjson:1: an event must name its node, as in "),
    "unknown event": (
        '{"node": "a1", "event": "delivers"}',
        [str(LOG)],
        "log.ndjson:1: unknown event 'delivers'; did you mean 'deliver'?",
    ),
    "nothing said": (
        '{"node": "a1"}',
        [str(LOG)],
        "log.ndjson:1: an event must say what the node did: act, deliver, send, crash, restart or "
        "state",
    ),
    "misspelt field": (
        '{"node": "a1", "acton": "x"}',
        [str(LOG)],
        "log.ndjson:1: unknown field 'acton' of an event; did you mean 'action'?",
    ),
    "unknown node": (
        '{"node": "x1", "event": "act"}',
        [str(LOG)],
        "log.ndjson:1: unknown node 'x1'; ",
    ),
    "unknown field": (
        '{"node": "a1", "state": {"promissed": 1}}',
        [str(LOG)],
        "log.ndjson:1: unknown field 'promissed' of a1; did you mean 'promised'?",
    ),
    "state is no object": (
        '{"node": "a1", "event": "act", "state": 1}',
        [str(LOG)],
        "log.ndjson:1: 'state' must be an object of fields, got 1",
    ),
    "negative gap": (START, [str(LOG), "--gap", "-1"], "--gap must be at least 0, got -1"),
    "no translation": (START, [str(LOG), "--map", "m.py"], "m.py: No such file or directory"),
    "unknown format": (
        START,
        [str(LOG), "--format", "etcd"],
        "--format: unknown format 'etcd'; did you mean 'etcd-raft'?",
    ),
    "format of another spec": (
        START,
        [str(LOG), "--format", "etcd-raft"],
        "--format etcd-raft goes with the spec raft, not with paxos",
    ),
    "no log": (START, [], "name the log: pcheck audit paxos LOG"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_log_that_cannot_be_read_is_one_clear_line(name: str, pcheck: Ends) -> None:
    text, arguments, expected = FAULTS[name]
    LOG.write_text(text)
    if name == "no such file":
        arguments = ["nothing.ndjson"]
    status, out, err = pcheck("audit", "paxos", *arguments)
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert err.startswith(f"pcheck: {expected}")
