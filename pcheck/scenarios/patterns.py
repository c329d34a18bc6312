"""Patterns of steps and values: the text that pcheck prints, in full or in brief, with wildcards.

`p1 <- a1: Promise(1, None)` and `p1 <- a1: Promise(ballot=1, last=None)` are the same step. A `*`
stands for any text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from pcheck.language.model import Model
from pcheck.language.printing import brief
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.semantics.network import Letter
from pcheck.semantics.node import Row
from pcheck.traces.impossible import possible_instead, why_impossible

WILDCARD = "*"
BLANKS = re.compile(r"""('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")|\s+""")


class Spelled(NamedTuple):
    """A possible step: its label in full and in brief, and the state after the step."""

    label: str
    brief: str
    after: Any


@dataclass(frozen=True)
class Pattern:
    """A text in which each `*` stands for any text."""

    text: str

    @property
    def is_exact(self) -> bool:
        """True without a wildcard."""
        return WILDCARD not in self.text

    def matches(self, *texts: str) -> bool:
        """Return whether one of the texts is as the pattern says."""
        return any(text == self.text or self._fits(with_single_blanks(text)) for text in texts)

    def _fits(self, text: str) -> bool:
        """Return whether a text fits.

        A regular expression with many wildcards could take for ever; this takes one search each.
        """
        if self.is_exact:
            return text == self.text
        first, *middle, last = self.text.split(WILDCARD)
        if not (text.startswith(first) and text.endswith(last)):
            return False
        at, end = len(first), len(text) - len(last)
        for part in middle:
            at = text.find(part, at, end)
            if at < 0:
                return False
            at += len(part)
        return at <= end

    def among(self, model: Model[Any], state: Any) -> list[Spelled]:
        """Return the possible steps that the pattern matches; an exact label comes first."""
        found = [each for each in spelled(model, state) if self.matches(each.label, each.brief)]
        return [each for each in found if each.label == self.text] or found

    def why_none(self, model: Model[Any], state: Any) -> str:
        """Return why no possible step matches, and what is possible instead."""
        if isinstance(model, ClusterModel):
            for node, config in zip(model.nodes, state.nodes):
                for letter in config.inbox:
                    for text in (
                        f"{node.me} <- {letter.src}: ",
                        f"lost: {letter.src} -> {node.me}: ",
                    ):
                        if self.matches(text + letter.text, text + brief(letter.message)):
                            return why_impossible(model, state, text + letter.text)
        if self.is_exact:
            return why_impossible(model, state, self.text)
        possible = [each.label for each in spelled(model, state)]
        return f"no possible step is like this. {possible_instead(possible)}"


def with_single_blanks(text: str) -> str:
    """Return a text with one blank for several, except inside quotes, where blanks count."""
    return BLANKS.sub(lambda found: found[1] or " ", text.strip())


def spelled(model: Model[Any], state: Any) -> Iterator[Spelled]:
    """Yield the possible steps of a state."""
    if not isinstance(model, ClusterModel):
        for label, after in model.steps(state):
            yield Spelled(label, label, after)
        return
    for i, row in model.rows(state):
        after = model.after(state, i, row)
        if after != state:
            yield Spelled(row.label, _brief(row), after)


def _brief(row: Row) -> str:
    """Return the label of a row, with the message in brief."""
    letter: Letter | None = row.letter
    if letter is None:
        return row.label
    return row.label.replace(f": {letter.text}", f": {brief(letter.message)}", 1)
