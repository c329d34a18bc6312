"""The ends of errors that Python raises in a spec: what to write instead, where pcheck knows it."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from dataclasses import FrozenInstanceError
from difflib import get_close_matches
from types import FrameType
from typing import Any

from pcheck.blame import described
from pcheck.language.actor import Actor
from pcheck.language.names import Id, Value
from pcheck.language.seen import Seen
from pcheck.language.values import Map, Set
from pcheck.text import nearest

SEEN = ("sent", "field", "up", "group")
MIN_LIKENESS = 0.75  # of a misspelt name and the name that is meant
TO_SET = "a Set never changes; write new = old.plus(member) or old.without(member)"
TO_MAP = "a Map never changes; write new = old.but(key, value) or old.without(key)"
TO_TUPLE = "a tuple never changes; write new = (*old, item)"
TO_PAIR = "this is a pair (node, value); write `for node, value in ...`"
BY_TEXT = {  # what to write if the text of a TypeError begins with a match
    r"unsupported operand .*'Set'": TO_SET,
    r"'Set' object ": TO_SET,
    r"'Map' object ": TO_MAP,
    r"'tuple' object does not support item": TO_TUPLE,
    r"'Property' object is not callable": "write the name of the property without ()",
    r"'[<>=]+' not supported between .*'Group'": "write len(group) for the number of its nodes",
    r"\w+\.but\(\) takes 1 positional": "write self.but(field=value)",
    r"(always|sometimes|milestone)\(\) (takes|missing)": r"write @\1(sees=[...])",
    r"action\(\) missing": "write action(label, step, ...)",
    r"(\w+)\(\) accepts \d+ positional sub-patterns": r"write \1(...) with at most its fields",
    r"spec\(\) missing": "write @spec without ()",
    r"bug\(\) (takes|missing)": "write @bug(1, breaks=PROPERTY)",
    r"(\w+)\.__init__\(\) missing .*: '(\w+)'": r"write \1(\2=...), or give the field a default",
}


def raised(error: BaseException) -> str:
    """Return `raised KeyError: 1`, and what to write instead if the cause is a known one."""
    hint = _hint(error)
    text = described(error).replace("'_Footprint' object", "'Seen' object")
    return f"raised {text}{'; ' if hint and hint[0] != ';' else ''}{hint}"


def _hint(error: BaseException) -> str:
    frame = _innermost(error)
    if isinstance(error, FrozenInstanceError):
        if frame is not None and "__init__" in (frame.f_code.co_name, _caller(frame)):
            return "remove this __init__; declare each field as `name: type = default`"
        return "return self.but(...) instead of assigning to a field"
    if isinstance(error, NameError):
        return _of_name(error.name or "", frame)
    if isinstance(error, AttributeError):
        return _of_attribute(error.obj, error.name or "")
    if isinstance(error, ImportError) and error.name == "pcheck":
        wanted = re.search(r"cannot import name '(\w+)'", str(error))
        return nearest(wanted[1], _exported()) if wanted is not None else ""
    if isinstance(error, KeyError) and frame is not None and frame.f_code is _GETITEM:
        return "the Map has no such key; write .get(key) or .get(key, default)"
    return _of_type_error(error, frame) if isinstance(error, TypeError) else ""


_GETITEM = Map.__getitem__.__code__


def _innermost(error: BaseException) -> FrameType | None:
    """Return the frame that raised the error."""
    trace, frame = error.__traceback__, None
    while trace is not None:
        frame, trace = trace.tb_frame, trace.tb_next
    return frame


def _caller(frame: FrameType) -> str:
    return frame.f_back.f_code.co_name if frame.f_back is not None else ""


def _exported() -> Iterable[str]:
    return getattr(sys.modules["pcheck"], "__all__", ())


def _of_name(name: str, frame: FrameType | None) -> str:
    if name in _exported():
        return f"write `from pcheck import {name}`"
    if frame is None:
        return ""
    if name in getattr(frame.f_locals.get("self"), "__dataclass_fields__", ()):
        return f"write self.{name}"
    return _near(name, [*frame.f_locals, *frame.f_globals])


def _of_attribute(thing: Any, name: str) -> str:
    if isinstance(thing, Set):
        return TO_SET
    if isinstance(thing, Map):
        return TO_MAP
    if isinstance(thing, (Id, Value)):
        return f"the {type(thing).__name__} {thing} is itself the name"
    if isinstance(thing, tuple):
        return TO_PAIR if len(thing) == 2 and isinstance(thing[0], Id) else TO_TUPLE
    if isinstance(thing, Seen):
        return _near(name, SEEN) or f'write seen.field("{name}") for the field of each node'
    if isinstance(thing, Actor) and name in ("name", "id", "node"):
        return "the name of the node is self.me"
    return _near(name, [*getattr(thing, "__dataclass_fields__", ()), *dir(type(thing))])


def _of_type_error(error: TypeError, frame: FrameType | None) -> str:
    text = str(error)
    unexpected = re.match(r"(\w+)\.__init__\(\) got an unexpected keyword argument '(\w+)'", text)
    if unexpected is not None and frame is not None:
        kind = frame.f_globals.get(unexpected[1])
        return nearest(unexpected[2], getattr(kind, "__dataclass_fields__", ()))
    for pattern, advice in BY_TEXT.items():
        if (found := re.match(pattern, text)) is not None:
            return found.expand(advice)
    return ""


def _near(name: str, known: Iterable[str]) -> str:
    """Return a hint at the known name that is almost the same, or ""."""
    close = get_close_matches(name, list(known), n=1, cutoff=MIN_LIKENESS)
    return f"; did you mean {close[0]!r}?" if close else ""
