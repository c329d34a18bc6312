"""Texts broken into lines of a given width."""

from __future__ import annotations

import pytest

from pcheck.render.svg.measure import break_text
from tests.render.diagram.drawn import packed


@pytest.mark.parametrize("room", [40.0, 90.0, 400.0])
@pytest.mark.parametrize(
    "text",
    ["", "a", "one two  three", "Accept(vote=Vote(ballot=1, value=v1))", "m" * 70, "字" * 30],
)
def test_the_lines_of_a_text_contain_the_whole_text(text: str, room: float) -> None:
    lines = break_text(text, 12, room)
    assert packed("".join(lines)) == packed(text)
    assert [line for line in lines if len(line) > 1 and line != line.strip()] == []
