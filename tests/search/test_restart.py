"""A shortest trace that needs a crash and a restart, which random protocols rarely have."""

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
    """Asks every server once."""

    servers: Group = fixed()
    asked: bool = False

    def actions(self) -> Iterator[Action]:
        if not self.asked:
            yield action("asks", self.but(asked=True), broadcast(self.servers, Ask()))


@dataclass(frozen=True)
class Server(Actor):
    """Gives to the first caller, and forgets the caller in a crash."""

    gave: Id | None = volatile(None)

    def receive(self, msg: object, src: Id) -> Step:
        match msg:
            case Ask() if self.gave is None:
                return self.but(gave=src), send(src, Given(src))
        return None


@always(sees=[Given])
def given_once(seen: Seen) -> str | None:
    """A server gives to one caller only."""
    callers = [given.to for _, given in seen.sent(Given)]
    return f"it was given to {' and '.join(callers)}" if len(callers) > 1 else None


@pytest.mark.parametrize("network", NETWORKS)
def test_a_server_gives_twice_if_it_forgets_in_a_crash(network: str) -> None:
    callers, servers = group("c", 2), group("s", 1)
    parts = {callers: lambda _: Caller(servers=servers), servers: lambda _: Server()}
    cluster = Cluster(parts, [given_once])
    found = alike(cluster, network, 1).discoveries["given_once"]
    assert found.trace.labels == (
        "c1 asks",
        "c2 asks",
        "s1 <- c1: Ask()",
        "s1 crashes",
        "s1 restarts",
        "s1 <- c2: Ask()",
    )
