"""The audit of the log of a Paxos in Elixir: the output of its tests, all on one line."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable

from pcheck.audit.checks import Check, Fault, FieldAudit
from pcheck.audit.importers import elixir_clients, elixir_messages, elixir_rules
from pcheck.audit.importers.elixir_counts import bytes_of, counts_of, inferred, unchecked
from pcheck.audit.importers.elixir_lines import Log
from pcheck.audit.importers.elixir_rules import Rule
from pcheck.audit.importers.elixir_segments import Segment, segments_of
from pcheck.audit.importers.elixir_tears import Reading, read
from pcheck.audit.places import Place
from pcheck.errors import UsageError
from pcheck.text import printable

RULES = (*elixir_rules.RULES, *elixir_messages.RULES, *elixir_clients.RULES)
ABOUT = "The output of the tests of a Paxos in Elixir: each segment is an execution of a cluster."
MAX_QUOTED = 40  # characters of the log in an error


def audit_elixir(lines: Iterable[tuple[Place, str]]) -> FieldAudit:
    """Compare the log of the Elixir Paxos with all rules; newlines in the log are blanks."""
    log = Log(lines)
    reading = read(log)
    _refuse_other_logs(log, reading)
    segments = list(segments_of(reading.events))
    checks = (
        _all_is_read(log, reading, segments),
        *(_checked(rule, segments, log) for rule in RULES),
    )
    counts = {**bytes_of(reading, log), **counts_of(reading, segments)}
    return FieldAudit(ABOUT, counts, checks, inferred(segments), unchecked(segments))


def _refuse_other_logs(log: Log, reading: Reading) -> None:
    """Raise a UsageError unless the log begins with a segment and is read for the most part."""
    remedy = "pass the output of the Elixir Paxos tests"
    at = len(log.text) - len(log.text.lstrip())
    events = reading.events
    if not events or (events[0].kind, events[0].at) != ("Starting paxos", at):
        problem = f'must begin with "Starting paxos for p1", got {_quoted(log, at)}'
        raise UsageError(f"{log.place(at)}: the log {problem}; {remedy}")
    unread = sum(len(each.text) for each in reading.unread)
    if unread > (len(log.text) - reading.blanks) / 2:
        at = reading.unread[0].at
        problem = f"must have known lines in most of its text, got {_quoted(log, at)}"
        raise UsageError(f"{log.place(at)}: the log {problem}; {remedy}")


def _quoted(log: Log, at: int, end: int | None = None) -> str:
    text = log.text[at:end]
    return f'"{text if len(text) <= MAX_QUOTED else text[:MAX_QUOTED] + "..."}"'


def _all_is_read(log: Log, reading: Reading, segments: list[Segment]) -> Check:
    """Compare the lines and the unread words. Otherwise a fact could be left out in silence."""
    starts = [segment.events[0].at for segment in segments]
    faults = []
    for at, end in reading.unread_parts(log.text):
        where = f"segment {bisect_right(starts, at)}, byte {log.byte(at)}"
        text = f"{where}, {printable(_quoted(log, at, end))}: the words are not a known line"
        faults.append(Fault(log.place(at), text))
    meaning = "Every word belongs to a line of a known kind, or to a torn line that is mended."
    return Check("every word is read", meaning, len(reading.events) + len(faults), tuple(faults))


def _checked(rule: Rule, segments: list[Segment], log: Log) -> Check:
    times, faults = 0, []
    for segment in segments:
        for event, broken in rule.compare(segment):
            times += 1
            if broken:
                where = f"segment {segment.number}, byte {log.byte(event.at)}"
                text = f'{where}, "{event.text}": {broken}'
                faults.append(Fault(log.place(event.at), text))
    return Check(rule.name, rule.meaning, times, tuple(faults))
