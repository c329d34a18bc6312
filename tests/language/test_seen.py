"""Observations of states, the footprints of properties, and histories of observations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pcheck import UP, History, Id, Property, Seen, always, group, sometimes
from pcheck.errors import SpecError
from tests.errors import place
from tests.language.speech import A1, A2, A10, OBSERVATION, WITH_UP, Loose, Said, Shouted, Sung

pytestmark = pytest.mark.usefixtures("at_the_top")


# Observations


def test_messages_of_a_class_have_their_senders_and_a_fixed_order() -> None:
    assert OBSERVATION.sent(Said) == [
        (A1, Said("z")),
        (A2, Said("x")),
        (A2, Shouted("x")),
        (A10, Said("x")),
    ]
    assert (OBSERVATION.sent(Shouted), OBSERVATION.sent(Loose)) == ([(A2, Shouted("x"))], [])


def test_fields_and_groups_are_read_by_name() -> None:
    assert (OBSERVATION.field("time"), OBSERVATION.field("place")) == (
        [(A1, 3), (A2, 4)],
        [(A1, None)],
    )
    assert list(OBSERVATION.group("a")) == [A1, A2]


def test_an_observation_says_which_nodes_are_up() -> None:
    assert (WITH_UP.up(A1), WITH_UP.up(A2)) == (True, False)
    assert [node for node in WITH_UP.group("a") if not WITH_UP.up(node)] == [A2]


def test_observations_differ_if_another_node_is_up() -> None:
    other = Seen([(A1, Said("x"))], {}, {UP: ((A1, False), (A2, True))})
    same = Seen([(A1, Said("x"))], {}, {UP: ((A1, True), (A2, False))})
    assert (other == WITH_UP, same == WITH_UP) == (False, True)


def test_observations_are_equal_whatever_the_order_of_the_messages() -> None:
    forth = Seen([(A1, Said(1)), (A2, Said(2))], {}, {"time": ((A1, 3),)})
    back = Seen([(A2, Said(2)), (A1, Said(1))], {"a": group("a", 2)}, {"time": ((A1, 3),)})
    assert (forth, hash(forth)) == (back, hash(back))


@pytest.mark.parametrize(
    "other",
    [
        Seen([(A1, Said(True))], {}, {"time": ((A1, 3),)}),
        Seen([(A1, Shouted(1))], {}, {"time": ((A1, 3),)}),
        Seen([(A2, Said(1))], {}, {"time": ((A1, 3),)}),
        Seen([(A1, Said(1))], {}, {"time": ((A1, 3.0),)}),
        Seen([(A1, Said(1))], {}, {"time": ((A2, 3),)}),
        Seen([(A1, Said(1))], {}),
        Seen([], {}, {"time": ((A1, 3),)}),
    ],
)
def test_observations_differ_if_their_exact_values_do(other: Seen) -> None:
    assert Seen([(A1, Said(1))], {}, {"time": ((A1, 3),)}) != other


# Footprints


def test_a_property_can_read_its_footprint() -> None:
    @always(sees=[Shouted, "time"])
    def text(seen: Seen) -> str:
        return f"{seen.sent(Shouted)[0][1].word} at {seen.field('time')[1][1]} in {seen.group('a')}"

    assert text.why_false(OBSERVATION) == f"x at 4 in {group('a', 2)}"


def test_a_property_that_declares_up_can_ask_which_nodes_are_up() -> None:
    @always(sees=[UP])
    def all_up(seen: Seen) -> str | None:
        return next((f"{node} is down" for node in (A1, A2) if not seen.up(node)), None)

    assert (all_up.sees, all_up.why_false(WITH_UP)) == ((UP,), "a2 is down")


UNKNOWN = [
    (WITH_UP, Id("a22"), 'the cluster has no node a22; did you mean Id("a2")?'),
    (WITH_UP, Id("proposer"), "the cluster has no node proposer"),
    (WITH_UP, "a1", "the cluster has no node 'a1'; write Id(\"a1\")"),
    (OBSERVATION, A1, "the model does not say which nodes are up"),
]


@pytest.mark.parametrize(("observation", "node", "text"), UNKNOWN)
def test_the_error_about_an_unknown_node_suggests_a_name(
    observation: Seen, node: Any, text: str
) -> None:
    with pytest.raises(KeyError) as caught:
        observation.up(node)
    assert caught.value.args == (text,)


READS: list[tuple[Callable[[Seen], object], str]] = [
    (lambda seen: seen.sent(Sung), "reads reads Sung; add Sung to its sees=[...]"),
    (lambda seen: seen.sent(Said), "reads reads Said; add Said to its sees=[...]"),
    (lambda seen: seen.field("place"), "reads reads 'place'; add 'place' to its sees=[...]"),
    (
        lambda seen: seen.field("Clock.time"),
        "reads reads 'Clock.time'; add 'Clock.time' to its sees=[...]",
    ),
    (lambda seen: seen.up(A1), "reads reads seen.up; add UP, from pcheck, to its sees=[...]"),
]


@pytest.mark.parametrize(("read", "text"), READS)
@pytest.mark.parametrize("mark", [always, sometimes])
def test_a_property_cannot_read_outside_its_footprint(
    mark: Callable[..., Any], read: Callable[[Seen], object], text: str
) -> None:
    def reads(seen: Seen) -> None:
        read(seen)

    prop: Property = mark(sees=[Shouted, "time"])(reads)
    judge = prop.why_false if mark is always else prop.is_reached
    with pytest.raises(SpecError) as caught:
        judge(OBSERVATION)
    error = f"the property reads raised LookupError: {text}"
    assert str(caught.value) == f"{place(read)}{error}"


def test_a_step_property_has_the_same_footprint_before_and_after_the_step() -> None:
    @always(sees=[Said])
    def reads(before: Seen, after: Seen) -> None:
        before.sent(Sung)

    with pytest.raises(SpecError, match="reads reads Sung; add Sung to its sees"):
        reads.why_false(OBSERVATION, OBSERVATION)


@pytest.mark.parametrize(
    "sees", [[Said], [Sung], ["time"], ["place"], [Sung, "place"], [Said, "time"], []]
)
def test_observations_are_equal_if_they_agree_on_the_footprint(
    sees: list[Any],
) -> None:
    """A message of the class Sung is new, and the place is another one; nothing else differs."""
    other = Seen(
        [*OBSERVATION.values[0], (A1, Sung("z"))],  # type: ignore[misc]
        {},
        {"time": ((A1, 3), (A2, 4)), "place": ((A1, 5),)},
    )

    def compares(before: Seen, after: Seen) -> str | None:
        if before == after and hash(before) == hash(after) and before.values == after.values:
            return None
        pairs = zip(before.values, after.values, strict=True)
        return str(sum(old != new for old, new in pairs))

    prop = always(sees=sees)(compares)
    changed = {Sung, "place"}.intersection(sees)
    assert prop.why_false(OBSERVATION, other) == (str(len(changed)) if changed else None)
    assert prop.why_false(OBSERVATION, OBSERVATION) is None


def test_the_error_about_an_unknown_group_suggests_a_name() -> None:
    @always(sees=[Said])
    def reads(seen: Seen) -> None:
        Seen([], {"acceptors": group("a", 2)}).group("aceptors")

    with pytest.raises(SpecError) as caught:
        reads.why_false(OBSERVATION)
    assert str(caught.value) == (
        f"{place(reads.test, 2)}the property reads raised KeyError: "
        "\"the cluster has no group 'aceptors'; did you mean 'acceptors'?\""
    )


# Histories


def heard(*numbers: int) -> Seen:
    return Seen([(Id("s1"), Said(number)) for number in numbers], {})


def test_a_history_has_the_last_observation_and_the_step_at_which_a_test_became_true() -> None:
    history = History([heard(), heard(), heard(1), heard(1, 2)])
    since = [
        history.since(lambda seen: True),
        history.since(lambda seen: Said(1) in dict(seen.sent(Said)).values()),
        history.since(lambda seen: len(seen.sent(Said)) == 2),
    ]
    assert (since, history.seen) == ([0, 2, 3], heard(1, 2))


def test_a_property_cannot_see_whether_a_state_has_a_next_step() -> None:
    text = "the report of --reduce none counts the states without a next step"
    with pytest.raises(AttributeError, match=text):
        _ = Seen([], {}).terminal


def test_each_comparison_of_a_part_reads_its_senders() -> None:
    """The parts are kept, so a second property call must not find the answer of the first one."""
    reads: list[Callable[[Seen], object]] = [
        lambda part: part.exact,
        lambda part: part.values,
        hash,
        lambda part: part == part,
        lambda part: part.sent(Said),
    ]
    for read in reads:
        whole = Seen([(A1, Said("z"))], {})
        for _ in range(2):
            whole.senders_were_read = False
            read(whole.only("mine", (Said,)))
            assert whole.senders_were_read
    whole = Seen([(A1, Said("z"))], {})
    assert whole.only("mine", (Said,)).messages(Said) == [Said("z")]
    assert not whole.senders_were_read


# Values and changes without nodes


def times(*values: object) -> Seen:
    return Seen([], {}, {"time": tuple((Id(f"a{n}"), value) for n, value in enumerate(values, 1))})


def test_values_and_changes_are_ordered_by_the_values() -> None:
    before, after = times(3, 1, 2, 3, None, 1), times(3, 2, 2, 1, 5, True)
    assert before.values_of("time") == [None, 1, 1, 2, 3, 3]
    changes = after.changes_since(before, "time")
    assert [(each.node, each.old, each.new) for each in changes] == [
        (Id("a5"), None, 5),
        (Id("a6"), 1, True),
        (Id("a2"), 1, 2),
        (Id("a4"), 3, 1),
    ]
    assert list(map(str, changes[:2])) == ["a5: None -> 5", "a6: 1 -> True"]
    assert after.changes_since(after, "time") == []


def test_only_the_node_of_a_change_counts_as_a_sender() -> None:
    before, after = times(1, 2), times(1, 3)
    parts = [each.only("mine", ("time",)) for each in (before, after)]

    def flags() -> list[tuple[bool, bool]]:
        return [(each.values_were_read, each.senders_were_read) for each in (before, after)]

    assert (parts[0].values_of("time"), flags()) == ([1, 2], [(True, False), (False, False)])
    before.values_were_read = False
    (change,) = parts[1].changes_since(parts[0], "time")
    assert ((change.old, change.new), flags()) == ((2, 3), [(False, False), (True, False)])
    assert (change.node, flags()) == (Id("a2"), [(False, False), (True, True)])


@pytest.mark.parametrize(
    "read",
    [lambda seen: seen.values_of("place"), lambda seen: seen.changes_since(seen, "place")],
)
def test_a_property_declares_the_fields_whose_values_it_reads(read: Any) -> None:
    prop = always(sees=["time"], name="reads")(lambda seen: read(seen))
    with pytest.raises(SpecError, match=r"reads 'place'; add 'place' to its sees=\[...\]"):
        prop.why_false(OBSERVATION)
