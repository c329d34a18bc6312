"""The rules for the log of a Paxos in Elixir: an excerpt, the whole log, and each rule broken."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from pcheck.audit.checks import FieldAudit
from pcheck.audit.importers.elixir import audit_elixir
from pcheck.audit.places import Place
from pcheck.errors import UsageError
from tests.errors import ROOT

WHOLE = ROOT.parent / "shared" / "seeds" / "001_57610da62e63f199.txt"
MAX_SECONDS = 2

# Segments 37, 89, 201, 206, 370 and 427 of the whole log: five nodes are killed and two promises
# are put off; five nodes fall silent; two instances; no decision; a node hears of an instance by a
# prepare; a leader dies before its decision.
FILE = Path(__file__).parent / "data" / "elixir.txt"
EXCERPT = FILE.read_text("utf-8")

COUNTS = {
    "bytes": 13_066,
    "bytes of lines": 12_369,
    "bytes of mended lines": 66,
    "bytes of comments": 161,
    "bytes between lines": 470,
    "bytes unread": 0,
    "segments": 6,
    "segments with a decision": 5,
    "lines": 469,
    "`Starting paxos` lines": 40,
    "`started with` lines": 11,
    "`started` lines": 29,
    "`spare` lines": 11,
    "`kill` lines": 11,
    "`Propose` lines": 25,
    "`SET BALLOT VALUE 3 nil` lines": 43,
    "`SET BALLOT VALUE 2 nil` lines": 7,
    "`SET BALLOT VALUE` lines": 7,
    "`is leader` lines": 32,
    "`sending all prepare` lines": 7,
    "`prepare from` lines": 31,
    "`prepared` lines": 33,
    "`Try to run prepared` lines": 31,
    "`Probably recieved` lines": 2,
    "`accept` lines": 31,
    "`accepted` lines": 29,
    "`decided` lines": 26,
    "`Has already decided` lines": 10,
    "`Leader has action to die` lines": 1,
    "`pN: decided` lines": 23,
    "`message_queue_len` lines": 23,
    "`result` lines": 5,
    "`I think` lines": 1,
    "torn lines": 2,
    "torn lines mended": 2,
    "instances": 8,
    "instances decided": 6,
    "decisions": 26,
    "decisions repeated": 0,
    "ballots": 7,
    "ballots with a majority of promises": 7,
    "ballots with a majority of votes": 7,
    "ballots of several leaders": 0,
    "accepts after the prepare of the ballot": 31,
    "clients that print before their node": 0,
}
INFERRED = {
    "ballot and instance of `prepare from p1`": 31,
    "ballot and instance of `Try to run prepared`": 31,
    "ballot and instance of `SET BALLOT VALUE {:val, 201}`": 7,
    "node of a comment": 2,
    "sender of `prepared`": 0,
    "all senders of a majority of `prepared`": 3,
    "sender of `accepted`": 2,
    "all senders of a majority of `accepted`": 3,
    "instance of `p1: decided {:val, 201}`": 23,
}
UNCHECKED = {
    "values proposed, which the log does not show": 25,
    "leaders that the detector names to other nodes": 26,
    "accepts without a counted vote": 2,
    "lengths of message queues": 23,
    "comments": 1,
    "segments without a decision": 1,
}
TIMES = {
    "every word is read": 469,
    "one decision": 20,
    "decided what was asked": 26,
    "majority of votes": 27,
    "majority of promises": 38,
    "one value in a ballot": 31,
    "one leader asks in a ballot": 7,
    "safe value": 1,
    "nothing after a choice": 4,
    "ballots never fall": 35,
    "leaders take higher ballots": 1,
    "a message arrives once": 62,
    "promises have prepares": 33,
    "votes have accepts": 29,
    "promises are counted": 33,
    "counts are right": 31,
    "reports are votes": 31,
    "leaders are named": 7,
    "instances are proposed": 7,
    "instances and ballots begin once": 50,
    "dead leaders are silent": 1,
    "deaths are asked for": 1,
    "announced decisions were made": 10,
    "clients learn decisions": 23,
    "results are the clients' values": 5,
    "clients end with a decision": 23,
    "nodes have started": 399,
    "lists name the nodes": 33,
    "spared nodes decide": 6,
}


def audited(text: str) -> FieldAudit:
    lines = enumerate(text.split("\n"), start=1)
    return audit_elixir((Place("elixir.txt", number), line) for number, line in lines)


def faults(audit: FieldAudit) -> dict[str, list[str]]:
    """Return the faults of each rule that is broken, without the name of the file."""
    return {
        check.name: [f"{each.place.line}: {each.text}" for each in check.faults]
        for check in audit.checks
        if check.faults
    }


@cache
def whole() -> tuple[str, FieldAudit]:
    if not WHOLE.exists():
        pytest.skip("the whole log is not part of the repository")
    text = WHOLE.read_text("utf-8")
    return text, audited(text)


def test_the_excerpt_has_each_kind_of_line_and_breaks_no_rule() -> None:
    audit = audited(EXCERPT)
    assert audit.about.startswith("The output of the tests of a Paxos in Elixir")
    assert dict(audit.counts) == COUNTS
    assert [kind for kind, count in COUNTS.items() if kind.endswith("` lines") and not count] == []
    assert dict(audit.inferred) == INFERRED
    assert dict(audit.unchecked) == UNCHECKED
    assert {each.name: each.times for each in audit.checks} == TIMES
    assert faults(audit) == {}
    assert not audit.is_refused


def test_a_newline_and_several_blanks_are_read_as_one_blank() -> None:
    audit, on_lines = audited(EXCERPT), audited(EXCERPT.replace(" ", "\n"))
    assert on_lines == audit
    assert audited(EXCERPT.replace(" ", "\r\n")).checks == audit.checks
    spaced = audited(f" \n {EXCERPT.replace(' ', '   ')}\n")
    assert spaced.checks == audit.checks
    assert spaced.counts["bytes unread"] == 0


# A second reading of the log: expressions over the text of a segment, and no events.

VALUE = r"\{:val, \d+\}"
NUMBERS = r"p\d+ \d+ \d+ (?:true|false)"
PUT_OFF = "Probably recieved this before preare came to self sending with delay"
PATTERNS = {
    "Starting paxos": r"Starting paxos for p\d+",
    "started with": r":p\d+: started with \[[^]]*\]",
    "started": r":p\d+: started(?! with)",
    "spare": r"spare = \[[^]]*\]",
    "kill": r"kill: leaders, followers = \[[^]]*\], \[[^]]*\]",
    "Propose": r"p\d+ - Propose \d+ with action (?:nil|:kill_before_decision)",
    "SET BALLOT VALUE 3 nil": r"p\d+ SET BALLOT VALUE 3 nil",
    "SET BALLOT VALUE 2 nil": r"p\d+ SET BALLOT VALUE 2 nil",
    "SET BALLOT VALUE": rf"p\d+ SET BALLOT VALUE {VALUE}",
    "is leader": r"p\d+ - p\d+ is leader",
    "sending all prepare": r"p\d+ sending all prepare \d+ \d+",
    "prepare from": r"p\d+ - prepare from p\d+",
    "prepared": rf"p\d+ - prepared \d+ \d+ (?:nil nil|\d+ {VALUE})",
    "Try to run prepared": rf"p\d+ Try to run prepared(?: {NUMBERS})?",
    "Probably recieved": PUT_OFF,
    "accept": rf"p\d+ - accept \d+ \d+ {VALUE}",
    "accepted": r"p\d+ accepted \d+ \d+",
    "decided": rf"p\d+ decided \d+ {VALUE}",
    "Has already decided": rf"p\d+ - Has already decided for \d+ sending {VALUE}",
    "Leader has action to die": rf"p\d+ - Leader has action to die before decision "
    rf"\{{:decide, \d+, {VALUE}\}}",
    "pN: decided": rf"p\d+: decided {VALUE}",
    "message_queue_len": r"p\d+: \{:message_queue_len, \d+\}",
    "result": r"\[val: [^]]*\]",
    "I think": "I think that is the cause",
}


class Requests(NamedTuple):
    """The requests (q) of a ballot and their answers (a) in the order of the log: `qqaqa`."""

    majority: int
    order: str

    def known_senders(self) -> int:
        befores = [self.order[: found.start()] for found in re.finditer("qa", self.order)]
        return sum(before.count("q") == before.count("a") for before in befores)

    def has_known_majority(self) -> bool:
        found = re.match(f"(?:q*a){{{self.majority}}}", self.order)
        return found is not None and found[0].count("q") == self.majority


def segments(text: str) -> list[str]:
    return re.findall(r"(?:Starting paxos for p\d+ )+(?:(?!Starting).)*", text)


def ordered(marks: list[tuple[int, str]]) -> str:
    return "".join(mark for _, mark in sorted(marks))


def promises(segment: str) -> Iterator[Requests]:
    """Yield the prepares of each ballot: a node receives those of a leader as they were sent."""
    middle = r"((?: p\d+ - prepare from p\d+)*) "
    segment = re.sub(rf"p\d+ - prepared \d+ \d+ nil nil{middle}{PUT_OFF}", r"\1", segment)
    majority = segment.count("Starting") // 2 + 1
    arrivals: dict[tuple[str, int], list[tuple[int, str]]] = {}
    for node, leader in {*re.findall(r"(p\d+) - prepare from (p\d+)", segment)}:
        for nth, found in enumerate(re.finditer(rf"{node} - prepare from {leader}\b", segment)):
            arrivals.setdefault((leader, nth), []).append((found.start(), "q"))
    sent: Counter[str] = Counter()
    for leader, ballot in re.findall(r"(p\d+) sending all prepare (\d+ \d+)", segment):
        answers = re.finditer(rf"\b{leader} - prepared {ballot} ", segment)
        marks = [(found.start(), "a") for found in answers]
        yield Requests(majority, ordered(marks + arrivals[leader, sent[leader]]))
        sent[leader] += 1


def votes(segment: str) -> Iterator[Requests]:
    majority = segment.count("Starting") // 2 + 1
    for leader, ballot in re.findall(r"(p\d+) sending all prepare (\d+ \d+)", segment):
        asked = re.finditer(rf"- accept {ballot} ", segment)
        answers = re.finditer(rf"\b{leader} accepted {ballot}\b", segment)
        marks = [(found.start(), "q") for found in asked]
        yield Requests(majority, ordered(marks + [(found.start(), "a") for found in answers]))


def decided(segment: str) -> dict[str, list[str]]:
    """Return the values that are decided in each instance, in the order of the log."""
    values: dict[str, list[str]] = {}
    for instance, value in re.findall(rf"p\d+ decided (\d+) ({VALUE})", segment):
        values.setdefault(instance, []).append(value)
    return values


def early_clients(segment: str) -> int:
    return len(
        [
            node
            for node in set(re.findall(r"(p\d+): decided", segment))
            if segment.index(f"{node}: decided") < segment.find(f"{node} decided")
        ]
    )


def second_counts(text: str) -> dict[str, int]:
    lines = {
        kind: len(re.findall(rf"\b{each}|(?<= ){each}", text)) for kind, each in PATTERNS.items()
    }
    heads = re.findall(rf"p\d+ Try to run prepared(?! {NUMBERS})", text)
    rests = re.findall(rf"(?<!prepared )\b{NUMBERS}", text)
    left = re.sub(rf"(?:^|(?<= ))(?:{'|'.join([*PATTERNS.values(), NUMBERS])})(?= |$)", "", text)
    comments = lines["Probably recieved"] * len(PUT_OFF) + lines["I think"] * len(
        "I think that is the cause"
    )
    tests = segments(text)
    of_tests = [decided(each) for each in tests]
    ballots = [each for test in tests for each in promises(test)]
    voted = [each for test in tests for each in votes(test)]
    deciders = [set(re.findall(r"(p\d+) decided (\d+)", each)) for each in tests]
    return {
        "bytes": len(text.encode()),
        "bytes of lines": len(text) - len(left) - comments - len("".join(heads + rests)),
        "bytes of mended lines": len("".join(heads + rests)),
        "bytes of comments": comments,
        "bytes between lines": left.count(" "),
        "bytes unread": len(left.replace(" ", "")),
        "segments": len(tests),
        "segments with a decision": sum(map(bool, of_tests)),
        "lines": sum(lines.values()),
        **{f"`{kind}` lines": count for kind, count in lines.items()},
        "torn lines": len(heads),
        "torn lines mended": len(rests),
        "instances": sum(len(set(re.findall(r"Propose (\d+)", each))) for each in tests),
        "instances decided": sum(map(len, of_tests)),
        "decisions": lines["decided"],
        "decisions repeated": lines["decided"] - sum(map(len, deciders)),
        "ballots": len(ballots),
        "ballots with a majority of promises": sum(
            each.order.count("a") >= each.majority for each in ballots
        ),
        "ballots with a majority of votes": sum(
            each.order.count("a") >= each.majority for each in voted
        ),
        "ballots of several leaders": 0,
        "accepts after the prepare of the ballot": lines["accept"],
        "clients that print before their node": sum(map(early_clients, tests)),
    }


def second_inferred(text: str) -> dict[str, int]:
    tests = segments(text)
    ballots = [each for test in tests for each in promises(test)]
    voted = [each for test in tests for each in votes(test)]
    return {
        "ballot and instance of `prepare from p1`": text.count(" - prepare from "),
        "ballot and instance of `Try to run prepared`": text.count(" Try to run prepared"),
        "ballot and instance of `SET BALLOT VALUE {:val, 201}`": text.count("BALLOT VALUE {:val"),
        "node of a comment": text.count(PUT_OFF),
        "sender of `prepared`": sum(each.known_senders() for each in ballots),
        "all senders of a majority of `prepared`": sum(
            each.has_known_majority() for each in ballots
        ),
        "sender of `accepted`": sum(each.known_senders() for each in voted),
        "all senders of a majority of `accepted`": sum(each.has_known_majority() for each in voted),
        "instance of `p1: decided {:val, 201}`": len(re.findall(r"p\d+: decided", text)),
    }


def test_a_second_reading_of_the_excerpt_counts_the_same() -> None:
    assert second_counts(EXCERPT) == COUNTS
    assert second_inferred(EXCERPT) == INFERRED


def test_a_second_reading_of_the_whole_log_counts_the_same() -> None:
    text, audit = whole()
    assert dict(audit.counts) == second_counts(text)
    assert dict(audit.inferred) == second_inferred(text)
    counted = {name: audit.counts[name] for name in ("segments", "decisions", "torn lines mended")}
    assert counted == {"segments": 446, "decisions": 2_361, "torn lines mended": 98}
    assert audit.counts["bytes unread"] == 0


def test_all_instances_of_the_whole_log_agree_in_both_readings() -> None:
    text, audit = whole()
    values = [each for segment in segments(text) for each in decided(segment).values()]
    assert Counter(len(set(each)) for each in values) == {1: 460}
    times = {each.name: each.times for each in audit.checks}
    assert times["one decision"] == sum(len(each) - 1 for each in values) == 1_901
    assert faults(audit) == {}


def test_the_rules_are_compared_with_all_lines_of_the_whole_log() -> None:
    text, audit = whole()
    counts = second_counts(text)
    times = {each.name: each.times for each in audit.checks}
    second = [re.findall(r"- accept 1 2", each) for each in segments(text)]
    chosen = [next(votes(each), None) for each in segments(text)]
    of = {kind: counts[f"`{kind}` lines"] for kind in PATTERNS}
    assert times == {
        "every word is read": counts["lines"],
        "one decision": counts["decisions"] - counts["instances decided"],
        "decided what was asked": of["decided"],
        "majority of votes": of["decided"] + of["Leader has action to die"],
        "majority of promises": of["accept"] + of["SET BALLOT VALUE"],
        "one value in a ballot": of["accept"],
        "one leader asks in a ballot": of["SET BALLOT VALUE"],
        "safe value": len(re.findall(r"sending all prepare 1 2", text)),
        "nothing after a choice": sum(
            len(accepts)
            for accepts, first in zip(second, chosen)
            if first and first.order.count("a") >= first.majority
        ),
        "ballots never fall": 2 * of["accept"]  # the first at each node has none before
        - sum(len({*re.findall(r"(p\d+) - accept (\d+)", each)}) for each in segments(text)),
        "leaders take higher ballots": len(re.findall(r"sending all prepare 1 2", text)),
        "a message arrives once": of["prepare from"] + of["accept"],
        "promises have prepares": of["prepared"],
        "votes have accepts": of["accepted"],
        "promises are counted": of["prepared"],
        "counts are right": of["Try to run prepared"],
        "reports are votes": of["Try to run prepared"],
        "leaders are named": of["sending all prepare"],
        "instances are proposed": of["sending all prepare"],
        "instances and ballots begin once": of["SET BALLOT VALUE 3 nil"]
        + of["SET BALLOT VALUE 2 nil"],
        "dead leaders are silent": of["Leader has action to die"],
        "deaths are asked for": of["Leader has action to die"],
        "announced decisions were made": of["Has already decided"],
        "clients learn decisions": of["pN: decided"],
        "results are the clients' values": of["result"],
        "clients end with a decision": of["message_queue_len"],
        "nodes have started": counts["lines"]
        - sum(of[kind] for kind in ("Starting paxos", "spare", "kill", "result", "I think"))
        - of["Probably recieved"],
        "lists name the nodes": of["started with"] + of["spare"] + of["kill"],
        "spared nodes decide": 720,  # six nodes in each of the 120 segments with a list to spare
    }


def test_the_whole_log_is_audited_within_two_seconds() -> None:
    text, _ = whole()
    start = time.perf_counter()
    audited(text)
    assert time.perf_counter() - start < MAX_SECONDS


# Changes of the excerpt: in segment @, the first words - become the words +. Each ! is a rule that
# the change breaks, the bytes of its faults, and the reason. Each = is a count that differs.

CHANGES = """\
# a node decides another value
@ 3
- p3 decided 1 {:val, 205}
+ p3 decided 1 {:val, 299}
! one decision | 8513 8636
    p3 decided {:val, 299} before
! decided what was asked | 8488
    no accept of {:val, 299} in instance 1 before
! majority of votes | 8488
    0 votes for {:val, 299} are counted before, and a majority of 3 nodes is 2
! clients learn decisions | 8734
    p3 has decided {:val, 207} and {:val, 299}
= instance of `p1: decided {:val, 201}` | 22

# a decision before the majority of votes
@ 5
- p2 accepted 1 1 p2 decided 1 {:val, 208}
+ p2 decided 1 {:val, 208} p2 accepted 1 1
! majority of votes | 10432
    3 votes for {:val, 208} are counted before, and a majority of 7 nodes is 4

# two votes are lost
@ 5
- p2 accepted 1 1 p2 accepted 1 1
! majority of votes | 10416 10441 10466 10491
    2 votes for {:val, 208} are counted before, and a majority of 7 nodes is 4
= `accepted` lines | 27
= ballots with a majority of votes | 6
= sender of `accepted` | 0
= all senders of a majority of `accepted` | 2
= accepts without a counted vote | 4

# a promise is lost
@ 5
- p2 - prepared 1 1 nil nil p2 Try to run prepared p2 7 4 false
! majority of promises | 10142 10170 10202 10262 10306
    3 promises of this ballot are counted before, and a majority of 7 nodes is 4
= `prepared` lines | 32
= `Try to run prepared` lines | 30
= ballots with a majority of promises | 6
= ballot and instance of `Try to run prepared` | 30
= all senders of a majority of `prepared` | 2

# an accept has another value
@ 3
- p2 - accept 2 1 {:val, 207}
+ p2 - accept 2 1 {:val, 299}
! one value in a ballot | 8293
    the ballot has the value {:val, 207}

# a leader sets another value
@ 6
- p2 SET BALLOT VALUE {:val, 210}
+ p2 SET BALLOT VALUE {:val, 299}
! one value in a ballot | 12457 12485 12545 12626
    the ballot has the value {:val, 299}
! safe value | 12425
    a promise reports a vote for {:val, 210} in ballot 1

# a node accepts another value after a choice
@ 6
- p5 - accept 1 2 {:val, 210}
+ p5 - accept 1 2 {:val, 299}
! one value in a ballot | 12545
    the ballot has the value {:val, 210}
! nothing after a choice | 12545
    a majority has voted for {:val, 210} in ballot 1

# a node accepts in a lower ballot
@ 6
- p4 - accept 1 2
+ p4 - accept 1 1
! a message arrives once | 12457
    p4 receives this accept 2 times, and 1 was sent
! votes have accepts | 12777
    4 `accepted` after 3 `accept`
= all senders of a majority of `accepted` | 4
= accepts without a counted vote | 3

# a node accepts in a higher ballot
@ 6
- p4 - accept 1 1
+ p4 - accept 1 2
! majority of promises | 11737
    0 promises of this ballot are counted before, and a majority of 5 nodes is 3
! a message arrives once | 12457
    p4 receives this accept 2 times, and 1 was sent
! reports are votes | 12513
    expected 2 {:val, 210}
= accepts after the prepare of the ballot | 30

# a promise reports no vote
@ 6
- p2 - prepared 1 2 1 {:val, 210}
+ p2 - prepared 1 2 nil nil
! reports are votes | 12221
    expected 1 {:val, 210}

# a leader counts wrongly
@ 3
- p1 Try to run prepared p1 3 2 false
+ p1 Try to run prepared p1 3 3 false
! counts are right | 7970
    expected 3 2 false

# a vote is doubled
@ 3
- p1 accepted 1 1
+ p1 accepted 1 1 p1 accepted 1 1
! votes have accepts | 8570
    4 `accepted` after 3 `accept`
= `accepted` lines | 30

# a decision is doubled
@ 3
- p2 decided 2 {:val, 207}
+ p2 decided 2 {:val, 207} p2 decided 2 {:val, 207}
= `decided` lines | 27
= decisions | 27
= decisions repeated | 1

# a prepare is doubled
@ 6
- p5 - prepare from p2
+ p5 - prepare from p2 p5 - prepare from p2
! a message arrives once | 12158
    p5 receives a prepare of p2 2 times, and 1 was sent
= `prepare from` lines | 32

# an accept is doubled
@ 6
- p4 - accept 1 2 {:val, 210}
+ p4 - accept 1 2 {:val, 210} p4 - accept 1 2 {:val, 210}
! a message arrives once | 12485
    p4 receives this accept 2 times, and 1 was sent
= `accept` lines | 32
= accepts after the prepare of the ballot | 32
= accepts without a counted vote | 3

# a promise is doubled
@ 5
- p2 - prepared 1 1 nil nil
+ p2 - prepared 1 1 nil nil p2 - prepared 1 1 nil nil
! promises have prepares | 10168
    5 `prepared` after 4 `prepare from`
! promises are counted | 9956
    p2 goes on without counting this promise
= `prepared` lines | 34

# a sending is doubled
@ 6
- p2 sending all prepare 1 2
+ p2 sending all prepare 1 2 p2 sending all prepare 1 2
! leaders take higher ballots | 12111
    p2 knows ballot 2
= `sending all prepare` lines | 8

# a beginning of an instance is doubled
@ 3
- p1 SET BALLOT VALUE 3 nil
+ p1 SET BALLOT VALUE 3 nil p1 SET BALLOT VALUE 3 nil
! instances and ballots begin once | 7500
    3 instances begun after 2 instances proposed
= `SET BALLOT VALUE 3 nil` lines | 44

# a start is doubled
@ 3
- :p2: started
+ :p2: started :p2: started
! nodes have started | 7321
    p2 starts again
= `started` lines | 30

# a prepare that arrives is deleted
@ 6
- p3 - prepare from p2
! promises have prepares | 12492
    4 `prepared` after 3 `prepare from`
! reports are votes | 12492
    no node is left that may promise
= `prepare from` lines | 30
= accepts after the prepare of the ballot | 30
= ballot and instance of `prepare from p1` | 30
= all senders of a majority of `prepared` | 4

# an accept is deleted
@ 6
- p3 - accept 1 2 {:val, 210}
! votes have accepts | 12749
    4 `accepted` after 3 `accept`
= `accept` lines | 30
= accepts after the prepare of the ballot | 30
= all senders of a majority of `accepted` | 4

# a decision is deleted
@ 3
- p2 decided 1 {:val, 205}
! clients learn decisions | 8661
    p2 has decided {:val, 207}
= `decided` lines | 25
= decisions | 25
= instance of `p1: decided {:val, 201}` | 22

# a name of the leader is deleted
@ 6
- p2 - p2 is leader
! leaders are named | 12066
    p2 has not been named leader
= `is leader` lines | 31

# a proposal is deleted
@ 3
- p3 - Propose 2 with action nil
! instances are proposed | 7610
    no node has proposed in instance 2
! instances and ballots begin once | 7443 7469 7495
    2 instances begun after 1 instances proposed
= `Propose` lines | 24
= instances | 7
= values proposed, which the log does not show | 24

# a comment is deleted
@ 1
- Probably recieved this before preare came to self sending with delay
! promises have prepares | 2505
    7 `prepared` after 6 `prepare from`
! promises are counted | 2006
    p1 goes on without counting this promise
= bytes of comments | 93
= `Probably recieved` lines | 1
= node of a comment | 1

# a count is deleted
@ 3
- p1 Try to run prepared p1 3 3 true
! promises are counted | 8112
    p1 goes on without counting this promise
= `Try to run prepared` lines | 30
= ballot and instance of `Try to run prepared` | 30

# a torn line is torn again
@ 6
- p2 Try to run prepared p3 - p2 is leader p2 5 4 true
+ p2 Try to p3 - p2 is leader run prepared p2 5 4 true

# a decision is torn
@ 6
- p5 decided 1 {:val, 210} p4 decided 1 {:val, 210}
+ p5 decided 1 {:val, p4 decided 1 {:val, 210} 210}
= bytes of mended lines | 89
= torn lines | 3
= torn lines mended | 3

# two lines are torn by each other
@ 6
- p5 decided 1 {:val, 210} p4 decided 1 {:val, 210}
+ p5 decided p4 decided 1 1 {:val, 210} {:val, 210}
= bytes of mended lines | 112
= torn lines | 4
= torn lines mended | 4

# a torn line is not continued
@ 6
- p2 5 4 true
! every word is read | 12573
    the words are not a known line
! promises are counted | 12513
    p2 goes on without counting this promise
= bytes of mended lines | 33
= bytes unread | 18
= `Try to run prepared` lines | 30
= torn lines mended | 1
= ballot and instance of `Try to run prepared` | 30

# a torn line ends after the next line of its node
@ 6
- p2 5 4 true p2 - accept 1 2 {:val, 210}
+ p2 - accept 1 2 {:val, 210} p2 5 4 true
! every word is read | 12573 12642
    the words are not a known line
! promises are counted | 12513
    p2 goes on without counting this promise
= bytes of mended lines | 33
= bytes unread | 26
= `Try to run prepared` lines | 30
= torn lines | 3
= torn lines mended | 1
= ballot and instance of `Try to run prepared` | 30

# words of another program
@ 5
- I think that is the cause
+ café 21:04:33.5
! every word is read | 9904
    the words are not a known line
= bytes of comments | 136
= bytes unread | 15
= `I think` lines | 0
= comments | 0

# a dead leader prints
@ 6
- p4 - p1 is leader
+ p1 - p1 is leader
! dead leaders are silent | 11922
    p1 prints "p1 - p1 is leader" afterwards
= leaders that the detector names to other nodes | 25

# a leader dies unasked
@ 6
- :kill_before_decision
+ nil
! deaths are asked for | 11904
    p1 proposed without :kill_before_decision

# a node announces another decision
@ 1
- sending {:val, 207}
+ sending {:val, 299}
! announced decisions were made | 3116
    p6 has not decided {:val, 299} in instance 1

# a client learns another value
@ 3
- p1: decided {:val, 205}
+ p1: decided {:val, 299}
! clients learn decisions | 8710
    p1 has decided {:val, 205} and {:val, 207}
! results are the clients' values | 8842
    the clients learned {:val, 205} {:val, 299} {:val, 205}
= instance of `p1: decided {:val, 201}` | 22

# a killed node tells a client
@ 1
- p1: decided
+ p3: decided
! clients learn decisions | 3977
    p3 has decided nothing
! clients end with a decision | 4078
    the client of p1 has learned no decision
! spared nodes decide | 3977
    p3 was to be killed
= instance of `p1: decided {:val, 201}` | 22

# a client without a decision ends
@ 1
- p1: {:message_queue_len,
+ p3: {:message_queue_len,
! clients end with a decision | 4078
    the client of p3 has learned no decision

# a result has another value
@ 3
- [val: 205, val: 205,
+ [val: 205, val: 206,
! results are the clients' values | 8842
    the clients learned {:val, 205} {:val, 205} {:val, 205}

# a list has another node
@ 1
- :p5, :p8]
+ :p5, :p9]
! lists name the nodes | 829
    expected p3 p4 p5 p8 p10

# a list has an unknown node
@ 2
- :p1, :p8,
+ :p1, :p12,
! lists name the nodes | 4524
    expected p1 p2 p3 p4 p5 p6 p7 p8 p9 p10 p11

# an unknown node is named leader
@ 3
- p2 - p1 is leader
+ p2 - p4 is leader
! nodes have started | 8094
    not started: p4
"""
MECHANICAL = {"bytes", "bytes of lines", "bytes between lines", "lines"}
FAULT = re.compile(r'1: segment (\d+), byte (\d+), "(.*)": (.*)')


class Change(NamedTuple):
    name: str
    text: str  # of the changed excerpt
    faults: list[tuple[str, int, int, str]]  # rule, segment, byte, reason
    counts: dict[str, int]


def read_change(block: str) -> Change:
    marked: dict[str, list[str]] = {mark: [] for mark in "#@-+!="}
    for line in block.replace("\n    ", " | ").splitlines():
        marked[line[0]].append(line[2:])
    (name,), (number,), (old,) = marked["#"], marked["@"], marked["-"]
    faults = [
        (rule, int(number), int(byte), reason)
        for rule, places, reason in (each.split(" | ") for each in marked["!"])
        for byte in places.split()
    ]
    counts = {key: int(count) for key, count in (each.split(" | ") for each in marked["="])}
    return Change(name, changed(int(number), old, "".join(marked["+"])), faults, counts)


def changed(segment: int, old: str, new: str, count: int = 1, text: str = EXCERPT) -> str:
    """Return the excerpt with other words in a segment, the first `count` times or always (-1)."""
    parts = segments(text)
    before = parts[segment - 1]
    parts[segment - 1] = before.replace(f" {old} ", f" {new} " if new else " ", count)
    assert parts[segment - 1] != before
    return "".join(parts)


CHANGED = [read_change(each) for each in CHANGES.split("\n\n")]


@pytest.mark.parametrize("change", CHANGED, ids=lambda each: each.name)
def test_each_change_of_a_fact_breaks_the_rules_about_it(change: Change) -> None:
    audit = audited(change.text)
    found = []
    for rule, texts in faults(audit).items():
        for match in map(FAULT.fullmatch, texts):
            assert match is not None
            segment, byte, line, reason = match.groups()
            assert change.text[int(byte) :].startswith(line)
            found.append((rule, int(segment), int(byte), reason))
    assert sorted(found) == sorted(change.faults)
    assert audit.is_refused == bool(change.faults)
    counts = {**audit.counts, **audit.inferred, **audit.unchecked}
    before = {**COUNTS, **INFERRED, **UNCHECKED}
    differing = {name for name in counts if counts[name] != before[name]} - MECHANICAL
    assert {name: counts[name] for name in differing} == change.counts
    parts = [count for name, count in audit.counts.items() if name.startswith("bytes ")]
    assert audit.counts["bytes"] == len(change.text.encode()) == sum(parts)


def test_the_changes_break_every_rule() -> None:
    broken = {rule for change in CHANGED for rule, *_ in change.faults}
    of_the_next_tests = {"one leader asks in a ballot", "ballots never fall"}
    assert broken | of_the_next_tests == TIMES.keys()


def test_two_leaders_do_not_ask_for_votes_in_the_same_ballot() -> None:
    audit = audited(changed(6, "1 2", "1 1", -1))
    assert faults(audit) == {
        "one leader asks in a ballot": [
            '1: segment 6, byte 12425, "p2 SET BALLOT VALUE {:val, 210}": '
            "p1 has asked in this ballot before"
        ],
        "leaders take higher ballots": [
            '1: segment 6, byte 12084, "p2 sending all prepare 1 1": p2 knows ballot 1'
        ],
    }
    assert audit.counts["ballots of several leaders"] == 1


def test_a_delayed_accept_is_a_fault_only_if_all_nodes_have_answered() -> None:
    late, arrival = "p5 - accept 1 1 {:val, 210}", "p5 - prepare from p2"
    text = changed(6, arrival, f"{arrival} {late}", text=changed(6, late, ""))
    promise = "{:val, 210} p5 - accept 1 2"
    text = changed(
        6, f"p2 - prepared 1 2 1 {promise}", f"p2 - prepared 1 2 nil nil {promise[12:]}", text=text
    )
    assert faults(audited(text)) == {}  # p1 is dead and has counted three of five votes
    vote = "p1 accepted 1 1"
    found = faults(audited(changed(6, vote, f"{vote} {vote} {vote}", text=text)))
    assert {rule: len(texts) for rule, texts in found.items()} == {
        "ballots never fall": 1,
        "votes have accepts": 1,  # the vote of p5 is counted before its accept arrives
    }
    assert found["ballots never fall"][0].endswith("p5 answers ballot 1 after ballot 2")


def test_a_fault_names_its_line_and_its_byte_in_the_file() -> None:
    line = "p3 decided 1 {:val, 299}"
    text = changed(3, "p3 decided 1 {:val, 205}", line).replace(" p3 ", "\np3 ")
    check = next(each for each in audited(text).checks if each.name == "decided what was asked")
    (fault,) = check.faults
    assert text.split("\n")[fault.place.line - 1].startswith(line)
    assert fault.text.startswith(f'segment 3, byte {text.index(line)}, "{line}": ')


def test_bytes_are_counted_and_not_characters() -> None:
    text = changed(5, "I think that is the cause", "caf\u00e9").replace(
        "p2 5 4 true", "p2 5 5 true"
    )
    audit = audited(text)
    assert audit.counts["bytes"] == len(text.encode()) == len(text) + 1
    assert audit.counts["bytes unread"] == len("caf\u00e9".encode())
    byte = len(text[: text.index("p2 Try to run prepared p3")].encode())
    assert faults(audit)["counts are right"] == [
        f'1: segment 6, byte {byte}, "p2 Try to run prepared p2 5 5 true": expected 5 4 true'
    ]


def test_a_segment_without_its_first_line_is_a_smaller_cluster() -> None:
    audit = audited(changed(6, "Starting paxos for p3", ""))
    assert set(faults(audit)) == {"counts are right", "nodes have started"}
    assert [each.split('": ')[1] for each in faults(audit)["counts are right"]] == [
        *(f"expected 4 {nth} {str(nth > 3).lower()}" for nth in (1, 2, 3, 4, 5)),
        *(f"expected 4 {nth} {str(nth > 3).lower()}" for nth in (1, 2, 3, 4)),
    ]


def test_a_node_that_starts_again_begins_a_segment() -> None:
    audit = audited("Starting paxos for p1 Starting paxos for p2 " * 3)
    assert (audit.counts["segments"], audit.counts["segments with a decision"]) == (3, 0)
    assert audit.unchecked["segments without a decision"] == 3


PASS = "pass the output of the Elixir Paxos tests"


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", "1: the log is empty"),
        (" \n ", "1: the log is empty"),
        (
            "\n{'event': 'Starting paxos for p1'}",
            '2: the log must begin with "Starting paxos for p1", got '
            """"{'event': 'Starting paxos for p1'}\"""",
        ),
        (
            EXCERPT[9:],
            '1: the log must begin with "Starting paxos for p1", got '
            '"paxos for p10 Starting paxos for p3 Star..."',
        ),
        (
            "Starting paxos for p1\n* starting the p1 service\n* done, in three seconds",
            "2: the log must have known lines in most of its text, got "
            '"* starting the p1 service * done, in thr..."',
        ),
    ],
)
def test_another_text_is_refused_with_its_place(text: str, error: str) -> None:
    with pytest.raises(UsageError) as caught:
        audited(text)
    assert str(caught.value) == f"elixir.txt:{error}; {PASS}"


def test_a_log_without_lines_is_refused() -> None:
    with pytest.raises(UsageError) as caught:
        audit_elixir([])
    assert str(caught.value) == f"the log is empty; {PASS}"
