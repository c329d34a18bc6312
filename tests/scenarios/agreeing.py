"""A spec whose worker refuses a state in which its two fields do not agree."""

from __future__ import annotations

from dataclasses import dataclass

from pcheck import Actor, Cluster, Id, Seen, Step, group, sometimes, spec


@dataclass(frozen=True)
class Worker(Actor):
    low: int = 0
    high: int = 0

    def __post_init__(self) -> None:
        if self.low > self.high:
            raise ValueError(f"{self.low} is above {self.high}")

    def receive(self, msg: object, src: Id) -> Step:
        return self


@sometimes(sees=["low"])
def raised(seen: Seen) -> bool:
    """Some worker is above 0."""
    return any(low > 0 for _, low in seen.field("low"))


@spec
def agreeing() -> Cluster:
    """One worker."""
    return Cluster({group("w", 1): lambda i: Worker()}, properties=[raised])
