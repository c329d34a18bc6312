"""A shortest run that needs a crash and a restart: too rare among random protocols."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from pcheck import (
    Action,
    Actor,
    Cluster,
    Id,
    Seen,
    Step,
    action,
    always,
    broadcast,
    fixed,
    group,
    send,
    volatile,
)
from pcheck.language.names import Group
from pcheck.semantics.network import NETWORKS
from tests.search.alike import alike


@dataclass(frozen=True)
class Ask:
    pass


@dataclass(frozen=True)
class Given:
    to: Id


@dataclass(frozen=True)
class Caller(Actor):
    servers: Group = fixed()
    asked: bool = False

    def actions(self) -> Iterator[Action]:
        if not self.asked:
            yield action("asks", self.but(asked=True), broadcast(self.servers, Ask()))


@dataclass(frozen=True)
class Server(Actor):
    gave: Id | None = volatile(None)

    def receive(self, msg: object, src: Id) -> Step:
        match msg:
            case Ask() if self.gave is None:
                return self.but(gave=src), send(src, Given(src))
        return None


@always(sees=[Given])
def given_once(seen: Seen) -> str | None:
    """A server gives what it has to one caller."""
    callers = [given.to for _, given in seen.sent(Given)]
    return f"it was given to {' and '.join(callers)}" if len(callers) > 1 else None


@pytest.mark.parametrize("network", NETWORKS)
def test_what_was_forgotten_is_given_again(network: str) -> None:
    c, s = group("c", 2), group("s", 1)
    cluster = Cluster({c: lambda _: Caller(servers=s), s: lambda _: Server()}, [given_once])
    found = alike(cluster, network, 1).discoveries["given_once"]
    assert found.trace.labels == (
        "c1 asks",
        "c2 asks",
        "s1 <- c1: Ask()",
        "s1 crashes",
        "s1 restarts",
        "s1 <- c2: Ask()",
    )
