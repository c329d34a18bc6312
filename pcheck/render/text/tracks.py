"""The tracks of the messages beside the lane of their receiver, so that no two lines overlap."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import count
from typing import TypeAlias

from pcheck.traces.flights import Flight

FlightKey: TypeAlias = tuple[int, int, str, str]


def key_of(flight: Flight) -> FlightKey:
    """Return what distinguishes a flight from all others."""
    return flight.sent, flight.nth, flight.src, flight.dst


def tracks(
    flights: Iterable[Flight], side: Callable[[Flight], int], max_tracks: int
) -> dict[FlightKey, int]:
    """Return the track of each flight beside the lane of its receiver; track 0 is the nearest.

    Flights that end earlier get nearer tracks, so that few lines cross. End early with a track
    beyond `max_tracks`, for which the caller has no room.
    """
    found: dict[FlightKey, int] = {}
    beside: dict[tuple[str, int], list[tuple[int, int]]] = {}  # the end of each flight, its track
    for flight in sorted(flights, key=lambda each: (each.end, each.sent, each.nth)):
        others = beside.setdefault((flight.dst, side(flight)), [])
        taken = set()
        for end, track in reversed(others):
            if end <= flight.sent:
                break  # the flights before it end even earlier
            taken.add(track)
        track = next(track for track in count() if track not in taken)
        found[key_of(flight)] = track
        if track > max_tracks:
            break
        others.append((flight.end or 0, track))
    return found
