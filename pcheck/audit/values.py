"""Values of the protocol, made from those of a log."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pcheck.errors import UsageError
from pcheck.loading.expressions import Names, value_of


def _is_deep(logged: Any, left: int = 50) -> bool:
    parts = logged.values() if isinstance(logged, Mapping) else logged
    if not isinstance(logged, (list, Mapping)):
        return False
    return left == 0 or any(_is_deep(each, left - 1) for each in parts)


def made(logged: Any, names: Names) -> Any:
    """Return the value that a log says, or raise UsageError."""
    if isinstance(logged, str):
        try:
            return value_of(logged, names)
        except UsageError:
            return logged
    if _is_deep(logged):
        raise UsageError("the value has too many parts within parts")
    if isinstance(logged, list):
        return tuple([made(each, names) for each in logged])
    if isinstance(logged, Mapping):
        kind = names.get(str(logged.get("type")))
        if not isinstance(kind, type):
            raise UsageError(f"{logged} has no 'type', the class of the value")
        fields = {name: made(each, names) for name, each in logged.items() if name != "type"}
        try:
            return kind(**fields)
        except Exception as error:
            raise UsageError(f"{logged}: {error}") from None
    return logged
