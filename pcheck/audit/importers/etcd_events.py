"""Events of etcd's raft, read from the lines that its trace logger writes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, NamedTuple

from pcheck.audit.places import Place
from pcheck.errors import UsageError

NOBODY = "0"  # the vote of a node that did not vote in its term
LEADER, CANDIDATE = "StateLeader", "StateCandidate"
APPEND, HEARTBEAT, SNAPSHOT = "MsgApp", "MsgHeartbeat", "MsgSnap"
VOTE, VOTE_ANSWER, APPEND_ANSWER = "MsgVote", "MsgVoteResp", "MsgAppResp"
HEARTBEAT_ANSWER = "MsgHeartbeatResp"
MESSAGE_KINDS = {APPEND, HEARTBEAT, SNAPSHOT, VOTE, VOTE_ANSWER, APPEND_ANSWER, HEARTBEAT_ANSWER}
REMEDY = "write the log with the trace logger of etcd's raft"


@dataclass(frozen=True, slots=True)
class RaftMessage:
    """A message between nodes, or from a node to itself; `entries` is a number of entries.

    In a MsgSnap, `entries` is the index of the snapshot.
    """

    kind: str
    term: int
    source: str
    target: str
    entries: int
    log_term: int
    index: int
    commit: int
    vote: str
    reject: bool
    reject_hint: int

    def __str__(self) -> str:
        fields = {"entries": self.entries, "logTerm": self.log_term, "index": self.index}
        fields |= {"commit": self.commit, "reject": self.reject, "rejectHint": self.reject_hint}
        said = [
            f"term {self.term}",
            *(f"{name} {value}" for name, value in fields.items() if value),
        ]
        return f"{self.kind} from {self.source} to {self.target} ({', '.join(said)})"


class RaftEvent(NamedTuple):
    """An event of a node, with the state of the node."""

    place: Place
    name: str
    node: str
    term: int
    vote: str
    commit: int
    role: str
    log: int  # the index of the last entry
    voters: frozenset[str]
    old_voters: frozenset[str]  # not empty while the configuration is joint
    message: RaftMessage | None
    new_voters: frozenset[str] | None  # of an ApplyConfChange

    @property
    def is_send(self) -> bool:
        return self.name.startswith("Send")

    @property
    def is_receive(self) -> bool:
        return self.name.startswith("Receive")


@dataclass(frozen=True)
class _Fields:
    """A JSON object of a line; each method returns a field or raises UsageError."""

    place: Place
    path: str  # `event.state`, or empty for the line
    content: dict[str, Any]

    def get(self, name: str, kind: type, wanted: str) -> Any:
        if name not in self.content:
            raise UsageError(f"{self.place}: {self.named(name)} is missing; {REMEDY}")
        value = self.content[name]
        if type(value) is not kind:
            raise self.wrong(name, wanted)
        return value

    def wrong(self, name: str, wanted: str) -> UsageError:
        got = json.dumps(self.content[name])[:60]
        field = self.named(name)
        return UsageError(f"{self.place}: {field} must be {wanted}, got {got}; {REMEDY}")

    def named(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name

    def text(self, name: str) -> str:
        return str(self.get(name, str, "a string"))

    def number(self, name: str) -> int:
        number = int(self.get(name, int, "a whole number"))
        if number < 0:
            raise self.wrong(name, "at least 0")
        return number

    def fields(self, name: str) -> _Fields:
        return _Fields(self.place, self.named(name), self.get(name, dict, "an object"))

    def voters(self, name: str) -> frozenset[str]:
        found = self.get(name, list, "a list of nodes")
        return self._nodes(name, found)

    def halves(self, name: str) -> tuple[frozenset[str], frozenset[str]]:
        found = self.get(name, list, "two lists of nodes")
        if len(found) != 2:
            raise self.wrong(name, "two lists of nodes")
        return self._nodes(name, found[0]), self._nodes(name, found[1])

    def _nodes(self, name: str, found: object) -> frozenset[str]:
        if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
            raise self.wrong(name, "lists of nodes, each a string")
        return frozenset(found)


def read_event(place: Place, text: str) -> RaftEvent | None:
    """Return the event of a line, None for other output, or raise UsageError."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise UsageError(f"{place}: not a JSON object; {REMEDY}, one object a line")
    if found.get("tag") != "trace":
        return None
    return _event_of(_Fields(place, "", found).fields("event"))


def _event_of(event: _Fields) -> RaftEvent:
    name = event.text("name")
    state = event.fields("state")
    voters, old_voters = event.halves("conf")
    has_message = "msg" in event.content or name.startswith(("Send", "Receive"))
    return RaftEvent(
        event.place,
        name,
        event.text("nid"),
        state.number("term"),
        state.text("vote"),
        state.number("commit"),
        event.text("role"),
        event.number("log"),
        voters,
        old_voters,
        _message_of(event.fields("msg")) if has_message else None,
        _new_voters_of(event) if name == "ApplyConfChange" else None,
    )


def _message_of(msg: _Fields) -> RaftMessage:
    return RaftMessage(
        msg.text("type"),
        msg.number("term"),
        msg.text("from"),
        msg.text("to"),
        msg.number("entries"),
        msg.number("logTerm"),
        msg.number("index"),
        msg.number("commit"),
        msg.text("vote"),
        bool(msg.get("reject", bool, "true or false")),
        msg.number("rejectHint"),
    )


def _new_voters_of(event: _Fields) -> frozenset[str]:
    change = event.fields("prop").fields("cc")
    return change.voters("newconf") if "newconf" in change.content else frozenset()
