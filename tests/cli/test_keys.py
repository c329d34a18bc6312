"""What keys are called, whatever a terminal sends for them."""

from __future__ import annotations

import pytest

from pcheck.cli.keys import keys


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("\x1b[C\x1bOC\xe0M\0M", ["right"] * 4),
        ("\x1b[D\x1bOD\xe0K\0K", ["left"] * 4),
        ("\x1b[H\x1bOH\x1b[1~\x1b[7~\xe0G\0G", ["home"] * 6),
        ("\x1b[F\x1bOF\x1b[4~\x1b[8~\xe0O\0O", ["end"] * 6),
        ("\r\n \x7f\x08", ["enter", "enter", "space", "backspace", "backspace"]),
        ("\x03\x04\x1b", ["stop", "stop", "escape"]),
        ("nnpG", ["n", "n", "p", "G"]),
        ("\x1b\x1b[C", ["escape", "right"]),
        ("\x1b\x1b", ["escape", "escape"]),
        ("", []),
    ],
)
def test_each_key_has_one_name(typed: str, names: list[str]) -> None:
    assert keys(typed) == names


@pytest.mark.parametrize("typed", ["\x1b[1;5C", "\x1b[200~", "\x1bq", "\x1bOP", "\x1b[A", "\x1a"])
def test_what_an_unknown_key_sends_is_not_taken_for_several_others(typed: str) -> None:
    assert keys(f"n{typed}p") == ["n", typed, "p"]
