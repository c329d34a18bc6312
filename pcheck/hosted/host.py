"""One call of a hosted object: made again, run in a sealed world, and frozen again."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, NamedTuple

from pcheck.hosted.files import Files
from pcheck.hosted.freezing import Freezer
from pcheck.hosted.kept import Holding, Kept
from pcheck.hosted.loop import Loop, Suspended, new_loop
from pcheck.hosted.memo import Memo, Unfreezable
from pcheck.hosted.net import Effect, Message, Net, Written
from pcheck.hosted.paths import differing, path_to
from pcheck.hosted.raised import raised_by
from pcheck.hosted.role import Role
from pcheck.hosted.sealed import Forbidden, World, install
from pcheck.hosted.thawing import NotThawable, Thawer
from pcheck.language.values import Map, exact
from pcheck.semantics.results import InvalidResult

NET = "net"  # the name of the network among the things outside the state
Call = Callable[[Any, Net], Any]
Choices = tuple[int, ...]


@dataclass(frozen=True)
class Running:
    """A frozen object with its event loop, if the loop holds timers, and with what it keeps."""

    it: object
    loop: object
    kept: tuple[object, ...] = ()


class Ran(NamedTuple):
    """The result of a call."""

    net: Net
    is_ignored: bool = False  # true if the call did nothing with a message
    it: object = None  # the frozen object, or what the call raised
    disk: object = NotImplemented  # the frozen value on the disk, if the call decides it
    kept: tuple[Any, ...] = ()  # what the node keeps outside its object, not frozen

    @property
    def effects(self) -> list[Effect]:
        return self.net.effects


class Host:
    """The maker of the objects of one class of nodes, which are frozen between calls."""

    def __init__(
        self,
        outside: Mapping[str, object],
        skip: Iterable[str],
        unordered: Iterable[str],
        kept: Kept,
    ) -> None:
        install()
        self._freezer = Freezer(outside, skip, unordered, kept.places)
        self._thawer = Thawer(outside)
        self._freezer.put_outside(Net, NET)
        self._exact_messages: set[Any] = set()
        self.writes_files = False  # whether some call has written a file
        self._kept = kept
        self._first_kept = self._freezer.freeze(self._kept.first)

    def boot(self, role: Role, choices: Choices) -> Ran:
        """Boot a node from what is on its disk."""
        net = self.net(choices)
        return self.run(partial(self.made, role, net), net, nothing, role, self.first_kept(net))

    def made(self, role: Role, net: Net) -> Any:
        """Return the object that a node makes when it boots."""
        return role.boot(self.thaw(role.saved, net), net)

    def call(self, role: Role, call: Call, choices: Choices) -> Ran:
        """Call the object of a node, made again from its frozen form."""
        net, form, kept = self.net(choices), role.it, ()
        if isinstance(form, Running):
            it, loop, kept = self.thaw((form.it, form.loop, form.kept), net)
            net.loop = loop or net.loop
        else:
            it = self.thaw(form, net)
        return self.run(lambda: it, net, call, role, kept)

    def first_kept(self, net: Net) -> tuple[Any, ...]:
        """Return the first values of what a node keeps outside its object."""
        return self.thaw(self._first_kept, net)  # type: ignore[no-any-return]

    def run(
        self, make: Callable[[], Any], net: Net, call: Call, role: Role, kept: tuple[Any, ...]
    ) -> Ran:
        """Make or take an object, call it in a sealed world, and freeze it."""

        def note(path: str, held: Mapping[str, bytes]) -> None:
            self.writes_files = True
            net.effects.append(Written(path, Map(held)))

        world, it, on_disk = World(Files(role.files, note), net.loop), None, NotImplemented
        try:
            with world, Holding(self._kept, kept) as held:
                it = make()
                if call(it, net) is NotImplemented:
                    return Ran(net, is_ignored=True)
                net.loop.run_all()
                on_disk = role.disk(it)
        except Forbidden:
            pass
        except InvalidResult:
            raise
        except Suspended as suspended:
            raise InvalidResult(str(suspended)) from None
        except Exception as error:
            if world.refused is None:
                return Ran(net, it=raised_by(error))
        if world.refused is not None:
            raise InvalidResult(str(world.refused))
        form = self._frozen(it, net.loop, held.after)
        if on_disk is not NotImplemented:
            on_disk = self._form(on_disk, "what is on the disk")
        return Ran(net, it=form, disk=on_disk, kept=held.after)

    def net(self, choices: Choices) -> Net:
        """Return the network for a call that begins with these choices."""
        return Net(self._freeze_message, new_loop(), choices)

    def thaw(self, form: object, net: Net) -> Any:
        """Return the thing or the message of which this is the frozen form."""
        self._thawer.outside[NET] = net
        thing = self._thawed(form)
        return thing.content if isinstance(thing, Message) else thing

    def check(self, form: object) -> None:
        """Raise InvalidResult unless an object that is made from a form has the same form."""
        is_running = isinstance(form, Running)
        parts = (form.it, form.loop, form.kept) if is_running else (form,)  # type: ignore[attr-defined]
        made = self._thawed(parts)
        try:
            again = self._freezer.freeze(made)
        except Unfreezable as fault:
            raise InvalidResult(_unfreezable(fault, {"it": made[0]})) from None
        if exact(again) != exact(parts):
            raise InvalidResult(f"cannot be hosted: made again, {differing(parts[0], again[0])}")

    def _thawed(self, form: object) -> Any:
        try:
            return self._thawer.thaw(form)
        except NotThawable as fault:
            raise InvalidResult(f"cannot be hosted: pcheck cannot make again {fault}") from None

    def _freeze_message(self, message: Any) -> Any:
        form = self._form(message, "the message")
        if form not in self._exact_messages:
            self.check(form)
            self._exact_messages.add(form)
        return form

    def _frozen(self, it: Any, loop: Loop, kept: tuple[Any, ...]) -> object:
        """Return the frozen object, with the event loop if the object needs it later."""
        memo = Memo()
        try:
            form = self._freezer.freeze(it, memo)
            has_loop = loop.timers or id(loop) in memo
            if not has_loop and not kept:
                return form
            frozen_loop = self._freezer.freeze(loop if has_loop else None, memo)
            return Running(form, frozen_loop, self._freezer.freeze(kept, memo))
        except Unfreezable as fault:
            roots = {"it": it, "loop": loop, "keeps": kept}
            raise InvalidResult(_unfreezable(fault, roots)) from None

    def _form(self, thing: Any, name: str) -> Any:
        """Return the frozen form of a thing, which an error calls by this name."""
        try:
            return self._freezer.freeze(thing)
        except Unfreezable as fault:
            raise InvalidResult(_unfreezable(fault, {name: thing})) from None


@cache
def host_of(cls: Any) -> Host:
    """Return the host of a class of nodes."""
    kept = Kept(cls.keeps, vars(sys.modules[cls.__module__]))
    return Host(cls.outside, cls.skip, cls.unordered, kept)


def nothing(it: Any, net: Net) -> None:
    """Do nothing after the object has been made."""


def _unfreezable(fault: Unfreezable, roots: Mapping[str, object]) -> str:
    """Return the error about a thing that cannot be put back, with the way to the thing."""
    path = path_to(fault.thing, roots)
    remedy = "leave the attribute out of the state with skip=, or give the thing a name in outside="
    return f"leaves {path} as {fault.what}, so pcheck cannot put it back; {remedy}"
