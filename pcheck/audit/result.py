"""The result of an audit: for each run of a log, whether the protocol can behave so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from pcheck.audit.places import Place
from pcheck.loading.setup import Setup
from pcheck.traces.timeline import Timeline


class Answer(Enum):
    """The answer for one run of a log."""

    SOUND = "sound"  # a run of the protocol has these events, and it was found
    REFUSED = "refused"  # no run of the protocol has these events
    UNDECIDED = "undecided"  # neither was shown


@dataclass(frozen=True)
class Past:
    """The steps that an event depends on; the last ones if there are many."""

    steps: int
    timeline: Timeline | None = None  # None: too many to draw
    last: tuple[str, ...] = ()


@dataclass(frozen=True)
class Refusal:
    """The first event that no run of the protocol has, and why."""

    place: Place
    event: str
    node: str
    fields: Mapping[str, str]  # of the node before the event
    reason: str
    instead: tuple[str, ...]  # what the node could have done
    past: Past


@dataclass(frozen=True)
class Violation:
    """A property that is false in this run, and the event after which it is."""

    name: str
    why: str
    place: Place | None  # None: after a step that the log leaves out
    step: str


@dataclass(frozen=True)
class RunAudit:
    """The answer for one run, with what it rests on."""

    run: str
    answer: Answer
    events: int
    steps: int  # of the witness, or of the longest try
    hidden: tuple[str, ...]  # of these steps, the labels of those that the log leaves out
    assumed: int  # messages that may have been sent before the log begins
    refusal: Refusal | None = None
    undecided: str = ""
    violations: tuple[Violation, ...] = ()
    begins_later: tuple[str, ...] = ()  # the nodes that begin in mid-run, in a state of the log
    execution: tuple[str, ...] | None = None  # the steps found, or those before a refused event


@dataclass(frozen=True)
class Audit:
    """The audit of a log."""

    setup: Setup
    files: Sequence[str]
    runs: tuple[RunAudit, ...]
    judged: tuple[str, ...]  # the names of the properties that were judged
    unjudged: tuple[str, ...]  # and of those that were not
    never: tuple[str, ...]  # the rules that the log never exercised
    sizes: tuple[str, ...]  # the options whose values come from the nodes that the log names
    defaults: tuple[str, ...]  # the options with a number that nobody gave

    @property
    def status(self) -> int:
        """The exit status: 0 if all runs are sound, 1 if one is refused, 3 if one is undecided."""
        answers = {run.answer for run in self.runs}
        if Answer.REFUSED in answers or any(run.violations for run in self.runs):
            return 1
        return 3 if Answer.UNDECIDED in answers else 0
