"""The messages of Raft, by figure 2 of the paper.

An entry is written as its term, as in the figures of the paper. Its index and its term identify an
entry, as long as each term has at most one leader.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

Log: TypeAlias = tuple[int, ...]  # the term of each entry


@dataclass(frozen=True)
class RequestVote:
    """A candidate asks for votes and describes the last entry of its log."""

    term: int
    last_term: int
    last_index: int


@dataclass(frozen=True)
class Vote:
    """A server votes for a candidate."""

    term: int


@dataclass(frozen=True)
class AppendEntries:
    """A leader sends one entry of its log, and the term of the entry before it."""

    term: int
    prev_index: int
    prev_term: int
    entry: int

    @property
    def entries(self) -> Mapping[int, int]:
        """The two entries of the leader's log that the message contains, by index."""
        return {self.prev_index: self.prev_term, self.prev_index + 1: self.entry}


@dataclass(frozen=True)
class Appended:
    """A follower confirms that its log equals the leader's up to this index."""

    term: int
    index: int


@dataclass(frozen=True)
class Committed:
    """A server reports that the entry at this index is committed."""

    term: int
    index: int
    entry: int
