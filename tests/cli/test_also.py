"""`--also FILE`: the properties of a file, added to those of a spec."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pcheck.loading.spec import SHIPPED

Ends = Callable[..., tuple[int, str, str]]
ONE = "--acceptors", "1", "--rounds", "1"
MINE = '''\
from pcheck import Seen, always


@always(sees=["promised"])
def nobody_promises_two(seen: Seen) -> str | None:
    """No acceptor promises ballot 2."""
    return next((f"{a} promised 2" for a, b in seen.field("promised") if b == 2), None)
'''
REPLAYED = """\
VIOLATED: nobody_promises_two is false: a1 promised 2.

Replayed: the trace ends as recorded.
"""


@pytest.fixture(autouse=True)
def mine(empty_folder: Path) -> Path:
    file = empty_folder / "mine.py"
    file.write_text(MINE, encoding="utf-8")
    return file


def test_an_added_property_is_reported_and_its_trace_replayed(pcheck: Ends) -> None:
    status, out, err = pcheck("explore", *ONE, "--also", "mine.py", "--save", "t.json")
    assert (status, err) == (1, "")
    assert "\n  added         nobody_promises_two (mine.py)\n" in out
    assert "\n  nobody_promises_two   violated   a1 promised 2 (after 2 steps)\n" in out
    assert pcheck("replay", "t.json", "--also", "mine.py", "-q") == (0, REPLAYED, "")
    status, out, err = pcheck("replay", "t.json", "-q")
    assert (status, out, err) == (
        2,
        "",
        "pcheck: t.json is a trace with added properties (mine.py); add their file, as in "
        "`pcheck replay t.json --also mine.py --quiet`\n",
    )


def test_the_report_says_how_to_replay(pcheck: Ends) -> None:
    _, out, _ = pcheck("explore", *ONE, "--also", "mine.py")
    assert "`pcheck replay FILE --also mine.py --step`" in " ".join(out.split())


def test_a_spec_file_and_an_added_file_are_both_named(pcheck: Ends, empty_folder: Path) -> None:
    for name in ("consensus", "decisions", "learner", "paxos", "progress", "quorums"):
        text = (SHIPPED / f"{name}.py").read_text(encoding="utf-8")
        (empty_folder / f"{name}.py").write_text(text, encoding="utf-8")
    asked = "./paxos.py", *ONE, "--also", "mine.py", "--save", "t.json", "-q"
    assert pcheck("explore", *asked) == (1, "violated\n", "")
    command = "`pcheck replay t.json paxos.py --also mine.py`"
    needs_spec = "is a trace of a spec that does not ship with pcheck; add the file of the spec"
    needs_spec += f", as in {command}"
    needs_also = f"is a trace with added properties (mine.py); add their file, as in {command}"
    assert pcheck("replay", "t.json") == (2, "", f"pcheck: t.json {needs_spec}\n")
    assert pcheck("replay", "t.json", "--also", "mine.py") == (
        2,
        "",
        f"pcheck: t.json {needs_spec}\n",
    )
    assert pcheck("replay", "t.json", "paxos.py") == (2, "", f"pcheck: t.json {needs_also}\n")
    both = "replay", "t.json", "paxos.py", "--also", "mine.py", "-q"
    assert pcheck(*both) == (0, REPLAYED, "")


def test_find_and_property_see_added_properties(pcheck: Ends) -> None:
    also = *ONE, "--also", "mine.py", "-q"
    assert pcheck("explore", "--find", "nobody_promises_two", *also) == (0, "found\n", "")
    assert pcheck("explore", "--property", "nobody_promises_two", *also) == (1, "violated\n", "")
    assert pcheck("explore", "--property", "agreement", *also) == (0, "holds\n", "")


def test_the_graph_marks_violations_of_added_properties(pcheck: Ends) -> None:
    status, _, err = pcheck("graph", *ONE, "--also", "mine.py", "-o", "g.dot")
    assert (status, err) == (0, "")
    drawn = Path("g.dot").read_text(encoding="utf-8")
    assert "the shortest trace that violates nobody_promises_two (2 steps)" in drawn
    assert drawn.count("violates nobody_promises_two: a1 promised 2") > 1


def test_a_trace_with_a_property_without_file_says_so(pcheck: Ends, mine: Path) -> None:
    from pcheck import check
    from pcheck.loading.added import added
    from pcheck.loading.spec import find

    (prop,) = added(find("paxos"), "mine.py").properties
    check("paxos", also=prop, acceptors=1, rounds=1).save("t.json")
    assert pcheck("replay", "t.json") == (
        2,
        "",
        "pcheck: t.json is a trace with the added property nobody_promises_two, which was not in "
        "a file; save the property in a .py file and add --also FILE\n",
    )
    assert pcheck("replay", "t.json", "--also", "mine.py", "-q") == (0, REPLAYED, "")
