"""A trace run again with objects that live from their start to a crash, and are never frozen.

A search makes each object anew before each call. If that loses something, the object that is never
frozen behaves otherwise. So every trace that is shown is compared with such objects, node by node:
a node meets the others only through messages.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, NoReturn

from pcheck.errors import SpecError
from pcheck.hosted.host import Call, Choices, Ran, nothing
from pcheck.hosted.net import Net, sends_of
from pcheck.hosted.node import Node, Outcomes
from pcheck.hosted.paths import differing
from pcheck.hosted.raised import Raised
from pcheck.hosted.role import Role
from pcheck.language.printing import brief
from pcheck.language.values import exact
from pcheck.semantics.node import Row, StepKind


def rerun(first: Role, rows: Sequence[Row]) -> None:
    """Take the steps of a hosted node with live objects; raise SpecError at a difference."""
    role, live = first, Live()
    for row in rows:
        after: Any = row.next.actor
        if row.kind is StepKind.CRASH:
            live = Live()
        elif row.kind in (StepKind.ACT, StepKind.DELIVER) and not role.pending:
            ran = live.step(Node(role), row)
            form = after.it if after.it is not None else Node(after).booted.role.it
            if exact(ran.it) != exact(form):
                _fail(role, row, differing(form, ran.it))
            _compare_messages(role, row, ran, is_whole=not after.pending)
        role = after


class Live:
    """An object that is never frozen, with its network, which knows its event loop."""

    def __init__(self) -> None:
        self._it: Any = None
        self._net: Net | None = None
        self._kept: tuple[Any, ...] = ()

    def step(self, node: Node, row: Row) -> Ran:
        """Take a step of the node with the object, which may have to boot first."""
        if self._net is None:
            ran = self._boot(node, row.label)
            if node.has_to_boot:
                return ran
        node = node.booted
        label = row.label.removeprefix(f"{node.role.me} ").partition(", chooses ")[0]
        call: Call = partial(node.do, label)
        if row.letter is not None:
            call = partial(node.handle, row.letter.message, row.letter.src)
        assert self._net is not None
        self._net.begin(_choices(node.outcomes(call), row.label))
        ran = node.host.run(lambda: self._it, self._net, call, node.role, self._kept)
        self._kept = ran.kept
        return ran

    def _boot(self, node: Node, label: str) -> Ran:
        host, role = node.host, node.role
        self._net = net = host.net(_choices(node.boots(), label))

        def make() -> Any:
            self._it = host.made(role, net)
            return self._it

        ran = host.run(make, net, nothing, role, host.first_kept(net))
        self._kept = ran.kept
        return ran


def _choices(outcomes: Outcomes, label: str) -> Choices:
    """Return the choices after which a step has this label."""
    for choices, ran in outcomes:
        if not ran.net.taken or label.endswith(f", {ran.net.label}"):
            return choices
    raise AssertionError(label)


def _compare_messages(role: Role, row: Row, ran: Ran, is_whole: bool) -> None:
    """Raise SpecError unless the object has sent what the step sends."""
    wanted = [(letter.message, to) for letter, to in row.bundle.sends]
    parts = [ran.effects] if is_whole else [[each] for each in ran.effects]  # a step for each
    sent: list[tuple[object, Any]] = [
        (each.message, each.receivers) for part in parts for each in sends_of(part)
    ]
    if isinstance(ran.it, Raised):
        sent.append((ran.it, ()))
    if exact(tuple(sent if is_whole else sent[: len(wanted)])) != exact(tuple(wanted)):
        names = " and ".join(brief(message) for message, _ in sent) or "nothing"
        _fail(role, row, f"it sends {names}")


def _fail(role: Role, row: Row, text: str) -> NoReturn:
    skipped = f", or reads {' or '.join(role.skip)}, which skip= leaves out" if role.skip else ""
    raise SpecError(
        f"the trace is not what the program does: in the step {row.label!r}, with an object that "
        f"was never frozen, {text}; the object keeps something that pcheck cannot see{skipped}"
    )
