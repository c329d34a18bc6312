"""Values of Python's library that never change, and single objects that a module holds."""

from __future__ import annotations

import math
import re
import types
import typing
from collections.abc import Callable
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from pathlib import PosixPath, PurePosixPath, PureWindowsPath, WindowsPath
from typing import Any
from uuid import UUID, SafeUUID
from zoneinfo import ZoneInfo

from pcheck.hosted.forms import Constant, Named
from pcheck.hosted.memo import Memo, Unfreezable
from pcheck.hosted.naming import global_name
from pcheck.text import an

ALIASES = types.GenericAlias, type(typing.List[int]), types.UnionType  # noqa: UP006
CONSTANTS: tuple[type, ...] = (datetime, date, time, timedelta, timezone, ZoneInfo)
CONSTANTS += (Decimal, Fraction, UUID, complex, range, re.Pattern)
CONSTANTS += (PosixPath, PurePosixPath, WindowsPath, PureWindowsPath, *ALIASES)
ZONES = types.NoneType, timezone, ZoneInfo
VALUES: dict[Constant, object] = {}  # the value behind each constant
NAN = "NaN, which does not equal itself"


def constant_form(thing: Any) -> Constant:
    """Return the form of a value that never changes; the value itself is kept for its thawing."""
    kind = type(thing)
    fault = FAULTS[kind](thing) if kind in FAULTS else None
    if fault is not None:
        raise Unfreezable(thing, fault)
    text = TEXTS[kind](thing) if kind in TEXTS else repr(thing)
    form = Constant(f"{kind.__module__}.{kind.__qualname__}", text)
    known = VALUES.setdefault(form, thing)
    if known is not thing and known != thing:
        raise Unfreezable(thing, f"{an(kind.__name__)} with the text of another one, {text}")
    return form


def marker_form(thing: object, _: Memo) -> Named:
    """Return the name of a single object that says only which object it is."""
    name = global_name(thing)
    if name is None:
        raise Unfreezable(thing, "an object() that no module holds under a name")
    return name


def float_form(thing: float, _: Memo) -> float:
    """Return a number, which must equal itself. Otherwise no state with it would be met again."""
    if math.isnan(thing):
        raise Unfreezable(thing, NAN)
    return thing


def _zone_fault(zone: Any) -> str | None:
    """Return why a time zone is not the one that is found again by its name, or None."""
    if type(zone) not in ZONES:
        return f"in a time zone of the class {type(zone).__name__}"
    if type(zone) is ZoneInfo and (zone.key is None or ZoneInfo(zone.key) is not zone):
        return f"in a copy of the time zone {zone.key}"
    return None


def _fault_of_time(thing: datetime | time) -> str | None:
    fault = _zone_fault(thing.tzinfo)
    return None if fault is None else f"{an(type(thing).__name__)} {fault}"


def _fault_of_zone(thing: ZoneInfo) -> str | None:
    return None if _zone_fault(thing) is None else f"a ZoneInfo, a copy of that of {thing.key}"


def _fault_of_fraction(thing: Fraction) -> str | None:
    kinds = {type(thing.numerator), type(thing.denominator)} - {int}
    return f"a Fraction of {an(kinds.pop().__name__)}" if kinds else None


def _text_of_uuid(thing: UUID) -> str:
    return repr(thing) if thing.is_safe is SafeUUID.unknown else f"{thing!r}, {thing.is_safe.name}"


FAULTS: dict[type, Callable[[Any], str | None]] = {
    datetime: _fault_of_time,
    time: _fault_of_time,
    ZoneInfo: _fault_of_zone,
    Decimal: lambda thing: NAN if thing.is_nan() else None,
    complex: lambda thing: NAN if math.isnan(thing.real) or math.isnan(thing.imag) else None,
    Fraction: _fault_of_fraction,
}
TEXTS: dict[type, Callable[[Any], str]] = {
    UUID: _text_of_uuid,
    re.Pattern: lambda thing: f"re.compile({thing.pattern!r}, {thing.flags})",
}
