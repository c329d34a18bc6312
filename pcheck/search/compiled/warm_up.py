"""Loads the kernel. Its machine code is made once and kept on disk, wherever one may write."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import ModuleType


def explorer(on_note: Callable[[str], None]) -> ModuleType:
    """The module of the compiled explorer; says so if it will have to be compiled first."""
    try:
        kernel = import_module("pcheck.search.compiled.kernel")
    except RuntimeError:  # Numba found no folder for its cache
        _cache_in(Path(tempfile.gettempdir()) / f"pcheck-{_user()}")
        kernel = import_module("pcheck.search.compiled.kernel")
    if not any(Path(kernel.expand.stats.cache_path).glob("kernel.expand-*.nbc")):
        on_note("compiling the search into machine code, this once: it takes some seconds")
    explorer = import_module("pcheck.search.compiled.explorer")
    explorer.warm_up()
    return explorer


def _cache_in(folder: Path) -> None:
    import numba

    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if hasattr(os, "getuid") and folder.stat().st_uid != os.getuid():  # machine code of others
        folder = Path(tempfile.mkdtemp(prefix="pcheck-"))
    numba.config.CACHE_DIR = str(folder)  # type: ignore[attr-defined]


def _user() -> str:
    return str(os.getuid()) if hasattr(os, "getuid") else os.environ.get("USERNAME", "user")
