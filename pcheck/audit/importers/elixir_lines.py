"""The lines that the Elixir Paxos prints: a template for each kind, and the events read from them.

A line ends with a blank in the log, as all lines were joined into one. So only the words of a line
tell where the line ends."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate

from pcheck.audit.places import Place
from pcheck.errors import UsageError

FIELDS = {
    "node": r"p\d+",
    "leader": r"p\d+",
    "instance": r"\d+",
    "ballot": r"\d+",
    "voted": r"\d+",
    "value": r"\{:val, \d+\}",
    "action": r"nil|:\w+",
    "size": r"\d+",
    "nth": r"\d+",
    "is_past": r"true|false",
    "length": r"\d+",
    "nodes": r":p\d+(?:, :p\d+)*",
    "followers": r":p\d+(?:, :p\d+)*",
    "values": r"val: \d+(?:, val: \d+)*",
}
LISTS = {"nodes", "followers", "values"}
COMMENTS = {"Probably recieved", "I think"}
BY_THE_TEST = {"Starting paxos", "pN: decided", "message_queue_len"}  # each names a node
TEMPLATES = (  # the kind of a line, and its words; the longer of two lines with one beginning first
    ("Starting paxos", "Starting paxos for {node}"),
    ("started with", ":{node}: started with [{nodes}]"),
    ("started", ":{node}: started"),
    ("spare", "spare = [{nodes}]"),
    ("kill", "kill: leaders, followers = [{nodes}], [{followers}]"),
    ("Propose", "{node} - Propose {instance} with action {action}"),
    ("SET BALLOT VALUE 3 nil", "{node} SET BALLOT VALUE 3 nil"),
    ("SET BALLOT VALUE 2 nil", "{node} SET BALLOT VALUE 2 nil"),
    ("SET BALLOT VALUE", "{node} SET BALLOT VALUE {value}"),
    ("is leader", "{node} - {leader} is leader"),
    ("sending all prepare", "{node} sending all prepare {instance} {ballot}"),
    ("prepare from", "{node} - prepare from {leader}"),
    ("prepared", "{node} - prepared {instance} {ballot} nil nil"),
    ("prepared", "{node} - prepared {instance} {ballot} {voted} {value}"),
    ("Try to run prepared", "{node} Try to run prepared {node} {size} {nth} {is_past}"),
    ("Probably recieved", "Probably recieved this before preare came to self sending with delay"),
    ("accept", "{node} - accept {instance} {ballot} {value}"),
    ("accepted", "{node} accepted {instance} {ballot}"),
    ("decided", "{node} decided {instance} {value}"),
    ("Has already decided", "{node} - Has already decided for {instance} sending {value}"),
    (
        "Leader has action to die",
        "{node} - Leader has action to die before decision {:decide, {instance}, {value}}",
    ),
    ("pN: decided", "{node}: decided {value}"),
    ("message_queue_len", "{node}: {:message_queue_len, {length}}"),
    ("result", "[{values}]"),
    ("I think", "I think that is the cause"),
)
KINDS = tuple(dict.fromkeys(kind for kind, _ in TEMPLATES))


@dataclass(frozen=True, slots=True, eq=False)
class Event:
    """A line of the log. The numbers `at` and `end` count the characters of the whole log."""

    kind: str
    at: int
    end: int
    text: str
    fields: Mapping[str, str]

    @property
    def node(self) -> str:
        return self.fields["node"]

    @property
    def is_of_node(self) -> bool:
        """Return whether a node prints the line. Otherwise the test or a client prints the line."""
        return "node" in self.fields and self.kind not in BY_THE_TEST

    @property
    def leader(self) -> str:
        return self.fields["leader"]

    @property
    def instance(self) -> int:
        return int(self.fields["instance"])

    @property
    def ballot(self) -> int:
        return int(self.fields["ballot"])

    @property
    def value(self) -> str:
        return self.fields["value"]

    @property
    def report(self) -> tuple[int, str] | None:
        """The vote in a `prepared`: the ballot and the value, or None for `nil nil`."""
        return (int(self.fields["voted"]), self.value) if "voted" in self.fields else None

    @property
    def listed(self) -> set[str]:
        """The nodes of all lists in the line."""
        return set(re.findall(r":(p\d+)[],]", self.text))


class Log:
    """The text of a log as one line, and the place of each character. A newline is a blank."""

    def __init__(self, lines: Iterable[tuple[Place, str]]) -> None:
        self._places: list[Place] = []
        self._starts: list[int] = []
        texts, start = [], 0
        for place, line in lines:
            text = line.removesuffix("\n")
            self._places.append(place)
            self._starts.append(start)
            texts.append(text)
            start += len(text) + 1
        raw = "\n".join(texts)
        self.text = re.sub(r"\s", " ", raw, flags=re.ASCII)
        self._ends = [] if raw.isascii() else list(accumulate(map(_size, raw)))
        self.size = self.byte(len(raw))
        if not self.text.strip():
            where = f"{self._places[0]}: " if self._places else ""
            raise UsageError(f"{where}the log is empty; pass the output of the Elixir Paxos tests")

    def place(self, at: int) -> Place:
        return self._places[bisect_right(self._starts, at) - 1]

    def byte(self, at: int) -> int:
        """Return the number of bytes before this character."""
        return self._ends[at - 1] if self._ends and at else at


def _size(character: str) -> int:
    return len(character.encode(errors="surrogateescape"))


def _pieces(template: str) -> Iterator[tuple[str, str]]:
    """Yield the parts of a template: a literal text and the field behind the text, or ""."""
    parts = re.split(r"\{(\w+)\}", template)
    yield from zip(parts[::2], [*parts[1::2], ""])


def _pattern(template: str, suffix: str = "") -> str:
    """Return the regular expression of a template; a field that is named again must be equal."""
    pattern, seen = "", set[str]()
    for literal, field in _pieces(template):
        pattern += re.escape(literal)
        if field in seen:
            pattern += f"(?P={field}{suffix})"
        elif field:
            pattern += f"(?P<{field}{suffix}>{FIELDS[field]})"
        seen.add(field)
    return pattern.replace(r"\ ", " ")


def _alternatives() -> Iterator[str]:
    for nth, (_, template) in enumerate(TEMPLATES):
        yield f"(?P<line_{nth}>{_pattern(template, f'_{nth}').replace(' ', ' +')})"


def _beginnings() -> Iterator[str]:
    """Yield the expression of all beginnings of each line, cut between any two words."""
    value = FIELDS["value"]  # two words: a group around both could not be cut
    for nth, (_, template) in enumerate(TEMPLATES):
        if LISTS & {field for _, field in _pieces(template)}:
            continue  # a torn list is not mended
        pattern = _pattern(template, f"_{nth}").replace(f"(?P<value_{nth}>{value})", value)
        first, *others = pattern.split(" ")
        yield first + "".join(f"(?: {word}" for word in others) + ")?" * len(others)


LINE = re.compile(rf"(?<![^ ])(?:{'|'.join(_alternatives())})(?![^ ])", re.ASCII)
BEGINNING = re.compile("|".join(_beginnings()), re.ASCII)
FIELDS_OF = {
    f"line_{nth}": {field: f"{field}_{nth}" for _, field in _pieces(template) if field}
    for nth, (_, template) in enumerate(TEMPLATES)
}
KIND_OF = {f"line_{nth}": kind for nth, (kind, _) in enumerate(TEMPLATES)}


def event_of(match: re.Match[str], at: int, end: int) -> Event:
    """Return the event of a match of `LINE`."""
    line = match.lastgroup or ""
    fields = {field: " ".join(match[group].split()) for field, group in FIELDS_OF[line].items()}
    return Event(KIND_OF[line], at, end, " ".join(match[0].split()), fields)
