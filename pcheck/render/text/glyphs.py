"""The characters of a drawn trace, in Unicode and in ASCII."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Glyphs:
    """The characters of a drawing; the lines of lanes and of messages look different."""

    lane: str
    down: str  # the lane of a node that is down
    leaves: Mapping[
        tuple[bool, bool], str
    ]  # a lane that a message leaves: (to the left, to the right)
    in_flight: str  # the vertical line of a message
    along: str  # the horizontal line of a message
    turns: Mapping[tuple[int, bool], str]  # begin a vertical line: (side, is it outermost)
    ends: Mapping[tuple[int, bool], str]  # leave a vertical line: (side, does it end)
    heads: Mapping[int, str]
    event: str
    sender: str
    lost: str
    unended: str  # the end of a message that is never delivered and never lost
    banner: str


UNICODE = Glyphs(
    lane="┃",
    down="╎",
    leaves={(True, False): "┨", (False, True): "┠", (True, True): "╂"},
    in_flight="│",
    along="─",
    turns={(1, True): "╮", (1, False): "┬", (-1, True): "╭", (-1, False): "┬"},
    ends={(1, True): "╰", (1, False): "├", (-1, True): "╯", (-1, False): "┤"},
    heads={1: "►", -1: "◄"},
    event="●",
    sender="○",
    lost="╳",
    unended="…",
    banner="═",
)
ASCII = Glyphs(
    lane="|",
    down=".",
    leaves=dict.fromkeys([(True, False), (False, True), (True, True)], "+"),
    in_flight=":",
    along="-",
    turns=dict.fromkeys([(1, True), (1, False), (-1, True), (-1, False)], "+"),
    ends=dict.fromkeys([(1, True), (1, False), (-1, True), (-1, False)], "+"),
    heads={1: ">", -1: "<"},
    event="*",
    sender="o",
    lost="x",
    unended="~",
    banner="=",
)
