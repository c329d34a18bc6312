"""Properties that distinguish interchangeable names are refused, whichever engine searches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import permutations, product
from random import Random

import pytest

from pcheck import (
    Action,
    Actor,
    Cluster,
    Group,
    Id,
    Seen,
    Set,
    action,
    always,
    broadcast,
    check,
    fixed,
    group,
    sometimes,
)
from pcheck.errors import Asymmetric
from pcheck.language.property import Property
from pcheck.render.text.printed import as_text
from pcheck.search.compiled import property_symmetry as compiled
from pcheck.search.reductions import property_symmetry
from pcheck.search.reductions.property_symmetry import PropertySymmetry
from pcheck.search.reductions.symmetry import Symmetry
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.semantics.network import NETWORKS
from tests.search.marking import Mark, Marker


@dataclass(frozen=True)
class Named:
    node: Id


def counts(seen: Seen) -> tuple[int, ...]:
    """Return how many marks each node sent."""
    return tuple(sum(src == node for src, _ in seen.sent(Mark)) for node in seen.group("n"))


def never(*wrong: tuple[int, ...]) -> Property:
    @always(sees=[Mark])
    def never_just_so(seen: Seen) -> str | None:
        return "just so" if counts(seen) in wrong else None

    return never_just_so


def marking(nodes: int, marks: int, *properties: Property) -> Callable[[], Cluster]:
    def names() -> Cluster:
        n = group("n", nodes)
        return Cluster({n: lambda _: Marker(marks=marks)}, properties, interchangeable=[n])

    return names


ONE_OF_360 = marking(6, 4, never((1, 3, 0, 2, 4, 0)))


@pytest.mark.parametrize("reduce", ["symmetry", "all"])
def test_a_property_that_one_order_in_360_violates_is_refused(reduce: str) -> None:
    with pytest.raises(Asymmetric, match="the property never_just_so distinguishes n"):
        check(ONE_OF_360, crashes=0, engine="compiled", reduce=reduce)


@pytest.mark.parametrize("engine", ["reference", "compiled"])
def test_both_engines_refuse_a_property_of_three_nodes(engine: str) -> None:
    with pytest.raises(Asymmetric, match="the property never_just_so distinguishes n"):
        check(marking(3, 2, never((1, 2, 0))), crashes=0, engine=engine)


@pytest.mark.parametrize("engine", ["reference", "compiled"])
def test_both_engines_refuse_a_target_that_names_a_node(engine: str) -> None:
    @sometimes(sees=[Mark])
    def the_first_marks(seen: Seen) -> bool:
        return counts(seen)[0] > 0

    with pytest.raises(Asymmetric, match="the property the_first_marks distinguishes n1 and n2"):
        check(marking(3, 2, the_first_marks), crashes=0, engine=engine)


@pytest.mark.parametrize("reduce", ["none", "symmetry"])
def test_a_symmetric_property_holds_or_is_violated_as_it_is(reduce: str) -> None:
    orders = marking(4, 3, never(*permutations((1, 3, 0, 2))))
    found = check(orders, crashes=0, engine="compiled", reduce=reduce)
    assert (found.verdict.value, len(found.search.discoveries["never_just_so"].trace)) == (
        "violated",
        6,
    )


# The budget


def test_a_budget_that_is_too_small_makes_the_verdict_conditional(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(property_symmetry, "MIN_EVALUATIONS", 10)
    monkeypatch.setattr(property_symmetry, "EVALUATIONS_PER_TRANSITION", 0)
    found = check(marking(4, 2, never()), crashes=0, engine="compiled", reduce="symmetry")
    # 81 observations; 15 orbits. The first orbits fit into the budget, and of the others only the
    # swaps of neighbours are compared.
    (assumption,) = found.search.assumptions
    assert assumption.startswith("the properties treat n1, n2, n3, n4 alike (compared on ")
    assert assumption.endswith(" of 81 observations)")
    assert f"HOLDS if {assumption}:" in " ".join(as_text(found.report()).split())
    assert found.to_dict()["assumptions"] == [assumption]
    found.assert_holds()


def test_a_large_budget_makes_no_condition() -> None:
    found = check(marking(4, 2, never()), crashes=0, engine="compiled", reduce="symmetry")
    assert (found.search.assumptions, found.to_dict()["assumptions"]) == ((), [])


# Orbits


@pytest.mark.parametrize("seed", range(20))
def test_every_set_of_counts_is_refused_unless_it_is_symmetric(seed: int) -> None:
    """The property is false for some counts of marks; brute force says whether it is symmetric.

    A search ends with the first level of a violation, so only orbits of that level are compared.
    """
    random = Random(seed)
    every = list(product(range(3), repeat=3))
    wrong = set(random.sample(every, random.randint(1, 3)))
    if seed % 2:
        wrong = {image for each in wrong for image in permutations(each)}
    first = [each for each in wrong if sum(each) == min(map(sum, wrong))]
    whole = {all(image in wrong for image in permutations(each)) for each in first}
    allowed = {"violated" if is_whole else "refused" for is_whole in whole}
    asked = marking(3, 2, never(*wrong))
    for engine, reduce in (("compiled", "symmetry"), ("compiled", "all"), ("reference", "none")):
        try:
            verdict = check(asked, crashes=0, engine=engine, reduce=reduce).verdict.value
        except Asymmetric:
            verdict = "refused"
        assert verdict in allowed


def test_the_size_of_an_orbit_is_the_number_of_its_members() -> None:
    model = ClusterModel(marking(4, 2, never())(), NETWORKS["set"], 0)
    symmetry = PropertySymmetry(Symmetry(model))
    ((projection, _),) = symmetry._by_footprint(model.properties)
    states = [model.initial()]
    for state in states:
        states += [after for _, after in model.steps(state) if after not in states]
    sizes = {}
    for state in states:
        marked = tuple(config.actor.at for config in state.nodes)  # type: ignore[attr-defined]
        sizes[marked] = projection.orbit_size(projection.of(model.parts_of(state)))
    assert sizes == {each: len(set(permutations(each))) for each in product(range(3), repeat=4)}


def test_an_orbit_is_judged_once_for_each_projection(monkeypatch: pytest.MonkeyPatch) -> None:
    judged: list[tuple[int, ...]] = []

    @always(sees=[Mark])
    def counted(seen: Seen) -> str | None:
        judged.append(counts(seen))
        return None

    monkeypatch.setattr(compiled.WatcherSymmetry, "without_known_orbits", lambda self, each: each)
    check(marking(3, 2, counted), crashes=0, engine="compiled", reduce="symmetry")
    assert len(judged) == 2 * 27  # each is judged now, and asked again after the search
    assert len(set(judged)) == 27


def test_messages_without_their_senders_are_judged_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three nodes made up to two marks each. A property that reads no sender sees less of that."""
    judged: list[tuple[int, ...]] = []

    @always(sees=[Mark])
    def counted(seen: Seen) -> str | None:
        judged.append(tuple(mark.n for mark in seen.messages(Mark)))
        return None

    monkeypatch.setattr(compiled.WatcherSymmetry, "without_known_orbits", lambda self, each: each)
    for reduce in ("symmetry", "none"):
        judged.clear()
        check(marking(3, 2, counted), crashes=0, engine="compiled", reduce=reduce)
        every = product(range(3), repeat=3)
        marks = {tuple(sorted(n for count in each for n in range(count))) for each in every}
        assert sorted(judged) == sorted([*marks, *marks])  # asked now, and again after the search


def test_it_does_not_matter_which_node_sent_which_message(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two nodes that made one of two marks each are judged as one node that made both."""
    judged: list[tuple[int, ...]] = []

    @dataclass(frozen=True)
    class Marks(Actor):
        done: Set[int] = Set()

        def actions(self) -> Iterator[Action]:
            for n in range(2):
                if n not in self.done:
                    after = self.but(done=self.done.plus(n))
                    yield action(f"marks {n}", after, broadcast((), Mark(n)))

    @always(sees=[Mark])
    def counted(seen: Seen) -> str | None:
        judged.append(tuple(mark.n for mark in seen.messages(Mark)))
        return None

    monkeypatch.setattr(compiled.WatcherSymmetry, "without_known_orbits", lambda self, each: each)

    def marking_nodes() -> Cluster:
        n = group("n", 2)
        return Cluster({n: lambda _: Marks()}, [counted], interchangeable=[n])

    for reduce in ("symmetry", "none"):
        judged.clear()
        check(marking_nodes, crashes=0, engine="compiled", reduce=reduce)
        marks = [(0,) * zeros + (1,) * ones for zeros in range(3) for ones in range(3)]
        assert sorted(judged) == sorted([*marks, *marks])  # asked now, and again after the search


def test_values_without_their_nodes_are_judged_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three nodes count to two. The property about steps is not compared on their 27 x 3 steps."""
    judged: list[tuple[int, ...]] = []
    steps: list[list[tuple[int, int]]] = []

    @always(sees=["at"])
    def counted(seen: Seen) -> str | None:
        judged.append(tuple(seen.values_of("at")))
        return None

    @always(sees=["at"])
    def grows(before: Seen, after: Seen) -> str | None:
        changes = after.changes_since(before, "at")
        steps.append([(each.old, each.new) for each in changes])
        return next((f"{each.node} went back" for each in changes if each.new < each.old), None)

    monkeypatch.setattr(compiled.WatcherSymmetry, "without_known_orbits", lambda self, each: each)
    monkeypatch.setattr(compiled.WatcherSymmetry, "without_known_pairs", lambda self, each: each)
    values = {tuple(sorted(each)) for each in product(range(3), repeat=3)}
    for reduce in ("symmetry", "none"):
        judged.clear()
        steps.clear()
        check(marking(3, 2, counted, grows), crashes=0, engine="compiled", reduce=reduce)
        assert sorted(judged) == sorted([*values, *values])  # asked now, and again after the search
        # one step for each way to raise one of three sorted values
        raises = [each for each in values for value in set(each) if value < 2]
        assert len([each for each in steps if each]) == 2 * len(raises)


def test_a_property_that_reads_senders_only_sometimes_is_compared_where_it_does() -> None:
    """The property reads no sender until five marks were made, and then the first node's."""

    @always(sees=[Mark])
    def careless(seen: Seen) -> str | None:
        if len(seen.messages(Mark)) < 5:
            return None
        return "n1 is behind" if counts(seen)[0] < 2 else None

    with pytest.raises(Asymmetric, match="the property careless distinguishes n1 and n2"):
        check(marking(3, 2, careless), crashes=0, engine="compiled", reduce="symmetry")


def test_a_comparison_of_observations_counts_as_reading_senders() -> None:
    """Two steps send the same messages, namely none, and only the second changes a field."""

    @dataclass(frozen=True)
    class Goes(Actor):
        marked: bool = False
        rested: bool = False
        at: int = 0

        def actions(self) -> Iterator[Action]:
            if not self.marked:
                yield action("marks", self.but(marked=True), broadcast((), Mark(0)))
            elif not self.rested:
                yield action("rests", self.but(rested=True))
            elif not self.at:
                yield action("goes", self.but(at=1))

    @always(sees=[Mark, "at"])
    def only_with_a_mark(before: Seen, after: Seen) -> str | None:
        if before == after or before.messages(Mark) != after.messages(Mark):
            return None
        return "n1 went without a mark"

    def goes() -> Cluster:
        return Cluster({group("n", 1): lambda _: Goes()}, [only_with_a_mark])

    for engine, reduce in [("reference", "none"), ("compiled", "none"), ("compiled", "all")]:
        found = check(goes, crashes=0, engine=engine, reduce=reduce)
        assert (found.verdict.value, len(found.trace or ())) == ("violated", 3)


def test_names_inside_messages_are_renamed_whoever_sent_them() -> None:
    """A property that reads no sender can still distinguish the names in the messages."""

    @dataclass(frozen=True)
    class Names(Actor):
        everybody: Group = fixed()
        done: bool = False

        def actions(self) -> Iterator[Action]:
            for node in self.everybody if not self.done else ():
                yield action(f"names {node}", self.but(done=True), broadcast((), Named(node)))

    @always(sees=[Named])
    def not_n3(seen: Seen) -> str | None:
        return "n3" if Named(Id("n3")) in seen.messages(Named) else None

    n = group("n", 3)
    cluster = Cluster({n: lambda _: Names(everybody=n)}, [not_n3], interchangeable=[n])
    for reduce in ("symmetry", "all"):
        with pytest.raises(Asymmetric, match="the property not_n3 distinguishes n"):
            check(lambda: cluster, crashes=0, engine="compiled", reduce=reduce)
