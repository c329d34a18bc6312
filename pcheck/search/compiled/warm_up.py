"""The loading of the compiled search. Numba compiles the kernel once and keeps the code on disk."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import ModuleType

from pcheck.search.garbage import without_garbage_collection


def explorer(
    on_note: Callable[[str], None], on_compiling: Callable[[], None] = lambda: None
) -> ModuleType:
    """Return the module of the compiled explorer; call both functions if it must be compiled."""
    try:
        kernel = import_module("pcheck.search.compiled.kernel")
    except RuntimeError:  # Numba found no folder for its cache that can be written
        _cache_in(Path(tempfile.gettempdir()) / f"pcheck-{_user()}")
        kernel = import_module("pcheck.search.compiled.kernel")
    explorer = import_module("pcheck.search.compiled.explorer")
    if not any(Path(kernel.search.stats.cache_path).glob("kernel.search-*.nbc")):
        on_note("compiling the search to machine code: this takes up to half a minute, once")
        on_compiling()
        with without_garbage_collection():
            explorer.compile_kernel()
    explorer.warm_up()
    return explorer


def progress(on_note: Callable[[str], None], on_compiling: Callable[[], None]) -> ModuleType:
    """Return the module for questions about the future; the rest is as in `explorer`."""
    explorer(on_note, on_compiling)
    return import_module("pcheck.search.compiled.progress")


def _cache_in(folder: Path) -> None:
    """Let Numba keep machine code in a folder that only this user can write."""
    import numba

    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if hasattr(os, "getuid") and folder.stat().st_uid != os.getuid():  # code from another user
        folder = Path(tempfile.mkdtemp(prefix="pcheck-"))
    numba.config.CACHE_DIR = str(folder)  # type: ignore[attr-defined]


def _user() -> str:
    return str(os.getuid()) if hasattr(os, "getuid") else os.environ.get("USERNAME", "user")
