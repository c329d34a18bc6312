"""The forms of expectations: the text of each, and the expectation that the text states."""

from __future__ import annotations

import re
from collections.abc import Callable

from pcheck.scenarios.expectations import (
    CanBe,
    FieldIs,
    IsUp,
    Milestone,
    Possible,
    PropertyIs,
)
from pcheck.scenarios.patterns import Pattern
from pcheck.scenarios.receiving import Sent, Takes
from pcheck.scenarios.situation import Expectation

FORMS = (
    "a1.promised = 2; a1 is down; a1 ignores Prepare(7) from p1; p1 sent Accept(*); "
    "possible: a1 <- p1: Prepare(7); agreement is false; or agreement can be violated from here"
)


def expectation(text: str) -> Expectation:
    """Return the expectation that a text states, or raise ValueError."""
    for form, make in FORMS_OF:
        found = re.fullmatch(form, text, re.S)
        if found is not None:
            return make(*found.groups())
    raise ValueError(f"an expectation must be like {FORMS}; got {text or 'nothing'}")


FORMS_OF: tuple[tuple[str, Callable[..., Expectation]], ...] = (
    (r"possible: (.+)", lambda step: Possible(Pattern(step), True)),
    (r"not possible: (.+)", lambda step: Possible(Pattern(step), False)),
    (r"milestone: (.+)", lambda line: Milestone(Pattern(line))),
    (
        r"(\S+?\.\w[^=!\s]*|\S+?\.file [^=!\s]+) *(!?=)(?!=) *(.+)",
        lambda place, sign, value: FieldIs(place, Pattern(value), sign == "="),
    ),
    (r"(\S+) is (up|down)", lambda node, word: IsUp(node, word == "up")),
    (
        r"(\S+) (ignores|takes) (.+?)(?: from ([^\s'\"()]+))?",
        lambda node, verb, message, src: Takes(node, message, src, verb == "takes"),
    ),
    (r"(\S+) sent (.+)", lambda node, text: Sent(node, Pattern(text), True)),
    (r"(\S+) did not send (.+)", lambda node, text: Sent(node, Pattern(text), False)),
    (r"(\S+) is (true|false|reached|not reached)", PropertyIs),
    (
        r"(\S+) can(not)? be (violated|reached) from here",
        lambda name, no, verb: CanBe(name, no is None, verb),
    ),
)
