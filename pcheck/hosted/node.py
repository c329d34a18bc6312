"""A hosted node in one state: how it boots, what its object can do, and the steps of that."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from functools import cached_property, partial
from typing import Any

from pcheck.hosted.host import Call, Choices, Host, Ran, host_of
from pcheck.hosted.net import Effect, Net, Saved, Sent, Written, sends_of
from pcheck.hosted.raised import Raised
from pcheck.hosted.role import Role
from pcheck.language.actor import Step, either
from pcheck.language.kinds import FACTS
from pcheck.language.names import Id
from pcheck.language.values import exact, exact_state

# Each node with its disk after the boot, if the boot is silent: by exact keys, and faster by ids.
# The role is kept, so that nothing else gets the id of a part of the role.
BOOTS: dict[Hashable, tuple[Node | None, Role]] = {}
BY_IDENTITY: dict[Hashable, tuple[Node | None, Role]] = {}
Outcomes = Iterator[tuple[Choices, Ran]]  # the ways to choose in a call, each with its outcome
ASKED = "is asked what it can do"  # the label of the step in which `can` raises


class Node:
    """A hosted node in one state."""

    def __init__(self, role: Role) -> None:
        """Begin with the state of the node, which never changes."""
        self.role = role
        self.keeps_disk = False  # true of a node after a boot that does not change the disk
        kind: Any = type(role)
        self.host: Host = host_of(kind)

    @property
    def booted(self) -> Node:
        """The node after its boot; the node itself if it has booted, or if booting is a step."""
        return self if self.role.it is not None else self._silently_booted or self

    @property
    def has_to_boot(self) -> bool:
        """True if the next step of the node is its boot, since others can notice the boot."""
        return self.role.it is None and self._silently_booted is None

    @property
    def is_deaf(self) -> bool:
        """True if the node takes no message now."""
        role = self.role
        return bool(role.pending) or isinstance(role.it, Raised) or self.has_to_boot

    def boot(self) -> Step:
        """Return the step in which the node boots from its disk."""
        return self._step(self.boots(), boots=True)

    def step(self, call: Call) -> Step:
        """Return the step of a call of the object, which may have to boot first."""
        begin = self.booted
        return begin._step(begin.outcomes(call))

    def boots(self) -> Outcomes:
        """Yield the ways in which the node can boot."""
        return _outcomes(partial(self.host.boot, self.role))

    def outcomes(self, call: Call) -> Outcomes:
        """Yield the ways in which a call of the object can end."""
        return _outcomes(partial(self.host.call, self.role, call))

    def labels(self) -> list[str]:
        """Return the labels of what the object may do."""
        found: list[str] = []

        def ask(it: Any, net: Net) -> None:
            found.extend(label for label, _ in self.role.can(it, net))

        raises = any(isinstance(ran.it, Raised) for _, ran in self.booted.outcomes(ask))
        return [ASKED] if raises else found

    def handle(self, msg: object, src: Id, it: Any, net: Net) -> Any:
        """Let an object handle the message of which `msg` is the frozen form."""
        return self.role.on(it, self.host.thaw(msg, net), src, net)

    def do(self, label: str, it: Any, net: Net) -> object:
        """Let an object do what has this label, in the state in which the label was found."""
        return next(do for each, do in self.role.can(it, net) if each == label)()

    def after(self, effect: Effect) -> Role:
        """Return the role after one effect of a handler."""
        return _with(self.role, effect)

    @cached_property
    def _silently_booted(self) -> Node | None:
        """The node after its boot, if nobody can notice when it boots."""
        role = self.role
        kind: Any = type(role)
        key = kind, *map(id, (*FACTS[kind].read_fixed(role), role.saved, role.files))
        if key not in BY_IDENTITY:
            BY_IDENTITY[key] = self._boot_from(exact(role.saved)), role
        return BY_IDENTITY[key][0]

    def _boot_from(self, disk: Hashable) -> Node | None:
        """Return the node after its boot from the disk with this exact key, if it is silent."""
        role = self.role
        kind: Any = type(role)
        key = kind, *map(id, FACTS[kind].read_fixed(role)), disk, role.files.exact
        if key not in BOOTS:
            BOOTS[key] = self._find_silent_boot(), role
        return BOOTS[key][0]

    def _find_silent_boot(self) -> Node | None:
        """Boot the node; the boot is silent if only the disk changes, and a second boot nothing."""
        step = self._step(self.boots(), boots=True)
        if not isinstance(step, Role) or step.pending or isinstance(step.it, Raised):
            return None
        node = Node(step)
        again = node._step(node.boots(), boots=True)
        if not isinstance(again, Role) or exact_state(again) != exact_state(step):
            return None
        node.keeps_disk = exact_state(step.but(it=None)) == exact_state(self.role)
        return node

    @cached_property
    def _key(self) -> Hashable:
        return exact(self.role.it)

    def _step(self, outcomes: Outcomes, boots: bool = False) -> Step:
        """Return the step of a call: with one alternative for each way to choose."""
        ways: list[tuple[str, Step]] = []
        for _, ran in outcomes:
            step = None if ran.is_ignored else self._after(ran, boots)
            if not ran.net.taken:
                return step
            ways.append((ran.net.label, step))
        return either(*ways)

    def _after(self, ran: Ran, boots: bool) -> Step:
        """Return the step after which the object is as a call left it.

        If the call put something onto the disk by itself, each effect is a step of its own. An
        object that the next boot would make as well is not kept: the two states behave alike.
        """
        effects = list(ran.effects)
        if isinstance(ran.it, Raised):
            effects.append(Sent((), ran.it))
        after = self.role.but(it=ran.it)
        points = (Saved, Written) if after.files_are_points else (Saved,)
        if any(isinstance(each, points) for each in effects):
            first, *others = effects
            after, effects = _with(after, first).but(pending=tuple(others)), [first]
        else:
            for each in effects:
                after = _with(after, each)
            if ran.disk is not NotImplemented:
                after = after.but(saved=ran.disk)
        if not boots and not after.pending and _boots_as(after):
            after = after.but(it=None)
        sends = sends_of(effects)
        return (after, *sends) if sends else after


def _boots_as(role: Role) -> bool:
    """Return whether a node that boots becomes what the node is."""
    booted = Node(role.but(it=None))._boot_from(exact(role.saved))
    return booted is not None and booted.keeps_disk and booted._key == exact(role.it)


def _with(role: Role, effect: Effect) -> Role:
    """Return the role after one effect, which may change its disk."""
    if isinstance(effect, Saved):
        return role.but(saved=effect.value)
    return role.but(files=effect.files) if isinstance(effect, Written) else role


def _outcomes(run: Callable[[Choices], Ran]) -> Outcomes:
    """Yield each way to choose in a call, with its outcome."""
    choices: Choices | None = ()
    while choices is not None:
        ran = run(choices)
        yield choices, ran
        choices = ran.net.next_choices()
