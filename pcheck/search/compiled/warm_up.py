"""The loading of the compiled search. Numba compiles the kernel once and keeps the code on disk.

An interrupt while Numba is loaded or compiles would make later searches of the process fail. So an
interrupt waits until Numba is loaded, and another process compiles.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from types import ModuleType

SEARCH = "kernel.search-*.nbc"  # the file of the machine code of the search
CACHE = "NUMBA_CACHE_DIR"
_warm: list[ModuleType] = []  # the explorer, once this process has loaded and called its functions
COMPILE = """
import gc
from pcheck.search.compiled import explorer
gc.disable()
explorer.compile_kernel()
"""


def explorer(
    on_note: Callable[[str], None], on_compiling: Callable[[], None] = lambda: None
) -> ModuleType:
    """Return the module of the compiled explorer; call both functions if it must be compiled."""
    if _warm:
        return _warm[0]
    with _interrupts_afterwards():
        try:
            kernel = import_module("pcheck.search.compiled.kernel")
        except RuntimeError:  # Numba found no folder for its cache that can be written
            _cache_in(Path(tempfile.gettempdir()) / f"pcheck-{_user()}")
            kernel = import_module("pcheck.search.compiled.kernel")
        explorer = import_module("pcheck.search.compiled.explorer")
    cache = Path(kernel.search.stats.cache_path)
    if not any(cache.glob(SEARCH)):
        on_note("compiling the search to machine code: this takes up to half a minute, once")
        on_compiling()
        _compile_into(cache)
    with _interrupts_afterwards():
        explorer.warm_up()
    _warm.append(explorer)
    return explorer


def progress(on_note: Callable[[str], None], on_compiling: Callable[[], None]) -> ModuleType:
    """Return the module for questions about the future; the rest is as in `explorer`."""
    explorer(on_note, on_compiling)
    return import_module("pcheck.search.compiled.progress")


def _compile_into(cache: Path) -> None:
    """Compile the kernel in another process. If it fails, each search compiles what it needs."""
    import numba

    folder = str(numba.config.CACHE_DIR)  # type: ignore[attr-defined]
    try:
        subprocess.run(
            [sys.executable, "-c", COMPILE],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), CACHE: folder},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=True,
        )
    except BaseException as error:
        for file in cache.glob(SEARCH):  # so that the next search begins anew
            file.unlink(missing_ok=True)
        if not isinstance(error, (OSError, subprocess.SubprocessError)):
            raise


@contextmanager
def _interrupts_afterwards() -> Iterator[None]:
    """Delay Ctrl-C until the work inside is done."""
    is_main = threading.current_thread() is threading.main_thread()  # as `signal` demands
    if not is_main or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return
    received: list[int] = []
    signal.signal(signal.SIGINT, lambda number, _: received.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if received:
        raise KeyboardInterrupt


def _cache_in(folder: Path) -> None:
    """Let Numba keep machine code in a folder that only this user can write."""
    import numba

    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if hasattr(os, "getuid") and folder.stat().st_uid != os.getuid():  # code from another user
        folder = Path(tempfile.mkdtemp(prefix="pcheck-"))
    numba.config.CACHE_DIR = str(folder)  # type: ignore[attr-defined]


def _user() -> str:
    return str(os.getuid()) if hasattr(os, "getuid") else os.environ.get("USERNAME", "user")
