"""Hosted objects: an actor whose state is a frozen copy of an object that was written elsewhere.

Before each call of a handler the object is made again from its frozen copy, and after the call it
is frozen again. A node boots when it does something for the first time after its start or restart.
This is exact if booting changes nothing that others can see. Otherwise booting is a step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, ClassVar, NamedTuple, Self

from pcheck.hosted.forms import Object as Plain
from pcheck.hosted.host import Call, Host, Ran, host_of
from pcheck.hosted.net import Effect, Net, Saved, Sent, Written, sends_of
from pcheck.hosted.raised import Raised, nothing_raises
from pcheck.hosted.reading import attributes_of
from pcheck.language.actor import Action, Actor, Step, action, either, volatile
from pcheck.language.names import Id
from pcheck.language.values import Map, exact_state


class Boot(NamedTuple):
    """The step in which a node boots, and the node after it if nobody can notice the step."""

    step: Step
    actor: Hosted | None  # None unless booting is silent


@dataclass(frozen=True)
class Hosted(Actor):
    """A node that runs an object of some program; subclass Hosted with @dataclass(frozen=True).

    A subclass defines `boot` and `on`, and if needed `can` and `disk`. The attributes named in
    `skip` are not part of the state: after each step, the object does not have them. In the
    attributes named in `unordered`, the order of the entries of a dict does not count. An attribute
    is named as `name` or `Class.name`. `outside` names things that are not part of the state.
    """

    saved: object = None  # the value on the disk
    files: Map[str, bytes] = Map()  # the files on the disk
    it: object = volatile(None)  # the frozen object; None until the node boots
    pending: tuple[Effect, ...] = volatile(())  # what a handler has still to do, in order

    skip: ClassVar[tuple[str, ...]] = ()
    unordered: ClassVar[tuple[str, ...]] = ()
    outside: ClassVar[Mapping[str, object]] = {}
    files_are_points: ClassVar[bool] = False  # whether a crash may fall between two writes
    own_properties = (nothing_raises,)

    def boot(self, disk: Any, net: Net) -> Any:
        """Return the object as the program makes it at a start, from what `disk` returned."""
        raise NotImplementedError("define boot(self, disk, net), which returns the object")

    def on(self, it: Any, msg: Any, src: Id, net: Net) -> Any:
        """Let the object handle a message; return NotImplemented to ignore the message."""
        raise NotImplementedError("define on(self, it, msg, src, net)")

    def can(self, it: Any, net: Net) -> Iterable[tuple[str, Callable[[], object]]]:
        """Yield a label and a function for each thing that the object may do without a message.

        By default, these are the timers of the event loop.
        """
        for timer in net.loop.timers:
            yield f"{timer.name} fires", timer.fire

    def disk(self, it: Any) -> Any:
        """Return what is on the disk after each step; a crash falls before or after the step."""
        return NotImplemented

    def receive(self, msg: object, src: Id) -> Step:
        """Return the step in which the object handles a message."""
        if self._is_deaf:
            return None
        host = self._host
        return self._step(lambda it, net: self.on(it, host.message(msg, net), src, net))

    def actions(self) -> Iterator[Action]:
        """Yield what the object may do, or what a handler has still to do."""
        if self.pending:
            effect, *others = self.pending
            after = self._with(effect).but(pending=tuple(others))
            yield action(effect.label, after, *sends_of([effect]))
        elif self.it is None and self._booted.actor is None:
            yield action("boots", self._booted.step)
        elif not isinstance(self.it, Raised):
            self._host.check(self._form)
            for label in self._labels():
                yield action(label, self._step(partial(self._do, label)))

    def __pcheck_fields__(self) -> dict[str, Any]:
        """Return the attributes of the object and what is on the disk, for properties and traces.

        Before the node boots, they are those that it will have then.
        """
        return self._fields

    @cached_property
    def _fields(self) -> dict[str, Any]:
        booted = self._booted.actor if self.it is None else self
        if booted is None:
            return {"booted": False, **self._disk_fields}
        found = attributes_of(booted.it) | booted._disk_fields
        waits = [each.label for each in self.pending]
        return found | ({"still to do": Plain("; ".join(waits))} if waits else {})

    @property
    def _disk_fields(self) -> dict[str, Any]:
        saved = {"saved": self.saved} if self.saved is not None else {}
        return saved | {f"file {path}": content for path, content in self.files.items()}

    @property
    def _host(self) -> Host:
        kind: Any = type(self)
        return host_of(kind)

    @property
    def _form(self) -> Any:
        """The frozen object; before the node boots, as it will be then."""
        if self.it is not None:
            return self.it
        actor = self._booted.actor
        return actor.it if actor is not None else None

    @property
    def _is_deaf(self) -> bool:
        """True if the node takes no message now."""
        if self.pending or isinstance(self.it, Raised):
            return True
        return self.it is None and self._booted.actor is None

    @cached_property
    def _booted(self) -> Boot:
        """The boot of the node from its disk.

        Booting is silent if nothing but the disk changes, and if booting again changes nothing.
        """
        step = self._boot()
        if not isinstance(step, Hosted) or step.pending or isinstance(step.it, Raised):
            return Boot(step, None)
        again = step.but(it=None)._boot()
        is_silent = isinstance(again, Hosted) and exact_state(again) == exact_state(step)
        return Boot(step, step if is_silent else None)

    def _boot(self) -> Step:
        return self._all_ways(
            lambda choices: self._host.boot(self.boot, self.disk, self.saved, self.files, choices)
        )

    def _step(self, call: Call) -> Step:
        """Return the step of a call of the object, which may have to boot first."""
        begin = self if self.it is not None else self._booted.actor
        assert begin is not None
        return begin._all_ways(
            lambda choices: self._host.call(call, self.disk, begin.it, begin.files, choices)
        )

    def _labels(self) -> list[str]:
        """Return the labels of what the object may do."""
        found: list[str] = []

        def ask(it: Any, net: Net) -> None:
            found.extend(label for label, _ in self.can(it, net))

        begin = self if self.it is not None else self._booted.actor
        assert begin is not None
        ran = self._host.call(ask, self.disk, begin.it, begin.files, ())
        return ["fails to say what it can do"] if isinstance(ran.it, Raised) else found

    def _do(self, label: str, it: Any, net: Net) -> object:
        """Do what has this label, on an object in the state in which the label was found."""
        return next(do for each, do in self.can(it, net) if each == label)()

    def _all_ways(self, run: Callable[[tuple[int, ...]], Ran]) -> Step:
        """Return the step of a call: with one alternative for each way to choose."""
        ways: list[tuple[str, Step]] = []
        choices: tuple[int, ...] | None = ()
        while choices is not None:
            ran = run(choices)
            step = None if ran.is_ignored else self._after(ran)
            if not ran.net.taken:
                return step
            ways.append((ran.net.label, step))
            choices = ran.net.next_choices()
        return either(*ways)

    def _after(self, ran: Ran) -> Step:
        """Return the step after which the object is as a call left it.

        If the call put something onto the disk by itself, each effect is a step of its own.
        """
        effects = list(ran.effects)
        if isinstance(ran.it, Raised):
            effects.append(Sent((), ran.it))
        after = self.but(it=ran.it)
        points = (Saved, Written) if self.files_are_points else (Saved,)
        if any(isinstance(each, points) for each in effects):
            first, *others = effects
            after = after._with(first).but(pending=tuple(others))
            sends = sends_of([first])
        else:
            for each in effects:
                after = after._with(each)
            if ran.disk is not NotImplemented:
                after = after.but(saved=ran.disk)
            sends = sends_of(effects)
        return (after, *sends) if sends else after

    def _with(self, effect: Effect) -> Self:
        """Return the node after one effect on its disk."""
        if isinstance(effect, Saved):
            return self.but(saved=effect.value)
        return self.but(files=effect.files) if isinstance(effect, Written) else self
