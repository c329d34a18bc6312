"""Scenarios carried out: the steps taken, and the first line that is not possible."""

from __future__ import annotations

import pytest

from pcheck.loading.spec import find
from pcheck.scenarios import running
from pcheck.scenarios.running import Explored, SearchStopped
from pcheck.scenarios.setting import setup_of
from pcheck.scenarios.text import scenario
from tests.scenarios import twins, workers
from tests.scenarios.written import carried_out, fault, found

WORKERS = find(workers.__file__)
TWINS = find(twins.__file__)
HEAD = "spec: workers.py\ncrashes: 0\n\n"
THREE = "spec: paxos\nacceptors: 3\ncrashes: 0\nnetwork: once\n\n"
STARTED = ("p1 starts ballot 1", *(f"a{i} <- p1: Prepare(ballot=1)" for i in (1, 2, 3)))


def test_steps_are_taken_by_their_labels_in_full_and_in_brief() -> None:
    text = "p1 starts ballot 1\na2 <- p1: Prepare(1)\na1 <- p1: Prepare(ballot=1)\n"
    assert found(text, head=THREE).labels == (STARTED[0], STARTED[2], STARTED[1])


def test_a_wildcard_takes_the_first_possible_step_like_it() -> None:
    assert found("p* starts *\na* <- p1: *\n", head=THREE).labels == STARTED[:2]
    assert found("*\n*\n", head=THREE).labels == ("p1 starts ballot 1", "p1 starts ballot 3")


def test_each_takes_every_possible_step_like_it_once() -> None:
    assert found("p1 starts ballot 1\neach a* <- p1: Prepare(1)\n", head=THREE).labels == STARTED


def test_each_leaves_out_a_step_that_another_one_makes_impossible() -> None:
    """Both of these change what is possible: after the crash of a1, a1 takes no message."""
    text = "p1 starts ballot 1\neach a1 *\n"
    assert found(text).labels == ("p1 starts ballot 1", "a1 <- p1: Prepare(ballot=1)", "a1 crashes")


def test_a_message_on_a_lossy_network_is_lost_in_a_step() -> None:
    head = THREE.replace("once", "lossy")
    labels = found("p1 starts ballot 1\nlost: p1 -> a2: Prepare(1)\n", head=head).labels
    assert labels == ("p1 starts ballot 1", "lost: p1 -> a2: Prepare(ballot=1)")


PROMISED = "p1 starts ballot 1\np2 starts ballot 2\na1 <- p2: *\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "p1 starts ballot 2",
            "1: p1 starts ballot 2 is not possible: p1 does not take this step; did you mean 'p1 "
            "starts ballot 1'? Possible instead: p1 starts ballot 1; p2 starts ballot 2; p1 "
            "crashes; p2 crashes; a1 crashes.",
        ),
        (
            "p1 starts ballot 1\n\np9 <- *",
            "3: p9 <- * is not possible: no possible step is like this. Possible instead: p1 "
            "starts ballot 3; p2 starts ballot 2; a1 <- p1: Prepare(ballot=1); p1 crashes; p2 "
            "crashes; a1 crashes.",
        ),
        (
            f"{PROMISED}a1 <- p1: Prepare(1)",
            "4: a1 <- p1: Prepare(1) is not possible: a1 ignores Prepare(1): "
            "`self.may_promise(ballot)` is false; promised = 2. Possible instead: p1 starts "
            "ballot 3; p2 starts ballot 4; p2 <- a1: Promise(ballot=2, last=None); a1 crashes; p1 "
            "crashes; p2 crashes.",
        ),
    ],
)
def test_a_step_that_is_not_possible_is_named_with_its_line_and_the_reason(
    text: str, expected: str
) -> None:
    assert fault(text) == expected


def test_a_label_in_brief_that_two_steps_have_must_be_written_in_full() -> None:
    """Two classes of one name: their texts agree in brief, but not in full."""
    head = "spec: twins.py\n\ngiven in flight: w1 <- w2: Twin(1)\n"
    head += "given in flight: w1 <- w2: Other(1)\n"
    full = "w1 <- w2: Twin(right=1)", "w1 <- w2: Twin(left=1)"  # as the network orders them
    text = fault("w1 <- w2: Twin(1)\n", TWINS, head)
    may_be = f"may be {full[0]} or {full[1]}; write the whole label"
    assert text == f"1: w1 <- w2: Twin(1) {may_be}"
    assert found(f"{full[1]}\n", TWINS, head).labels == full[1:]
    assert found("each w1 <- w2: Twin(1)\n", TWINS, head).labels == full


def test_a_class_is_known_by_its_name_and_by_the_name_with_which_a_module_imports_it() -> None:
    """Steps are printed with the name of the class."""
    head = "spec: twins.py\n\ngiven in flight: w1 <- w2: Alias(1)\n"
    head += "given in flight: w1 <- w2: Original(2)\n"
    labels = found("w1 <- w2: Original(1)\nw1 <- w2: Original(n=2)\n", TWINS, head).labels
    assert labels == ("w1 <- w2: Original(n=1)", "w1 <- w2: Original(n=2)")


def test_a_handler_that_fails_is_named_with_the_line() -> None:
    for line in ("w1 counts", "expect w1 is up"):  # the end of a scenario is tested, too
        text = f"given in flight: w1 <- w2: Box('x')\n{line}\n"
        place, _, rest = fault(text, WORKERS, HEAD).partition(": ")
        assert (place, "receive() of w1 raised TypeError: can only" in rest) == ("2", True)


def test_an_exploration_says_what_can_follow() -> None:
    run = carried_out("w1 counts\nw1 counts\nexplore from here\nw1 counts\n", WORKERS, HEAD)
    (record,) = run.records
    assert isinstance(record, Explored)
    assert (record.line.text, record.steps) == ("explore from here", 2)
    assert record.ahead.sentence.startswith("small can be violated in 1 more step.")


def test_an_exploration_of_a_spec_without_always_property_is_refused() -> None:
    text = "nothing can be violated without an @always property"
    assert fault("explore from here\n", TWINS, HEAD) == f"1: {text}"


def test_the_results_are_sorted_by_their_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    from pcheck.search.limits import Limits
    from pcheck.traces import ahead

    limited = ahead.look_ahead
    monkeypatch.setattr(
        "pcheck.scenarios.expectations.look_ahead",
        lambda model, state, wanted: limited(model, state, wanted, Limits(states=5)),
    )
    text = "expect a1 is up\nexpect a1 is down\nexpect agreement cannot be violated from here"
    run = carried_out(text)
    lines = [[each.line.number for each in some] for some in (run.failed, run.undecided)]
    assert lines == [[7], [8]]
    assert run.checked[2].answer.fact == (
        "agreement is not violated here. The search stopped at the limit of 5 states"
    )


def test_an_ellipsis_that_meets_a_limit_is_neither_possible_nor_impossible(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(running, "MAX_STATES", 50)
    with pytest.raises(SearchStopped) as caught:
        carried_out("...\nexpect a1.promised = 77\n")
    assert str(caught.value) == "s.txt:7: no steps were found that lead to this line, in 50 states"


def test_an_ellipsis_that_takes_too_long_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "MAX_SECONDS", 0.001)
    monkeypatch.setattr("pcheck.search.clock.Clock.PERIOD", 0.0)
    with pytest.raises(SearchStopped) as caught:
        carried_out("...\nexpect w1.cache = 77\n", WORKERS, HEAD)
    text = "no steps were found that lead to this line, at the limit of 0.001 seconds"
    assert str(caught.value) == f"s.txt:5: {text}"


def test_a_search_of_the_engine_for_an_ellipsis_that_stops_is_undecided(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from pcheck.search.limits import Limits
    from pcheck.traces import ahead

    limited = ahead.look_ahead
    monkeypatch.setattr(
        "pcheck.scenarios.running.look_ahead",
        lambda model, state, wanted: limited(model, state, wanted, Limits(states=5)),
    )
    with pytest.raises(SearchStopped) as caught:
        carried_out("...\nexpect agreement is false\n")
    assert str(caught.value) == (
        "s.txt:7: agreement is not violated here. The search stopped at the limit of 5 states."
    )


def test_an_ellipsis_to_what_never_happens_says_how_many_states_can_follow() -> None:
    """One proposer, one acceptor and one ballot have five states, one after the other."""
    head = "spec: paxos\nacceptors: 1\nproposers: 1\nrounds: 1\ncrashes: 0\n\n"
    text = "no execution from here leads to this line (5 states can follow)"
    assert fault("...\nexpect a1.promised = 7\n", head=head) == f"2: {text}"
    never = "agreement is not violated in any state that can follow (5 states)."
    assert fault("...\nexpect agreement is false\n", head=head) == f"2: {never}"


@pytest.mark.parametrize("network", ["set", "once", "fifo"])
def test_an_ellipsis_goes_on_through_states_without_the_message(network: str) -> None:
    """Prepare(1) is in flight only at first, and a1 ignores it only after Prepare(2)."""
    text = f"""\
spec: paxos
acceptors: 1
network: {network}
crashes: 0

...
expect a1 ignores Prepare(1)
"""
    written = scenario(text, "s.txt")
    run = running.run_scenario(written, setup_of(written, find("paxos")))
    steps = {"set": 2, "once": 3, "fifo": 3}  # the message itself is delivered, or another one
    assert len(run.stepping.labels) == steps[network]
