"""The sealed world of a hosted object: what its code asks of Python while a handler runs.

Clocks stand still. Files are those of the node. Random numbers, sockets, threads, processes and
waiting are refused, since the state does not hold their outcomes. Printing and logging do nothing.

The functions of Python are wrapped once. Outside a handler, a wrapped function does what it always
does.
"""

from __future__ import annotations

import builtins
import functools
import io
import logging
import os
import random
import socket
import subprocess
import sys
import threading
import time
from asyncio import _get_running_loop, _set_running_loop
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar

from pcheck.blame import is_users
from pcheck.hosted.files import Files
from pcheck.hosted.loop import Loop

Inside = Callable[..., Any]
CLOCKS = "time", "monotonic", "perf_counter", "process_time", "thread_time"
NANOSECONDS = "time_ns", "monotonic_ns", "perf_counter_ns", "process_time_ns", "thread_time_ns"
CALENDAR = "localtime", "gmtime", "ctime"
RANDOM = (
    "random randint randrange uniform choice choices sample shuffle gauss normalvariate "
    "betavariate expovariate gammavariate lognormvariate paretovariate triangular vonmisesvariate "
    "weibullvariate getrandbits randbytes seed"
).split()
A_CHOICE = "write net.choose(...) for each choice that the program leaves to chance"
A_STEP = "make what follows a step of its own, which `can` yields"
NO_MORE = "give the object something else in `boot`, such as the net"


class Forbidden(BaseException):
    """Raised in code that asks for something whose outcome is not part of the state.

    It is not an Exception, so that the code does not handle it as one of its own.
    """


class World:
    """The surroundings of one call: the files of the node, and the first thing that was refused.

    Code that runs `with` a world sees its files and its event loop only.
    """

    def __init__(self, files: Files, loop: Loop) -> None:
        self.files, self.loop = files, loop
        self.thread = threading.get_ident()
        self.refused: Forbidden | None = None

    def __enter__(self) -> None:
        self._before = _State.world, _get_running_loop()
        _State.world = self
        _set_running_loop(self.loop)

    def __exit__(self, *error: object) -> None:
        _State.world, loop = self._before
        _set_running_loop(loop)

    def refuse(self, what: str, remedy: str) -> Forbidden:
        self.refused = self.refused or Forbidden(f"calls {what}{_caller()}; {remedy}")
        return self.refused


def _caller() -> str:
    """Return the innermost line of the user's or the hosted code: ` in election.py:31`."""
    frame = sys._getframe()
    while frame.f_back is not None:
        frame = frame.f_back
        file = frame.f_code.co_filename
        if file.endswith(".py") and is_users(file):
            return f" in {Path(file).name}:{frame.f_lineno}"
    return ""


class _State:
    """The world of the call that runs now, and each function that was wrapped, by its id."""

    world: World | None = None
    wrapped: ClassVar[dict[int, tuple[object, object]]] = {}


def install() -> None:
    """Wrap the functions of Python, once in a process."""
    if _State.wrapped:
        return
    for name in CLOCKS:
        _wrap(time, name, lambda world, *a, **k: 0.0)
    for name in NANOSECONDS:
        _wrap(time, name, lambda world, *a, **k: 0)
    for name in CALENDAR:
        _wrap_calendar(name)
    for name in RANDOM:
        _refuse(random, name, A_CHOICE)
    _refuse(random, "_urandom", A_CHOICE)
    _refuse(os, "urandom", A_CHOICE)
    _refuse(time, "sleep", A_STEP)
    _refuse(builtins, "input", NO_MORE)
    for name in ("system", "fork", "popen", "kill", "scandir", "open"):
        _refuse(os, name, NO_MORE)
    for kind, method in (
        (socket.socket, "__init__"),
        (threading.Thread, "start"),
        (subprocess.Popen, "__init__"),
    ):
        _refuse(kind, method, NO_MORE)
    _wrap(builtins, "print", lambda world, *a, **k: None)
    _wrap(logging.Logger, "handle", lambda world, *a, **k: None)
    _wrap_files()


def rebind(module: Any) -> None:
    """Replace the functions that a module took with `from time import time` before they changed."""
    install()
    for name, thing in list(vars(module).items()):
        known = _State.wrapped.get(id(thing))
        if known is not None:
            setattr(module, name, known[1])


def _wrap_files() -> None:
    for owner in (builtins, io):
        _wrap(owner, "open", lambda world, *a, **k: world.files.open(*a, **k))
    names = {
        "stat": "stat",
        "lstat": "stat",
        "remove": "remove",
        "unlink": "remove",
        "rename": "replace",
        "replace": "replace",
        "listdir": "listdir",
        "mkdir": "mkdir",
        "makedirs": "mkdir",
        "fsync": "nothing",
        "fdatasync": "nothing",
    }
    for name, method in names.items():
        _wrap(os, name, functools.partial(_on_files, method))


def _on_files(method: str, world: World, *arguments: Any, **named: Any) -> Any:
    return getattr(world.files, method)(*arguments, **named)


def _wrap_calendar(name: str) -> None:
    original = getattr(time, name)
    _wrap(time, name, lambda world, seconds=None: original(seconds or 0))


def _refuse(owner: Any, name: str, remedy: str) -> None:
    where = owner.__name__.removeprefix("builtins") if isinstance(owner, ModuleType) else ""
    of_class = "" if isinstance(owner, ModuleType) else owner.__qualname__
    is_init = name == "__init__"
    dotted = ".".join(filter(None, [where or of_class, "" if is_init else name.lstrip("_")]))

    def refuse(world: World, *arguments: Any, **named: Any) -> Any:
        raise world.refuse(f"{dotted}()", remedy)

    _wrap(owner, name, refuse)


def _wrap(owner: Any, name: str, inside: Inside) -> None:
    """Replace a function by one that does something else inside a sealed world."""
    original = getattr(owner, name, None)
    if original is None:  # such as os.fork on Windows
        return

    @functools.wraps(original)
    def wrapped(*arguments: Any, **named: Any) -> Any:
        world = _State.world
        if world is None or world.thread != threading.get_ident():
            return original(*arguments, **named)
        return inside(world, *arguments, **named)

    setattr(owner, name, wrapped)
    _State.wrapped[id(original)] = original, wrapped
