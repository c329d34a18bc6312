"""The modules that a spec hosts: sealed, and covered by the test for hidden state."""

from __future__ import annotations

import sys
import sysconfig
from pathlib import Path
from types import ModuleType

from pcheck.blame import OWN_FOLDER, add_hosted
from pcheck.hosted.sealed import rebind

STANDARD = [Path(sysconfig.get_path(name)).resolve() for name in ("stdlib", "platstdlib")]
PACKAGES = [Path(sysconfig.get_path(name)).resolve() for name in ("purelib", "platlib")]


def watch_imports(module: str) -> None:
    """Seal every module that a module imports, except those of Python and of pcheck.

    The test for hidden state covers the globals of installed packages as well.
    """
    for thing in list(vars(sys.modules[module]).values()):
        is_module = isinstance(thing, ModuleType)
        name = thing.__name__ if is_module else getattr(thing, "__module__", None)
        if not isinstance(name, str):
            continue
        package = name.partition(".")[0]
        file = _file_of(package)
        if file is None or not _is_hosted(file):
            continue
        if any(file.is_relative_to(each) for each in PACKAGES):
            add_hosted(file)
        for other in [*sys.modules]:
            if other == package or other.startswith(f"{package}."):
                rebind(sys.modules[other])


def _file_of(package: str) -> Path | None:
    """Return the file of a module, or the folder of a package."""
    file = getattr(sys.modules.get(package), "__file__", None)
    if file is None:
        return None
    path = Path(file).resolve()
    return path.parent if path.name == "__init__.py" else path


def _is_hosted(file: Path) -> bool:
    """Return whether a file is neither part of Python nor of pcheck."""
    if file.is_relative_to(OWN_FOLDER):
        return False
    is_standard = any(file.is_relative_to(each) for each in STANDARD)
    return not is_standard or any(file.is_relative_to(each) for each in PACKAGES)
