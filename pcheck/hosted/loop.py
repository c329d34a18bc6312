"""An event loop of asyncio that never waits: timers are a part of the state, and fire as steps.

What a handler schedules with `call_soon`, or as a task, runs to its end within the same step, in
the order in which asyncio would run it. A timer may fire at any later time, whatever its delay. A
task that waits for something cannot be a part of a state, and is refused.
"""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from pcheck.blame import is_users

Callback = Callable[..., object]
NO_TASK = (
    "pcheck cannot put a waiting task into a state, so let a timer of loop.call_later() do what "
    "follows, or call what follows in a step of `can`"
)


class Suspended(Exception):
    """Raised for a task that waits; the text names the line that waits."""


class Timer:
    """A callback that waits for its time; it has the methods of `asyncio.TimerHandle`."""

    def __init__(self, loop: Loop, callback: Callback, arguments: tuple[Any, ...]) -> None:
        self.loop, self.callback, self.arguments = loop, callback, arguments

    def cancel(self) -> None:
        """Stop the timer, so that it never fires."""
        if self in self.loop.timers:
            self.loop.timers.remove(self)

    def cancelled(self) -> bool:
        """Return whether the timer will not fire; also true if it has fired."""
        return self not in self.loop.timers

    def when(self) -> float:
        """Return the time at which the timer fires; it may fire at any time."""
        return 0.0

    def fire(self) -> None:
        """Run the callback, as a step of the node."""
        self.loop.timers.remove(self)
        self.callback(*self.arguments)

    @property
    def name(self) -> str:
        """The name of the function that the timer calls."""
        function = getattr(self.callback, "func", self.callback)
        return str(getattr(function, "__name__", type(function).__name__))


class Loop(asyncio.AbstractEventLoop):
    """The event loop of one node; between two steps it holds only timers."""

    def __init__(self) -> None:
        self.timers: list[Timer] = []
        self.ready: list[tuple[Callback, tuple[Any, ...]]] = []

    def call_soon(  # type: ignore[override]
        self, callback: Callback, *args: Any, context: contextvars.Context | None = None
    ) -> asyncio.Handle:
        """Run a callback at the end of the step."""
        handle = asyncio.Handle(callback, args, self, context)
        self.ready.append((_run_unless_cancelled, (handle,)))
        return handle

    def call_soon_threadsafe(  # type: ignore[override]
        self, callback: Callback, *args: Any, context: contextvars.Context | None = None
    ) -> asyncio.Handle:
        """Run a callback at the end of the step."""
        return self.call_soon(callback, *args, context=context)

    def call_later(  # type: ignore[override]
        self,
        delay: float,
        callback: Callback,
        *args: Any,
        context: contextvars.Context | None = None,
    ) -> Timer:
        """Return a timer, which may fire at any time after this step."""
        self.timers.append(Timer(self, callback, args))
        return self.timers[-1]

    def call_at(  # type: ignore[override]
        self,
        when: float,
        callback: Callback,
        *args: Any,
        context: contextvars.Context | None = None,
    ) -> Timer:
        """Return a timer, which may fire at any time after this step."""
        return self.call_later(0, callback, *args)

    def create_future(self) -> asyncio.Future[Any]:
        """Return a future; no task can wait for it across two steps."""
        return asyncio.Future(loop=self)

    def create_task(  # type: ignore[override]
        self,
        coro: Coroutine[Any, Any, Any],
        *,
        name: str | None = None,
        context: contextvars.Context | None = None,
    ) -> asyncio.Future[Any]:
        """Run a coroutine to its end, at the end of the step."""
        done = self.create_future()
        self.ready.append((_run_to_end, (coro, done)))
        return done

    def time(self) -> float:
        """Return the time, which never passes."""
        return 0.0

    def get_debug(self) -> bool:
        return False

    def is_running(self) -> bool:
        return True

    def is_closed(self) -> bool:
        return False

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Raise the exception of a callback, which asyncio would only log."""
        error = context.get("exception")
        if isinstance(error, BaseException):
            raise error

    def run_all(self) -> None:
        """Run all that was scheduled within this step."""
        while self.ready:
            callback, arguments = self.ready.pop(0)
            callback(*arguments)


def new_loop() -> Loop:
    """Return an event loop without timers."""
    return Loop()  # type: ignore[abstract]  # what is missing raises NotImplementedError


def _run_unless_cancelled(handle: asyncio.Handle) -> None:
    if not handle.cancelled():
        handle._callback(*handle._args)  # type: ignore[attr-defined]


def _run_to_end(coro: Coroutine[Any, Any, Any], done: asyncio.Future[Any]) -> None:
    try:
        coro.send(None)
    except StopIteration as end:
        if not done.cancelled():
            done.set_result(end.value)
        return
    text = _place_of(coro)
    coro.close()
    raise Suspended(f"leaves a task that waits at {text}; {NO_TASK}")


def _place_of(coro: Any) -> str:
    """Return the line at which a coroutine waits: the innermost one outside Python's library."""
    places = []
    while coro is not None and getattr(coro, "cr_frame", None) is not None:
        file = coro.cr_frame.f_code.co_filename
        place = f"{Path(file).name}:{coro.cr_frame.f_lineno}, in {coro.__qualname__}"
        places.append((is_users(file), place))
        coro = coro.cr_await
    own = [place for is_own, place in places if is_own]
    return (own or [place for _, place in places] or ["?"])[-1]
