"""The role of a hosted node: the state of the node, and what an adapter defines for its object."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, TypeAlias

from pcheck.hosted.net import Effect, Net
from pcheck.language.actor import Actor, volatile
from pcheck.language.names import Id
from pcheck.language.values import Map

Actions: TypeAlias = Iterable[tuple[str, Callable[[], object]]]


@dataclass(frozen=True)
class Role(Actor):
    """The fields of a hosted node, and the methods that an adapter defines."""

    saved: object = None  # the value on the disk
    files: Map[str, bytes] = Map()  # the files on the disk
    it: object = volatile(None)  # the frozen object; None until the node boots
    pending: tuple[Effect, ...] = volatile(())  # what a handler has still to do, in order

    skip: ClassVar[tuple[str, ...]] = ()
    unordered: ClassVar[tuple[str, ...]] = ()
    outside: ClassVar[Mapping[str, object]] = {}
    keeps: ClassVar[tuple[str, ...]] = ()
    files_are_points: ClassVar[bool] = False  # whether a crash may fall between two writes

    def boot(self, disk: Any, net: Net) -> Any:
        """Return the object as the program makes it at a start, from what `disk` returned."""
        raise NotImplementedError("define boot(self, disk, net), which returns the object")

    def on(self, it: Any, msg: Any, src: Id, net: Net) -> Any:
        """Let the object handle a message; return NotImplemented to ignore the message."""
        raise NotImplementedError("define on(self, it, msg, src, net)")

    def can(self, it: Any, net: Net) -> Actions:
        """Yield a label and a function for each thing that the object may do without a message.

        By default, these are the timers of the event loop.
        """
        for timer in net.loop.timers:
            yield f"{timer.name} fires", timer.fire

    def disk(self, it: Any) -> Any:
        """Return what is on the disk after each step; a crash falls before or after the step."""
        return NotImplemented
