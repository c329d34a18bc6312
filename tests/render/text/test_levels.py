"""The levels of a search: the numbers counted independently, and the chart read back."""

from __future__ import annotations

import io
import re
from collections.abc import Hashable
from dataclasses import replace
from typing import Any

import pytest
from rich.console import Console

from pcheck import Model, check
from pcheck.loading.setup import prepare
from pcheck.loading.spec import find
from pcheck.render.text.levels import Levels
from pcheck.search.outcome import SearchResult

SMALL: dict[str, Any] = {"rounds": 1, "crashes": 0}
EIGHTHS = {char: eighths for eighths, char in enumerate(" ▁▂▃▄▅▆▇█")}
THIRDS = {char: thirds for thirds, char in enumerate(" .:#")}


def new_at_each_distance(model: Model[Any]) -> tuple[int, ...]:
    """Return the number of new states at each distance, counted without any explorer."""
    known: set[Hashable] = {model.initial()}
    edge, widths = set(known), list[int]()
    while edge:
        widths.append(len(edge))
        edge = {after for state in edge for _, after in model.steps(state)} - known
        known |= edge
    return tuple(widths)


def small(**how: Any) -> SearchResult:
    return check("paxos", **{**SMALL, **how}).search


def drawn(widths: tuple[int, ...], **how: Any) -> Levels:
    """Return the levels of a search with these numbers of new states."""
    search = replace(small(acceptors=1), widths=widths, states=sum(widths), transitions=0)
    return Levels(replace(search, **how))


def printed(what: Levels, width: int = 100, encoding: str = "utf-8") -> list[str]:
    file = io.TextIOWrapper(io.BytesIO(), encoding=encoding, newline="")
    Console(file=file, width=width, color_system=None).print(what)
    file.flush()
    assert isinstance(file.buffer, io.BytesIO)
    return file.buffer.getvalue().decode(encoding).splitlines()


def heights(rows: list[str], parts: dict[str, int]) -> list[int]:
    """Return the height of each bar in parts of a row; bars may be wide and have gaps."""
    side = rows[1].index("┤" if "┤" in rows[1] else "+") + 1
    bars = [row[side:] for row in rows[1:7]]
    columns = [sum(parts[bar[at : at + 1] or " "] for bar in bars) for at in range(len(rows[7]))]
    return [high for high, before in zip(columns, [0, *columns]) if high and not before]


def description(levels: Levels, width: int = 1000) -> list[str]:
    """Return the lines below the chart."""
    return printed(levels, width)[9:]


# The numbers.


@pytest.mark.parametrize("engine", ["reference", "compiled"])
def test_the_new_states_on_each_level_are_those_of_a_plain_count(engine: str) -> None:
    widths = new_at_each_distance(prepare(find("paxos"), {"rounds": 1}, crashes=0).model)
    assert (sum(widths), len(widths) - 1) == (2905, 18)
    assert check("paxos", engine=engine, reduce="none", **SMALL).levels().widths == widths


def test_a_reduction_leaves_fewer_states_on_the_same_number_of_levels() -> None:
    whole = small(engine="reference").widths
    reduced = small(reduce="fuse").widths
    assert len(reduced) == len(whole)
    assert [few for few, many in zip(reduced, whole) if few > many] == []


# The chart.


@pytest.mark.parametrize("widths", [(1, 2, 3), (9, 1, 5, 7, 2), (1, 1000), tuple(range(1, 15))])
def test_a_bar_is_as_high_as_its_level_is_wide(widths: tuple[int, ...]) -> None:
    for encoding, parts, most in (("utf-8", EIGHTHS, 48), ("ascii", THIRDS, 18)):
        rows = printed(drawn(widths), encoding=encoding)
        expected = [max(1, round(each * most / max(widths))) for each in widths]
        assert heights(rows, parts) == expected
        assert rows[1].split()[0] == f"{max(widths):,}"


def test_a_level_without_new_states_has_no_bar() -> None:
    """A reduction that combines several steps into one leaves some levels empty."""
    rows = printed(drawn((1, 0, 4, 0, 2)))
    assert heights(rows, EIGHTHS) == [12, 48, 24]
    assert [len(part) for part in rows[6].split("│")[1].split()] == [7, 7, 7]


@pytest.mark.parametrize(("levels", "bar", "gap"), [(3, 7, 1), (19, 4, 1), (40, 2, 0), (90, 1, 0)])
def test_bars_are_as_wide_as_the_room_allows(levels: int, bar: int, gap: int) -> None:
    rows = printed(drawn((5,) * levels))
    assert rows[1] == "5 ┤" + " ".join(["█" * bar] * levels) if gap else "█" * bar * levels


def test_with_more_levels_than_columns_each_bar_shows_the_largest_of_several() -> None:
    widths = tuple(1000 if level == 70 else level for level in range(200))
    rows = printed(drawn(widths), 60)
    assert "Each bar shows the largest of 4 levels." in " ".join(rows)
    assert rows[1] == "1,000 ┤" + " " * (70 // 4) + "█"
    assert rows[8].split() == ["0", "20", "40", "60", "80", "100", "120", "140", "160", "180"]


@pytest.mark.parametrize("levels", [1, 7, 33, 150, 1500])
def test_each_number_below_is_under_the_bar_of_its_level(levels: int) -> None:
    """Draw each numbered level as the only level with states."""
    ticks = printed(drawn((1,) * levels), 80)[8]
    for level in map(int, ticks.split()):
        rows = printed(drawn(tuple(int(at == level) for at in range(levels))), 80)
        (bar,) = re.finditer("█+", rows[6])
        (tick,) = re.finditer(rf"(?<!\d){level}(?!\d)", rows[8])
        assert tick.start() <= (bar.start() + bar.end() - 1) // 2 < tick.end()


@pytest.mark.parametrize("width", [1, 5, 12, 16, 20, 40, 80, 200])
@pytest.mark.parametrize("widths", [(), (1,), (1, 2, 3), (12_345_678, 1), (7,) * 500])
def test_a_chart_fits_any_width(widths: tuple[int, ...], width: int) -> None:
    rows = printed(drawn(widths), width)
    assert [row for row in rows if len(row) > width] == []
    assert [row for row in rows if row != row.rstrip() and width >= 16] == []
    assert len([row for row in rows if re.search("[│┤]", row)]) in (0, 6)


def test_an_ascii_output_gets_an_ascii_chart() -> None:
    rows = printed(Levels(small(engine="reference")), 80, "ascii")
    assert all(row.isascii() for row in rows)
    assert rows[1] == "366 +                              ## ## :: ##"


# The description.


def test_a_complete_search_gives_the_number_of_states_and_the_largest_level() -> None:
    assert description(Levels(small(engine="reference"))) == [
        "2,905 states on 19 levels. Largest level: 366 states, after 11 steps."
    ]


def test_a_stopped_search_says_which_states_are_not_drawn() -> None:
    search = check("paxos", engine="reference", max_states=100, **SMALL).search
    assert (search.widths, search.states) == ((1, 2, 7, 18, 35), 100)
    assert description(Levels(search)) == [
        "63 states on 5 levels. Largest level: 35 states, after 4 steps.",
        "The search stopped at the limit of 100 states: level 5 is incomplete, and its 37 states "
        "are not drawn.",
    ]
    assert description(Levels(replace(search, states=63)))[1] == (
        "The search stopped at the limit of 100 states: level 5 is incomplete."
    )


def test_a_search_that_finds_a_violation_says_at_which_level_it_stopped() -> None:
    search = check("paxos", bug="votes-in-any-ballot", acceptors=1).search
    assert description(Levels(search))[1:] == [
        "The search stopped after level 8, because the verdict was decided."
    ]


def test_the_description_names_the_reductions() -> None:
    assert description(Levels(small(reduce="minimise,fuse")))[1:] == [
        "The bars count states of the reduced state space (minimise and fuse). Steps are steps of "
        "the cluster: a fused step counts all that it combines."
    ]
    assert description(Levels(small(reduce="minimise")))[1:] == [
        "The bars count states of the reduced state space (minimise)."
    ]


def test_a_level_of_a_cover_proof_is_not_a_number_of_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    from pcheck.search.compiled import turn

    monkeypatch.setattr(turn, "MIN_STATES_TO_TRY_COVER", 100)
    search = small(reduce="minimise,fuse,prune,cover", properties=["agreement"])
    assert search.reduced == ("minimise", "fuse", "prune", "cover")
    removed = sum(search.widths) - search.states
    assert removed > 0
    peak = max(search.widths)
    rows = printed(Levels(search), 1000)
    assert rows[0] == "New states by level of the cover proof (a level is not a number of steps):"
    assert rows[9:] == [
        f"{sum(search.widths)} states on {len(search.widths)} levels (cover later removed "
        f"{removed} of them). Largest level: {peak} states, on level {search.widths.index(peak)}.",
        "The bars count states of the reduced state space (minimise, fuse and prune). A level "
        "number adds up how far each node has advanced.",
    ]


def test_a_result_draws_its_levels_for_a_terminal_and_for_a_notebook() -> None:
    levels = check("paxos", engine="reference", **SMALL).levels()
    assert str(levels).splitlines() == printed(levels)
    assert re.sub("<[^>]*>", "", levels._repr_html_()).split() == str(levels).split()
