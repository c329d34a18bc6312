"""Logs for `pcheck audit`, written with Python's `logging`.

    log = logging.getLogger("paxos.events")
    log.addHandler(AuditHandler("a1.ndjson"))
    log.setLevel(logging.INFO)
    log.info("deliver", extra=event("a1", "deliver", src="p1", message=msg, sends=[("p1", reply)]))

A message may be any object: its public attributes become fields, and its class the type.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping, Set
from enum import Enum
from pathlib import Path
from typing import Any

SentMessage = tuple[str | Iterable[str] | None, Any]  # the receivers if any, and the message


def event(
    node: str,
    what: str,
    *,
    action: str | None = None,
    src: str | None = None,
    to: str | Iterable[str] | None = None,
    message: Any = None,
    sends: Iterable[SentMessage] | None = None,
    state: Mapping[str, Any] | None = None,
    run: str | None = None,
) -> dict[str, Any]:
    """Return the `extra` of a logging call about an event; what is None is left out.

    `what` is "act", "deliver", "send", "crash", "restart" or "state". `sends` are all messages of
    the step, and `state` has any fields of the node after it.
    """
    found: dict[str, Any] = {"run": run, "node": str(node), "event": what, "action": action}
    found |= {"from": str(src) if src is not None else None}
    found |= {"to": _names(to) if to is not None else None}
    found |= {"message": as_json(message) if message is not None else None}
    if sends is not None:
        found["sends"] = [{"to": _names(to), "message": as_json(each)} for to, each in sends]
    if state is not None:
        found["state"] = {name: as_json(value) for name, value in state.items()}
    return {"event": {name: value for name, value in found.items() if value is not None}}


def as_json(value: Any) -> Any:
    """Return a value as JSON: of an object its public attributes, and its class as `type`."""
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, Enum):
        return f"{type(value).__name__}.{value.name}"
    if isinstance(value, str):
        return str(value)
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return {"type": type(value).__name__, **_parts(zip(value._fields, value))}
    if isinstance(value, Mapping):
        return {str(key): as_json(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [as_json(each) for each in value]
    if isinstance(value, Set):
        return sorted(map(as_json, value), key=str)
    if isinstance(value, bytes):
        return repr(value)
    return {"type": type(value).__name__, **_parts(vars(value).items())}


def _parts(parts: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    return {name: as_json(value) for name, value in parts if not name.startswith("_")}


def _names(to: str | Iterable[str] | None) -> list[str]:
    if to is None:
        return []
    return [str(to)] if isinstance(to, str) else [str(each) for each in to]


class AuditFormatter(logging.Formatter):
    """Formats a record with an `event` as one line of JSON, with the time of the record."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        found = {**record.__dict__.get("event", {}), "time": record.created}
        return json.dumps(found, ensure_ascii=False, default=repr)


class AuditHandler(logging.FileHandler):
    """Writes the records that have an `event` to a file, and no other ones."""

    def __init__(self, file: str | Path) -> None:
        """Add to the file, which a restarted process goes on with."""
        super().__init__(file, encoding="utf-8")
        self.setFormatter(AuditFormatter())
        self.addFilter(lambda record: hasattr(record, "event"))
