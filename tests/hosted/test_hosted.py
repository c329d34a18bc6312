"""Hosted nodes: booting, choices, exceptions, effects of a handler one by one, and attributes."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import pytest

from pcheck import Cluster, Id, Map, Seen, always, check, group, spec
from pcheck.errors import SpecError
from pcheck.hosted import Hosted, Net, frozen
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.semantics.network import NETWORKS
from pcheck.semantics.trace import follow
from pcheck.traces.timeline import sent_by_step, timeline_of
from tests.hosted.small import Box, Done, columns, doing, steps_of


def test_a_program_may_choose_and_each_choice_is_a_step() -> None:
    def act(it: Any, net: Net) -> None:
        first = net.choose("x", "y")
        it.got = first + net.choose(*("1" if first == "y" else "23"))

    assert steps_of(doing(act)) == [
        "n1 acts, chooses 'x', '2'",
        "n1 acts, chooses 'x', '3'",
        "n1 acts, chooses 'y', '1'",
    ]
    assert columns(doing(act), "n1 acts, chooses 'x', '3'") == {"got": "'x3'"}


def test_a_boot_that_nobody_notices_is_no_step() -> None:
    def boot(disk: Any, net: Net) -> Box:
        return Box(n=disk or 0)

    def act(it: Any, net: Net) -> None:
        it.n = 1

    build = doing(act, boot, disk=lambda it: it.n)
    assert steps_of(build, crashes=1) == ["n1 acts", "n1 crashes"]
    assert columns(build) == {"n": "0", "saved": "0"}
    assert columns(build, "n1 acts", "n1 crashes", "n1 restarts", crashes=1) == {
        "n": "1",
        "saved": "1",
    }


def test_a_boot_that_sends_a_message_is_a_step() -> None:
    def boot(disk: Any, net: Net) -> Box:
        net.say(Done("booted"))
        return Box(n=0)

    build = doing(lambda it, net: None, boot)
    assert steps_of(build) == ["n1 boots"]
    assert columns(build) == {"booted": "False"}
    assert columns(build, "n1 boots") == {"n": "0"}


def test_a_boot_that_counts_boots_on_the_disk_is_a_step() -> None:
    """A crash after the boot and before any other step leaves the larger count."""

    def boot(disk: Any, net: Net) -> Box:
        return Box(boots=(disk or 0) + 1)

    build = doing(lambda it, net: None, boot, disk=lambda it: it.boots)
    again = ["n1 boots", "n1 crashes", "n1 restarts", "n1 boots"]
    assert steps_of(build) == ["n1 boots"]
    assert columns(build, *again, crashes=1) == {"boots": "2", "saved": "2"}


def test_an_exception_is_an_outcome_and_ends_the_node() -> None:
    def act(it: Any, net: Net) -> None:
        it.n = 1
        net.say(Done("before"))
        raise KeyError("late")

    found = check(doing(act))
    assert found.properties["nothing_raises"].value == "violated"
    assert found.trace is not None
    assert found.trace.labels == ("n1 acts",)
    assert steps_of(doing(act), "n1 acts") == []
    assert columns(doing(act), "n1 acts") == {"it": "raised KeyError: 'late'"}
    lines = str(found).splitlines()
    assert "n1 raised KeyError: 'late':" in lines
    trace = lines[lines.index("n1 raised KeyError: 'late':") + 1 :]
    assert trace[0].endswith("""<lambda>: yield "acts", lambda: act(it, net)""")
    assert trace[1].startswith("test_hosted.py:")
    assert trace[1].endswith("""act: raise KeyError("late")""")
    assert "says Done(what='before')" in str(found)  # it was sent before the exception


def test_a_node_that_raised_may_crash_and_boot_again() -> None:
    def act(it: Any, net: Net) -> None:
        raise ValueError

    labels = "n1 acts", "n1 crashes", "n1 restarts"
    assert steps_of(doing(act), *labels, crashes=1) == ["n1 acts"]


def test_each_effect_of_a_handler_that_saves_is_a_step_of_its_own() -> None:
    def act(it: Any, net: Net) -> None:
        it.n = 2
        net.say(Done(1))
        net.save("on the disk")
        net.say(Done(2))

    build = doing(act, lambda disk, net: Box(n=0 if disk is None else 1))
    assert steps_of(build, "n1 acts", crashes=1) == ["n1 saves 'on the disk'", "n1 crashes"]
    saves = "n1 acts", "n1 saves 'on the disk'"
    assert columns(build, "n1 acts", crashes=1) == {
        "n": "2",
        "still to do": "saves 'on the disk'; says Done(2)",
    }
    assert steps_of(build, *saves, crashes=1) == ["n1 says Done(2)", "n1 crashes"]
    lost = columns(build, "n1 acts", "n1 crashes", "n1 restarts", crashes=1)
    kept = columns(build, *saves, "n1 crashes", "n1 restarts", crashes=1)
    assert (lost, kept) == ({"n": "0"}, {"n": "1", "saved": "'on the disk'"})


class Log:
    def __init__(self) -> None:
        self.entries: list[str] = []
        self.term = 0


def test_a_property_reads_an_attribute_of_an_object_in_the_object() -> None:
    @dataclass(frozen=True)
    class Server(Hosted):
        def boot(self, disk: Any, net: Net) -> Box:
            return Box(log=Log(), up=True)

        def can(self, it: Any, net: Net) -> Any:
            if it.log.term < 3:
                yield "counts", lambda: grow(it)

    def grow(it: Any) -> None:
        it.log.term += 1
        it.log.entries.append("x")

    @always(sees=["Server.log.term", "Server.log.entries"])
    def short(seen: Seen) -> str | None:
        """A log stays short."""
        terms = dict(seen.field("Server.log.term"))
        return "too long" if terms[Id("n1")] == 2 else None

    @spec
    def servers() -> Cluster:
        """One server."""
        return Cluster({group("n", 1): lambda i: Server()}, properties=[short])

    found = check(servers)
    assert found.trace is not None
    assert found.trace.labels == ("n1 counts", "n1 counts")
    assert "log.entries = ['x'], log.term = 1" in str(found)


def test_a_property_that_reads_an_unknown_attribute_is_an_error() -> None:
    @always(sees=["Server.lgo"])
    def wrong(seen: Seen) -> str | None:
        """No such attribute."""

    @dataclass(frozen=True)
    class Server(Hosted):
        def boot(self, disk: Any, net: Net) -> Box:
            return Box(log=1)

    with pytest.raises(SpecError, match=r"wrong sees the field 'Server.lgo', which no node has"):
        Cluster({group("n", 1): lambda i: Server()}, properties=[wrong])


REGISTRY: dict[int, int] = {}


def hides_in_a_global(it: Any, net: Net) -> None:
    REGISTRY[1] = REGISTRY.get(1, 0) + 1
    it.n = REGISTRY[1]


def hides_by_identity(it: Any, net: Net) -> None:
    """An object remembers something by its id, which a copy does not have."""
    it.n = it.n + (2 if IDS.get(id(it)) else 1)
    IDS[id(it)] = True
    KEPT.append(it)


IDS: dict[int, bool] = {}
KEPT: list[object] = []


@pytest.mark.parametrize(
    ("act", "error"),
    [
        (hides_in_a_global, "is not deterministic: two calls returned"),
        (
            hides_by_identity,
            "the trace is not what the program does: in the step 'n1 acts', with an object that "
            "was never frozen, it.n is 3 and was 2; the object keeps something that pcheck cannot "
            "see",
        ),
    ],
)
def test_what_an_object_keeps_outside_itself_is_found(
    act: Callable[[Any, Net], None], error: str
) -> None:
    @always(sees=["n"])
    def small(seen: Seen) -> str | None:
        """The number stays small."""
        return "large" if seen.values_of("n")[0] >= 2 else None

    @dataclass(frozen=True)
    class Node(Hosted):
        outside = MappingProxyType({"ids": IDS, "kept": KEPT})

        def boot(self, disk: Any, net: Net) -> Box:
            return Box(n=0)

        def can(self, it: Any, net: Net) -> Any:
            if it.n < 4:
                yield "acts", lambda: act(it, net)

    @spec
    def hiding() -> Cluster:
        """A node that hides something."""
        return Cluster({group("n", 1): lambda i: Node()}, properties=[small])

    with pytest.raises(SpecError) as raised:
        str(check(hiding))
    assert error in str(raised.value)


@pytest.mark.parametrize(
    ("sends", "shown"),
    [
        ([("n1", 1), ("n2", 1)], ["sends 1 to n1, n2"]),
        ([("n1", 1), ("n1", 1)], ["sends 1 to n1", "sends 1 to n1"]),
        ([("n1", 1), ("n2", True)], ["sends 1 to n1", "sends True to n2"]),
        ([("n1", 1), ("n2", 2), ("n2", 1)], ["sends 1 to n1", "sends 2 to n2", "sends 1 to n2"]),
    ],
)
def test_a_message_sent_to_nodes_one_by_one_is_one_message(sends: Any, shown: list[str]) -> None:
    def act(it: Any, net: Net) -> None:
        for to, message in sends:
            net.send(Id(to), message)

    build = doing(act, nodes=2)
    model = ClusterModel(build(), NETWORKS["fifo"], 0)
    found = sent_by_step(model, model.initial(), "n1 acts")
    assert list(map(str, found)) == shown


@pytest.mark.parametrize(
    ("size", "changes"),
    [
        (6, {f"log.x{n} = {n}" for n in range(6)}),
        (7, {"7 attributes of new objects"}),
    ],
)
def test_a_step_that_makes_many_objects_counts_their_attributes(
    size: int, changes: set[str]
) -> None:
    def act(it: Any, net: Net) -> None:
        it.log = Box(**{f"x{n}": n for n in range(size)})
        it.term = 1

    model = ClusterModel(doing(act)(), NETWORKS["set"], 0)
    (event,) = timeline_of(model, follow(model, ("n1 acts",))).events
    assert {*event.changes} == {*changes, "log = Box", "term = 1"}


def test_a_message_may_be_plain_data() -> None:
    @dataclass(frozen=True)
    class Node(Hosted):
        def boot(self, disk: Any, net: Net) -> Box:
            return Box(got=[])

        def can(self, it: Any, net: Net) -> Any:
            if not it.got:
                yield "sends", lambda: net.send(self.me, {"to": self.me, "terms": [1, 2]})

        def on(self, it: Any, msg: Any, src: Id, net: Net) -> None:
            it.got = [*msg["terms"], msg["to"] is src or msg["to"] == src]

    @spec
    def plain() -> Cluster:
        """A node that sends a dict to itself."""
        return Cluster({group("n", 1): lambda i: Node()})

    deliver = "n1 <- n1: {'to': n1, 'terms': [1, 2]}"
    assert columns(plain, "n1 sends", deliver) == {"got": "[1, 2, True]"}


class Elected:
    """A program in a process of its own keeps its leader in a class attribute."""

    leader: str | None = None

    def __init__(self, me: str) -> None:
        self.me, self.told = me, None

    def lead(self) -> None:
        type(self).leader = self.me

    def ask(self) -> None:
        self.told = type(self).leader  # type: ignore[assignment]


def elected(*keeps: str, **outside: object) -> Callable[[], Cluster]:
    """Return a spec whose nodes change a class attribute, which no test has changed yet."""
    Elected.leader = None

    @dataclass(frozen=True)
    class Node(Hosted):
        def boot(self, disk: Any, net: Net) -> Elected:
            return Elected(str(self.me))

        def can(self, it: Elected, net: Net) -> Any:
            yield from (("leads", it.lead), ("asks", it.ask))

    Node.keeps, Node.outside = keeps, outside

    @always(sees=["told"])
    def told_of_itself(seen: Seen) -> str | None:
        """A node knows no leader but itself."""
        wrong = [node for node, told in seen.field("told") if told not in (None, str(node))]
        return f"{wrong[0]} knows another leader" if wrong else None

    @spec
    def electing() -> Cluster:
        """Two processes."""
        return Cluster({group("n", 2): lambda i: Node()}, properties=[told_of_itself])

    return electing


def test_a_class_attribute_that_all_nodes_share_is_refused() -> None:
    with pytest.raises(SpecError) as raised:
        check(elected())
    assert str(raised.value).endswith(
        "Elected can reach the class attribute `Elected.leader`, which changed, and which all "
        "nodes share here; if each node has its own, name it in keeps=(...), otherwise in "
        "outside={...}"
    )


def test_a_class_attribute_may_be_a_part_of_each_node() -> None:
    build = elected("Elected.leader")
    assert check(build).verdict.value == "holds"
    assert columns(build, "n1 leads", "n1 asks") == {
        "me": "'n1'",
        "told": "'n1'",
        "Elected.leader": "'n1'",
    }
    crashed = columns(build, "n1 leads", "n1 asks", "n1 crashes", "n1 restarts", crashes=1)
    assert crashed == {"me": "'n1'", "told": "None", "Elected.leader": "None"}
    assert Elected.leader is None


def test_a_kept_name_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(
        SpecError, match=r"keeps=\(...\) has 'Elected.leda', which does not exist; "
    ):
        check(elected("Elected.leda"))


def test_a_function_that_calls_itself_is_named_by_its_attribute() -> None:
    def boot(disk: Any, net: Net) -> Box:
        def down(n: int) -> int:
            return down(n - 1) if n else 0

        return Box(down=down, n=3)

    shown = columns(doing(lambda it, net: it.down(it.n), boot))
    assert re.search(r"boot\.<locals>\.down \(line \d+\)\(<down>\)$", shown["down"])


def test_what_a_node_keeps_may_be_a_ring() -> None:
    ring: Any = [None]
    ring[0] = ring
    build = elected("Elected.leader")
    Elected.leader = ring
    try:
        shown = columns(build)
    finally:
        Elected.leader = None
    assert shown["Elected.leader"] == "[<Elected.leader>]"


@dataclass(frozen=True)
class Fact:
    """A frozen dataclass of a program, which may hold something that can change."""

    names: Any


@pytest.mark.parametrize("names", [("x",), ["x"]])
def test_a_property_sees_the_frozen_dataclasses_of_a_program(names: Any) -> None:
    sent: Any = frozen(Fact)

    @always(sees=[sent])
    def nothing_is_said(seen: Seen) -> str | None:
        """Nothing is said."""
        return "a fact" if seen.sent(sent) else None

    @dataclass(frozen=True)
    class Node(Hosted):
        def boot(self, disk: Any, net: Net) -> Box:
            return Box()

        def can(self, it: Any, net: Net) -> Any:
            yield "acts", lambda: net.say(Fact(names))

    @spec
    def facts() -> Cluster:
        """A node that says a fact."""
        return Cluster({group("n", 1): lambda i: Node()}, properties=[nothing_is_said])

    assert check(facts).properties["nothing_is_said"].value == "violated"


@pytest.mark.parametrize(
    ("act", "error"),
    [
        (lambda it, net: net.send("n1", Done()), "sent a message to the text 'n1'; write Id('n1')"),
        (lambda it, net: net.choose(), "called net.choose() without options; give at least one"),
    ],
)
def test_a_wrong_call_of_the_network_is_an_error_of_the_adapter(
    act: Callable[[Any, Net], object], error: str
) -> None:
    with pytest.raises(SpecError) as raised:
        check(doing(act))
    assert f"actions() of n1 {error}" in str(raised.value)


def test_an_attribute_in_skip_that_the_program_reads_is_named() -> None:
    def act(it: Any, net: Net) -> None:
        it.count += 1
        net.say(Done(1))

    with pytest.raises(SpecError) as raised:
        str(check(doing(act, lambda disk, net: Box(count=0), skip=("count",))))
    assert str(raised.value).endswith(", or reads count, which skip= leaves out")


def test_a_boot_that_asks_for_chance_is_an_error_with_its_place() -> None:
    @dataclass(frozen=True)
    class Node(Hosted):
        def boot(self, disk: Any, net: Net) -> Box:
            return Box(n=random.random())

    @always(sees=["n"])
    def small(seen: Seen) -> str | None:
        """The number is small."""

    with pytest.raises(
        SpecError, match=r"boot\(\) of n1 calls random.random\(\) in test_hosted.py:"
    ):
        Cluster({group("n", 1): lambda i: Node()}, properties=[small])


def test_a_bug_that_changes_the_boot_boots_otherwise() -> None:
    """The cluster is built with the correct class first, whose boot a property asks for."""

    @dataclass(frozen=True)
    class Node(Hosted):
        def boot(self, disk: Any, net: Net) -> Box:
            return Box(n=1)

    @dataclass(frozen=True)
    class Wrong(Node):
        def boot(self, disk: Any, net: Net) -> Box:
            return Box(n=2)

    @always(sees=["n"])
    def one(seen: Seen) -> str | None:
        """The number is 1."""
        return None if seen.values_of("n") == [1] else "not 1"

    cluster = Cluster({group("n", 1): lambda i: Node()}, properties=[one])
    assert cluster.actors[Id("n1")].__pcheck_fields__() == {"n": 1}  # type: ignore[attr-defined]
    cluster.replace(Node, Wrong)
    assert cluster.actors[Id("n1")].__pcheck_fields__() == {"n": 2}  # type: ignore[attr-defined]


def test_a_verdict_without_the_property_about_exceptions_says_what_it_leaves_out() -> None:
    def act(it: Any, net: Net) -> None:
        net.say(Done(1))
        raise ValueError

    text = (
        "Note: nothing_raises is violated but not checked; what follows its violation is left out"
    )
    alone = check(doing(act), properties=["something_is_done"])
    assert alone.verdict.value == "holds"
    assert text in " ".join(str(alone).split())
    assert text not in " ".join(str(check(doing(act))).split())


def test_a_property_reads_an_unordered_dict_as_a_map() -> None:
    @dataclass(frozen=True)
    class Node(Hosted):
        unordered = ("votes",)

        def boot(self, disk: Any, net: Net) -> Box:
            return Box(votes={"b": [1], "a": [2]})

    @always(sees=["votes"])
    def no_votes(seen: Seen) -> str | None:
        """There are no votes."""
        (votes,) = seen.values_of("votes")
        assert type(votes) is Map
        return f"votes of {', '.join(votes)}" if votes else None

    @spec
    def voting() -> Cluster:
        """A node with votes."""
        return Cluster({group("n", 1): lambda i: Node()}, properties=[no_votes])

    found = check(voting)
    assert found.properties["no_votes"].value == "violated"
    assert "no_votes is false: votes of a, b." in str(found)
