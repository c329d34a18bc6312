"""A spec with two messages whose classes have one name, and without an @always property."""

from __future__ import annotations

from dataclasses import dataclass

from pcheck import Actor, Cluster, Id, Seen, Step, group, sometimes, spec


@dataclass(frozen=True)
class Twin:
    left: int


@dataclass(frozen=True)
class Other:
    right: int


@dataclass(frozen=True)
class Original:
    n: int


Alias = Original
del Original
Other.__name__ = "Twin"


@dataclass(frozen=True)
class Counter(Actor):
    count: int = 0

    def receive(self, msg: object, src: Id) -> Step:
        return self.but(count=self.count + 1)


@sometimes(sees=["count"])
def counted(seen: Seen) -> bool:
    """Some counter is above 0."""
    return any(count for _, count in seen.field("count"))


@spec
def twins() -> Cluster:
    """Two counters."""
    return Cluster({group("w", 2): lambda i: Counter()}, properties=[counted])
