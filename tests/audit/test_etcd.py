"""The rules for logs of etcd's raft: a real log, a log written by hand, and each rule broken."""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise, takewhile
from typing import Any, NamedTuple

import pytest

from pcheck.audit.checks import FieldAudit
from pcheck.audit.importers.etcd import audit_etcd
from pcheck.audit.places import Place
from pcheck.errors import UsageError
from tests.errors import ROOT

REAL = ROOT.parent / "shared" / "logs" / "etcd-raft.ndjson"
ROLES = {"F": "StateFollower", "C": "StateCandidate", "L": "StateLeader"}

# Three nodes start from a disk with log 4 and commit 3. Nodes 2 and 3 ask for votes in term 2, and
# node 2 wins. Node 2 appends entry 5, adds node 4 with entry 6, and commits both. Node 3 restarts.
# Node 1 becomes leader of term 3, before node 1 knows that entry 6 is committed, and appends
# entries 7 and 8. Node 2 has another entry 7 and rejects entry 8.
CLEAN = """\
1 InitState t0 v0 c3 l4 F -
1 ApplyConfChange t0 v0 c3 l4 F - new=123
1 BecomeFollower t1 v0 c3 l4 F 123
2 InitState t0 v0 c3 l4 F -
2 ApplyConfChange t0 v0 c3 l4 F - new=123
2 BecomeFollower t1 v0 c3 l4 F 123
3 InitState t0 v0 c3 l4 F -
3 ApplyConfChange t0 v0 c3 l4 F - new=123
3 BecomeFollower t1 v0 c3 l4 F 123
2 BecomeCandidate t2 v2 c3 l4 C 123
2 SendRequestVoteRequest t2 v2 c3 l4 C 123 MsgVote 2>1 mt2 i4 lt1
2 SendRequestVoteResponse t2 v2 c3 l4 C 123 MsgVoteResp 2>2 mt2
2 SendRequestVoteRequest t2 v2 c3 l4 C 123 MsgVote 2>3 mt2 i4 lt1
3 BecomeCandidate t2 v3 c3 l4 C 123
3 SendRequestVoteRequest t2 v3 c3 l4 C 123 MsgVote 3>1 mt2 i4 lt1
3 SendRequestVoteRequest t2 v3 c3 l4 C 123 MsgVote 3>2 mt2 i4 lt1
3 SendRequestVoteResponse t2 v3 c3 l4 C 123 MsgVoteResp 3>3 mt2
3 ReceiveRequestVoteResponse t2 v3 c3 l4 C 123 MsgVoteResp 3>3 mt2
2 ReceiveRequestVoteResponse t2 v2 c3 l4 C 123 MsgVoteResp 2>2 mt2
1 ReceiveRequestVoteRequest t1 v0 c3 l4 F 123 MsgVote 2>1 mt2 i4 lt1
1 BecomeFollower t2 v0 c3 l4 F 123
1 SendRequestVoteResponse t2 v0 c3 l4 F 123 MsgVoteResp 1>2 mt2
1 ReceiveRequestVoteRequest t2 v2 c3 l4 F 123 MsgVote 3>1 mt2 i4 lt1
1 SendRequestVoteResponse t2 v2 c3 l4 F 123 MsgVoteResp 1>3 mt2 no
2 ReceiveRequestVoteResponse t2 v2 c3 l4 C 123 MsgVoteResp 1>2 mt2
2 BecomeLeader t2 v2 c3 l4 L 123
2 Replicate t2 v2 c3 l4 L 123
2 SendAppendEntriesResponse t2 v2 c3 l5 L 123 MsgAppResp 2>2 mt2 i5
2 SendAppendEntriesRequest t2 v2 c3 l5 L 123 MsgApp 2>1 mt2 i4 lt1 e1 mc3
2 SendAppendEntriesRequest t2 v2 c3 l5 L 123 MsgApp 2>3 mt2 i4 lt1 e1 mc3
2 ReceiveAppendEntriesResponse t2 v2 c3 l5 L 123 MsgAppResp 2>2 mt2 i5
2 Commit t2 v2 c3 l5 L 123
3 ReceiveAppendEntriesRequest t2 v3 c3 l4 C 123 MsgApp 2>3 mt2 i4 lt1 e1 mc3
3 BecomeFollower t2 v3 c3 l4 F 123
3 SendAppendEntriesResponse t2 v3 c3 l5 F 123 MsgAppResp 3>2 mt2 i5
2 ReceiveAppendEntriesResponse t2 v2 c3 l5 L 123 MsgAppResp 3>2 mt2 i5
2 Commit t2 v2 c5 l5 L 123
2 ChangeConf t2 v2 c5 l5 L 123
2 SendAppendEntriesResponse t2 v2 c5 l6 L 123 MsgAppResp 2>2 mt2 i6
2 SendAppendEntriesRequest t2 v2 c5 l6 L 123 MsgApp 2>3 mt2 i5 lt2 e1 mc5
2 SendAppendEntriesRequest t2 v2 c5 l6 L 123 MsgApp 2>1 mt2 i5 lt2 e1 mc5
1 ReceiveAppendEntriesRequest t2 v2 c3 l4 F 123 MsgApp 2>1 mt2 i5 lt2 e1 mc5
1 SendAppendEntriesResponse t2 v2 c3 l4 F 123 MsgAppResp 1>2 mt2 i5 lt1 no h4
2 ReceiveAppendEntriesResponse t2 v2 c5 l6 L 123 MsgAppResp 1>2 mt2 i5 lt1 no h4
2 SendAppendEntriesRequest t2 v2 c5 l6 L 123 MsgApp 2>1 mt2 i4 lt1 e2 mc5
2 ReceiveAppendEntriesResponse t2 v2 c5 l6 L 123 MsgAppResp 2>2 mt2 i6
3 ReceiveAppendEntriesRequest t2 v3 c3 l5 F 123 MsgApp 2>3 mt2 i5 lt2 e1 mc5
3 SendAppendEntriesResponse t2 v3 c5 l6 F 123 MsgAppResp 3>2 mt2 i6
2 ReceiveAppendEntriesResponse t2 v2 c5 l6 L 123 MsgAppResp 3>2 mt2 i6
2 Commit t2 v2 c6 l6 L 123
2 ApplyConfChange t2 v2 c6 l6 L 123 new=1234
2 SendAppendEntriesRequest t2 v2 c6 l6 L 1234 MsgApp 2>4 mt2 i6 lt2 mc6
2 SendAppendEntriesRequest t2 v2 c6 l6 L 1234 MsgHeartbeat 2>3 mt2 mc6
2 SendAppendEntriesRequest t2 v2 c6 l6 L 1234 MsgHeartbeat 2>4 mt2
2 Replicate t2 v2 c6 l6 L 1234
2 SendAppendEntriesResponse t2 v2 c6 l7 L 1234 MsgAppResp 2>2 mt2 i7
2 Ready t2 v2 c6 l7 L 1234
3 ReceiveAppendEntriesRequest t2 v3 c5 l6 F 123 MsgHeartbeat 2>3 mt2 mc6
3 SendAppendEntriesResponse t2 v3 c6 l6 F 123 MsgHeartbeatResp 3>2 mt2
3 ApplyConfChange t2 v3 c6 l6 F 123 new=1234
3 Ready t2 v3 c6 l6 F 1234
3 InitState t0 v0 c3 l6 F -
3 ApplyConfChange t0 v0 c3 l6 F - new=123
3 BecomeFollower t2 v3 c5 l6 F 123
1 ReceiveAppendEntriesRequest t2 v2 c3 l4 F 123 MsgApp 2>1 mt2 i4 lt1 e1 mc3
1 SendAppendEntriesResponse t2 v2 c3 l5 F 123 MsgAppResp 1>2 mt2 i5
1 ReceiveAppendEntriesRequest t2 v2 c3 l5 F 123 MsgApp 2>1 mt2 i4 lt1 e2 mc5
1 SendAppendEntriesResponse t2 v2 c5 l6 F 123 MsgAppResp 1>2 mt2 i6
1 BecomeCandidate t3 v1 c5 l6 C 123
1 SendRequestVoteResponse t3 v1 c5 l6 C 123 MsgVoteResp 1>1 mt3
1 SendRequestVoteRequest t3 v1 c5 l6 C 123 MsgVote 1>2 mt3 i6 lt2
1 SendRequestVoteRequest t3 v1 c5 l6 C 123 MsgVote 1>3 mt3 i6 lt2
3 ReceiveRequestVoteRequest t2 v3 c5 l6 F 123 MsgVote 1>3 mt3 i6 lt2
3 BecomeFollower t3 v0 c5 l6 F 123
3 SendRequestVoteResponse t3 v0 c5 l6 F 123 MsgVoteResp 3>1 mt3
1 ReceiveRequestVoteResponse t3 v1 c5 l6 C 123 MsgVoteResp 1>1 mt3
1 ReceiveRequestVoteResponse t3 v1 c5 l6 C 123 MsgVoteResp 3>1 mt3
1 BecomeLeader t3 v1 c5 l6 L 123
1 SendAppendEntriesResponse t3 v1 c5 l7 L 123 MsgAppResp 1>1 mt3 i7
1 SendAppendEntriesResponse t3 v1 c5 l8 L 123 MsgAppResp 1>1 mt3 i8
1 SendAppendEntriesRequest t3 v1 c5 l8 L 123 MsgApp 1>2 mt3 i7 lt3 e1 mc5
2 ReceiveAppendEntriesRequest t2 v2 c6 l7 L 1234 MsgApp 1>2 mt3 i7 lt3 e1 mc5
2 BecomeFollower t3 v0 c6 l7 F 1234
2 SendAppendEntriesResponse t3 v0 c6 l7 F 1234 MsgAppResp 2>1 mt3 i7 lt2 no h7
"""
CLEAN_TIMES = {
    "received messages were sent": 20,
    "messages tell the sender's state": 33,
    "responses answer requests": 10,
    "terms never fall": 80,
    "one vote a term": 72,
    "granted votes are unique": 10,
    "leaders have votes": 2,
    "one leader a term": 30,
    "leaders have the committed entries": 2,
    "leaders only append": 28,
    "commits never fall": 80,
    "commits are in the log": 84,
    "commits are acknowledged": 2,
    "leaders commit an entry of their term": 2,
    "followers commit what they were told": 3,
    "heartbeats commit acknowledged entries": 2,
    "entries have one term": 7,
    "entries follow an equal entry": 2,
    "configurations are applied": 80,
    "one voter at a time": 2,
    "one pending change": 1,
    "restarts keep what was answered": 1,
}


class Line(NamedTuple):
    """A line to alter, by its number, and the text that replaces a part of the line."""

    number: int
    old: str
    new: str


def event_of(line: str) -> dict[str, Any]:
    """Return the JSON object that a short line stands for, such as `1 Ready t2 v2 c5 l6 F 123/12`.

    A message follows as `MsgApp 2>1 mt2 i4 lt1 e1 mc3`, a rejection has `no`, a hint is `h4`.
    """
    node, name, *words = line.split()
    numbers = {
        key: int(value) for word in words for key, value in re.findall(r"^(\D+)(\d+)$", word)
    }
    role, conf = words[4], words[5]
    voters, _, old = conf.replace("-", "").partition("/")
    event: dict[str, Any] = {"name": name, "nid": node, "role": ROLES[role], "log": numbers["l"]}
    event["state"] = {"term": numbers["t"], "vote": str(numbers["v"]), "commit": numbers["c"]}
    event["conf"] = [list(voters), list(old)]
    if name == "ApplyConfChange":
        event["prop"] = {"cc": {"newconf": list(words[-1].removeprefix("new="))}}
    if len(words) > 7:
        source, target = words[7].split(">")
        event["msg"] = {
            "type": words[6],
            "term": numbers["mt"],
            "from": source,
            "to": target,
            "entries": numbers.get("e", 0),
            "logTerm": numbers.get("lt", 0),
            "index": numbers.get("i", 0),
            "commit": numbers.get("mc", 0),
            "vote": "0",
            "reject": "no" in words,
            "rejectHint": numbers.get("h", 0),
        }
    return {"level": "debug", "tag": "trace", "event": event}


def audit_of(text: str) -> FieldAudit:
    return audit_texts(json.dumps(event_of(line)) for line in text.splitlines())


def audit_texts(lines: Iterator[str]) -> FieldAudit:
    return audit_etcd((Place("log", number), text) for number, text in enumerate(lines, start=1))


def times_of(audit: FieldAudit) -> dict[str, int]:
    return {each.name: each.times for each in audit.checks}


def faults_of(audit: FieldAudit) -> list[tuple[str, str, str]]:
    """Return all faults, each as the name of the rule, the place and the text."""
    return [
        (check.name, str(fault.place), fault.text)
        for check in audit.checks
        for fault in check.faults
    ]


def changed(*changes: Line) -> str:
    lines = CLEAN.splitlines()
    for number, old, new in changes:
        assert lines[number - 1].count(old) == 1
        lines[number - 1] = lines[number - 1].replace(old, new)
    return "\n".join(lines)


def without(number: int) -> str:
    lines = CLEAN.splitlines()
    return "\n".join(lines[: number - 1] + lines[number:])


def repeated(number: int) -> str:
    lines = CLEAN.splitlines()
    return "\n".join([*lines[:number], *lines[number - 1 :]])


SEND, RECEIVE = "SendAppendEntries", "ReceiveAppendEntries"
BROKEN = {  # each a log with one fact altered, the rule, the line of the fault, and its text
    "a message is received twice": (
        repeated(58),
        ("received messages were sent", 59),
        f"{RECEIVE}Request: node 3 receives MsgHeartbeat from 2 to 3 (term 2, commit 6), "
        "expected an equal message, sent to the node and not yet received.",
    ),
    "a candidate names an index beyond its log": (
        changed(Line(16, "i4", "i5")),
        ("messages tell the sender's state", 16),
        "SendRequestVoteRequest: node 3 sends MsgVote from 3 to 2 (term 2, logTerm 1, index 5) "
        "with last index 4, expected 5.",
    ),
    "a leader acknowledges an entry far beyond its log": (
        changed(Line(56, "i7", "i7000000000000")),
        ("messages tell the sender's state", 56),
        f"{SEND}Response: node 2 sends MsgAppResp from 2 to 2 (term 2, index 7000000000000) "
        "with last index 7, expected at least 7000000000000.",
    ),
    "a heartbeat carries a commit that the follower did not acknowledge": (
        changed(Line(54, "mt2", "mt2 mc5")),
        ("heartbeats commit acknowledged entries", 54),
        f"{SEND}Request: node 2 sends MsgHeartbeat from 2 to 4 (term 2, commit 5), "
        "expected a commit of at most 0 as acknowledged.",
    ),
    "a heartbeat is answered twice": (
        repeated(59),
        ("responses answer requests", 60),
        f"{SEND}Response: node 3 sends MsgHeartbeatResp from 3 to 2 (term 2) "
        "without a request since its last response.",
    ),
    "a term falls": (
        changed(Line(61, "t2", "t1")),
        ("terms never fall", 61),
        "Ready: node 3 has term 1 after term 2, expected at least 2.",
    ),
    "a vote changes": (
        changed(Line(61, "v3", "v2")),
        ("one vote a term", 61),
        "Ready: node 3 has vote 2 in term 2, expected 3.",
    ),
    "a vote is granted to a second candidate": (
        changed(Line(24, " no", "")),
        ("granted votes are unique", 24),
        "SendRequestVoteResponse: node 1 grants its vote in term 2 to node 3, "
        "expected node 2, for which it voted.",
    ),
    "a vote for the leader is not received": (
        without(25),
        ("leaders have votes", 25),
        "BecomeLeader: node 2 becomes leader of term 2 with votes of node 2, "
        "expected a majority of nodes 1, 2, 3.",
    ),
    "a follower is leader too": (
        changed(Line(61, " F ", " L ")),
        ("one leader a term", 61),
        "Ready: node 3 is leader in term 2, expected no leader but node 2.",
    ),
    "a new leader lacks a committed entry": (
        changed(Line(78, "l6", "l5")),
        ("leaders have the committed entries", 78),
        "BecomeLeader: node 1 becomes leader of term 3 with last index 5, "
        "expected at least 6, which was committed in an earlier term.",
    ),
    "a leader loses an entry": (
        changed(Line(57, "l7", "l6")),
        ("leaders only append", 57),
        "Ready: node 2 is leader with last index 6, expected at least 7 as before.",
    ),
    "a commit falls": (
        changed(Line(61, "c6", "c5")),
        ("commits never fall", 61),
        "Ready: node 3 has commit 5 after 6, expected at least 6.",
    ),
    "a commit is beyond the log": (
        changed(Line(61, "l6", "l5")),
        ("commits are in the log", 61),
        "Ready: node 3 has commit 6, expected at most its last index 5.",
    ),
    "an acknowledgement is not received": (
        without(36),
        ("commits are acknowledged", 36),
        "Commit: node 2 commits 5, acknowledged by node 2, expected a majority of nodes 1, 2, 3.",
    ),
    "a leader commits an older entry first": (
        changed(Line(37, "c5", "c4")),
        ("leaders commit an entry of their term", 37),
        "Commit: node 2 commits 4, expected at least 5, its first entry of term 2.",
    ),
    "a heartbeat carries a lower commit": (
        changed(Line(53, "mc6", "mc5"), Line(58, "mc6", "mc5")),
        ("followers commit what they were told", 59),
        f"{SEND}Response: node 3 commits 6, expected at most 5 "
        "as in the messages that the node received.",
    ),
    "an entry of the leader has an older term": (
        changed(Line(52, "lt2", "lt1")),
        ("entries have one term", 52),
        f"{SEND}Request: node 2 gives entry 6 the term 1 in MsgApp from 2 to 4 "
        "(term 2, logTerm 1, index 6, commit 6), expected 2, the term of the leader.",
    ),
    "an older entry has the term of the leader": (
        changed(Line(52, "i6", "i4")),
        ("entries have one term", 52),
        f"{SEND}Request: node 2 gives entry 4 the term 2 in MsgApp from 2 to 4 "
        "(term 2, logTerm 2, index 4, commit 6), expected a term below 2, the term of the leader.",
    ),
    "a leader gives an entry two terms": (
        changed(Line(52, "i6 lt2", "i4")),
        ("entries have one term", 52),
        f"{SEND}Request: node 2 gives entry 4 the term 0 in MsgApp from 2 to 4 "
        "(term 2, index 4, commit 6), expected 1 as in an earlier message.",
    ),
    "a node accepts an entry after another entry": (
        changed(
            Line(84, "l7 F 1234 MsgAppResp 2>1 mt3 i7 lt2 no h7", "l8 F 1234 MsgAppResp 2>1 mt3 i8")
        ),
        ("entries follow an equal entry", 84),
        f"{SEND}Response: node 2 accepts MsgApp from 1 to 2 "
        "(term 3, entries 1, logTerm 3, index 7, commit 5), "
        "expected a rejection, as its entry 7 has term 2.",
    ),
    "a voter appears": (
        changed(Line(61, "1234", "1235")),
        ("configurations are applied", 61),
        "Ready: node 3 has a configuration of nodes 1, 2, 3, 5, "
        "expected a configuration of nodes 1, 2, 3, 4.",
    ),
    "a change replaces two voters": (
        changed(Line(60, "1234", "145"), Line(61, "1234", "145")),
        ("one voter at a time", 61),
        "Ready: node 3 has voters 1, 4, 5 after 1, 2, 3, expected at most one to differ.",
    ),
    "a change follows a pending change": (
        repeated(38),
        ("one pending change", 39),
        "ChangeConf: node 2 proposes a change with commit 5, expected at least 6.",
    ),
    "a restart loses the term": (
        changed(Line(64, "t2", "t1")),
        ("restarts keep what was answered", 64),
        "BecomeFollower: node 3 restarts with term 1, expected at least 2, "
        "as its received responses tell.",
    ),
    "a restart loses the vote": (
        changed(Line(64, "v3", "v0"), Line(73, "v3", "v0")),
        ("restarts keep what was answered", 64),
        "BecomeFollower: node 3 restarts with vote 0 in term 2, expected 3, "
        "as its received responses tell.",
    ),
    "a restart loses an entry": (
        changed(Line(64, "l6", "l5")),
        ("restarts keep what was answered", 64),
        "BecomeFollower: node 3 restarts with last index 5, expected at least 6, "
        "as its received responses tell.",
    ),
}


def test_a_clean_log_breaks_no_rule_and_every_rule_is_compared() -> None:
    audit = audit_of(CLEAN)
    assert (faults_of(audit), times_of(audit)) == ([], CLEAN_TIMES)
    assert not audit.is_refused


def test_a_log_tells_what_it_has_what_follows_and_what_no_rule_reads() -> None:
    audit = audit_of(CLEAN)
    assert audit.counts == {
        "events": 84,
        "starts of nodes": 4,
        "elected leaders": 2,
        "messages sent": 33,
        "messages received": 20,
        "nodes": 3,
    }
    assert audit.inferred == {
        "votes, from granted responses": 2,
        "entries that a new leader acknowledges to itself": 2,
    }
    assert audit.unchecked == {
        "times of events (ts)": 84,
        "order of changes between nodes (ApplyConfChange)": 6,
        "log of a voter against the log of its candidate": 3,
        "proposed entries (Replicate)": 2,
        "contents of sent entries": 7,
        "match and next of sent MsgApp (prop)": 7,
        "writes to disk (Ready)": 2,
        "messages that were never received": 13,
    }


@pytest.mark.parametrize("name", BROKEN)
def test_a_log_with_one_fact_altered_breaks_exactly_one_rule(name: str) -> None:
    text, (rule, line), fault = BROKEN[name]
    audit = audit_of(text)
    assert faults_of(audit) == [(rule, f"log:{line}", fault)]
    assert audit.is_refused


def test_every_rule_is_broken_by_an_altered_log() -> None:
    assert {rule for _, (rule, _), _ in BROKEN.values()} == CLEAN_TIMES.keys()


def head(lines: int) -> str:
    return "".join(CLEAN.splitlines(keepends=True)[:lines])


JOINT = (
    head(50)
    + """\
2 ApplyConfChange t2 v2 c6 l6 L 123 new=245
2 SendAppendEntriesResponse t2 v2 c6 l7 L 245/123 MsgAppResp 2>2 mt2 i7
2 SendAppendEntriesRequest t2 v2 c6 l7 L 245/123 MsgApp 2>3 mt2 i6 lt2 e1 mc6
2 SendAppendEntriesRequest t2 v2 c6 l7 L 245/123 MsgApp 2>4 mt2 i6 lt2 e1 mc6
2 ReceiveAppendEntriesResponse t2 v2 c6 l7 L 245/123 MsgAppResp 2>2 mt2 i7
3 ReceiveAppendEntriesRequest t2 v3 c5 l6 F 123 MsgApp 2>3 mt2 i6 lt2 e1 mc6
3 SendAppendEntriesResponse t2 v3 c6 l7 F 123 MsgAppResp 3>2 mt2 i7
2 ReceiveAppendEntriesResponse t2 v2 c6 l7 L 245/123 MsgAppResp 3>2 mt2 i7
4 InitState t0 v0 c6 l6 F -
4 ApplyConfChange t0 v0 c6 l6 F - new=123
4 BecomeFollower t2 v0 c6 l6 F 123
4 ReceiveAppendEntriesRequest t2 v0 c6 l6 F 123 MsgApp 2>4 mt2 i6 lt2 e1 mc6
4 SendAppendEntriesResponse t2 v0 c6 l7 F 123 MsgAppResp 4>2 mt2 i7
2 ReceiveAppendEntriesResponse t2 v2 c6 l7 L 245/123 MsgAppResp 4>2 mt2 i7
2 Commit t2 v2 c7 l7 L 245/123
"""
)


def test_a_joint_configuration_needs_majorities_of_both_halves() -> None:
    assert faults_of(audit_of(JOINT)) == []
    lines = JOINT.splitlines()
    assert faults_of(audit_of("\n".join(lines[:-2] + lines[-1:]))) == [
        (
            "commits are acknowledged",
            "log:64",
            "Commit: node 2 commits 7, acknowledged by nodes 2, 3, "
            "expected a majority of nodes 2, 4, 5 and of nodes 1, 2, 3.",
        )
    ]


def test_a_voter_that_loses_its_vote_at_a_restart_may_not_vote_twice() -> None:
    forgets = """\
1 InitState t0 v0 c3 l4 F -
1 ApplyConfChange t0 v0 c3 l4 F - new=123
1 BecomeFollower t2 v0 c3 l4 F 123
1 ReceiveRequestVoteRequest t2 v0 c3 l4 F 123 MsgVote 3>1 mt2 i4 lt1
1 SendRequestVoteResponse t2 v0 c3 l4 F 123 MsgVoteResp 1>3 mt2
3 ReceiveRequestVoteResponse t2 v3 c3 l4 C 123 MsgVoteResp 1>3 mt2
"""
    assert faults_of(audit_of(head(22) + forgets)) == []
    second = "2 ReceiveRequestVoteResponse t2 v2 c3 l4 C 123 MsgVoteResp 1>2 mt2"
    assert faults_of(audit_of(head(22) + forgets + second)) == [
        (
            "granted votes are unique",
            "log:29",
            "ReceiveRequestVoteResponse: node 2 receives the vote of node 1 in term 2, "
            "expected node 3 to have it.",
        )
    ]


def test_a_later_leader_may_not_give_a_committed_entry_another_term() -> None:
    later = "1 SendAppendEntriesRequest t3 v1 c5 l8 L 123 MsgApp 1>3 mt3 i{0} mc5 lt{1}\n"
    assert faults_of(audit_of(CLEAN + later.format(5, 2))) == []
    assert faults_of(audit_of(CLEAN + later.format(5, 1))) == [
        (
            "entries have one term",
            "log:85",
            f"{SEND}Request: node 1 gives entry 5 the term 1 in MsgApp from 1 to 3 "
            "(term 3, logTerm 1, index 5, commit 5), expected 2 as in an earlier message.",
        )
    ]


def test_a_newer_snapshot_than_the_sent_one_may_be_received() -> None:
    snapshot = """\
4 InitState t0 v0 c0 l0 F -
4 ApplyConfChange t0 v0 c0 l0 F - new=
4 BecomeFollower t0 v0 c0 l0 F -
2 SendAppendEntriesRequest t2 v2 c6 l6 L 123 MsgSnap 2>4 mt2 e5
4 ReceiveAppendEntriesRequest t0 v0 c0 l0 F - MsgSnap 2>4 mt2 e6
4 BecomeFollower t2 v0 c0 l0 F -
4 ApplyConfChange t2 v0 c6 l6 F - new=1234
4 SendAppendEntriesResponse t2 v0 c6 l6 F 1234 MsgAppResp 4>2 mt2 i6
"""
    assert faults_of(audit_of(head(50) + snapshot)) == []


def test_other_output_and_unknown_events_and_messages_are_counted() -> None:
    start = [json.dumps(event_of(line)) for line in head(3).splitlines()]
    other = ['{"level": "info", "msg": "raft.node: 1 elected leader"}', "", "\n"]
    unknown = """\
1 ReduceNextIndex t1 v0 c3 l4 F 123
1 SendRequestVoteRequest t1 v0 c3 l4 F 123 MsgPreVote 1>2 mt2 i4 lt1
"""
    lines = [*start, *other, *(json.dumps(event_of(line)) for line in unknown.splitlines())]
    audit = audit_texts(iter(lines))
    assert faults_of(audit) == []
    assert audit.unchecked == {
        "times of events (ts)": 5,
        "order of changes between nodes (ApplyConfChange)": 1,
        "lines of other output": 1,
        "events of the unknown kind ReduceNextIndex": 1,
        "messages of the unknown kind MsgPreVote": 1,
        "messages that were never received": 1,
    }


GOOD = event_of("1 SendRequestVoteRequest t1 v0 c3 l4 F 123 MsgVote 1>2 mt1 i4 lt1")["event"]
FIX = "write the log with the trace logger of etcd's raft"
UNREADABLE = [
    ("4 of 5", f"not a JSON object; {FIX}, one object a line"),
    ("[1]", f"not a JSON object; {FIX}, one object a line"),
    ("[" * 100_000, f"not a JSON object; {FIX}, one object a line"),
    ({}, f"event.name is missing; {FIX}"),
    (GOOD | {"state": 7}, f"event.state must be an object, got 7; {FIX}"),
    (GOOD | {"log": -1}, f"event.log must be at least 0, got -1; {FIX}"),
    (GOOD | {"log": True}, f"event.log must be a whole number, got true; {FIX}"),
    (GOOD | {"nid": 1}, f"event.nid must be a string, got 1; {FIX}"),
    (GOOD | {"conf": [["1"]]}, f'event.conf must be two lists of nodes, got [["1"]]; {FIX}'),
    (
        GOOD | {"conf": [[1], []]},
        f"event.conf must be lists of nodes, each a string, got [[1], []]; {FIX}",
    ),
    (
        GOOD | {"msg": GOOD["msg"] | {"reject": 0}},
        f"event.msg.reject must be true or false, got 0; {FIX}",
    ),
    (
        {key: value for key, value in GOOD.items() if key != "msg"},
        f"event.msg is missing; {FIX}",
    ),
    (GOOD | {"name": "ApplyConfChange"}, f"event.prop is missing; {FIX}"),
    (
        GOOD,
        "the first event of node 1 must be InitState, got SendRequestVoteRequest; "
        "write the whole log, from the first start of each node",
    ),
]


@pytest.mark.parametrize(("event", "message"), UNREADABLE, ids=[text for _, text in UNREADABLE])
def test_a_line_that_cannot_be_read_is_a_usage_error(event: Any, message: str) -> None:
    line = event if isinstance(event, str) else json.dumps({"tag": "trace", "event": event})
    start = json.dumps(event_of("2 InitState t0 v0 c0 l0 F -"))
    with pytest.raises(UsageError) as caught:
        audit_texts(iter([start, line]))
    assert str(caught.value) == f"log:2: {message}"


def test_a_traced_line_without_an_event_is_a_usage_error() -> None:
    with pytest.raises(UsageError) as caught:
        audit_texts(iter(['{"tag": "trace"}']))
    assert str(caught.value) == f"log:1: event is missing; {FIX}"


@pytest.mark.parametrize("lines", [[], ['{"level": "info"}']])
def test_a_log_without_events_is_a_usage_error(lines: list[str]) -> None:
    with pytest.raises(UsageError) as caught:
        audit_texts(iter(lines))
    assert str(caught.value) == f"the log has no event of etcd's raft; {FIX}"


# The real log, counted a second time from its text


def count_of(pattern: str, text: str) -> int:
    return len(re.findall(pattern, text))


def starts_of(lines: list[str]) -> list[str]:
    """Return the lines of a node with which its start begins and ends."""
    start = re.compile(r'"name":"(InitState|BecomeFollower|ApplyConfChange)"')
    return list(takewhile(start.search, lines))


def commits_in(lines: list[str], role: str) -> set[str]:
    found = [re.search(rf'"commit":(\d+)}},"role":"{role}"', line) for line in lines]
    return {each[1] for each in found if each}


def accepted_in(lines: list[str]) -> Iterator[tuple[int, int, int]]:
    """Yield the first and last index of each accepted MsgApp, and the commit before it."""
    lines = [line for line in lines if '"name":"BecomeFollower"' not in line]
    for request, answer in pairwise(lines):
        found = re.search(
            r'"commit":(\d+)},"role".*"MsgApp".*"entries":(\d+),.*"index":(\d+)', request
        )
        if found and '"name":"ReceiveA' in request and '"reject":false' in answer:
            commit, entries, index = map(int, found.groups())
            yield index, index + entries, commit


def known_in(lines: list[str], inherited: int) -> int:
    """Return how often a MsgApp is accepted after an entry that earlier messages tell of."""
    known, times = {0}, 0
    for first, last, commit in accepted_in(lines):
        if first >= commit:
            times += first in known
            known |= {first, *range(max(first, inherited) + 1, last + 1)}
    return times


def nodes_in(text: str) -> list[list[str]]:
    nodes: dict[str, list[str]] = {}
    for line in text.splitlines():
        nodes.setdefault(line.split('"nid":"')[1].split('"')[0], []).append(line)
    return list(nodes.values())


def told_in(lines: list[str]) -> set[str]:
    """Return the commits that a follower has after its start."""
    return commits_in(lines, "StateFollower") - commits_in(starts_of(lines), "StateFollower")


def changes_in(lines: list[str]) -> int:
    """Return how often a node changes a configuration that is not empty."""
    return sum(
        '"ApplyConfChange"' in before and '"conf":[[],[]]' not in before
        for before, _ in pairwise(lines)
    )


def hints_in(text: str) -> int:
    """Return how many rejections tell the term of a committed entry."""
    found = re.findall(
        r'"name":"Send.*?"commit":(\d+).*"logTerm":[1-9].*"reject":true,"rejectHint":(\d+)', text
    )
    return sum(int(hint) <= int(commit) for commit, hint in found)


def real_times(text: str) -> dict[str, int]:
    nodes = nodes_in(text)
    later = len(text.splitlines()) - len(nodes)  # each node starts once
    started = sum(len(starts_of(each)) - 1 for each in nodes)
    leader = count_of('"role":"StateLeader"', text)
    [inherited] = map(int, re.findall(r'"BecomeLeader".*"log":(\d+)', text))  # one election
    commits = sum(max(len(commits_in(each, "StateLeader")) - 1, 0) for each in nodes)
    response = r'"name":"Send\w+Response".*"from":"(\d+)","to":"(?!\1")'
    return {
        "received messages were sent": count_of('"name":"Receive', text),
        "messages tell the sender's state": count_of('"name":"Send', text),
        "responses answer requests": count_of(response, text),
        "terms never fall": later,
        "one vote a term": later - started,
        "granted votes are unique": count_of('"MsgVoteResp".*"reject":false', text),
        "leaders have votes": 1,
        "one leader a term": leader,
        "leaders have the committed entries": 1,
        "leaders only append": leader - 1,
        "commits never fall": later,
        "commits are in the log": later + len(nodes),
        "commits are acknowledged": commits,
        "leaders commit an entry of their term": commits,
        "followers commit what they were told": sum(len(told_in(each)) for each in nodes),
        "heartbeats commit acknowledged entries": count_of('"name":"Send.*"MsgHeartbeat"', text),
        "entries have one term": count_of('"name":"Send.*"(MsgApp|MsgVote)"', text)
        + hints_in(text),
        "entries follow an equal entry": sum(known_in(each, inherited) for each in nodes),
        "configurations are applied": later,
        "one voter at a time": sum(changes_in(each) for each in nodes),
        "one pending change": count_of('"name":"ChangeConf"', text),
        "restarts keep what was answered": 0,
    }


@pytest.fixture(scope="module")
def real_log() -> str:
    if not REAL.exists():
        pytest.skip("the real log is not beside this checkout")
    return REAL.read_text(encoding="utf-8")


def test_the_real_log_breaks_no_rule_in_five_seconds(real_log: str) -> None:
    began = time.process_time()
    audit = audit_texts(iter(real_log.splitlines()))
    assert time.process_time() - began <= 5
    assert (faults_of(audit), times_of(audit)) == ([], real_times(real_log))


def test_what_the_real_log_has_and_what_no_rule_reads_is_counted(real_log: str) -> None:
    audit = audit_texts(iter(real_log.splitlines()))
    names = Counter(re.findall('"name":"([A-Za-z]+)"', real_log))
    sent, received = (
        sum(times for name, times in names.items() if name.startswith(word))
        for word in ("Send", "Receive")
    )
    appends = re.findall('"name":"Send.*"MsgApp".*"entries":([0-9]+)', real_log)
    grants = count_of(r'"name":"Send.*"MsgVoteResp".*"from":"(\d+)","to":"(?!\1")', real_log)
    assert audit.counts == {
        "events": names.total(),
        "starts of nodes": names["InitState"],
        "elected leaders": names["BecomeLeader"],
        "messages sent": sent,
        "messages received": received,
        "nodes": len(set(re.findall('"nid":"([0-9]+)","state"', real_log))),
    }
    assert audit.inferred == {
        "votes, from granted responses": count_of(
            '"SendRequestVoteResponse".*"vote":"0","commit":[0-9]+},"role"', real_log
        ),
        "entries that a new leader acknowledges to itself": names["BecomeLeader"],
    }
    assert audit.unchecked == {
        "times of events (ts)": names.total(),
        "order of changes between nodes (ApplyConfChange)": names["ApplyConfChange"],
        "writes to disk (Ready)": names["Ready"],
        "log of a voter against the log of its candidate": grants,
        "proposed entries (Replicate)": names["Replicate"],
        "contents of sent entries": sum(map(int, appends)),
        "match and next of sent MsgApp (prop)": len(appends),
        "messages that were never received": sent - received,
    }
