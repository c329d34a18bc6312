"""Handlers asked again: every way in which a third answer can differ from the first two."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pytest

from pcheck import Action, Actor, Cluster, Id, Step, action, broadcast, either, fixed, group, send
from pcheck.semantics.cluster_model import ClusterModel
from pcheck.semantics.network import NETWORKS
from pcheck.semantics.results import A_STEP
from pcheck.semantics.second_asking import difference

A1, A2 = Id("a1"), Id("a2")


@dataclass(frozen=True)
class Ping:
    n: Any = 1


@dataclass(frozen=True)
class Box:
    n: Any = 1


def again(first: Any, later: Any, message: object = Ping()) -> str | None:
    """Return how an answer differs that is `first` twice and then `later`; both are functions."""
    answers = iter([first, first, later])

    @dataclass(frozen=True)
    class Node(Actor):
        peers: Any = fixed(())
        n: Any = 0
        box: Box | None = None

        def receive(self, msg: object, src: Id) -> Step:
            return next(answers)(self)  # type: ignore[no-any-return]

        @cached_property
        def shown(self) -> str:
            return str(self.n)

    model = ClusterModel(Cluster({group("a", 2): lambda _: Node()}, []), NETWORKS["set"], 0)
    node = model.nodes[0]
    node.moves(node.first.actor, model.letter(A2, message))
    return difference(model.asked[0])


SAME: dict[str, Callable[[Any], Any]] = {
    "nothing": lambda a: None,
    "the actor itself": lambda a: a,
    "an equal actor": lambda a: a.but(n=0),
    "a new state": lambda a: a.but(n=1, box=Box(2)),
    "a state and a message": lambda a: (a.but(n=1), send(A2, Ping(Box()))),
    "two messages": lambda a: (a.but(n=1), send(A2, Ping()), broadcast((A1, A2), Ping(2))),
    "the same state and a message to nobody": lambda a: (a, broadcast((), Ping())),
    "a choice": lambda a: either(("x", a.but(n=1)), ("y", None)),
    "a choice of one": lambda a: either(("x", a.but(n=1))),
    "a state in a tuple": lambda a: (a.but(n=1),),
    "an answer that uses a cached property": lambda a: a.but(n=1 + len(a.shown)),
}


@pytest.mark.parametrize("name", SAME)
def test_an_answer_that_stays_the_same_is_no_difference(name: str) -> None:
    assert again(SAME[name], SAME[name]) is None


DIFFERENT: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any], str]] = {
    "nothing": (
        lambda a: a.but(n=1),
        lambda a: None,
        "returned None instead of Node(n=1, box=None)",
    ),
    "something": (
        lambda a: a,
        lambda a: a.but(n=1),
        "returned Node(n=1, box=None) instead of None",
    ),
    "a value of another type": (
        lambda a: a.but(n=1),
        lambda a: a.but(n=True),
        "returned Node(n=True, box=None) instead of Node(n=1, box=None)",
    ),
    "a value of another type inside": (
        lambda a: a.but(box=Box(1)),
        lambda a: a.but(box=Box(1.0)),
        "returned Node(n=0, box=Box(n=1.0)) instead of Node(n=0, box=Box(n=1))",
    ),
    "another value inside": (
        lambda a: a.but(box=Box((1, 2))),
        lambda a: a.but(box=Box((1, 3))),
        "returned Node(n=0, box=Box(n=(1, 3))) instead of Node(n=0, box=Box(n=(1, 2)))",
    ),
    "a changed fixed field": (
        lambda a: a.but(n=1),
        lambda a: a.but(n=1, peers=(A2,)),
        "did not return Node(n=1, box=None), but changed the fixed field peers; declare a field "
        "that changes without fixed()",
    ),
    "an unsupported value": (
        lambda a: a.but(n=(1,)),
        lambda a: a.but(n=[1]),
        "did not return Node(n=(1,), box=None), but leads to a state with an unsupported value: "
        "n is a list; use a tuple",
    ),
    "one message more": (
        lambda a: (a.but(n=1), send(A2, Ping())),
        lambda a: (a.but(n=1), send(A2, Ping()), send(A2, Ping())),
        "returned (Node(n=1, box=None), Ping(n=1) to a2, Ping(n=1) to a2) instead of "
        "(Node(n=1, box=None), Ping(n=1) to a2)",
    ),
    "other messages": (
        lambda a: (a, send(A2, Ping(1))),
        lambda a: (a, send(A2, Ping(True))),
        "returned (Node(n=0, box=None), Ping(n=True) to a2) instead of "
        "(Node(n=0, box=None), Ping(n=1) to a2)",
    ),
    "other receivers": (
        lambda a: (a, broadcast((A1, A2), Ping())),
        lambda a: (a, broadcast((A2, A1), Ping())),
        "returned (Node(n=0, box=None), Ping(n=1) to a2, a1) instead of "
        "(Node(n=0, box=None), Ping(n=1) to a1, a2)",
    ),
    "no message": (
        lambda a: (a, broadcast((), Ping())),
        lambda a: a,
        "returned None instead of (Node(n=0, box=None), Ping(n=1) to nobody)",
    ),
    "another label": (
        lambda a: either(("x", a.but(n=1))),
        lambda a: either(("y", a.but(n=1))),
        "returned (a1 <- a2: Ping(n=1), y: Node(n=1, box=None)) instead of "
        "(a1 <- a2: Ping(n=1), x: Node(n=1, box=None))",
    ),
    "no label": (
        lambda a: either(("x", None)),
        lambda a: None,
        "returned (a1 <- a2: Ping(n=1): None) instead of (a1 <- a2: Ping(n=1), x: None)",
    ),
    "no step": (
        lambda a: a.but(n=1),
        lambda a: True,
        f"did not return Node(n=1, box=None), but gave True as a step; {A_STEP}",
    ),
    "an empty tuple": (
        lambda a: a.but(n=1),
        lambda a: (),
        f"did not return Node(n=1, box=None), but gave () as a step; {A_STEP}",
    ),
    "no send": (
        lambda a: (a.but(n=1), send(A2, Ping())),
        lambda a: (a.but(n=1), None),
        "did not return (Node(n=1, box=None), Ping(n=1) to a2), but put None after the state; "
        f"{A_STEP}",
    ),
}


@pytest.mark.parametrize("name", DIFFERENT)
def test_an_answer_that_differs_is_described(name: str) -> None:
    first, later, text = DIFFERENT[name]
    found = again(first, later)
    assert found is not None
    assert found.replace("again.<locals>.", "") == text


def test_actions_asked_again_are_compared_with_their_labels() -> None:
    labels = iter(["x", "x", "y"])

    @dataclass(frozen=True)
    class Node(Actor):
        n: int = 0

        def actions(self) -> Iterator[Action]:
            yield action(next(labels), self.but(n=1))

    model = ClusterModel(Cluster({group("a", 1): lambda _: Node()}, []), NETWORKS["set"], 0)
    model.nodes[0].moves(model.nodes[0].first.actor, None)
    assert difference(model.asked[0]) == "returned (a1 y: Node(n=1)) instead of (a1 x: Node(n=1))"
